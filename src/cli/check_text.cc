#include "cli/check_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "base/words.h"

namespace reeve {
namespace {

using guard::GuardStatus;

class Text : public CheckOutput {
 public:
  Text(const Terminal& terminal, const Write& write) : terminal_(terminal), write_(write) {}

  Status file(const CheckedFile& file) override {
    // By resource in order of first mention, by rule within it.
    std::map<std::string_view, size_t> order;
    for (const CheckFinding& f : file.findings) order.emplace(f.resource, order.size());
    std::vector<const CheckFinding*> rows;
    std::set<std::tuple<std::string_view, std::string_view, uint32_t, std::string_view>> blocks;
    for (const CheckFinding& f : file.findings) {
      if ((f.known && !f.suppressed) || !f.judged()) continue;
      rows.push_back(&f);
      if (f.suppressed) continue;
      // A verdict may rest on several places: of a control on a resource, of a rule's block on a file.
      const bool is_new = blocks.emplace(f.rules_file, f.rule, f.block_line, f.control ? std::string_view(f.resource) : std::string_view()).second;
      if (is_new) ++(f.status == GuardStatus::fail ? fails_ : unknowns_)[std::string(f.severity_name())];
      places_ += f.status == GuardStatus::fail;
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const auto* a, const auto* b) { return order[a->resource] < order[b->resource]; });
    std::string out;
    const CheckFinding* before = nullptr;
    for (const CheckFinding* f : rows) {
      const bool same = before && before->resource == f->resource && before->rule == f->rule && before->rules_file == f->rules_file && before->status == f->status && before->block_line == f->block_line &&
                        before->suppressed.has_value() == f->suppressed.has_value();
      if (!same) {
        if (any_) out += '\n';
        any_ = true;
        head(out, *f);
        message_.clear(), cause_.clear();
      }
      if (!f->suppressed) body(out, *f);
      else if (!same) out += safe(Place{f->file, f->line, f->column}.text()) + '\n', note(out, "who", exception_sentence(*f));
      before = f;
    }
    return out.empty() ? Status() : write_(out);
  }

  Status end(const CheckSummary& s) override {
    std::string out = any_ ? "\n" : "";
    std::string what = count_text(s.data_files, "file");
    if (s.controls) what += ", " + count_text(s.resources, "resource") + ", " + count_text(s.controls, "control") + " of content" + (s.beyond ? "; " + with_thousands(s.beyond) + " more judge only what is live (`reeve assess`)" : "");
    else what += ", " + count_text(s.rule_files, "rule file");
    if (s.unreadable) what += "; " + count_text(s.unreadable, "file") + " could not be read";
    out += what + "\n";
    if (!s.unjudged.empty()) out += unjudged(s);
    std::vector<std::string> counts;
    const std::string severities = by_severity(fails_);
    counts.push_back(paint(terminal_, total(fails_) ? Ink::fail : Ink::plain, with_thousands(total(fails_)) + " fail") +
                     (!severities.empty() ? severities : places_ > total(fails_) ? " in " + count_text(places_, "place") : ""));
    counts.push_back(paint(terminal_, total(unknowns_) ? Ink::unknown : Ink::plain, with_thousands(total(unknowns_)) + " unknown"));
    if (s.excepted) counts.push_back(paint(terminal_, Ink::excepted, with_thousands(s.excepted) + " excepted"));
    counts.push_back(with_thousands(s.pass) + " pass");
    if (!s.controls) counts.push_back(with_thousands(s.skip) + " skip");
    out += join(counts, fold(terminal_, " · "));
    if (s.baseline)
      out += "\nagainst the baseline: " + with_thousands(s.baseline->fresh) + " new, " + with_thousands(s.baseline->known) + " known, " + with_thousands(s.baseline->gone) + " gone";
    return write_(wrap_painted(out) + "\n");
  }

 private:
  // Not a word about each: which types nothing here is about, the most frequent first.
  std::string unjudged(const CheckSummary& s) const {
    constexpr size_t named_most = 4;
    std::vector<std::pair<uint64_t, std::string>> types;
    uint64_t all = 0;
    for (const auto& [type, count] : s.unjudged) types.emplace_back(count, type), all += count;
    std::stable_sort(types.begin(), types.end(), [](auto& a, auto& b) { return a.first > b.first; });
    std::string out = "not judged: " + count_text(all, "resource") + " of " + count_text(types.size(), "type") + " that no control is about: ";
    for (size_t i = 0; i < types.size() && i < named_most; ++i) out += (i ? ", " : "") + safe(types[i].second) + (types[i].first > 1 ? " (" + with_thousands(types[i].first) + ")" : "");
    if (types.size() > named_most) out += " and " + with_thousands(types.size() - named_most) + " more";
    return out + "\n";
  }

  static uint64_t total(const std::map<std::string, uint64_t>& by) {
    uint64_t n = 0;
    for (const auto& [severity, count] : by) n += count;
    return n;
  }
  static std::string by_severity(const std::map<std::string, uint64_t>& by) {
    std::vector<std::string> parts;
    for (const char* severity : {"critical", "high", "medium", "low"})
      if (const auto at = by.find(severity); at != by.end()) parts.push_back(std::to_string(at->second) + " " + severity);
    return parts.empty() ? "" : " (" + join(parts, ", ") + ")";
  }

  // The last lines hold escapes; they are cut at ` · ` where they are too wide.
  std::string wrap_painted(const std::string& text) const {
    std::string out;
    size_t at = 0;
    for (const std::string_view line : split(text, '\n')) {
      if (at++) out += '\n';
      std::string plain;
      for (size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') i = line.find('m', i);
        else plain += line[i];
      }
      if (display_width(plain) <= terminal_.width) {
        out += line;
        continue;
      }
      const std::string dot = fold(terminal_, " · ");
      const size_t cut = line.rfind(dot);
      if (cut == std::string_view::npos) out += line;
      else out += std::string(line.substr(0, cut)) + "\n" + wrap(line.substr(cut + dot.size()), terminal_.width, 0);
    }
    return out;
  }

  void head(std::string& out, const CheckFinding& f) const {
    const bool fail = f.status == GuardStatus::fail;
    std::string rule = safe(f.rule == "default" ? file_name(f.rules_file) : f.rule);
    const std::string word = f.suppressed ? "exc " : fail ? "fail" : "unkn", severity = std::string(f.severity_name());
    std::string what = safe(f.resource);
    if (!f.type.empty()) what += " (" + safe(f.type) + ")";
    if (terminal_.tty) {
      const int room = terminal_.width - static_cast<int>(word.size() + (severity.empty() ? 0 : severity.size() + 1)) - 4;
      rule = shorten(terminal_, rule, std::max(10, room - std::min(display_width(what), room / 2)));
      what = shorten(terminal_, what, std::max(4, room - display_width(rule)));
    }
    out += paint(terminal_, f.suppressed ? Ink::excepted : fail ? Ink::fail : Ink::unknown, word);
    if (!severity.empty()) out += ' ' + severity;
    out += "  " + paint(terminal_, Ink::heading, rule);
    if (!what.empty()) out += "  " + what;
    out += '\n';
  }

  void body(std::string& out, const CheckFinding& f) {
    out += safe(Place{f.file, f.line, f.column}.text()) + '\n';
    const std::string says = f.missing && f.line ? "expected " + words(f) : "expected " + f.expected;
    const std::string line = tidy(f.text);
    const std::string number = std::to_string(f.line), gutter(std::max<size_t>(number.size(), 5), ' ');
    const int width = terminal_.tty ? terminal_.width : 0;
    const std::string bar = std::string(gutter.size() - number.size(), ' ') + number + " | ";
    bool marked = false;
    if (!line.empty() && f.column <= f.text.size() + 1) {
      const int before = display_width(tidy(f.text.substr(0, f.column - 1)));
      const size_t bytes = f.end_line == f.line ? f.end_column - f.column : f.text.size() - f.column + 1;
      const int marks = std::max(1, display_width(tidy(f.text.substr(f.column - 1, bytes))));
      const int room = width ? width - static_cast<int>(gutter.size()) - 3 : 0;
      if (!room || before + marks <= room) {
        out += paint(terminal_, Ink::dim, bar) + (room && display_width(line) > room ? cut_to(line, room) : line) + '\n';
        const std::string carets(static_cast<size_t>(marks), '^');
        const std::string under = std::string(static_cast<size_t>(before), ' ') + carets;
        const bool beside = !room || before + marks + 1 + display_width(safe(says)) <= room;
        out += paint(terminal_, Ink::dim, gutter + " | ") + std::string(static_cast<size_t>(before), ' ') + paint(terminal_, f.status == GuardStatus::fail ? Ink::fail : Ink::unknown, carets);
        if (beside) out += ' ' + safe(says);
        out += '\n';
        marked = beside;
      }
    }
    if (!marked) note(out, "want", says.substr(9));
    if (line.empty() && !f.found.empty()) note(out, "found", f.found);
    if (!f.reason.empty() && f.reason != cause_) note(out, "cause", f.reason), cause_ = f.reason;
    if (f.lapsed) note(out, "over", exception_sentence(f));
    // Of several places of one verdict the first says why and what to do.
    if (f.message.empty() || f.message == message_) return;
    note(out, "why", f.message), message_ = f.message;
    if (f.control && !f.control->fix.empty()) note(out, "fix", f.control->fix);
  }

  static std::string words(const CheckFinding& f) {
    // The rest of the path that is missing below what is marked.
    return f.expected + " at " + f.path;
  }

  void note(std::string& out, std::string_view label, std::string_view text) const {
    const std::string clean = safe(one_line(text));
    std::string body = terminal_.tty ? wrap(clean, std::max(20, terminal_.width - 9), 9) : std::string(9, ' ') + clean + "\n";
    if (body.empty() || body.back() != '\n') body += '\n';
    const std::string head = "   " + std::string(label);
    out += paint(terminal_, Ink::dim, head) + body.substr(std::min(head.size(), body.size()));
  }

  static std::string tidy(std::string_view line) {
    std::string out;
    for (const char c : line) out += c == '\t' ? ' ' : c;
    return safe(out);
  }
  std::string cut_to(const std::string& line, int room) const {
    std::string out;
    const std::string dots = fold(terminal_, "…");
    for (size_t i = 0; i < line.size();) {
      size_t next = i + 1;
      while (next < line.size() && (static_cast<unsigned char>(line[next]) & 0xc0) == 0x80) ++next;
      if (display_width(out) + display_width(line.substr(i, next - i)) > room - display_width(dots)) break;
      out += line.substr(i, next - i);
      i = next;
    }
    return out + dots;
  }

  Terminal terminal_;
  Write write_;
  bool any_ = false;
  std::string message_, cause_;  // the last that were printed of this rule and resource
  std::map<std::string, uint64_t> fails_, unknowns_;  // verdicts by severity
  uint64_t places_ = 0;                               // that fails rest on
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_text(const Terminal& terminal, const Write& write) { return std::make_unique<Text>(terminal, write); }

}  // namespace reeve
