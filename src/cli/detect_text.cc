#include "cli/detect_text.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"

namespace reeve {
namespace {

constexpr int level_width = 8;      // `critical`
constexpr int principal_least = 16;  // columns; less of a name tells nothing

Ink ink_of(RuleLevel level) {
  switch (level) {
    case RuleLevel::critical:
    case RuleLevel::high: return Ink::fail;
    case RuleLevel::medium: return Ink::excepted;
    case RuleLevel::low:
    case RuleLevel::informational: return Ink::plain;
  }
  return Ink::plain;
}

std::string padded(std::string text, int width) {
  const int has = display_width(text);
  if (has < width) text += std::string(static_cast<size_t>(width - has), ' ');
  return text;
}

std::string seconds(Time time) { return rfc3339(Time{time.ms / 1000 * 1000}); }

}  // namespace

int64_t DetectText::elapsed_ms() const { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_).count(); }

std::string DetectText::line(const RuleHead& rule, const Alert& alert) const {
  const Terminal& terminal = io_.terminal;
  std::string when = seconds(Time{alert.event.time_ms});  // 2026-11-22T04:12:07Z
  if (!today_.empty() && starts_with(when, today_)) when = when.substr(when.find('T') + 1);
  else when[10] = ' ';
  std::string level(name(rule.level));
  if (rule.level == RuleLevel::informational) level = "info";
  const std::string account = padded(safe(alert.event.account), 12), who = safe(alert.event.principal);
  std::string title = safe(rule.title);
  if (alert.count > 1) title += " (" + with_thousands(alert.count) + " events)";
  const std::string head = when + " " + paint(terminal, ink_of(rule.level), level) + std::string(static_cast<size_t>(std::max(0, level_width - display_width(level))) + 2, ' ');
  if (!terminal.tty) return fold(terminal, head + title + "  " + account + "  " + alert.id + (who.empty() ? "" : "  " + who)) + "\n";
  // What follows the time and the level, then on a line of its own what it is known by, where and who. Titles are never cut, ids neither.
  const int indent = display_width(when) + 1 + level_width + 2;
  std::string lines = head, below = wrap(fold(terminal, title), terminal.width, indent);
  lines += below.substr(std::min(below.size(), static_cast<size_t>(indent)));
  while (ends_with(lines, "\n")) lines.pop_back();
  const std::string second = "  " + paint(terminal, Ink::dim, alert.id) + "  " + account;
  // An ARN says its account again; what is left of it tells who.
  std::string tail = who;
  if (const std::string own = ":" + alert.event.account + ":"; starts_with(who, "arn:") && contains(who, own)) tail = who.substr(who.find(own) + own.size());
  const int room = terminal.width - (2 + display_width(alert.id) + 2 + display_width(account) + 2);
  if (!tail.empty() && room >= principal_least) return lines + "\n" + second + "  " + fold(terminal, shorten(terminal, tail, room)) + "\n";
  return lines + "\n" + second + "\n";
}

std::string DetectText::audit(const ObjectAudit& audit) const {
  if (audit.ignored) return fold(io_.terminal, "   no log  " + safe(audit.object)) + "\n";
  std::string out = "   " + with_thousands(audit.judged) + " of " + count_text(audit.records, "record") + " judged  " + safe(audit.format) + "  " + bytes_text(audit.bytes) + "  " + safe(audit.object);
  for (const Refusal& refusal : audit.refused)
    out += "\n      " + with_thousands(refusal.count) + " refused: " + safe(refusal.why) + (refusal.first.line ? ", first in line " + std::to_string(refusal.first.line) : "");
  if (audit.parameters_omitted > 0) out += "\n      " + count_text(audit.parameters_omitted, "event") + " without parameters: CloudTrail left them out for their size";
  if (audit.duplicate_members > 0) out += "\n      " + count_text(audit.duplicate_members, "member") + " given again: the last counts";
  if (!audit.broken.empty()) out += "\n      broken: " + safe(audit.broken);
  return fold(io_.terminal, out) + "\n";
}

std::string DetectText::closing(const DetectTotals& totals) const {
  const int64_t elapsed = elapsed_ms();
  std::string out = count_text(totals.events, "event");
  if (totals.refused > 0) out += ", " + count_text(totals.refused, "unreadable event");
  if (totals.parameters_omitted > 0) out += ", " + with_thousands(totals.parameters_omitted) + " without their parameters";
  if (totals.late > 0) out += ", " + with_thousands(totals.late) + " too late for correlations";
  out += ", " + count_text(totals.alerts, "alert") + ", " + duration_text(elapsed);
  if (elapsed >= 500 && totals.events > 0) out += " (" + with_thousands(totals.events * 1000 / static_cast<uint64_t>(elapsed)) + " events/s)";
  std::vector<std::string> more;
  if (totals.skipped > 0) more.push_back(count_text(totals.skipped, "object") + " read before");
  if (totals.suppressed > 0) more.push_back(count_text(totals.suppressed, "alert") + " suppressed");
  if (totals.repeated > 0) more.push_back(count_text(totals.repeated, "alert") + " told before");
  if (totals.ignored > 0) more.push_back(count_text(totals.ignored, "file") + " that " + (totals.ignored == 1 ? "is no log" : "are no logs"));
  if (!more.empty()) out += "\n" + join(more, ", ");
  return out + "\n";
}

void DetectText::progress(const DetectTotals& totals) {
  const auto now = Clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - said_).count();
  if (elapsed_ms() < 500 || since < (io_.error_terminal.tty ? 200 : 10'000)) return;
  said_ = now;
  const auto per_s = totals.events * 1000 / static_cast<uint64_t>(std::max<int64_t>(elapsed_ms(), 1));
  if (io_.error_terminal.tty) {
    std::string line = "detect " + duration_text(elapsed_ms()) + "  " + count_text(totals.objects, "object") + "  " + count_text(totals.events, "event") + "  " + with_thousands(per_s) + "/s  " + count_text(totals.alerts, "alert");
    io_.say("\r\x1b[K" + shorten(io_.error_terminal, line, io_.error_terminal.width - 1));
    shown_ = true;
  } else {
    io_.say(seconds(wall_clock()) + " detect objects=" + std::to_string(totals.objects) + " events=" + std::to_string(totals.events) + " rate=" + std::to_string(per_s) + "/s alerts=" + std::to_string(totals.alerts) +
            " refused=" + std::to_string(totals.refused) + "\n");
  }
}

void DetectText::end_progress() {
  if (shown_) io_.say("\r\x1b[K");
  shown_ = false;
}

}  // namespace reeve
