// When to ask again, and how fast: classes of failure, back-off, and rates per bucket that learn from throttling (CUBIC).
//
// Pure but for the random source that is given. Source: AWS SDKs and Tools Reference Guide, "Retry behavior"; RFC 9438 for CUBIC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aws/http.h"
#include "aws/protocol.h"
#include "base/time.h"

namespace reeve {

enum class Failure : uint8_t {
  none, throttled, transient, expired_credentials, clock_skew, denied, not_enabled, unsupported, timed_out, unreachable, other
};
std::string_view name(Failure failure);

Failure classify(const HttpOutcome& outcome, const AwsReply& reply);

// Milliseconds to wait before attempt `attempt` (1: the first repeat), honouring x-amz-retry-after / Retry-After (at most 5 s over our own).
int64_t backoff_ms(Failure failure, int attempt, double random01, std::optional<int64_t> retry_after_ms);

// How far the service's clock is ahead of ours, from the Date header of a response that refused for skew.
std::optional<int64_t> skew_ms(const HttpResponse& response, Time now);

// A token bucket whose rate falls on throttling and grows back along a cubic curve. Times are milliseconds of any steady clock.
class RateBucket {
 public:
  RateBucket(double rate_per_s, double burst);
  // 0: take it now (and one token is taken); else how many milliseconds to wait before asking again.
  int64_t take(int64_t now_ms);
  void throttled(int64_t now_ms);
  void answered(int64_t now_ms);
  double rate() const { return rate_; }

 private:
  double rate_, rate_max_, burst_, tokens_;
  int64_t filled_ms_ = -1, throttled_ms_ = -1;
  double rate_at_throttle_ = 0;
};

}  // namespace reeve
