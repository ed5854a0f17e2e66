// What the store remembers of earlier runs, for reports over a period: how each finding went, and what each control said.
//
// Runs are told apart by their number, in the order in which they were made; their as-of is a label. Nothing here depends on which
// inputs the last run named.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace reeve::store {

struct FindingStep {
  int64_t run = 0;
  std::optional<FindingStatus> was;  // none: the first opening
  FindingStatus became = FindingStatus::fail;
};

// One finding with all its steps, oldest first; the last is what it is now. Borrowed.
struct FindingPath {
  std::string_view id, control, uid, type, account, region;
  std::string_view why;  // of the last step
  std::vector<FindingStep> steps;
};

struct PathFilter {
  int64_t since_run = 0;   // only findings with a step in this run or a later one; 0: all
  bool first_openings = true;  // false: a first opening alone does not count as such a step
};
// In the order in which findings were first opened.
Status each_finding_path(Db& db, const PathFilter& filter, const std::function<Status(const FindingPath&)>& each);

struct RunControlCounts {
  int64_t run = 0;
  std::string_view control;
  Counts counts;
};
// Of the runs from `first` to `last`, by control and run. Runs made before version 4 of the store kept none.
Status each_run_control(Db& db, int64_t first, int64_t last, const std::function<Status(const RunControlCounts&)>& each);

// What a control was: its severity is the content's own number for it. Borrowed.
struct ControlWas {
  std::string_view control;
  int64_t run = 0;  // from this one on, until the control's next row
  int severity = 0;
  std::string_view title;
};
// Keeps what a control is in `run` if that is news. To be called inside the run's transaction.
Status keep_control(Db& db, const ControlWas& now);
// By control and run. Stores keep this from version 6 on.
Status each_control_was(Db& db, const std::function<Status(const ControlWas&)>& each);

}  // namespace reeve::store
