#include "collect/event_queue.h"

#include <algorithm>

namespace reeve {
namespace {

constexpr size_t kMessagesMax = 1000;  // that are read again together
constexpr int64_t kHiddenS = 300;      // until a message that was not deleted comes again

}  // namespace

EventQueue::EventQueue(CollectSession& session, QueueName queue)
    : queue_(std::move(queue), [&session](const std::string& region, const std::string& operation, DocumentPtr input) {
        return session.call(region.empty() ? session.options().engine.home_region : region, operation, std::move(input));
      }, "reeve collect --print-policy --queue URL") {}

Result<size_t> EventQueue::receive(EventReader& reader, int wait_s, std::vector<Error>& errors) {
  taken_.clear();
  size_t received = 0;
  while (taken_.size() < kMessagesMax) {
    const std::vector<QueueMessage> came = TRY(queue_.receive(received > 0 ? 0 : wait_s, kHiddenS, errors));
    for (const QueueMessage& one : came) {
      const std::string shown = "message " + one.id + " of " + queue_.name().name;
      if (!reader.message(shown, one.body, errors)) {
        if (told_.insert(one.id).second)
          errors.push_back({Code::parse, shown + " is no event of CloudTrail", {}, "what a rule of EventBridge hands on, `detail` with `eventSource` and `eventName`",
                            "it is left in the queue: a dead-letter queue takes what nobody reads"});
        continue;
      }
      taken_.push_back({one.receipt, reader.accounts()});
    }
    received += came.size();
    if (came.empty()) break;
  }
  return received;
}

void EventQueue::done(const std::set<std::string>& unread, std::vector<Error>& errors) {
  std::vector<std::string> receipts;
  for (const Message& message : taken_)
    if (std::none_of(message.accounts.begin(), message.accounts.end(), [&](auto& account) { return unread.contains(account); })) receipts.push_back(message.receipt);
  deleted_ += queue_.remove(receipts, errors);
  taken_.clear();
}

}  // namespace reeve
