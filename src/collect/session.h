// What a collection stands on for as long as it runs: whose keys, a role in each account, the engine, the record. A follower has one and
// asks again through it whenever something has changed. Private to this room.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "collect/collection.h"

namespace reeve {

class CollectSession {
 public:
  // Errors: no credentials, another collector holds the folder, the disk is full; with `changes`, nothing there to bring up to date.
  static Result<std::unique_ptr<CollectSession>> open(const CollectOptions& given, const CollectPlan& plan, const ApiCatalogue& apis, bool changes);
  virtual ~CollectSession() = default;

  using Tell = std::function<void(const CollectProgress&)>;
  virtual Result<CollectSummary> all(const Tell& progress) = 0;
  // Only what these changes name. `skip_known`: not what was read after its event.
  virtual Result<CollectSummary> again(ChangesRead changes, bool skip_known, const Tell& progress) = 0;
  // One call as whoever asks, which is not kept.
  virtual Result<CallOutcome> call(const std::string& region, const std::string& operation, DocumentPtr input) = 0;
  virtual const CollectOptions& options() const = 0;
};

// Which file of the snapshot's folder tells what came of it: of a collection, or of what was read again since.
inline constexpr const char* kSummaryFile = "summary.json";
inline constexpr const char* kChangesFile = "changes.json";

}  // namespace reeve
