// Where the alerts of a run go besides its standard output: the workspace's `outputs` (docs/delivering.md).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "collect/caller.h"
#include "detect/rules.h"
#include "notify/post_office.h"

namespace reeve {

class DetectOutputs {
 public:
  // Reads `outputs`, and the secrets that they refer to once, so that what is missing is named before anything is judged. What does not hold
  // goes to `errors`; an output that cannot be sent to now keeps its alerts in the outbox.
  DetectOutputs(const std::string& workspace, const Options& options, Io& io, std::vector<Error>& errors);
  ~DetectOutputs();
  bool any() const { return !destinations_.empty(); }
  // From now on deliveries go on. `dead` is told each that is given up.
  PostOffice& open(const RuleSet& rules, std::function<void(Error)> dead);
  PostOffice* office() const { return office_.get(); }
  // When the run is over. What is left is told on `io`; false: something is.
  bool finish(const std::string& state, int64_t most_ms, const std::function<bool()>& stop, Io& io);

 private:
  std::atomic<bool> over_{false};
  std::unique_ptr<AwsCaller> caller_;
  std::vector<Destination> destinations_;
  std::unique_ptr<PostOffice> office_;
};

}  // namespace reeve
