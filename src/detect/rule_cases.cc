#include "detect/rule_cases.h"

#include <algorithm>
#include <limits>

#include "base/file.h"
#include "base/text.h"
#include "base/walk.h"
#include "detect/correlator.h"
#include "detect/matcher.h"
#include "logs/reader.h"

namespace reeve {
namespace {

bool is_case(std::string_view path) {
  const std::string name = file_name(path);
  return ends_with(name, ".json") && (starts_with(name, "match-") || starts_with(name, "none-"));
}

bool is_rule_of_folder(std::string_view path) { return file_name(path) == "rule.yml" || file_name(path) == "rule.yaml"; }

std::vector<std::string> files_below(const std::string& path, bool (*wanted)(std::string_view), std::vector<Error>& problems) {
  if (!is_folder(path)) return {path};
  std::vector<std::string> out;
  for (const Entry& entry : walk_for(path, problems, {.wanted = wanted}))
    if (wanted(entry.path)) out.push_back(entry.path);
  return out;
}

class CaseRunner {
 public:
  CaseRunner(const RuleSet& rules, RuleCases& out)
      : rules_(rules), matcher_(rules, plan_), scratch_(matcher_.scratch()), facts_(plan_), fields_(plan_), out_(out) {}

  // False: the file could not be judged; the problems say why.
  void run(const std::string& file) {
    std::vector<bool> fired(rules_.rules.size());
    Correlator correlator(rules_);
    correlator.plan(plan_);
    FactsShown facts;
    facts.object = file;
    ShownTexts texts;
    const size_t before = out_.problems.size();
    size_t events = 0;
    LogSink sink;
    sink.problem = [&](Error error) { out_.problems.push_back(std::move(error)); };
    sink.event = [&](const LogEvent& event) {
      ++events;
      fields_.begin(event);
      texts.clear();
      facts_.take(fields_, facts, texts);
      matcher_.match(fields_, *scratch_, [&](uint32_t rule) {
        fired[rule] = true;
        if (auto added = correlator.add(rule, fields_, copy_of(facts)); !added) out_.problems.push_back(std::move(added.error()));
      });
    };
    reader_.read_file(file, sink);
    auto told = correlator.advance(std::numeric_limits<int64_t>::max(), [&](Alert alert) { fired[alert.rule] = true; });
    if (!told) out_.problems.push_back(std::move(told.error()));
    if (out_.problems.size() != before) return;
    if (events == 0) {
      out_.problems.push_back({Code::parse, "the case has no event", {file, 0, 0}, "an event, an array of events, or `Records`", ""});
      return;
    }
    const std::string name = file_name(file);
    for (size_t i = 0; i < fired.size(); ++i) {
      const RuleHead& head = rules_.rules[i].head;
      if (!head.quiet) out_.cases.push_back({head.id, head.title, name.substr(0, name.size() - 5), file, head.at.path, starts_with(name,
          "match-"), fired[i]});
    }
  }

 private:
  const RuleSet& rules_;
  FieldPlan plan_;
  Matcher matcher_;
  std::shared_ptr<Matcher::Scratch> scratch_;
  FactsTaker facts_;
  EventFields fields_;
  LogReader reader_;
  RuleCases& out_;
};

void run_all(const RuleSet& rules, const std::vector<std::string>& cases, RuleCases& out) {
  out.problems.insert(out.problems.end(), rules.refused.begin(), rules.refused.end());
  if (rules.rules.empty()) return;
  CaseRunner runner(rules, out);
  for (const std::string& file : cases) runner.run(file);
}

}  // namespace

RuleCases run_rule_cases(const std::vector<std::string>& paths, const std::vector<std::string>& rules, const RuleOptions& options) {
  RuleCases out;
  std::vector<std::string> cases;
  for (const std::string& path : paths) {
    if (!exists(path)) {
      out.problems.push_back({Code::not_found, "no such file or folder", {path, 0, 0}, "a folder with `rule.yml` and `examples/`", ""});
      continue;
    }
    if (!rules.empty()) {
      for (std::string& file : files_below(path, is_case, out.problems)) cases.push_back(std::move(file));
      continue;
    }
    const std::vector<std::string> found = files_below(path, is_rule_of_folder, out.problems);
    if (found.empty()) out.problems.push_back({Code::not_found, "no rule below this folder", {path, 0, 0}, "`rule.yml`, or `--rules`", ""});
    for (const std::string& rule : found) {
      const std::string examples = join_path(folder_of(rule), "examples");
      const std::vector<std::string> own = is_folder(examples) ? files_below(examples, is_case, out.problems) : std::vector<std::string>();
      if (own.empty()) out.bare.push_back(rule);
      run_all(load_rules({rule}, options), own, out);
    }
  }
  if (rules.empty()) return out;
  for (const std::string& file : cases)
    if (!is_case(file)) out.problems.push_back({Code::usage, "a case that does not say what it expects", {file, 0, 0},
        "a file named match-NAME.json or none-NAME.json", ""});
  std::erase_if(cases, [](const std::string& file) { return !is_case(file); });
  run_all(load_rules(rules, options), cases, out);
  return out;
}

}  // namespace reeve
