#include "cli/digest_text.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int fault_width = 16;  // `log_unreferenced`

uint64_t faults_of(const DigestReport& report) {
  return static_cast<uint64_t>(std::count_if(report.findings.begin(), report.findings.end(), [](const DigestFinding& one) { return !is_doubt(one.fault); }));
}

std::string when_text(int64_t ms) {
  if (ms == 0) return std::string(20, ' ');
  std::string out = rfc3339(Time{ms / 1000 * 1000});
  out[10] = ' ';
  return out;
}

// The name at a key's end tells them apart.
std::string short_key(const Terminal& terminal, const std::string& key, int width) {
  return display_width(key) <= width ? key : shorten(terminal, key.substr(key.rfind('/') + 1), std::max(width, 8));
}

std::string with_short_keys(const Terminal& terminal, const std::string& text, int width) {
  std::vector<std::string> words;
  for (std::string_view word : split(text, ' ')) words.push_back(short_key(terminal, std::string(word), width));
  return join(words, " ");
}

int64_t number(uint64_t n) { return static_cast<int64_t>(n); }

}  // namespace

std::string_view name(DigestVerdict verdict) {
  switch (verdict) {
    case DigestVerdict::valid: return "valid";
    case DigestVerdict::unproven: return "unproven";
    case DigestVerdict::invalid: return "invalid";
  }
  return {};
}

DigestVerdict verdict_of(const DigestReport& report) {
  if (faults_of(report) > 0) return DigestVerdict::invalid;
  return report.findings.empty() && report.problems.empty() ? DigestVerdict::valid : DigestVerdict::unproven;
}

int64_t DigestText::elapsed_ms() const { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_).count(); }

std::string DigestText::finding(const DigestFinding& finding) const {
  const Terminal& terminal = io_.terminal;
  const std::string fault(name(finding.fault)), object = safe(finding.object), detail = safe(finding.detail);
  std::string out = paint(terminal, is_doubt(finding.fault) ? Ink::unknown : Ink::fail, fault) + std::string(static_cast<size_t>(std::max(0, fault_width - display_width(fault))) + 2, ' ') +
                    when_text(finding.time_ms) + "  ";
  const int indent = fault_width + 2;
  if (!terminal.tty) return fold(terminal, out + object + "\n" + std::string(static_cast<size_t>(indent), ' ') + detail) + "\n";
  return fold(terminal, out + short_key(terminal, object, terminal.width - indent - 22) + "\n" + wrap(with_short_keys(terminal, detail, terminal.width - indent), terminal.width, indent));
}

std::string DigestText::closing(const DigestReport& report) const {
  const uint64_t faults = faults_of(report), doubts = report.findings.size() - faults;
  std::string verdict(name(verdict_of(report)));
  const Ink ink = verdict == "valid" ? Ink::plain : verdict == "invalid" ? Ink::fail : Ink::unknown;
  std::string out = with_thousands(report.digests_valid) + " of " + count_text(report.digests, "digest") + " and " + with_thousands(report.logs_valid) + " of " + count_text(report.logs, "log file") + " proven";
  if (report.to_ms != 0) out += ", " + when_text(report.from_ms) + " to " + when_text(report.to_ms);
  out += ", " + duration_text(elapsed_ms());
  std::vector<std::string> more;
  if (report.logs_later > 0) more.push_back(count_text(report.logs_later, "log file") + " newer than the newest digest");
  if (report.logs_earlier > 0) more.push_back(count_text(report.logs_earlier, "log file") + " from before the first digest");
  for (const DigestChain& chain : report.chains)
    if (!chain.before.empty()) more.push_back(safe(chain.name) + " goes further back than what is here");
  more.insert(more.begin(), out);
  std::string text;
  for (const std::string& line : more) text += io_.terminal.tty ? hang(with_short_keys(io_.terminal, line, io_.terminal.width), io_.terminal.width) : line + "\n";
  std::string last = verdict;
  if (faults > 0) last += ", " + count_text(faults, "fault");
  if (doubts > 0) last += ", " + count_text(doubts, "doubt");
  return fold(io_.terminal, text) + paint(io_.terminal, ink, last) + "\n";
}

void DigestText::progress(const DigestProgress& progress) {
  const auto now = Clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - said_).count();
  if (elapsed_ms() < 500 || since < (io_.error_terminal.tty ? 200 : 10'000)) return;
  said_ = now;
  if (io_.error_terminal.tty) {
    const std::string line = "verify " + duration_text(elapsed_ms()) + "  " + with_thousands(progress.done) + " of " + with_thousands(progress.all) + " " + progress.what + "  " + bytes_text(progress.bytes);
    io_.say("\r\x1b[K" + shorten(io_.error_terminal, line, io_.error_terminal.width - 1));
    shown_ = true;
  } else {
    io_.say(rfc3339(Time{wall_clock().ms / 1000 * 1000}) + " verify " + std::string(progress.what) + "=" + std::to_string(progress.done) + "/" + std::to_string(progress.all) + " bytes=" + std::to_string(progress.bytes) + "\n");
  }
}

void DigestText::end_progress() {
  if (shown_) io_.say("\r\x1b[K");
  shown_ = false;
}

void write_digest_report(std::string& out, const std::string& source, const DigestReport& report) {
  auto time = [](JsonWriter& json, const char* key, int64_t ms) {
    if (ms != 0) json.member(key, rfc3339(Time{ms}));
  };
  for (const DigestFinding& finding : report.findings) {
    JsonWriter json(out);
    json.begin_object().member("fault", name(finding.fault)).member("doubt", is_doubt(finding.fault)).member("source", source).member("object", finding.object);
    time(json, "time", finding.time_ms);
    json.member("detail", finding.detail).end_object();
    out += '\n';
  }
  for (const DigestChain& chain : report.chains) {
    JsonWriter json(out);
    json.begin_object().member("chain", chain.name).member("source", source).member("account", chain.account).member("region", chain.region).member("trail", chain.trail);
    json.member("backfill", chain.backfill).member("digests", number(chain.digests)).member("digests_valid", number(chain.digests_valid));
    json.member("logs", number(chain.logs)).member("logs_valid", number(chain.logs_valid));
    time(json, "from", chain.from_ms), time(json, "to", chain.to_ms);
    if (!chain.before.empty()) json.member("before", chain.before);
    json.end_object();
    out += '\n';
  }
  const uint64_t faults = faults_of(report);
  JsonWriter json(out);
  json.begin_object().member("verdict", name(verdict_of(report))).member("source", source).member("bucket", report.bucket);
  json.member("digests", number(report.digests)).member("digests_valid", number(report.digests_valid)).member("logs", number(report.logs)).member("logs_valid", number(report.logs_valid));
  json.member("logs_later", number(report.logs_later)).member("logs_earlier", number(report.logs_earlier));
  json.member("faults", number(faults)).member("doubts", number(report.findings.size() - faults)).member("bytes", number(report.bytes));
  time(json, "from", report.from_ms), time(json, "to", report.to_ms);
  json.end_object();
  out += '\n';
}

}  // namespace reeve
