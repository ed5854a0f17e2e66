#include "cli/collect_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "base/words.h"

namespace reeve {
namespace {

constexpr size_t kRowsMax = 20;

std::string clock_text(int64_t s) {
  auto two = [](int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return (s >= 3600 ? two(s / 3600) + ":" : "") + two(s / 60 % 60) + ":" + two(s % 60);
}

// `1,240 calls` without its noun.
std::string figure(uint64_t n) {
  std::string text = count_text(n, " ", " ");
  return std::string(trim(text));
}

}  // namespace

void CollectText::progress(const CollectProgress& now) {
  auto at = std::chrono::steady_clock::now();
  auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(at - begun_).count();
  auto rate = static_cast<uint64_t>(now.per_s + 0.5);
  if (io_.error_terminal.tty) {
    if (elapsed < 500) return;
    std::string line = "collect " + clock_text(elapsed / 1000) + "  " + figure(now.done) + " of ~" + figure(std::max(now.known, now.done)) + " calls  " + figure(rate) + "/s";
    if (now.eta_s > 0) line += "  ~" + duration_text(now.eta_s * 1000) + " left";
    if (now.denied > 0) line += "  " + figure(now.denied) + " denied";
    io_.say("\r\x1b[K" + shorten(io_.error_terminal, line, io_.error_terminal.width - 1));
    line_ = true;
  } else if (at - said_ >= std::chrono::seconds(10)) {
    said_ = at;
    std::string line = rfc3339(Time{wall_clock().ms / 1000 * 1000}) + " collect calls=" + std::to_string(now.done) + " of=" + std::to_string(std::max(now.known, now.done)) + " rate=" + std::to_string(rate) + "/s";
    if (now.eta_s >= 0) line += " eta=" + std::to_string(now.eta_s) + "s";
    io_.say(line + " denied=" + std::to_string(now.denied) + "\n");
  }
}

void CollectText::end_progress() {
  if (line_) io_.say("\r\x1b[K");
  line_ = false;
}

// One row for each operation and code of each kind, and where.
void CollectText::gaps(const CollectSummary& summary, const std::string& folder) {
  struct Row {
    const char* kind;
    Ink ink;
    std::string operation, code;
    std::set<std::string> accounts, regions;
    uint64_t count = 0;
  };
  std::vector<Row> rows;
  for (auto& account : summary.accounts) {
    if (account.state == "not_reached" || account.state == "not_collected" || account.state == "suspended" || (account.state == "partly" && !account.reason.empty()))
      io_.print("   " + paint(io_.terminal, Ink::unknown, account.state == "not_reached" ? "not reached" : account.state == "not_collected" ? "not collected" : account.state) + "  " + account.id + "  " + safe(account.reason) + "\n");
  }
  for (auto& [kind, ink, gaps] : {std::tuple("denied", Ink::unknown, &summary.denied), std::tuple("error", Ink::fail, &summary.errors)}) {
    std::map<std::pair<std::string, std::string>, Row> by;
    for (auto& [key, gap] : *gaps) {
      auto& [operation, code, account, region] = key;
      Row& row = by.try_emplace({operation, code}, Row{kind, ink, operation, code, {}, {}, 0}).first->second;
      if (!account.empty()) row.accounts.insert(account);
      if (!region.empty() && region != "global") row.regions.insert(region);
      row.count += gap.count;
    }
    for (auto& [key, row] : by) rows.push_back(std::move(row));
  }
  Table table({{""}, {""}, {"", Align::left, 0, true}, {"", Align::left, 0, true, true}}, 3);
  for (size_t i = 0; i < std::min(rows.size(), kRowsMax); ++i) {
    const Row& row = rows[i];
    std::string where = row.accounts.size() == 1 ? *row.accounts.begin() : row.accounts.empty() ? "" : count_text(row.accounts.size(), "account");
    if (row.regions.size() == 1) where += " " + *row.regions.begin();
    else if (row.regions.size() > 1) where += ", " + count_text(row.regions.size(), "Region");
    if (row.count > 1 && row.accounts.size() <= 1 && row.regions.size() <= 1) where += ", " + count_text(row.count, "call");
    table.row({{row.kind, row.ink}, {safe(row.operation)}, {safe(where.empty() ? row.code : where)}, {safe(where.empty() ? "" : row.code)}});
  }
  if (!rows.empty()) io_.print(table.text(io_.terminal));
  if (rows.size() > kRowsMax) io_.print("   " + fold(io_.terminal, "… ") + count_text(rows.size() - kRowsMax, "more row") + ": " + join_path(folder, "summary.json") + "\n");
}

std::string asked_again_text(const ChangesRead& changes) {
  uint64_t names = 0, whole = 0;
  for (const Change& change : changes.changes) names += change.names.size(), whole += change.whole;
  return count_text(names, "resource") + (whole > 0 ? " and all of " + count_text(whole, "type") : "");
}

void CollectText::summary(const CollectSummary& summary, const std::string& folder) {
  gaps(summary, folder);
  std::set<std::string> regions;
  size_t read = 0;
  uint64_t denied = 0, errors = 0;
  for (auto& account : summary.accounts) {
    regions.insert(account.regions.begin(), account.regions.end());
    read += account.state == "read" || account.state == "partly";
  }
  for (auto& [key, gap] : summary.denied) denied += gap.count;
  for (auto& [key, gap] : summary.errors) errors += gap.count;
  std::string line = count_text(read, "account") + ", " + count_text(regions.size(), "Region") + ", " + count_text(summary.calls, "request") + ", " + bytes_text(summary.bytes) + ", " +
                     duration_text(static_cast<int64_t>(summary.duration_s * 1000));
  if (summary.recorded_before > 0) line += ", " + count_text(summary.recorded_before, "answer") + " of a run before";
  if (summary.throttled > 0) line += ", " + figure(summary.throttled) + " throttled";
  if (denied > 0) line += ", " + figure(denied) + " denied";
  if (errors > 0) line += ", " + figure(errors) + " not answered";
  if (summary.accounts.size() > read) line += ", " + count_text(summary.accounts.size() - read, "account") + " not read";
  io_.print(line + "\n");
  if (summary.changes) {
    const ChangesRead& changes = *summary.changes;
    io_.print(count_text(changes.events, "event") + ", " + count_text(changes.writes, "change") + ", " + asked_again_text(changes) + " read again\n");
    for (auto& [event, times] : changes.unmapped) io_.say("note  " + count_text(times, "event") + " that no resource type names: " + safe(event) + "\n");
  }
  if (summary.accounts_left > 0)
    io_.say("note  the organization has " + count_text(summary.accounts_left, "more account") + ", read with --role-name ROLE\n");
  if (summary.interrupted) {
    io_.say("Ended before it was through; " + folder + " keeps what was answered\n\nNext: the same command again, which goes on from here\n");
    return;
  }
  io_.say("Wrote " + folder + (denied > 0 ? "        What it takes to read the rest: reeve collect --print-policy" : "") + "\n\nNext: reeve assess " + folder + "\n");
}

}  // namespace reeve
