#include "aws/retry.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

HttpOutcome answered(int status, HttpHeaders headers = {}) { return {HttpFailure::none, "", {status, std::move(headers), ""}}; }
AwsReply refused(std::string code, std::string message = {}) {
  AwsReply out;
  out.error_code = std::move(code);
  out.error_message = std::move(message);
  return out;
}

TEST(Retry, tells_refusals_apart) {
  struct Row {
    int status;
    const char *code, *message;
    Failure failure;
  };
  const Row rows[] = {
      {400, "ThrottlingException", "Rate exceeded", Failure::throttled},
      {400, "Throttling", "Rate exceeded", Failure::throttled},
      {503, "RequestLimitExceeded", "Request limit exceeded.", Failure::throttled},
      {503, "SlowDown", "Please reduce your request rate.", Failure::throttled},
      {429, "TooManyRequestsException", "", Failure::throttled},
      {429, "SomethingNew", "", Failure::throttled},
      {429, "HTTP 429", "", Failure::throttled},
      {400, "LimitExceededException", "", Failure::throttled},
      {503, "EC2ThrottledException", "", Failure::throttled},
      {500, "InternalFailure", "", Failure::transient},
      {400, "RequestTimeout", "", Failure::transient},
      {503, "ServiceUnavailable", "", Failure::transient},
      {502, "HTTP 502", "", Failure::transient},
      {504, "SomethingNew", "", Failure::transient},
      {400, "ExpiredToken", "The security token included in the request is expired", Failure::expired_credentials},
      {403, "ExpiredTokenException", "", Failure::expired_credentials},
      {403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", Failure::clock_skew},
      {403, "SignatureDoesNotMatch", "Signature expired: 20261129T000000Z is now earlier than 20261129T001000Z", Failure::clock_skew},
      {400, "InvalidSignatureException", "Signature not yet current: 20261129T003000Z is still later than …", Failure::clock_skew},
      {400, "RequestExpired", "Request has expired.", Failure::clock_skew},
      {403, "SignatureDoesNotMatch", "The request signature we calculated does not match", Failure::other},
      {403, "AccessDenied", "User: arn:… is not authorized to perform: iam:ListRoles", Failure::denied},
      {400, "AccessDeniedException", "", Failure::denied},
      {403, "UnauthorizedOperation", "", Failure::denied},
      {403, "HTTP 403", "", Failure::denied},
      {403, "AccessDeniedException", "Macie is not enabled.", Failure::not_enabled},
      {401, "InvalidAccessException", "Account 111122223333 is not subscribed to AWS Security Hub", Failure::not_enabled},
      {403, "SubscriptionRequiredException", "", Failure::not_enabled},
      {401, "OptInRequired", "You are not subscribed to this service.", Failure::not_enabled},
      {400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", Failure::not_enabled},
      {403, "InvalidClientTokenId", "The security token included in the request is invalid", Failure::unsupported},
      {400, "UnrecognizedClientException", "The security token included in the request is invalid.", Failure::unsupported},
      {401, "AuthFailure", "AWS was not able to validate the provided access credentials", Failure::unsupported},
      {400, "UnsupportedOperation", "", Failure::unsupported},
      {404, "NoSuchBucketPolicy", "The bucket policy does not exist", Failure::other},
      {404, "ResourceNotFoundException", "", Failure::other},
      {400, "UnknownOperationException", "", Failure::other},
      {404, "HTTP 404", "", Failure::other},
      {200, "UnreadableReply", "", Failure::other},
  };
  for (const Row& row : rows)
    EXPECT_EQ(name(classify(answered(row.status), refused(row.code, row.message))), name(row.failure)) << row.status << " " << row.code << " " << row.message;
  AwsReply good;
  good.ok = true;
  EXPECT_EQ(classify(answered(200), good), Failure::none);
}

TEST(Retry, tells_silence_apart) {
  struct Row {
    HttpFailure http;
    Failure failure;
    int sent;  // at most, of 8
  };
  const Row rows[] = {
      {HttpFailure::resolve, Failure::unreachable, 3}, {HttpFailure::connect, Failure::unreachable, 3}, {HttpFailure::tls, Failure::unreachable, 1},
      {HttpFailure::timeout, Failure::timed_out, 3},   {HttpFailure::cut, Failure::transient, 8},       {HttpFailure::too_large, Failure::other, 1},
      {HttpFailure::cancelled, Failure::other, 1},     {HttpFailure::other, Failure::other, 1},
  };
  for (const Row& row : rows) {
    const HttpOutcome outcome{row.http, "", {}};
    EXPECT_EQ(name(classify(outcome, {})), name(row.failure)) << name(row.http);
    EXPECT_EQ(attempts_max(row.failure, outcome, {}, 8), row.sent) << name(row.http);
  }
  EXPECT_EQ(attempts_max(Failure::transient, answered(500), refused("InternalError"), 8), 8);
  EXPECT_EQ(attempts_max(Failure::transient, answered(500), refused("HTTP 500"), 8), 2);  // an endpoint that does not have the operation
  EXPECT_EQ(attempts_max(Failure::transient, answered(503), refused("HTTP 503"), 8), 3);  // what stands before it
  EXPECT_EQ(attempts_max(Failure::transient, answered(500), refused("HTTP 500"), 1), 1);
  EXPECT_EQ(attempts_max(Failure::denied, answered(403), refused("AccessDenied"), 8), 1);
  EXPECT_EQ(attempts_max(Failure::expired_credentials, answered(403), refused("ExpiredToken"), 8), 2);
}

TEST(Retry, waits_longer_each_time_and_as_long_as_the_service_asks) {
  struct Row {
    Failure failure;
    int attempt;
    double random;
    std::optional<int64_t> asked;
    int64_t ms;
  };
  const Row rows[] = {
      {Failure::transient, 1, 1, {}, 50},         {Failure::transient, 2, 1, {}, 100},       {Failure::transient, 4, 0.5, {}, 200},
      {Failure::throttled, 1, 1, {}, 1000},       {Failure::throttled, 3, 1, {}, 4000},      {Failure::throttled, 5, 0.25, {}, 1000},
      {Failure::throttled, 6, 1, {}, 4000},       {Failure::throttled, 100, 1, {}, 4000},    {Failure::throttled, 3, 0, {}, 0},
      {Failure::throttled, 1, 0.5, 2000, 2000},   {Failure::throttled, 1, 0.5, 100, 500},    {Failure::throttled, 1, 0.5, 60000, 5500},
      {Failure::timed_out, 1, 0, 60000, 5000},    {Failure::transient, 0, 1, {}, 50},        {Failure::transient, 1, 7, {}, 50},
  };
  for (const Row& row : rows)
    EXPECT_EQ(backoff_ms(row.failure, row.attempt, row.random, row.asked), row.ms) << name(row.failure) << " " << row.attempt << " " << row.random;
}

TEST(Retry, reads_how_long_the_service_asks_to_wait) {
  auto of = [](HttpHeaders headers) { return retry_after_ms(HttpResponse{503, std::move(headers), ""}); };
  EXPECT_EQ(of({{"X-Amz-Retry-After", "1500"}, {"Retry-After", "9"}}), 1500);
  EXPECT_EQ(of({{"retry-after", "2"}}), 2000);
  for (const char* odd : {"", "-1", "soon", "Sun, 29 Nov 2026 15:07:01 GMT", "99999999999999999999", "1000000"}) EXPECT_EQ(of({{"Retry-After", odd}}), std::nullopt) << odd;
  EXPECT_EQ(of({}), std::nullopt);
}

TEST(Retry, reads_the_services_clock) {
  const Time now = *parse_time("2026-11-29T15:00:00Z");
  auto of = [&](const char* date) { return skew_ms(HttpResponse{403, {{"Date", date}}, ""}, now); };
  EXPECT_EQ(of("Sun, 29 Nov 2026 15:07:01 GMT"), 421000);
  EXPECT_EQ(of("Sun, 29 Nov 2026 14:59:59 GMT"), -1000);
  EXPECT_EQ(of("Thu, 01 Jan 2026 00:00:00 GMT"), parse_time("2026-01-01T00:00:00Z")->ms - now.ms);
  for (const char* odd : {"", "yesterday", "Sun, 29 Nov 2026 15:07:01", "Sun, 29 Foo 2026 15:07:01 GMT", "Sun, 99 Nov 2026 15:07:01 GMT", "Sunday, 29-Nov-26 15:07:01 GMT"})
    EXPECT_EQ(of(odd), std::nullopt) << odd;
  EXPECT_EQ(skew_ms(HttpResponse{403, {}, ""}, now), std::nullopt);
}

// What a caller that always wants more gets from `begin` to `end`, in calls.
int taken(RateBucket& bucket, int64_t begin, int64_t end) {
  int out = 0;
  for (int64_t now = begin; now < end;) {
    const int64_t wait = bucket.take(now);
    if (wait == 0) ++out;
    else now += wait;
  }
  return out;
}

TEST(RateBucket, gives_its_burst_and_then_its_rate) {
  struct Row {
    double rate, burst;
    int first, later;  // in the first millisecond, in the ten seconds behind it
  };
  for (const Row& row : {Row{10, 20, 20, 100}, Row{1, 1, 1, 10}, Row{0.5, 1, 1, 5}, Row{2.5, 5, 5, 25}, Row{100, 0, 1, 1000}}) {
    RateBucket bucket(row.rate, row.burst);
    EXPECT_EQ(taken(bucket, 1000, 1001), row.first) << row.rate;
    EXPECT_NEAR(taken(bucket, 1001, 11000), row.later, 1) << row.rate;
  }
  RateBucket rested(10, 20);
  taken(rested, 0, 1000);
  EXPECT_FALSE(rested.rested(1000));
  EXPECT_TRUE(rested.rested(3100));
  EXPECT_EQ(taken(rested, 60000, 60001), 20);  // no more than the burst, however long nobody asked
}

TEST(RateBucket, falls_when_throttled_and_grows_back_along_the_curve) {
  RateBucket bucket(20, 10);
  EXPECT_EQ(bucket.take(0), 0);
  bucket.throttled(1000);
  EXPECT_DOUBLE_EQ(bucket.rate(), 14);
  EXPECT_GT(bucket.take(1000), 0);  // the burst is gone
  bucket.throttled(1100);           // the same moment
  EXPECT_DOUBLE_EQ(bucket.rate(), 14);
  EXPECT_FALSE(bucket.rested(1100));
  double before = bucket.rate();
  for (int64_t now = 1100; now < 4000; now += 100) {
    bucket.answered(now);
    EXPECT_GE(bucket.rate(), before);
    EXPECT_LE(bucket.rate(), 20);
    before = bucket.rate();
  }
  bucket.answered(10000);
  EXPECT_DOUBLE_EQ(bucket.rate(), 20);  // and never above where it began
  EXPECT_TRUE(bucket.rested(20000));

  for (int i = 0; i < 100; ++i) bucket.throttled(30000 + i * 250);
  EXPECT_GE(bucket.rate(), 20 * 0.02);
  EXPECT_LT(bucket.rate(), 5);
}

// A service that refuses all for a while, whatever the rate: how long after it the first answer comes, and the whole rate.
TEST(RateBucket, is_back_soon_after_a_storm) {
  struct {
    double rate, burst;
    int64_t storm_ms, first_ms, whole_ms;
  } const rows[] = {{5, 10, 3000, 2500, 4500}, {5, 10, 60000, 2500, 4500}, {1, 1, 60000, 2500, 4500}, {0.5, 1, 60000, 3000, 5000}, {100, 100, 60000, 1000, 8000}};
  for (const auto& row : rows) {
    RateBucket bucket(row.rate, row.burst);
    int64_t first = -1, whole = -1;
    for (int64_t now = 0; now < row.storm_ms + 20000 && whole < 0;) {
      if (const int64_t wait = bucket.take(now); wait > 0) {
        now += wait;
        continue;
      }
      now += 20;
      if (now < row.storm_ms) {
        bucket.throttled(now);
        continue;
      }
      bucket.answered(now);
      if (first < 0) first = now;
      if (bucket.rate() >= row.rate) whole = now;
    }
    EXPECT_TRUE(first >= 0 && first <= row.storm_ms + row.first_ms) << row.rate << " a second: first after " << first - row.storm_ms << " ms";
    EXPECT_TRUE(whole >= 0 && whole <= row.storm_ms + row.whole_ms) << row.rate << " a second: whole after " << whole - row.storm_ms << " ms";
  }
}

}  // namespace
}  // namespace reeve
