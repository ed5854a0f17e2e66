#include "report/check_output.h"

#include <algorithm>
#include <set>

#include "base/words.h"
#include "formats/json.h"

namespace reeve {
namespace {

using guard::GuardStatus;

// NDJSON, one line for each (data file, rule file, rule, status): rules that share a name give one for each status that occurs.
class Verdicts : public CheckOutput {
 public:
  explicit Verdicts(const Write& write) : write_(write) {}
  Status file(const std::vector<RuleFile>& rules, const CheckedFile& file) override {
    std::string out;
    std::set<std::pair<std::string_view, GuardStatus>> said;
    for (size_t i = 0; i < file.results.size(); ++i) {
      said.clear();
      for (const auto& rule : file.results[i].rules) {
        if (rule.error && rule.status != GuardStatus::unknown) continue;  // the original gives no verdict there either
        if (!said.emplace(rule.rule, rule.status).second) continue;
        JsonWriter(out).begin_object().member("data", file.file->name).member("rules_file", rules[i].name).member("rule", rule.rule).member("status", guard::name(rule.status)).end_object();
        out += '\n';
      }
    }
    return out.empty() ? Status() : write_(out);
  }
  Status end(const CheckSummary&) override { return {}; }

 private:
  Write write_;
};

// For people: each clause that does not hold, with the place of the value in the data file; then the counts.
class Text : public CheckOutput {
 public:
  explicit Text(const Write& write) : write_(write) {}
  Status file(const std::vector<RuleFile>& rules, const CheckedFile& file) override {
    std::string out;
    for (size_t i = 0; i < file.results.size(); ++i)
      for (const auto& rule : file.results[i].rules) {
        if (rule.status != GuardStatus::fail && rule.status != GuardStatus::unknown) continue;
        const std::string_view status = guard::name(rule.status);
        if (rule.failures.empty()) out += place(file, {}) + ": " + std::string(status) + "  " + rule.rule + "  (" + rules[i].path + ")" + (rule.error ? ": " + rule.error->what : "") + "\n";
        for (const auto& failure : rule.failures) {
          out += place(file, failure.value ? failure.value : failure.missing_from) + ": " + std::string(status) + "  " + rule.rule + ": expected " + failure.expected;
          if (!failure.unknown_reason.empty()) out += "; " + failure.unknown_reason;
          else if (failure.value) out += "; found " + cut(to_json(failure.value));
          else out += "; nothing at " + failure.missing_path;
          out += '\n';
          if (!failure.message.empty()) out += "    " + one_line(failure.message) + "\n";
        }
      }
    for (const auto& finding : file.findings)
      if (finding.control) own(finding, out);
    return out.empty() ? Status() : write_(out);
  }
  Status end(const CheckSummary& s) override {
    if (s.controls)
      return write_(count_text(s.data_files, "file") + ", " + count_text(s.resources, "resource") + ", " + count_text(s.controls, "control") + ": " + std::to_string(s.fail) + " failed, " +
                    std::to_string(s.unknown) + " unknown, " + std::to_string(s.pass) + " passed\n");
    return write_(count_text(s.data_files, "file") + " against " + count_text(s.rule_files, "rule file") + ": " + std::to_string(s.fail) + " failed, " + std::to_string(s.unknown) + " unknown, " +
                  std::to_string(s.pass) + " passed, " + std::to_string(s.skip) + " did not apply\n");
  }

 private:
  // One of Reeve's own controls: its place, what was expected, why; what is unknown says why.
  static void own(const CheckFinding& finding, std::string& out) {
    if (finding.status != GuardStatus::fail && finding.status != GuardStatus::unknown) return;
    const bool fails = finding.status == GuardStatus::fail;
    out += finding.file;
    if (finding.line) out += ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column);
    out += ": " + std::string(guard::name(finding.status)) + (fails ? " " + std::string(name(*finding.severity)) : "") + "  " + finding.rule + "  " + finding.resource + " (" + finding.type + ")";
    if (!finding.expected.empty()) out += ": expected " + finding.expected + (finding.found.empty() ? "; nothing there" : "; found " + cut(finding.found));
    out += "\n";
    if (!finding.same_as_before && !finding.reason.empty()) out += "    " + one_line(finding.reason) + "\n";
  }
  static std::string place(const CheckedFile& file, Value value) {
    std::string out = file.file->path;
    if (value && value.line()) out += ":" + std::to_string(value.line()) + ":" + std::to_string(value.column());
    return out;
  }
  static std::string cut(std::string text) {
    constexpr size_t longest = 120;
    if (text.size() > longest) text = text.substr(0, longest) + "…";
    return text;
  }
  static std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  Write write_;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_output(std::string_view format, const Write& write) {
  if (format == "verdicts") return std::make_unique<Verdicts>(write);
  if (format == "text") return std::make_unique<Text>(write);
  return nullptr;
}

}  // namespace reeve
