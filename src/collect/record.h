// The record of one collection: a snapshot (estate/snapshot.h) that can be gone on with after any end.
//
// One collector at a time holds the folder (a lock file with its process; a second one refuses by name). What stands in the index is
// known to be answered and is not asked again; what was in flight at a kill is.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "collect/plan.h"
#include "estate/snapshot.h"

namespace reeve {

class CollectRecord {
 public:
  // Creates or goes on with the snapshot in `dir`. Errors: another collector holds it; a folder that is no snapshot; no room.
  static Result<std::unique_ptr<CollectRecord>> open(const std::string& dir);
  virtual ~CollectRecord() = default;
  virtual bool answered(const std::string& key) const = 0;                 // PlannedCall::key()
  virtual Result<std::string> reply(const std::string& key) const = 0;     // the recorded reply, for what it feeds; an error if it was an error
  virtual Status add(const SnapshotCall& call) = 0;                        // queued; on disk within a second
  virtual Status sync() = 0;
};

}  // namespace reeve
