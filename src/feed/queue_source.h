// QueueSource: objects of logs that an SQS queue names, got from S3; or logs that stand in its messages themselves.
//
//   auto source = queue_source(name, [&](auto&... call) { return caller->call(…); }, {.follow = true});
//
// Messages may come twice, late and in any order. One is deleted when every object that it names is on record, and not before; as long as it
// is worked on it is hidden from others, again and again. What cannot be had is named. Of an object that is gone, or whose content is another by
// now, there is nothing left to get: its message is deleted. Any other refusal leaves the message, longer hidden each time, for a dead-letter queue
// to take. docs/detect.md has the table.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "collect/message_queue.h"
#include "detect/source.h"

namespace reeve {

struct QueueSourceOptions {
  bool follow = false;          // waits for what comes; else its end is where the queue has nothing more to give
  int wait_s = 20;              // for a message: SQS waits no longer. Of one that does not follow long enough for SQS to ask all its servers
  int64_t hidden_s = 300;       // a message that is worked on; told anew each third of it
  size_t messages_max = 200;    // taken at once
  size_t remembered_max = 200'000;  // objects that are on record, so that a message that comes again is known without a state
};

// From any thread. `to_its_end`: told AWS also when the run is to end.
using AskAws = std::function<Result<CallOutcome>(const std::string& region, const std::string& operation, DocumentPtr input, bool to_its_end)>;
std::unique_ptr<ObjectSource> queue_source(QueueName queue, AskAws ask, QueueSourceOptions options);

}  // namespace reeve
