#include "assess/history_steps.h"

#include <algorithm>
#include <tuple>

namespace reeve {

using store::FindingStatus;

uint64_t BySeverity::total() const {
  uint64_t sum = other;
  for (uint64_t n : of) sum += n;
  return sum;
}

std::string_view name(Move move) {
  switch (move) {
    case Move::fresh: return "new";
    case Move::reopened: return "reopened";
    case Move::found: return "found";
    case Move::exception_ended: return "exception_ended";
    case Move::mended: return "mended";
    case Move::gone: return "gone";
    case Move::no_longer_applies: return "no_longer_applies";
    case Move::excepted: return "excepted";
    case Move::lost: return "out_of_sight";
  }
  return "";
}

std::string_view meaning(Move move) {
  switch (move) {
    case Move::fresh: return "fails for the first time";
    case Move::reopened: return "fails again after it had been mended";
    case Move::found: return "was unknown, and fails";
    case Move::exception_ended: return "fails, as its exception no longer holds";
    case Move::mended: return "failed, and passes";
    case Move::gone: return "failed, and its resource is gone";
    case Move::no_longer_applies: return "failed, and its control no longer applies";
    case Move::excepted: return "failed, and is excepted";
    case Move::lost: return "failed, and is unknown now";
  }
  return "";
}

int64_t weighted_median(const std::map<int64_t, uint64_t>& values, uint64_t all) {
  if (all == 0) return 0;
  const uint64_t low = (all - 1) / 2, high = all / 2;
  uint64_t before = 0;
  int64_t first = 0;
  bool have = false;
  for (auto& [value, times] : values) {
    if (!have && low < before + times) first = value, have = true;
    if (high < before + times) return first + (value - first) / 2;
    before += times;
  }
  return first;
}

std::optional<Move> move_of(std::optional<FindingStatus> was, FindingStatus became, bool failed_before) {
  if (became == FindingStatus::fail) {
    if (was == FindingStatus::fail) return std::nullopt;
    if (was == FindingStatus::unknown) return Move::found;
    if (was == FindingStatus::excepted) return Move::exception_ended;
    return failed_before ? Move::reopened : Move::fresh;
  }
  if (was != FindingStatus::fail) return std::nullopt;
  switch (became) {
    case FindingStatus::pass: return Move::mended;
    case FindingStatus::deleted: return Move::gone;
    case FindingStatus::not_applicable: return Move::no_longer_applies;
    case FindingStatus::excepted: return Move::excepted;
    case FindingStatus::unknown: return Move::lost;
    case FindingStatus::fail: break;
  }
  return std::nullopt;
}

std::optional<int64_t> Episodes::step(const store::FindingStep& step) {
  if (store::is_open(step.became) && (!status || !store::is_open(*status))) opened = step.run;
  status = step.became;
  if (step.became == FindingStatus::fail && !failing) failing = true, begun = step.run;
  if (store::is_open(step.became) || !failing) return std::nullopt;
  failing = false;
  failed_before = true;
  return begun;
}

Result<Severities> Severities::of(store::Store& store, const Content& content) {
  Severities out(content);
  TRY(store::each_control_was(store.db(), [&](const store::ControlWas& row) -> Status {
    if (row.severity < 0 || row.severity > static_cast<int>(Severity::critical)) return fail(Code::type, "the store has a severity " + std::to_string(row.severity), {store.db().path()}, "0 to 4");
    out.was_[std::string(row.control)][row.run] = static_cast<Severity>(row.severity);
    return {};
  }));
  return out;
}

std::optional<Severity> Severities::at(std::string_view control, int64_t run) const {
  auto found = was_.find(std::string(control));
  if (found == was_.end()) {
    const Control* known = content_.control(control);
    return known ? std::optional(known->severity) : std::nullopt;
  }
  auto behind = found->second.upper_bound(run);
  return behind == found->second.begin() ? behind->second : std::prev(behind)->second;
}

void Lengths::ended(std::optional<Severity> severity, int64_t ms) {
  if (severity) ++lengths_[static_cast<size_t>(*severity)].ended[ms];
  ++all_.ended[ms];
}

void Lengths::open(std::optional<Severity> severity, int64_t ms) {
  if (severity) ++lengths_[static_cast<size_t>(*severity)].open[ms];
  ++all_.open[ms];
}

Remediation Lengths::sum(const Both& lengths) {
  Remediation out;
  double sum = 0;
  for (auto& [ms, times] : lengths.ended) out.ended += times, sum += in_days(ms) * static_cast<double>(times);
  for (auto& [ms, times] : lengths.open) out.open += times;
  if (out.ended) out.mean_days = sum / static_cast<double>(out.ended), out.median_days = in_days(weighted_median(lengths.ended, out.ended));
  if (out.open) out.open_median_days = in_days(weighted_median(lengths.open, out.open));
  return out;
}

namespace {
bool worse(const MovedFinding& a, const MovedFinding& b) {
  auto rank = [](const MovedFinding& f) { return std::make_tuple(f.severity ? -static_cast<int>(*f.severity) : 1, f.move); };
  return std::make_tuple(rank(a), std::string_view(a.control), std::string_view(a.uid)) < std::make_tuple(rank(b), std::string_view(b.control), std::string_view(b.uid));
}
}  // namespace

void MoveList::add(Move move, std::optional<Severity> severity, const store::FindingPath& path, size_t step) {
  ++moves_.counts[static_cast<size_t>(move)][severity];
  if (most_ == 0) return;
  moves_.findings.push_back({move, std::string(path.id), std::string(path.control), std::string(path.uid), std::string(path.type), std::string(path.account),
                             std::string(path.region), step + 1 == path.steps.size() ? std::string(path.why) : "", severity});
  if (moves_.findings.size() >= most_ * 2 + 64) finish();
}

void MoveList::finish() {
  std::stable_sort(moves_.findings.begin(), moves_.findings.end(), worse);
  if (moves_.findings.size() > most_) moves_.findings.resize(most_);
}

}  // namespace reeve
