// JUnit's XML: a suite for each data file, a case for each rule with the line of the first value that it does not accept. A rule that
// does not apply, and one about which cannot be told, is a skipped case; a file that cannot be read is an error.
#include <map>

#include "base/text.h"
#include "report/check_formats.h"

namespace reeve {

std::string xml_text(std::string_view text, bool attribute) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    size_t bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    const std::string_view one = text.substr(i, bytes);
    if (!valid_utf8(one) || one == "\xef\xbf\xbe" || one == "\xef\xbf\xbf") {
      out += "\xef\xbf\xbd";
      i += valid_utf8(one) ? bytes : 1;
      continue;
    }
    i += bytes;
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      case '\n': out += attribute ? "&#10;" : "\n"; break;
      case '\t': out += attribute ? "&#9;" : "\t"; break;
      default:
        if (c < 0x20) out += "\xef\xbf\xbd";
        else out += one;
    }
  }
  return out;
}

namespace {

using guard::GuardStatus;

struct Case {
  std::string name, class_name;
  GuardStatus status = GuardStatus::pass;
  std::string why;  // of skip and unknown
  std::vector<const CheckFinding*> findings;
};

class Junit : public CheckOutput {
 public:
  Junit(const Rules& rules, const Write& write) : rules_(rules), write_(write), pieces_(write_) {}

  Status file(const CheckedFile& file) override {
    begin();
    const std::vector<Case> cases = cases_of(file);
    size_t failures = 0, skipped = 0;
    for (const Case& each : cases) {
      failures += each.status == GuardStatus::fail;
      skipped += each.status == GuardStatus::skip || each.status == GuardStatus::unknown;
    }
    const size_t errors = file.read || file.problems.empty() ? 0 : 1;
    pieces_.out += "  <testsuite name=\"" + xml_text(file.file->path, true) + "\" tests=\"" + std::to_string(cases.size() + errors) + "\" failures=\"" + std::to_string(failures) +
                   "\" errors=\"" + std::to_string(errors) + "\" skipped=\"" + std::to_string(skipped) + "\" time=\"0\">\n";
    if (errors) {
      const std::string what = file.problems.empty() ? "it could not be read" : file.problems[0].text();
      pieces_.out += "    <testcase name=\"read\" classname=\"reeve\" file=\"" + xml_text(file.file->path, true) + "\" time=\"0\">\n      <error message=\"" + xml_text(what, true) + "\"/>\n    </testcase>\n";
    }
    for (const Case& each : cases) {
      print(file, each);
      TRY(pieces_.pass_on());
    }
    pieces_.out += "  </testsuite>\n";
    return pieces_.pass_on();
  }

  Status end(const CheckSummary& summary) override {
    begin();
    if (!summary.problems.empty()) {
      const std::string n = std::to_string(summary.problems.size());
      pieces_.out += "  <testsuite name=\"rules and paths that cannot be read\" tests=\"" + n + "\" failures=\"0\" errors=\"" + n + "\" skipped=\"0\" time=\"0\">\n";
      for (const Error& error : summary.problems)
        pieces_.out += "    <testcase name=\"read\" classname=\"reeve\" file=\"" + xml_text(error.at.path, true) + "\" time=\"0\">\n      <error message=\"" + xml_text(error.text(), true) + "\"/>\n    </testcase>\n";
      pieces_.out += "  </testsuite>\n";
    }
    pieces_.out += "</testsuites>\n";
    return pieces_.flush();
  }

 private:
  void begin() {
    if (begun_) return;
    begun_ = true;
    pieces_.out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"reeve check\">\n";
  }

  std::vector<Case> cases_of(const CheckedFile& file) const {
    std::vector<Case> out;
    std::map<std::pair<std::string, uint32_t>, std::vector<const CheckFinding*>> of_rule;
    std::map<std::pair<std::string, std::string>, size_t> of_control;
    for (const CheckFinding& finding : file.findings) {
      if (!finding.control) of_rule[{finding.rules_file + '\n' + finding.rule, finding.block_line}].push_back(&finding);
    }
    for (size_t i = 0; i < file.results.size(); ++i) {
      std::map<std::string_view, int> blocks;
      for (const auto& rule : file.results[i].rules) ++blocks[rule.rule];
      for (const auto& rule : file.results[i].rules) {
        Case each{rule.rule, rules_[i].name, rule.status, rule.error ? rule.error->what : "", {}};
        if (blocks[rule.rule] > 1) each.name += " (line " + std::to_string(rule.line) + ")";
        const auto found = of_rule.find({rules_[i].path + '\n' + rule.rule, rule.line});
        if (found != of_rule.end()) each.findings = found->second;
        const bool judged = rule.status == GuardStatus::fail || rule.status == GuardStatus::unknown;
        if (judged) set_aside(each);
        out.push_back(std::move(each));
      }
    }
    for (const CheckFinding& finding : file.findings) {
      if (!finding.control) continue;
      const auto [at, is_new] = of_control.emplace(std::pair(finding.rule, finding.resource), out.size());
      if (is_new) out.push_back({finding.rule + " " + finding.resource, "reeve", finding.status, "", {}});
      if (finding.judged()) out[at->second].findings.push_back(&finding);
    }
    if (file.results.empty())
      for (Case& each : out) set_aside(each);
    return out;
  }

  // Leaves the findings that count; a case without any is skipped.
  static void set_aside(Case& each) {
    if (each.findings.empty()) return;
    const CheckFinding* aside = nullptr;
    std::erase_if(each.findings, [&](const CheckFinding* f) {
      if (!f->suppressed && !f->known) return false;
      if (!aside || (f->suppressed && !aside->suppressed)) aside = f;
      return true;
    });
    if (!aside || !each.findings.empty()) return;
    each.status = GuardStatus::skip;
    each.why = aside->suppressed ? exception_sentence(*aside) : "known: it is in the baseline";
  }

  void print(const CheckedFile& file, const Case& each) {
    std::string& out = pieces_.out;
    const CheckFinding* first = each.findings.empty() ? nullptr : each.findings.front();
    out += "    <testcase name=\"" + xml_text(each.name, true) + "\" classname=\"" + xml_text(each.class_name, true) + "\" file=\"" + xml_text(first ? first->file : file.file->path, true) + "\"";
    if (first && first->line) out += " line=\"" + std::to_string(first->line) + "\"";
    out += " time=\"0\"";
    if (each.status == GuardStatus::pass) {
      out += "/>\n";
      return;
    }
    out += ">\n";
    if (each.status == GuardStatus::skip) {
      out += "      <skipped message=\"" + xml_text(each.why.empty() ? "does not apply" : each.why, true) + "\"/>\n";
    } else if (each.status == GuardStatus::unknown) {
      std::string why = each.why;
      if (why.empty() && first) why = first->reason.empty() ? first->expected : first->reason;
      out += "      <skipped message=\"unknown: " + xml_text(one_line(why), true) + "\"/>\n";
    } else {
      out += "      <failure type=\"fail\" message=\"" + xml_text(first ? finding_sentence(*first) : each.why, true) + "\">";
      for (const CheckFinding* finding : each.findings) out += xml_text(place(*finding) + ": " + finding_sentence(*finding), false) + "\n";
      out += "</failure>\n";
    }
    out += "    </testcase>\n";
  }

  static std::string place(const CheckFinding& f) { return Place{f.file, f.line, f.column}.text(); }

  const Rules& rules_;
  Write write_;  // before pieces_, which refers to it
  Pieces pieces_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_junit(const Rules& rules, const Write& write) { return std::make_unique<Junit>(rules, write); }

}  // namespace reeve
