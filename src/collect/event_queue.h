// The queue of a follower: an SQS queue of its own, into which a rule of EventBridge puts events of CloudTrail. A message is deleted when what it
// leads to is recorded, and not before; a follower that is killed gets it again. Private to this room.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "collect/changes.h"
#include "collect/message_queue.h"
#include "collect/session.h"

namespace reeve {

class EventQueue {
 public:
  EventQueue(CollectSession& session, QueueName queue);
  // Waits until something comes, at most so long, and gives `reader` what is there. An Error ends the following: there is no such queue, or it may
  // not be read. `errors`: what passes, and messages that are no events, each named once and left where they are.
  Result<size_t> receive(EventReader& reader, int wait_s, std::vector<Error>& errors);
  // All that was received is recorded, but for what belongs to `unread` accounts: that comes again.
  void done(const std::set<std::string>& unread, std::vector<Error>& errors);
  uint64_t deleted() const { return deleted_; }

 private:
  struct Message {
    std::string receipt;
    std::set<std::string> accounts;
  };

  MessageQueue queue_;
  std::vector<Message> taken_;
  std::set<std::string> told_;
  uint64_t deleted_ = 0;
};

}  // namespace reeve
