// Follows the write events of CloudTrail: what they change is read again as they come, until somebody ends it.
//
//   follow(options, {.paths = {"trail/"}, .queue = queue_name(url)}, plan, apis, catalogue, [](const FollowStep& step) { … });
//
// Nothing is kept of where it was: a follower that begins again takes every file anew, and leaves out what was read after its event. What was
// read so soon after its event that AWS may not have told of it yet is read once more.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collect/collect.h"
#include "collect/message_queue.h"

namespace reeve {

struct FollowOptions {
  std::vector<std::string> paths;  // files and folders that events come to; `-`: `input_fd`
  int input_fd = 0;
  std::optional<QueueName> queue;
  bool once = false;  // what is there now, and all of it, then the end
};

// What came at one time, and what was read again for it.
struct FollowStep {
  std::vector<Error> errors;  // each is an event, file or message that was not understood or could not be got; named once
  std::optional<CollectSummary> summary;  // none: nothing to read again
  ChangesRead counts;         // of the events, without `changes`
};

struct Followed {
  uint64_t steps = 0, messages_deleted = 0;
  bool complete = true;       // all was understood, and read again
  bool ended = false;         // by a signal
};

// Errors: as those of `collect`; a queue that is not there or may not be read. `told` is called for each step in which something came.
Result<Followed> follow(const CollectOptions& options, const FollowOptions& what, const CollectPlan& plan, const ApiCatalogue& apis,
                        const ResourceCatalogue& catalogue, const std::function<Status(FollowStep&&)>& told);

}  // namespace reeve
