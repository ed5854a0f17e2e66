// `github`: workflow commands, which GitHub shows as annotations beside the lines. `gitlab`: a Code Quality report.
// Neither has a place for suppressed findings; those of the baseline are told softly.
#include <map>

#include "report/check_formats.h"

namespace reeve {
namespace {

using guard::GuardStatus;

// A command ends with its line, and a property with a comma or colon, so these are escaped, and with them the sign of escapes.
std::string command_text(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') out += "%25";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else if (property && c == ':') out += "%3A";
    else if (property && c == ',') out += "%2C";
    else out += c;
  }
  return out;
}

class Github : public CheckOutput {
 public:
  explicit Github(const Write& write) : write_(write), pieces_(write_) {}
  Status file(const CheckedFile& file) override {
    for (const CheckFinding& f : file.findings) {
      if (f.suppressed || !f.judged()) continue;
      const bool mild = f.status == GuardStatus::unknown || f.severity_name() == "low" || f.severity_name() == "medium";
      std::string& out = pieces_.out;
      out += f.known ? "::notice" : mild ? "::warning" : "::error";
      out += " file=" + command_text(plain_path(f.file), true);
      if (f.line) {
        out += ",line=" + std::to_string(f.line);
        if (f.end_line) out += ",endLine=" + std::to_string(f.end_line);
        // Columns are only looked at within one line.
        if (f.end_line == f.line && f.column_utf16) out += ",col=" + std::to_string(f.column_utf16) + ",endColumn=" + std::to_string(f.end_column_utf16);
      }
      std::string title = finding_rule(f) + (f.resource.empty() ? "" : " " + f.resource);
      if (f.status == GuardStatus::unknown) title += " (unknown)";
      out += ",title=" + command_text(title, true) + "::" + command_text(finding_sentence(f), false) + "\n";
      TRY(pieces_.pass_on());
    }
    for (const Error& error : file.problems) problem(error);
    return pieces_.flush();
  }
  Status end(const CheckSummary& summary) override {
    for (const Error& error : summary.problems) problem(error);
    return pieces_.flush();
  }

 private:
  void problem(const Error& error) {
    pieces_.out += "::error file=" + command_text(plain_path(error.at.path), true);
    if (error.at.line) pieces_.out += ",line=" + std::to_string(error.at.line);
    pieces_.out += ",title=cannot be read::" + command_text(one_line(error.what), false) + "\n";
  }
  Write write_;  // before pieces_, which refers to it
  Pieces pieces_;
};

class Gitlab : public CheckOutput {
 public:
  explicit Gitlab(const Write& write) : write_(write), pieces_(write_), json_(pieces_.out, 2) { json_.begin_array(); }
  Status file(const CheckedFile& file) override {
    for (const CheckFinding& f : file.findings) {
      if (f.suppressed || !f.judged()) continue;
      std::string fingerprint = f.fingerprint();
      const int again = seen_[fingerprint]++;  // a report may not have one twice
      if (again) fingerprint += "-" + std::to_string(again + 1);
      entry(finding_rule(f) + (f.resource.empty() ? "" : " " + f.resource) + ": " + finding_sentence(f), finding_rule(f), fingerprint, severity(f), f.file, f.line);
      TRY(pieces_.pass_on());
    }
    for (const Error& error : file.problems) problem(error);
    return {};
  }
  Status end(const CheckSummary& summary) override {
    for (const Error& error : summary.problems) problem(error);
    json_.end_array();
    pieces_.out += '\n';
    return pieces_.flush();
  }

 private:
  static std::string_view severity(const CheckFinding& f) {
    if (f.known) return "info";
    if (f.status == GuardStatus::unknown) return "minor";
    const std::string_view own = f.severity_name();
    return own == "critical" ? "blocker" : own == "high" ? "critical" : own == "low" ? "minor" : "major";
  }
  void problem(const Error& error) {
    CheckFinding none;
    none.rule = "unreadable", none.file = error.at.path, none.expected = error.what;
    std::string fingerprint = none.fingerprint();
    const int again = seen_[fingerprint]++;
    if (again) fingerprint += "-" + std::to_string(again + 1);
    entry("cannot be read: " + one_line(error.what), "unreadable", fingerprint, "critical", error.at.path, error.at.line);
  }
  void entry(std::string_view description, std::string_view check, std::string_view fingerprint, std::string_view severity, std::string_view path, uint32_t line) {
    json_.begin_object().member("description", description).member("check_name", check).member("fingerprint", fingerprint).member("severity", severity);
    json_.key("location").begin_object().member("path", plain_path(path)).key("lines").begin_object().member("begin", int64_t{line ? line : 1}).end_object().end_object().end_object();
  }
  Write write_;  // before pieces_, which refers to it
  Pieces pieces_;
  JsonWriter json_;
  std::map<std::string, int> seen_;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_github(const Write& write) { return std::make_unique<Github>(write); }
std::unique_ptr<CheckOutput> make_check_gitlab(const Write& write) { return std::make_unique<Gitlab>(write); }

}  // namespace reeve
