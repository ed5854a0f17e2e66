#include "report/check_output.h"

#include <algorithm>
#include <set>

#include "report/check_formats.h"

namespace reeve {
namespace {

using guard::GuardStatus;

// NDJSON, one line for each (data file, rule file, rule, status): rules that share a name give one for each status that occurs.
class Verdicts : public CheckOutput {
 public:
  Verdicts(const Rules& rules, const Write& write) : rules_(rules), write_(write) {}
  Status file(const CheckedFile& file) override {
    std::string out;
    std::set<std::pair<std::string_view, GuardStatus>> said;
    for (size_t i = 0; i < file.results.size(); ++i) {
      said.clear();
      for (const auto& rule : file.results[i].rules) {
        if (rule.error && rule.status != GuardStatus::unknown) continue;  // the original gives no verdict there either
        if (!said.emplace(rule.rule, rule.status).second) continue;
        JsonWriter(out).begin_object().member("data", file.file->name).member("rules_file", rules_[i].name).member("rule", rule.rule).member("status", guard::name(rule.status)).end_object();
        out += '\n';
      }
    }
    return out.empty() ? Status() : write_(out);
  }
  Status end(const CheckSummary&) override { return {}; }

 private:
  const Rules& rules_;
  Write write_;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_verdicts(const Rules& rules, const Write& write) { return std::make_unique<Verdicts>(rules, write); }

std::string finding_sentence(const CheckFinding& finding) {
  std::string out = finding.expected.empty() ? "cannot be told" : "expected " + finding.expected;
  if (!finding.path.empty() && finding.path != "?") out += " at " + finding.path;
  if (!finding.found.empty()) out += "; found " + finding.found;
  else if (finding.missing && finding.line) out += "; nothing stands there";
  if (!finding.reason.empty()) out += (finding.status == guard::GuardStatus::unknown ? "; not known: " : "; ") + finding.reason;
  if (finding.lapsed || finding.suppressed) out += "; " + exception_sentence(finding);
  if (!finding.message.empty()) out += ". " + finding.message;
  return one_line(out);
}

std::string_view plain_path(std::string_view path) {
  while (path.substr(0, 2) == "./") path.remove_prefix(2);
  return path;
}

std::string rule_id(std::string_view rule, const std::string& rules_file) {
  return rule == "default" && !rules_file.empty() ? file_name(rules_file) + "/default" : std::string(rule);
}

std::string finding_rule(const CheckFinding& finding) { return finding.control ? finding.rule : rule_id(finding.rule, finding.rules_file); }

GuardStatus file_status(const CheckedFile& file) {
  bool fails = false, unknowns = false, passes = false;
  for (const auto& result : file.results) {
    fails = fails || (file.findings.empty() && result.status == GuardStatus::fail);  // else its findings say so
    unknowns = unknowns || (file.findings.empty() && result.status == GuardStatus::unknown);
    passes = passes || result.status == GuardStatus::pass;
  }
  for (const auto& finding : file.findings) {
    if (finding.suppressed) continue;
    fails = fails || finding.status == GuardStatus::fail;
    unknowns = unknowns || finding.status == GuardStatus::unknown;
    passes = passes || finding.status == GuardStatus::pass;
  }
  return fails ? GuardStatus::fail : unknowns || (!file.read && !file.problems.empty()) ? GuardStatus::unknown : passes ? GuardStatus::pass : GuardStatus::skip;
}

std::unique_ptr<CheckOutput> make_check_output(std::string_view format, const CheckOutputOptions& options, const Rules& rules, const Write& write) {
  if (format == "verdicts") return make_check_verdicts(rules, write);
  if (format == "json") return make_check_json(options, rules, write);
  if (format == "yaml") return make_check_yaml(options, rules, write);
  if (format == "sarif") return make_check_sarif(options, rules, write);
  if (format == "junit") return make_check_junit(rules, write);
  if (format == "github") return make_check_github(write);
  if (format == "gitlab") return make_check_gitlab(write);
  if (format == "guard-json") return make_check_guard_json(options, rules, write);
  return nullptr;
}

}  // namespace reeve
