#include "collect/message_queue.h"

#include <algorithm>

#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kMessagesAtOnce = 10;  // SQS gives no more, and deletes no more, with one call

Error queue_error(const CallOutcome& outcome, const std::string& what, const std::string& needs) {
  return {outcome.failure == Failure::denied ? Code::usage : Code::io, what + ": " + outcome.call.call + " " + outcome.error_code + (outcome.error_message.empty() ? "" : ": " + outcome.error_message),
          {}, "", outcome.failure == Failure::denied ? "what it takes: " + needs : ""};
}

}  // namespace

bool passes(Failure failure) { return failure == Failure::throttled || failure == Failure::timed_out || failure == Failure::unreachable || failure == Failure::transient; }

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

DocumentPtr MessageQueue::request(const std::function<void(Builder&)>& more) const {
  Builder builder;
  builder.begin_map();
  builder.key("QueueUrl"), builder.string(name_.url);
  more(builder);
  builder.end();
  return builder.finish();
}

Result<std::vector<QueueMessage>> MessageQueue::receive(int wait_s, int64_t hidden_s, std::vector<Error>& errors) {
  std::vector<QueueMessage> out;
  auto outcome = ask_(name_.region, "sqs:ReceiveMessage", request([&](Builder& builder) {
    builder.key("MaxNumberOfMessages"), builder.integer(kMessagesAtOnce);
    builder.key("WaitTimeSeconds"), builder.integer(wait_s);
    builder.key("VisibilityTimeout"), builder.integer(hidden_s);
    builder.key("MessageSystemAttributeNames"), builder.begin_list(), builder.string("ApproximateReceiveCount"), builder.end();
  }));
  if (!outcome) return out;  // the end was asked for
  if (outcome->failure != Failure::none) {
    Error error = queue_error(*outcome, "the queue `" + name_.name + "` cannot be read", needs_);
    if (!passes(outcome->failure)) return tl::unexpected(std::move(error));
    errors.push_back(std::move(error));
    return out;
  }
  for (auto& page : outcome->pages) {
    auto reply = TRY(read_json(page.reply_json, Source{nullptr, outcome->call.call, "", 0, "", "$"}));
    for (Value one : reply->root().get("Messages").items())
      out.push_back({std::string(one.get("MessageId").text()), std::string(one.get("ReceiptHandle").text()), std::string(one.get("Body").text()),
                     std::max<int64_t>(1, parse_int(one.get("Attributes").get("ApproximateReceiveCount").text()).value_or(1))});
  }
  return out;
}

uint64_t MessageQueue::remove(const std::vector<std::string>& receipts, std::vector<Error>& errors) {
  return each_ten(receipts, "sqs:DeleteMessageBatch", -1, "were read and cannot be deleted", errors);
}

void MessageQueue::hide(const std::vector<std::string>& receipts, int64_t seconds, std::vector<Error>& errors) {
  each_ten(receipts, "sqs:ChangeMessageVisibilityBatch", seconds, "cannot be kept from coming again while they are worked on", errors);
}

uint64_t MessageQueue::each_ten(const std::vector<std::string>& receipts, const std::string& operation, int64_t hidden_s, const std::string& trouble,
                                std::vector<Error>& errors) {
  uint64_t done = 0;
  for (size_t from = 0; from < receipts.size(); from += kMessagesAtOnce) {
    const size_t to = std::min(receipts.size(), from + kMessagesAtOnce);
    auto outcome = ask_(name_.region, operation, request([&](Builder& builder) {
      builder.key("Entries"), builder.begin_list();
      for (size_t i = from; i < to; ++i) {
        builder.begin_map();
        builder.key("Id"), builder.string(std::to_string(i - from));
        builder.key("ReceiptHandle"), builder.string(receipts[i]);
        if (hidden_s >= 0) builder.key("VisibilityTimeout"), builder.integer(hidden_s);
        builder.end();
      }
      builder.end();
    }));
    if (!outcome) break;  // the end was asked for: what is not deleted comes again, and is known by then
    if (outcome->failure != Failure::none) {
      Error error = queue_error(*outcome, "messages of the queue `" + name_.name + "` " + trouble, needs_);
      if (told_.insert(error.text()).second) errors.push_back(std::move(error));
      continue;
    }
    size_t refused = 0;
    for (auto& page : outcome->pages)
      if (auto reply = read_json(page.reply_json, Source{})) refused += (*reply)->root().get("Failed").size();
    done += to - from - std::min(refused, to - from);
  }
  return done;
}

}  // namespace reeve
