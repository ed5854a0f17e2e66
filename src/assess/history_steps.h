// Shared between the files behind history.h, and by nobody else.
#pragma once

#include <map>
#include <unordered_map>

#include "assess/history.h"
#include "store/history.h"

namespace reeve {

// What of the run before decides whether a jump is progress.
struct RunContext {
  bool known = false;
  std::vector<std::string> sources;
  std::string content, edition, scope, scope_for_people = "all";
  uint64_t accounts = 0;
  Time as_of;
};
struct RunContexts {
  RunContext last, whole;  // the run before, and the last before that judged the whole
};
inline constexpr std::string_view scope_event = "scope changed: ";  // begins the event
Result<TrendPoint> read_trend_point(const store::RunRow& run, RunContexts& before);

inline double in_days(int64_t ms) { return static_cast<double>(ms) / 86'400'000.0; }
// The middle one of `all` values given with their multiplicity; the mean of the middle two if they are even in number.
int64_t weighted_median(const std::map<int64_t, uint64_t>& values, uint64_t all);

// From what a finding was to what it became; nothing if neither is fail. `failed_before`: in an earlier episode.
std::optional<Move> move_of(std::optional<store::FindingStatus> was, store::FindingStatus became, bool failed_before);

// Follows one finding step by step.
struct Episodes {
  std::optional<store::FindingStatus> status;
  bool failing = false;        // inside an episode
  bool failed_before = false;  // an episode has ended
  int64_t begun = 0;           // run in which the episode began
  int64_t opened = 0;          // run in which this opening began
  // Gives the run in which the episode began, if this step ends one.
  std::optional<int64_t> step(const store::FindingStep& step);
};

// What severity a control had in a run. Runs of before the record began have that of its beginning; controls of which the record says
// nothing have that of the content.
class Severities {
 public:
  static Result<Severities> of(store::Store& store, const Content& content);
  std::optional<Severity> at(std::string_view control, int64_t run) const;

 private:
  explicit Severities(const Content& content) : content_(content) {}
  const Content& content_;
  std::unordered_map<std::string, std::map<int64_t, Severity>> was_;  // control → from which run on
};

// Lengths of episodes by severity, and what they come to.
class Lengths {
 public:
  void ended(std::optional<Severity> severity, int64_t ms);
  void open(std::optional<Severity> severity, int64_t ms);
  Remediation of(Severity severity) const { return sum(lengths_[static_cast<size_t>(severity)]); }
  Remediation of_all() const { return sum(all_); }

 private:
  struct Both {
    std::map<int64_t, uint64_t> ended, open;
  };
  static Remediation sum(const Both& lengths);
  std::array<Both, 5> lengths_;
  Both all_;
};

// Keeps the worst few of the findings that moved, whatever their order.
class MoveList {
 public:
  MoveList(Moves& moves, size_t most) : moves_(moves), most_(most) {}
  // `step`: the index in the path; its reason is known if it is the last.
  void add(Move move, std::optional<Severity> severity, const store::FindingPath& path, size_t step);
  void finish();

 private:
  Moves& moves_;
  size_t most_;
};

}  // namespace reeve
