#include "collect/event_queue.h"

#include <algorithm>

#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int64_t kMessagesAtOnce = 10;       // SQS gives no more, and deletes no more, with one call
constexpr size_t kMessagesMax = 1000;         // that are read again together
constexpr int64_t kHiddenS = 300;             // until a message that was not deleted comes again

Error failed(const CallOutcome& outcome, const std::string& what) {
  return {outcome.failure == Failure::denied ? Code::usage : Code::io, what + ": " + outcome.call.call + " " + outcome.error_code + (outcome.error_message.empty() ? "" : ": " + outcome.error_message),
          {}, "", outcome.failure == Failure::denied ? "what it takes: reeve collect --print-policy --queue URL" : ""};
}

// Whether asking again later may help.
bool passes(Failure failure) { return failure == Failure::throttled || failure == Failure::timed_out || failure == Failure::unreachable || failure == Failure::transient; }

}  // namespace

Result<QueueName> queue_name(const std::string& url) {
  auto wrong = [&] {
    return fail(Code::usage, "`" + url + "` is no address of a queue", {}, "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", "aws sqs get-queue-url --queue-name NAME");
  };
  QueueName out;
  out.url = url;
  std::string_view rest = url;
  if (starts_with(rest, "https://")) rest.remove_prefix(8);
  else if (starts_with(rest, "http://")) rest.remove_prefix(7);
  else return wrong();
  const auto parts = split(rest, '/');
  if (parts.size() != 3 || parts[1].size() != 12 || parts[1].find_first_not_of("0123456789") != std::string_view::npos || parts[2].empty()) return wrong();
  for (std::string_view label : split(parts[0], '.'))
    if (is_region_name(label)) out.region = label;
  out.account = parts[1], out.name = parts[2];
  return out;
}

DocumentPtr EventQueue::request(const std::function<void(Builder&)>& more) const {
  Builder builder;
  builder.begin_map();
  builder.key("QueueUrl"), builder.string(queue_.url);
  more(builder);
  builder.end();
  return builder.finish();
}

Result<size_t> EventQueue::receive(EventReader& reader, int wait_s, std::vector<Error>& errors) {
  taken_.clear();
  size_t received = 0;
  while (taken_.size() < kMessagesMax) {
    auto outcome = session_.call(queue_.region.empty() ? session_.options().engine.home_region : queue_.region, "sqs:ReceiveMessage", request([&](Builder& builder) {
      builder.key("MaxNumberOfMessages"), builder.integer(kMessagesAtOnce);
      builder.key("WaitTimeSeconds"), builder.integer(received > 0 ? 0 : wait_s);
      builder.key("VisibilityTimeout"), builder.integer(kHiddenS);
    }));
    if (!outcome) return received;  // the end was asked for
    if (outcome->failure != Failure::none) {
      Error error = failed(*outcome, "the queue `" + queue_.name + "` cannot be read");
      if (!passes(outcome->failure)) return tl::unexpected(std::move(error));
      errors.push_back(std::move(error));
      return received;
    }
    size_t came = 0;
    for (auto& page : outcome->pages) {
      auto reply = TRY(read_json(page.reply_json, Source{nullptr, outcome->call.call, "", 0, "", "$"}));
      for (Value one : reply->root().get("Messages").items()) {
        ++came;
        Message message{std::string(one.get("MessageId").text()), std::string(one.get("ReceiptHandle").text()), {}};
        const std::string shown = "message " + message.id + " of " + queue_.name;
        if (!reader.message(shown, one.get("Body").text(), errors)) {
          if (told_.insert(message.id).second)
            errors.push_back({Code::parse, shown + " is no event of CloudTrail", {}, "what a rule of EventBridge hands on, `detail` with `eventSource` and `eventName`",
                              "it is left in the queue: a dead-letter queue takes what nobody reads"});
          continue;
        }
        message.accounts = reader.accounts();
        taken_.push_back(std::move(message));
      }
    }
    received += came;
    if (came == 0) break;
  }
  return received;
}

void EventQueue::done(const std::set<std::string>& unread, std::vector<Error>& errors) {
  std::erase_if(taken_, [&](const Message& message) { return std::any_of(message.accounts.begin(), message.accounts.end(), [&](auto& account) { return unread.contains(account); }); });
  for (size_t from = 0; from < taken_.size(); from += kMessagesAtOnce) {
    const size_t to = std::min(taken_.size(), from + kMessagesAtOnce);
    auto outcome = session_.call(queue_.region.empty() ? session_.options().engine.home_region : queue_.region, "sqs:DeleteMessageBatch", request([&](Builder& builder) {
      builder.key("Entries"), builder.begin_list();
      for (size_t i = from; i < to; ++i) {
        builder.begin_map();
        builder.key("Id"), builder.string(std::to_string(i - from));
        builder.key("ReceiptHandle"), builder.string(taken_[i].receipt);
        builder.end();
      }
      builder.end();
    }));
    if (!outcome) break;  // the end was asked for: what is not deleted comes again, and is known by then
    if (outcome->failure != Failure::none) {
      Error error = failed(*outcome, "messages of the queue `" + queue_.name + "` were read and cannot be deleted");
      if (told_.insert(error.text()).second) errors.push_back(std::move(error));
      continue;
    }
    size_t refused = 0;
    for (auto& page : outcome->pages)
      if (auto reply = read_json(page.reply_json, Source{})) refused += (*reply)->root().get("Failed").size();
    deleted_ += to - from - std::min(refused, to - from);
  }
  taken_.clear();
}

}  // namespace reeve
