#include "check/rule_tests.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

using guard::GuardStatus;

std::string stem_of(const std::string& path) {
  for (std::string_view ending : {".guard", ".ruleset"})
    if (ends_with(path, ending)) return path.substr(0, path.size() - ending.size());
  return "";
}

bool is_test_name(std::string_view path) { return ends_with(path, ".yaml") || ends_with(path, ".yml") || ends_with(path, ".json") || ends_with(path, ".jsn"); }

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Walks `folder` and pairs what it finds; only the rule file `only`, if one is named.
void pair_up(const std::string& folder, const std::string& only, TestPairs& out) {
  std::map<std::string, std::vector<std::string>> rules;  // by folder, in order of names
  std::vector<std::string> tests;
  for (const Entry& entry : walk(folder, out.problems)) {
    if (!stem_of(entry.path).empty()) rules[folder_of(entry.path)].push_back(entry.path);
    else if (is_test_name(entry.path) && file_name(folder_of(entry.path)) == "tests") tests.push_back(entry.path);
  }
  std::sort(tests.begin(), tests.end());
  std::map<std::string, std::vector<std::string>> of;
  for (const std::string& test : tests) {
    const auto beside = rules.find(folder_of(folder_of(test)));
    if (beside == rules.end()) continue;
    std::sort(beside->second.begin(), beside->second.end());
    for (const std::string& rule : beside->second)
      if (starts_with(file_name(test), file_name(stem_of(rule)))) {
        of[rule].push_back(test);
        break;
      }
  }
  for (const auto& [place, files] : rules)
    for (const std::string& rule : files) {
      if (!only.empty() && rule != only) continue;
      if (of[rule].empty()) out.bare.push_back(rule);
      for (const std::string& test : of[rule]) out.pairs.push_back({rule, test});
    }
}

Result<DocumentPtr> read_tests(std::string_view text, const std::string& file) {
  Source self{.file = file};
  const size_t at = text.find_first_not_of(" \t\r\n");
  const bool json = at != std::string_view::npos && (text[at] == '[' || text[at] == '{');
  if (json)
    if (auto read = read_json(text, self)) return read;
  return read_yaml(text, std::move(self));
}

class Running {
 public:
  Running(const TestPair& pair, const guard::GuardRules& rules, const guard::GuardOptions& options, RuleTests& out) : pair_(pair), rules_(rules), options_(options), out_(out) {
    const auto names = rules.rule_names();
    known_.insert(names.begin(), names.end());
  }

  void one(Value test, size_t number) {
    if (!test.is_map()) return wrong(test, "a case of a test file is no map", "`name`, `input` and `expectations`");
    const Value input = test.get("input"), rules = test.get("expectations").get("rules");
    if (!input) return wrong(test, "a case has no `input`", "the document to judge");
    if (!rules.is_map()) return wrong(test, "a case has no `expectations`", "`expectations: {rules: {NAME: PASS}}`");
    const guard::GuardResult result = rules_.evaluate(input, options_);
    std::map<std::string_view, std::vector<const guard::GuardRuleResult*>> blocks;
    for (const auto& rule : result.rules) blocks[rule.rule].push_back(&rule);
    for (const auto& [name, found] : blocks) out_.unasked += !rules.get(name);
    for (const auto& entry : rules.entries()) {
      if (rules.get(entry.key()) != entry.value) continue;
      if (!known_.count(std::string(entry.key()))) {
        if (named_.insert(std::string(entry.key())).second)
          wrong(entry.key_node, "no rule `" + std::string(entry.key()) + "` is in `" + pair_.rules_file + "`; what is expected of it was not checked", "the name of a rule", hint(entry.key()));
        continue;
      }
      const std::string expected(entry.value.text());
      if (expected != "PASS" && expected != "FAIL" && expected != "SKIP" && expected != "UNKNOWN") {
        wrong(entry.value, "`" + expected + "` is no status", "PASS, FAIL or SKIP");
        continue;
      }
      RuleTest each{pair_.rules_file, pair_.test_file, std::string(test.get("name").text()), number, std::string(entry.key()), expected, "", "", false, entry.key_node.line()};
      judge(each, blocks[entry.key()]);
      out_.tests.push_back(std::move(each));
    }
  }

 private:
  void judge(RuleTest& test, const std::vector<const guard::GuardRuleResult*>& blocks) {
    size_t same = 0;
    GuardStatus worst = GuardStatus::skip;
    for (GuardStatus status : {GuardStatus::pass, GuardStatus::unknown, GuardStatus::fail})
      for (const auto* block : blocks)
        if (block->status == status) worst = status;
    for (const auto* block : blocks) {
      same += guard::name(block->status) == test.expected;
      if (block->error && errors_.insert(block->error->text()).second) out_.problems.push_back(*block->error);
    }
    test.ok = test.expected == "SKIP" ? same == blocks.size() : same > 0;
    test.evaluated = test.ok ? test.expected : guard::name(worst);
    if (test.ok) return;
    for (const auto* block : blocks)
      if (block->status == worst && !block->failures.empty()) {
        const auto& first = block->failures[0];
        test.reason = "expected " + first.expected + " at " + (first.value ? first.value.path() : first.missing_from ? first.missing_from.path() + first.missing_path : first.missing_path);
        test.reason += first.unknown_reason.empty() ? "" : "; " + first.unknown_reason;
        break;
      }
  }

  void wrong(Value at, std::string what, std::string expected, std::string hint = {}) {
    out_.problems.push_back({Code::parse, std::move(what), {pair_.test_file, at.line(), at.column()}, std::move(expected), std::move(hint)});
  }
  std::string hint(std::string_view name) const {
    const std::string near = nearest(std::string(name), {known_.begin(), known_.end()});
    return near.empty() ? "" : "did you mean `" + near + "`?";
  }

  const TestPair& pair_;
  const guard::GuardRules& rules_;
  const guard::GuardOptions& options_;
  RuleTests& out_;
  std::set<std::string> known_, named_, errors_;
};

Status run(const TestPair& pair, const guard::GuardOptions& options, RuleTests& out) {
  const auto rule_bytes = TRY(FileBytes::open(pair.rules_file));
  const auto rules = TRY(guard::compile_guard(rule_bytes->view(), pair.rules_file, options.semantics));
  const auto bytes = TRY(FileBytes::open(pair.test_file));
  const DocumentPtr document = TRY(read_tests(bytes->view(), pair.test_file));
  for (const Place& place : document->duplicate_keys()) out.problems.push_back({Code::parse, "a key stands twice in one map; the last value counts", place, "each key once", ""});
  if (!document->root().is_list())
    return fail(Code::parse, "a test file is a list of cases", {pair.test_file, document->root().line(), document->root().column()}, "`- {name: …, input: …, expectations: {rules: {NAME: PASS}}}`");
  Running running(pair, *rules, options, out);
  size_t number = 0;
  for (Value test : document->root().items()) running.one(test, ++number);
  return {};
}

}  // namespace

TestPairs find_tests(const std::vector<std::string>& paths, const std::vector<std::string>& rules_files) {
  TestPairs out;
  for (const std::string& path : paths) {
    if (path != "-" && !exists(path)) {
      out.problems.push_back({Code::not_found, "`" + path + "` does not exist", {path}, "a file or a folder", ""});
      continue;
    }
    const size_t pairs = out.pairs.size(), before = pairs + out.bare.size();
    const bool folder = path != "-" && is_folder(path);
    if (!rules_files.empty()) {
      std::vector<std::string> tests;
      if (!folder) tests.push_back(path);
      else
        for (const Entry& entry : walk(path, out.problems))
          if (is_test_name(entry.path)) tests.push_back(entry.path);
      for (const std::string& rules : rules_files)
        for (const std::string& test : tests) out.pairs.push_back({rules, test});
    } else if (folder) {
      pair_up(path, "", out);
    } else if (!stem_of(path).empty()) {
      const std::string beside = folder_of(path);
      const bool here = path.find('/') == std::string::npos;  // then the walk writes `./` before what it finds
      pair_up(beside, here ? "./" + path : path, out);
      for (size_t i = pairs; here && i < out.pairs.size(); ++i)
        for (std::string* each : {&out.pairs[i].rules_file, &out.pairs[i].test_file}) each->erase(0, 2);
    } else {
      out.problems.push_back({Code::usage, "no rule file is named for the tests of `" + path + "`", {path}, "--rules FILE", ""});
      continue;
    }
    if (out.pairs.size() + out.bare.size() == before) out.problems.push_back({Code::not_found, "nothing to test is in `" + path + "`", {path}, "x.guard with tests/x*.yaml, or test files and --rules FILE", ""});
  }
  return out;
}

RuleTests run_tests(const TestPair& pair, const guard::GuardOptions& options) {
  RuleTests out;
  if (Status done = run(pair, options, out); !done) out.problems.push_back(done.error());
  return out;
}

}  // namespace reeve
