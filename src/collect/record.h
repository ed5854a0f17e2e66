// The record of one collection: a snapshot (estate/snapshot.h) that can be gone on with after any end.
//
// One collector at a time holds the folder (a lock file with its process; a second one refuses by name). What stands in the index is
// known to be answered and is not asked again; what was in flight at a kill is, and so is what was given up. What AWS refused is asked
// again by a run that finds the snapshot finished: something may have been let in since.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "collect/plan.h"
#include "estate/snapshot.h"

namespace reeve {

class CollectRecord {
 public:
  // Creates or goes on with the snapshot in `dir`. Errors: another collector holds it; a folder that is no snapshot; no room. `now` is for
  // people who meet the lock. `keep_summary`: the collection stays what it came to, whatever is read again.
  static Result<std::unique_ptr<CollectRecord>> open(const std::string& dir, Time now, bool keep_summary = false);
  virtual ~CollectRecord() = default;
  virtual bool answered(const PlannedCall& call) = 0;
  // What was recorded for it, read back from disk for what it feeds and for the summary.
  struct Recorded {
    std::vector<std::string> pages;  // replies, in order; none of a refusal
    std::string error_code, error_message, failure;
  };
  virtual Result<Recorded> recorded(const PlannedCall& call) = 0;
  // The frames of one call together, the last without `more`. Queued, on disk within a second or so; an error is of this or an earlier one.
  virtual Status add(std::vector<SnapshotCall> frames) = 0;
  // Waits until everything added is on disk.
  virtual Status sync() = 0;
  // Nothing more will be asked of this place by this run: what is known of it may be forgotten.
  virtual void leave(const CollectPlace& place) = 0;
};

// An error if `dir` is no snapshot whose collection came to its end: what is not there yet cannot be brought up to date.
Status finished_snapshot(const std::string& dir);

}  // namespace reeve
