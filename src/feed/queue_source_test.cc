// What a queue's messages lead to, against an AWS that is a function: no network, and time as short as it takes.
#include "feed/queue_source.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "formats/json.h"

namespace reeve {
namespace {

const char* const kUrl = "https://sqs.eu-west-1.amazonaws.com/111122223333/trail";
const char* const kLog = R"({"Records":[{"eventVersion":"1.11","eventTime":"2026-01-01T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"e1"}]})";

std::string notice(const std::string& key, const std::string& etag) {
  return R"({"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","awsRegion":"eu-west-1","s3":{"bucket":{"name":"b"},"object":{"key":")" + key + R"(","eTag":")" + etag + R"("}}}]})";
}

class FakeAws {
 public:
  std::deque<std::string> bodies;             // of messages to be given, ten at once
  std::vector<std::string> deleted, hidden;   // receipts; `receipt seconds`
  std::vector<std::string> got;
  Failure failure = Failure::none;
  std::string code;
  std::chrono::milliseconds slow{0};

  Result<CallOutcome> operator()(const std::string&, const std::string& operation, DocumentPtr input, bool) {
    if (operation == "s3:GetObject") std::this_thread::sleep_for(slow);
    std::lock_guard hold(mutex_);
    CallOutcome out;
    out.call.call = operation;
    const Value root = input->root();
    std::string reply = "{}";
    if (operation == "sqs:ReceiveMessage") {
      reply.clear();
      JsonWriter json(reply);
      json.begin_object().key("Messages").begin_array();
      for (int i = 0; i < 10 && !bodies.empty(); ++i, bodies.pop_front()) {
        const std::string number = std::to_string(++given_);
        json.begin_object().member("MessageId", "m" + number).member("ReceiptHandle", "r" + number).member("Body", bodies.front()).end_object();
      }
      json.end_array().end_object();
    } else if (operation == "s3:GetObject") {
      got.emplace_back(root.get("Key").text());
      out.failure = failure, out.error_code = code;
      reply = R"({"ETag":"\"e1\""})";
    } else {
      for (Value one : root.get("Entries").items()) {
        if (operation == "sqs:DeleteMessageBatch") deleted.emplace_back(one.get("ReceiptHandle").text());
        else hidden.push_back(std::string(one.get("ReceiptHandle").text()) + " " + std::string(one.get("VisibilityTimeout").text()));
      }
    }
    if (out.failure == Failure::none) out.pages.push_back({input, reply, operation == "s3:GetObject" ? kLog : "", "", {}});
    return out;
  }
  size_t times_hidden() {
    std::lock_guard hold(mutex_);
    return hidden.size();
  }

 private:
  std::mutex mutex_;
  int given_ = 0;
};

struct Pass {
  std::vector<LogObject> objects;
  std::vector<ObjectAudit> audits;
};

// One round as a run has it: what is fresh is read, and what was read is settled.
Pass round_of(ObjectSource& source) {
  Pass out;
  std::vector<Error> problems;
  auto fresh = source.fresh(problems);
  EXPECT_TRUE(fresh && problems.empty());
  out.objects = std::move(*fresh);
  LogReader reader;
  for (LogObject& object : out.objects) out.audits.push_back(source.read(reader, object, LogSink{[](const LogEvent&) {}, {}}));
  for (const LogObject& object : out.objects)
    if (!object.again) source.settled(object);
  return out;
}

std::unique_ptr<ObjectSource> source_of(FakeAws& aws, QueueSourceOptions options = {}) {
  return queue_source(*queue_name(kUrl), [&aws](const std::string& region, const std::string& operation, DocumentPtr input, bool to_its_end) {
    return aws(region, operation, std::move(input), to_its_end);
  }, options);
}

TEST(QueueSource, GivesAnObjectOnceHoweverItIsNamed) {
  FakeAws aws;
  const std::string bare = R"({"s3Bucket":"b","s3ObjectKey":["k"]})";
  for (auto& order : std::vector<std::vector<std::string>>{{notice("k", "e1"), bare, notice("k", "e1")}, {bare, notice("k", "e1"), bare}}) {
    aws.bodies.assign(order.begin(), order.end());
    aws.got.clear(), aws.deleted.clear();
    auto source = source_of(aws);
    const Pass pass = round_of(*source);
    ASSERT_EQ(pass.objects.size(), 1u);
    EXPECT_EQ(pass.objects[0].version, "e1");
    EXPECT_EQ(pass.audits[0].judged, 1u);
    aws.bodies.assign({bare, notice("k", "e1")});  // once more, when it is on record
    EXPECT_TRUE(round_of(*source).objects.empty());
    source.reset();
    EXPECT_EQ(aws.deleted.size(), 5u);
  }
}

TEST(QueueSource, TakesAnotherContentForAnotherObject) {
  FakeAws aws;
  aws.bodies.assign({notice("k", "e1"), notice("k", "e2")});
  auto source = source_of(aws);
  const Pass pass = round_of(*source);
  ASSERT_EQ(pass.objects.size(), 2u);
  EXPECT_NE(pass.objects[0].identity, pass.objects[1].identity);
}

TEST(QueueSource, DeletesAMessageOnlyWhenAllThatItNamesIsSettled) {
  FakeAws aws;
  aws.bodies.assign({R"({"s3Bucket":"b","s3ObjectKey":["k1","k2"]})"});
  {
    auto source = source_of(aws);
    std::vector<Error> problems;
    auto fresh = source->fresh(problems);
    ASSERT_TRUE(fresh);
    ASSERT_EQ(fresh->size(), 2u);
    source->settled(fresh->front());
    ASSERT_TRUE(source->fresh(problems));
    EXPECT_TRUE(aws.deleted.empty());
  }
  EXPECT_TRUE(aws.deleted.empty());
  EXPECT_EQ(aws.hidden, std::vector<std::string>{"r1 0"}) << "at its end it is given back";
}

TEST(QueueSource, KeepsHiddenWhatTakesLong) {
  FakeAws aws;
  aws.bodies.assign({notice("k", "e1")});
  aws.slow = std::chrono::milliseconds(1500);
  auto source = source_of(aws, {.hidden_s = 1});
  round_of(*source);
  EXPECT_GE(aws.times_hidden(), 2u);
  EXPECT_EQ(aws.hidden.front(), "r1 1");
}

TEST(QueueSource, LeavesWhatIsRefusedAndDeletesWhatIsGone) {
  struct { Failure failure; const char* code; bool again, broken; size_t deleted; const char* hidden; } cases[] = {
      {Failure::denied, "AccessDenied", true, true, 0, "r1 300"},
      {Failure::other, "NoSuchBucket", true, true, 0, "r1 300"},
      {Failure::other, "NoSuchKey", false, true, 1, ""},
      {Failure::other, "PreconditionFailed", false, true, 1, ""},
      {Failure::transient, "InternalError", true, false, 0, "r1 60"},
      {Failure::throttled, "SlowDown", true, false, 0, "r1 60"},
  };
  for (auto& c : cases) {
    FakeAws aws;
    aws.bodies.assign({notice("k", "e1")});
    aws.failure = c.failure, aws.code = c.code;
    auto source = source_of(aws);
    const Pass pass = round_of(*source);
    ASSERT_EQ(pass.objects.size(), 1u);
    EXPECT_EQ(pass.objects[0].again, c.again) << c.code;
    EXPECT_EQ(!pass.audits[0].broken.empty(), c.broken) << c.code;
    source.reset();
    EXPECT_EQ(aws.deleted.size(), c.deleted) << c.code;
    EXPECT_EQ(aws.hidden.empty() ? "" : aws.hidden[0], c.hidden) << c.code;
  }
}

TEST(QueueSource, EndsWithAQueueThatMayNotBeRead) {
  auto source = queue_source(*queue_name(kUrl), [](const std::string&, const std::string& operation, DocumentPtr, bool) -> Result<CallOutcome> {
    CallOutcome out;
    out.call.call = operation;
    out.failure = Failure::denied, out.error_code = "AccessDenied";
    return out;
  }, {});
  std::vector<Error> problems;
  EXPECT_FALSE(source->fresh(problems));
}

}  // namespace
}  // namespace reeve
