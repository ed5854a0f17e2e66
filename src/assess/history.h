// History: what became of findings from run to run, told in five ways over the one record that the store keeps.
//
//   trend        what each run came to: level, score, fails by severity
//   period       between two moments: what opened, reopened, was mended; how long that took; which controls held all the time
//   state at     a moment: what stood open then
//   difference   of two runs
//   part         what an assessment tells of it: the trend, the difference from the run before, ninety days of mending
//
// Words. A finding *fails* from the run that found it failing until one that did not. An *episode* begins with a fail and lasts until
// the resource passes or is gone; being unknown or excepted for a while does not end it. Time to remediate is the length of an episode,
// between the as-of of two runs: no run in between can tell it more finely. Runs are counted in the order in which they were made, and
// the state at a moment is the one after the run with the latest as-of not behind it.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assess/forecast.h"
#include "content/content.h"
#include "findings/level.h"
#include "store/store.h"

namespace reeve {

struct Assessment;
struct Scope;

// Numbers by severity, informational to critical: that of the control in the run that is spoken of. `other`: of controls that neither the
// record nor the content knows.
struct BySeverity {
  std::array<uint64_t, 5> of{};
  uint64_t other = 0;
  uint64_t total() const;
  uint64_t& operator[](std::optional<Severity> severity) { return severity ? of[static_cast<size_t>(*severity)] : other; }
  bool operator==(const BySeverity&) const = default;
};

struct TrendPractice {
  std::string slug;
  int level = 0;
  std::optional<double> score;
  VerdictCounts verdicts;
};

// One run as it summed itself up.
struct TrendPoint {
  int64_t run = 0;
  Time as_of;
  int level = 0;
  std::optional<double> score;
  VerdictCounts verdicts;
  bool split = false;           // the run kept what follows; runs of older programs did not
  BySeverity fail, unknown;
  std::optional<double> critical_age_days;  // median age of what fails a critical control
  uint64_t accounts = 0, resources = 0;
  std::string edition;
  std::vector<TrendPractice> practices;
  store::RunChanges changes;
  std::string scope;     // what of the sources was judged, in one word for each scope; empty: all
  bool partial = false;  // the command line narrowed it to other than the workspace's scope: it says nothing of the whole
  // What makes a jump no progress: other sources, another scope, more or fewer accounts, other content, another edition than the run before.
  std::vector<std::string> events;
  std::vector<std::string> events_of_whole;  // the same against the last whole run before; of a partial run none
};
// What a run keeps of itself; trend() reads it back. `out` is whole but for its history.
bool is_part(const Assessment& out, const Scope& scope);  // the command line narrowed it
Result<std::string> summary_json(Assessment& out, const Scope& scope);
Result<std::vector<TrendPoint>> trend(store::Store& store);  // oldest first
// Of these the whole ones, with their events told from whole run to whole run: what a chart may draw as one line.
std::vector<TrendPoint> whole_trend(const std::vector<TrendPoint>& runs);

// From one state to another. The first four lead into fail, the others out of it.
enum class Move : uint8_t { fresh, reopened, found, exception_ended, mended, gone, no_longer_applies, excepted, lost };
inline constexpr size_t move_count = 9;
// new, reopened, found (was unknown), exception_ended, mended, gone, no_longer_applies, excepted, out_of_sight (now unknown)
std::string_view name(Move move);
std::string_view meaning(Move move);  // for people: `failing again after it had been mended`

struct MovedFinding {
  Move move = Move::fresh;
  std::string id, control, uid, type, account, region, why;
  std::optional<Severity> severity;
};

struct Moves {
  std::array<BySeverity, move_count> counts{};
  std::vector<MovedFinding> findings;  // worst first, at most as many as asked for
  uint64_t total(Move move) const { return counts[static_cast<size_t>(move)].total(); }
};

struct Remediation {
  uint64_t ended = 0;  // episodes that a pass or the end of the resource ended
  double mean_days = 0, median_days = 0;
  uint64_t open = 0;   // episodes not ended
  double open_median_days = 0;
};

// How a control did over a period, in time: each run's answer holds until the next run's.
struct ControlPeriod {
  const Control* control = nullptr;  // null: no longer in the content
  std::string id;
  std::optional<Severity> severity;  // in the last run of the period
  uint64_t runs = 0, runs_passing = 0, runs_failing = 0, runs_unknown = 0;  // that judged it; in which it passed …
  int64_t pass_ms = 0, fail_ms = 0, unknown_ms = 0, other_ms = 0;  // other: excepted, or nothing to judge
  Verdict at_start = Verdict::not_applicable, at_end = Verdict::not_applicable;
  uint64_t opened = 0, ended = 0;  // episodes
  // Share of the time in which it passed, of that in which it passed, failed or was unknown.
  std::optional<double> share() const;
  // held (passed all the time), broken (failed at some time), not_known (unknown at some time), not_judged
  std::string_view effectiveness() const;
};

struct PeriodReport {
  Time since, until;
  int64_t from_run = 0, to_run = 0;  // the last ones not behind `since` and `until`; 0: none
  std::vector<TrendPoint> runs;      // the one that holds at `since`, then all of the period
  BySeverity fail_start, fail_end, unknown_start, unknown_end, excepted_start, excepted_end;
  Moves moves;                       // every step counts
  std::array<Remediation, 5> remediation{};  // by severity
  Remediation remediation_of_all;
  std::vector<ControlPeriod> controls;  // by id
  std::vector<std::string> notes;
};
// `until` not known: the last run; `since` not known: the first.
Result<PeriodReport> period(store::Store& store, const Content& content, Time since, Time until, size_t findings_max);

struct StateAt {
  TrendPoint run;
  BySeverity fail, unknown, excepted;
  struct ControlAt {
    std::string id;
    store::Counts counts;
  };
  std::vector<ControlAt> controls;  // by id
};
// Gives what stood open after the run that holds at `moment`; `each` gets the findings, in the order in which they were opened.
struct OpenAt {
  std::string_view id, control, uid, type, account, region;
  std::optional<Severity> severity;  // then
  store::FindingStatus status = store::FindingStatus::fail;
  Time since;  // of this opening
};
Result<StateAt> state_at(store::Store& store, const Content& content, Time moment, const std::function<Status(const OpenAt&)>& each);

struct RunDifference {
  TrendPoint from, to;
  Moves moves;  // what each finding came to, whatever lay between
  struct Control {
    std::string id;
    Verdict before = Verdict::not_applicable, after = Verdict::not_applicable;
  };
  std::vector<Control> controls;  // whose status changed, by id
  std::vector<std::string> notes;
};
Result<RunDifference> difference(store::Store& store, const Content& content, int64_t from_run, int64_t to_run, size_t findings_max);
// A run by its number, `last`, `first`, or the one that holds at a date.
Result<int64_t> run_named(store::Store& store, std::string_view text);

// What an assessment tells of its history. Empty without a workspace.
struct HistoryPart {
  std::vector<TrendPoint> trend;  // this run last; at most the last `trend_max`
  uint64_t runs_left_out = 0;
  Forecast forecast;              // of the whole runs
  int64_t previous_run = 0;       // 0: this is the first
  Time previous_as_of;
  Moves since_previous;
  Time remediation_since;         // ninety days before the as-of
  std::array<Remediation, 5> remediation{};
};
inline constexpr size_t trend_max = 400;
// To be called when the run's findings are settled, before it is committed; `summary` is this run's own.
Result<HistoryPart> history_part(Assessment& out, const std::string& summary);

}  // namespace reeve
