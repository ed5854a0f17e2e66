#include "report/html_page.h"
#include "report/redaction.h"

#include <algorithm>
#include <cstdio>

#include "base/hash.h"
#include "base/text.h"

namespace reeve {
namespace {

// The code point at the head of `text`, taken off; bytes that are no UTF-8 give U+FFFD, one at a time.
uint32_t take(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (size == 0 || size > text.size() || !valid_utf8(text.substr(0, size))) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(size);
  return point;
}

// Changes how the text around it is shown.
bool acts(uint32_t point) {
  return (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0x200E || point == 0x200F || point == 0x061C || point == 0x2028 || point == 0x2029;
}

}  // namespace

std::string esc(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  while (!text.empty()) {
    auto c = static_cast<unsigned char>(text[0]);
    if (c >= 0x20 && c < 0x7F) {
      switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += static_cast<char>(c);
      }
      text.remove_prefix(1);
      continue;
    }
    uint32_t point = take(text);
    if (acts(point)) {
      char number[16];
      std::snprintf(number, sizeof number, "[U+%04X]", point);
      out += number;
    } else {
      append_utf8(out, point);
    }
  }
  return out;
}

std::string policy_hash(std::string_view text) {
  const Sha256 digest = sha256(text);
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < digest.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < digest.size() ? digest[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > digest.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return "'sha256-" + out + "'";
}

std::string css_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    uint32_t point = take(text);
    char number[16];
    bool plain = point == ' ' || point == '.' || point == ',' || (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') || (point >= 'a' && point <= 'z');
    if (plain || (point >= 0x80 && !acts(point))) {
      append_utf8(out, point);
    } else if (acts(point)) {
      std::snprintf(number, sizeof number, "[U\\2B %04X]", point);
      out += number;
    } else {
      std::snprintf(number, sizeof number, "\\%X ", point);
      out += number;
    }
  }
  return out + "\"";
}

std::string clip(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string icon(std::string_view id) {
  return "<svg class=\"i i-" + std::string(id) + "\" aria-hidden=\"true\"><use href=\"#i-" + std::string(id) + "\"/></svg>";
}

std::string_view short_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail: return "fail";
    case Verdict::unknown: return "unknown";
    case Verdict::excepted: return "excepted";
    case Verdict::pass: return "pass";
    case Verdict::not_applicable: return "n/a";
  }
  return "";
}

std::string mark(Verdict verdict) {
  std::string_view id = verdict == Verdict::not_applicable ? "na" : short_word(verdict);
  return "<span class=\"v v-" + std::string(id) + "\">" + std::string(short_word(verdict)) + "</span>";
}

std::string severity_mark(Severity severity) {
  std::string word(name(severity));
  return "<span class=\"v s-" + word + "\">" + icon("s" + std::to_string(static_cast<int>(severity))) + word + "</span>";
}

std::string pips(int level) {
  std::string out = "<svg class=\"pips\" viewBox=\"0 0 58 13\" aria-hidden=\"true\">";
  for (int i = 0; i < 4; ++i)
    out += "<rect x=\"" + std::to_string(i * 15) + ".5\" y=\".5\" width=\"12\" height=\"12\" rx=\"3\"" + (i < level ? " class=\"on\"" : "") + "/>";
  return out + "</svg>";
}

std::string bar(const VerdictCounts& c, int width) {
  const uint64_t parts[] = {c.fail, c.unknown, c.excepted, c.pass, c.not_applicable};
  static constexpr const char* kNames[] = {"fail", "unknown", "excepted", "pass", "n/a"};
  static constexpr const char* kKinds[] = {"fail", "unknown", "excepted", "pass", "na"};
  uint64_t total = 0;
  for (uint64_t n : parts) total += n;
  std::string label, rects;
  int x = 0;
  // What is there is at least two pixels wide; the widest part gives them up.
  int widths[5] = {};
  size_t widest = 0;
  int used = 0;
  for (size_t i = 0; i < 5; ++i) {
    if (parts[i] == 0) continue;
    widths[i] = std::max(2, static_cast<int>(static_cast<double>(width) * static_cast<double>(parts[i]) / static_cast<double>(total)));
    used += widths[i];
    if (parts[i] > parts[widest]) widest = i;
  }
  if (total > 0) widths[widest] += width - used;
  for (size_t i = 0; i < 5; ++i) {
    if (parts[i] == 0) continue;
    label += (label.empty() ? "" : ", ") + with_thousands(parts[i]) + " " + kNames[i];
    rects += "<rect class=\"b-" + std::string(kKinds[i]) + "\" x=\"" + std::to_string(x) + "\" width=\"" + std::to_string(widths[i]) + "\" height=\"10\"/>";
    x += widths[i];
  }
  if (total == 0) label = "no verdicts", rects = "<rect class=\"b-na\" width=\"" + std::to_string(width) + "\" height=\"10\"/>";
  return "<svg class=\"bar\" viewBox=\"0 0 " + std::to_string(width) + " 10\" role=\"img\" aria-label=\"" + label + "\">" + rects + "</svg>";
}

std::string when_text(Time time) {
  if (!time.known()) return "time not known";
  std::string text = people_time(time);  // 22 Nov 2026 04:12Z
  size_t gap = text.rfind(' ');
  return text.substr(0, gap) + ", " + text.substr(gap + 1, text.size() - gap - 2) + " UTC";
}

std::string day_text(Time time) {
  std::string text = people_time(time);
  return time.known() ? text.substr(0, text.rfind(' ')) : "–";
}

std::string when(Time time) {
  if (!time.known()) return "<span>time not known</span>";
  return "<time datetime=\"" + rfc3339(time) + "\">" + when_text(time) + "</time>";
}

std::string figure(uint64_t n, std::string_view path) { return "<data value=\"" + std::to_string(n) + "\" data-is=\"" + esc(path) + "\">" + with_thousands(n) + "</data>"; }

std::string figures(uint64_t n, std::string_view path, std::string_view what) { return figure(n, path) + " " + std::string(what) + (n == 1 ? "" : "s"); }

std::string section_head(std::string_view id, std::string_view title, std::string_view lead, std::string_view note, bool csv) {
  std::string out = "<header class=\"sh\"><h2 id=\"h-" + std::string(id) + "\">" + std::string(title) + "</h2><p class=\"lead\">" + std::string(lead) + "</p>";
  if (!note.empty()) out += "<p class=\"note\">" + std::string(note) + "</p>";
  if (csv) out += "<button class=\"csv js\" type=\"button\" data-csv=\"" + std::string(id) + "\">CSV<span class=\"vh\"> of this section</span></button>";
  return out + "</header>";
}

std::string table_open(std::string_view label, const std::vector<std::string>& heads, std::string_view kind) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: " + esc(label) + "\"><table class=\"t" + (kind.empty() ? "" : " " + std::string(kind)) + "\"><thead><tr>";
  for (auto& head : heads) {
    if (starts_with(head, "<")) out += head;
    else if (starts_with(head, "#")) out += "<th class=\"n\">" + head.substr(1) + "</th>";
    else out += "<th>" + head + "</th>";
  }
  return out + "</tr></thead><tbody>";
}

std::string td(std::string_view markup) { return "<td>" + std::string(markup) + "</td>"; }
std::string td_number(std::string_view text) { return "<td class=\"n\">" + std::string(text) + "</td>"; }
std::string td(uint64_t n) { return td_number(with_thousands(n)); }

Report::Report(Assessment& assessment, const AssessHtmlOptions& html) : a(assessment), options(html) {
  for (size_t i = 0; i < a.controls.size(); ++i) controls_[a.controls[i].control->id] = i;
  for (auto& practice : a.practices) {
    if (practice.level != a.level || a.level >= 4) continue;
    for (auto& blocker : practice.blockers) {
      const ControlResult* result = control(blocker.control);
      blocking.push_back({&blocker, result, &practice});
      if (result) blocking_minutes += result->control->effort_minutes * static_cast<int64_t>(std::max<uint64_t>(1, std::min<uint64_t>(blocker.resources, 10000)));
    }
  }
  std::stable_sort(blocking.begin(), blocking.end(), [](auto& x, auto& y) {
    if (x.blocker->status != y.blocker->status) return x.blocker->status < y.blocker->status;
    return (x.control ? weight(x.control->control->severity) : 0) > (y.control ? weight(y.control->control->severity) : 0);
  });
  std::vector<Standing> all;
  for (auto& result : a.controls) {
    bool blocks = std::any_of(blocking.begin(), blocking.end(), [&](auto& one) { return one.control == &result; });
    VerdictCounts counts = result.counts;
    if (blocks) counts.pass += counts.fail + counts.unknown, counts.fail = counts.unknown = 0;
    all.push_back(standing_of(*result.control, counts));
  }
  score_unblocked = score(all);
  std::vector<int> levels;
  for (auto& practice : a.practices) {
    std::vector<Standing> own;
    for (size_t index : practice.controls) own.push_back(all[index]);
    levels.push_back(level_of(own));
  }
  level_unblocked = lowest_level(levels);
  auto names = a.store->db().prepare("SELECT account,name FROM temp.accounts WHERE name IS NOT NULL AND name<>'' ORDER BY account");
  if (!names) return;
  for (;;) {
    auto step = names->step();
    if (!step || !*step) break;
    const Redaction* redaction = options.redaction;
    account_names_[redaction ? redaction->account(names->text(0)) : std::string(names->text(0))] = redaction ? redaction->name(names->text(1)) : std::string(names->text(1));
  }
}

const ControlResult* Report::control(std::string_view id) const {
  auto found = controls_.find(id);
  return found == controls_.end() ? nullptr : &a.controls[found->second];
}

const PracticeResult* Report::practice_of(const Control& control) const {
  for (auto& practice : a.practices)
    if (practice.practice->slug == control.practice) return &practice;
  return nullptr;
}

std::string Report::owner(const std::string& role) const {
  if (a.workspace)
    if (auto found = a.workspace->owners.find(role); found != a.workspace->owners.end()) return found->second;
  return role;
}

std::string Report::number(const PracticeResult& practice) const {
  size_t dash = practice.number.rfind('-');
  return practice.number.empty() ? "" : practice.number.substr(dash == std::string::npos ? 0 : dash + 1);
}

std::string Report::account(std::string_view id) const {
  auto found = account_names_.find(std::string(id));
  return found == account_names_.end() ? "" : found->second;
}

std::string Report::share(const ControlResult& result, Verdict status) const {
  uint64_t n = status == Verdict::fail ? result.counts.fail : status == Verdict::unknown ? result.counts.unknown : status == Verdict::excepted ? result.counts.excepted : result.counts.pass;
  uint64_t of = result.counts.applicable();
  std::string_view type = result.resource_types.empty() ? std::string_view() : result.resource_types.front();
  const char* noun = starts_with(type, "Reeve::Account") ? "account" : starts_with(type, "Reeve::Region") ? "Region" : starts_with(type, "Reeve::Organization") ? "organization" : "resource";
  return with_thousands(n) + " of " + count_text(of, noun);
}

std::string Report::what(const Blocking& one) const {
  if (!one.control) return one.blocker->why;
  bool alone = one.control->counts.applicable() == 1;
  if ((alone || one.control->control->judge == Judge::attested) && !one.control->reason.empty()) return one.control->reason;
  return share(*one.control, one.blocker->status);
}

}  // namespace reeve
