#include "report/markdown.h"

#include <algorithm>

#include "base/text.h"
#include "formats/json.h"
#include "report/finding_walk.h"
#include "report/open_blockers.h"

namespace reeve {
namespace {

// What the sections may take; together less than kMarkdownBytes.
constexpr size_t kChanged = 24'000, kBlockers = 14'000, kPractices = 6'000, kFirst = 6'000, kUnknown = 6'000;
constexpr size_t kName = 300, kReason = 240;  // bytes of one name or reason

// Characters that turn the direction of writing or show nothing, U+200B–200F, 202A–202E, 2060–2069, FEFF: names do not need them.
bool hides(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0; };
  if (byte(0) == 0xef) return byte(1) == 0xbb && byte(2) == 0xbf;
  if (byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && ((byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xaa && byte(2) <= 0xae))) || (byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xa9);
}

std::string tame(std::string_view text) {
  std::string line = one_line(text), out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (hides(line, i)) out += '?', i += 2;
    else out += line[i];
  }
  return out;
}

// A table that ends with what did not fit.
class Rows {
 public:
  Rows(std::string& out, size_t budget) : out_(out), budget_(budget), begin_(out.size()) {}
  void row(std::initializer_list<std::string> cells) {
    std::string line = "|";
    for (auto& cell : cells) line += " " + cell + " |";
    if (out_.size() + line.size() - begin_ > budget_) ++more_;
    else out_ += line + "\n";
  }
  // Says how many rows were left out, and where they are.
  void end() { out_ += more_ ? "\n… " + with_thousands(more_) + " more: `reeve assess --format csv`\n\n" : "\n"; }

 private:
  std::string& out_;
  size_t budget_, begin_, more_ = 0;
};

// A sentence of Reeve's own, where a pair of backticks holds a name; a backtick without a second is one of its letters.
std::string sentence(std::string_view text) {
  auto prose = [](std::string_view part) {  // the space beside a name stays
    if (part.empty()) return std::string();
    const std::string words = markdown_text(part);
    return (part.front() == ' ' ? " " : "") + words + (part.back() == ' ' && !words.empty() ? " " : "");
  };
  std::string out;
  for (;;) {
    size_t begin = text.find('`'), end = begin == text.npos ? begin : text.find('`', begin + 1);
    if (end == text.npos) return out + prose(text);
    out += prose(text.substr(0, begin)) + markdown_code(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
}

std::string plural(uint64_t n, std::string_view one) { return with_thousands(n) + " " + std::string(one) + (n == 1 ? "" : "s"); }
std::string whole(double score) { return std::to_string(static_cast<int>(score + 0.5)); }

class Page {
 public:
  Page(Assessment& a, const OutputOptions& options) : a_(a), options_(options) {}

  Result<std::string> all() {
    headline();
    TRY(changes());
    blockers();
    practices();
    first();
    unknown();
    out_ += "Judged by " + plural(a_.controls.size(), "control") + ", edition " + markdown_text(a_.edition) + ". *Unknown* is what could not be read; it never counts as pass.\n";
    return std::move(out_);
  }

 private:
  void headline() {
    out_ += "## SEC01" + (a_.organization.empty() ? std::string() : " of " + markdown_text(cut(a_.organization, kName))) + ": " + (a_.controls_left_out ? a_.controls_asked() + ", no level" : "level " + std::to_string(a_.level) + " of 4" +
            (a_.level ? ", " + std::string(level_name(a_.level)) : "")) + "\n\n";
    out_ += "**" + with_thousands(a_.verdicts.fail) + " fail** · **" + with_thousands(a_.verdicts.unknown) + " unknown** · " + with_thousands(a_.verdicts.excepted) + " excepted · " +
            with_thousands(a_.verdicts.pass) + " pass · score " + (a_.score ? whole(*a_.score) : "unknown") + "\n\n";
    out_ += plural(a_.accounts, "account") + ", " + plural(a_.regions, "Region") + ", " + plural(a_.resources, "resource") + ", as of " + people_time(a_.as_of) + ".\n\n";
    if (a_.incomplete()) out_ += "**Incomplete**: " + plural(a_.problems.size(), "input") + " could not be read or judged; the rest was.\n\n";
  }

  // What the run before this one left as its summary.
  Status before() {
    auto runs = TRY(a_.store->runs());
    auto summary = read_json(runs[runs.size() - 2].summary_json, Source{});
    if (!summary) return {};
    auto number = [&](const char* key) {
      auto value = (*summary)->root().get(key);
      return value ? value.number() : std::nullopt;
    };
    if (auto level = number("level"); level && *level != a_.level && !a_.controls_left_out) out_ += "Level " + whole(*level) + " → **" + std::to_string(a_.level) + "**. ";
    if (auto score = number("score"); score && a_.score && !a_.controls_left_out && whole(*score) != whole(*a_.score)) out_ += "Score " + whole(*score) + " → **" + whole(*a_.score) + "**. ";
    return {};
  }

  Status changes() {
    if (!TRY(has_earlier_run(a_))) return {};
    out_ += "### Since the last run\n\n";
    TRY(before());
    out_ += plural(a_.changes.opened + a_.changes.reopened, "finding") + " opened, " + with_thousands(a_.changes.closed) + " closed, " + with_thousands(a_.changes.changed) + " changed status";
    if (a_.changes.not_rejudged) out_ += ", " + with_thousands(a_.changes.not_rejudged) + " not judged again";
    out_ += ".\n\n";
    std::vector<ReportedFinding> fresh;
    std::vector<ReportedFinding> mended;
    TRY(walk_findings(a_, {.closed_now = true, .redaction = options_.redaction}, [&](const ReportedFinding& finding) -> Status {
      if (finding.newly_opened && finding.status == "fail") take(fresh, finding);
      if (finding.closed_at.known() && finding.status == "pass") take(mended, finding);
      return {};
    }));
    if (!fresh.empty()) {
      out_ += "**New fails**\n\n| severity | control | resource | why |\n|---|---|---|---|\n";
      Rows rows(out_, kChanged * 2 / 3);
      for (auto& finding : fresh)
        rows.row({std::string(name(finding.severity())), markdown_code(finding.control_id), markdown_code(cut(finding.uid, kName)), markdown_text(cut(finding.reason, kReason))});
      rows.end();
    }
    if (!mended.empty()) {
      out_ += "**Mended**\n\n| severity | control | resource |\n|---|---|---|\n";
      Rows rows(out_, kChanged / 3);
      for (auto& finding : mended) rows.row({std::string(name(finding.severity())), markdown_code(finding.control_id), markdown_code(cut(finding.uid, kName))});
      rows.end();
    }
    return {};
  }

  // Kept worst first, without what the table could not show anyway.
  static void take(std::vector<ReportedFinding>& found, const ReportedFinding& finding) {
    ReportedFinding brief = finding;
    brief.evidence_json.clear();
    auto worse = [](auto& x, auto& y) { return x.severity() > y.severity(); };
    found.insert(std::upper_bound(found.begin(), found.end(), brief, worse), std::move(brief));
  }

  void blockers() {
    auto open = open_blockers(a_);
    if (open.rows.empty()) return;
    out_ += "### " + (a_.controls_left_out ? "Open" : "Blocks level " + std::to_string(a_.level + 1)) + "\n\n| | severity | control | resource | owner | effort |\n|---|---|---|---|---|---|\n";
    Rows rows(out_, kBlockers);
    for (auto& row : open.rows) {
      if (!row.result) {
        rows.row({"–", "–", "–", markdown_text(row.blocker->why + ": " + row.practice->practice->title), "–", "–"});
        continue;
      }
      const Control& control = *row.result->control;
      std::string resource = row.uid.empty() ? markdown_text(cut(row.blocker->why, kReason)) : markdown_code(cut(row.uid, kName));
      if (row.blocker->resources > 1) resource += " and " + with_thousands(row.blocker->resources - 1) + " more";
      rows.row({std::string(name(row.blocker->status)), std::string(name(control.severity)), markdown_code(control.id), resource, markdown_text(owner_of(a_, control)), markdown_text(control.effort)});
    }
    rows.end();
  }

  void practices() {
    out_ += "### Practices\n\n| practice | level | fail | unknown | excepted | score |\n|---|---|---:|---:|---:|---:|\n";
    Rows rows(out_, kPractices);
    for (auto& practice : a_.practices)
      rows.row({markdown_text((practice.number.empty() ? practice.practice->slug : practice.number) + " " + practice.practice->title),
                a_.controls_left_out ? "–" : std::to_string(practice.level) + " " + std::string(level_name(practice.level)), with_thousands(practice.verdicts.fail), with_thousands(practice.verdicts.unknown),
                with_thousands(practice.verdicts.excepted), practice.score ? whole(*practice.score) : "–"});
    rows.end();
  }

  void first() {
    if (a_.roadmap.empty()) return;
    constexpr size_t most = 10;
    out_ += "### Do first\n\n| | control | what to do | removes | owner |\n|---:|---|---|---:|---|\n";
    Rows rows(out_, kFirst);
    for (size_t i = 0; i < a_.roadmap.size() && i < most; ++i) {
      auto& item = a_.roadmap[i];
      if (item.kind == StepKind::later) continue;  // nobody can act on it
      const Control* control = a_.content.control(item.control);
      rows.row({std::to_string(item.rank), markdown_code(item.control), sentence(cut(action_of(a_, item), kReason)), points_of(item), markdown_text(control ? owner_of(a_, *control) : item.owner)});
    }
    rows.end();
  }

  void unknown() {
    if (a_.unknown_causes.empty()) return;
    constexpr size_t most = 20;
    out_ += "### Not known\n\n| cause | verdicts | accounts |\n|---|---:|---:|\n";
    Rows rows(out_, kUnknown);
    for (size_t i = 0; i < a_.unknown_causes.size() && i < most; ++i)
      rows.row({sentence(cut(a_.unknown_causes[i].cause, kReason)), with_thousands(a_.unknown_causes[i].verdicts), with_thousands(a_.unknown_causes[i].accounts)});
    rows.end();
    if (a_.unknown_causes.size() > most) out_ += "… " + with_thousands(a_.unknown_causes.size() - most) + " more causes: `reeve assess --format json`\n\n";
  }

  Assessment& a_;
  const OutputOptions& options_;
  std::string out_;
};

}  // namespace

std::string markdown_code(std::string_view text) {
  std::string line = tame(text);
  size_t longest = 0, run = 0;
  for (char c : line) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  std::string fence(longest + 1, '`'), inside;
  for (char c : line) {
    if (c == '|') inside += '\\';  // a table splits its cells before it looks for code
    inside += c;
  }
  if (inside.empty()) return "–";
  bool pad = inside.front() == '`' || inside.back() == '`';
  return fence + (pad ? " " : "") + inside + (pad ? " " : "") + fence;
}

std::string markdown_text(std::string_view text) {
  std::string out;
  for (char c : tame(text)) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
                 std::string_view(" ,.;-()'?%/").find(c) != std::string_view::npos;
    if (c == '.' && out.size() >= 3 && equal_ignoring_case(std::string_view(out).substr(out.size() - 3), "www")) plain = false;  // would become a link
    if (plain) out += c;
    else out += "&#" + std::to_string(static_cast<int>(c)) + ";";
  }
  return out;
}

Status write_markdown(Assessment& a, const OutputOptions& options, const Write& write) { return write(TRY(Page(a, options).all())); }

}  // namespace reeve
