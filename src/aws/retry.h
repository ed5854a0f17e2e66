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

// `denied`: no permission. `not_enabled`: the account does not use the service. `unsupported`: the Region is off for the account, or does
// not have this; keys that a Region does not know are its way of saying that it is off. `timed_out` and `unreachable`: no answer, after or
// before the service was reached. `transient`: a service that failed, a connection that was cut. `other`: every refusal that asking again
// does not change, among them "there is none" and operations that an endpoint does not have.
Failure classify(const HttpOutcome& outcome, const AwsReply& reply);

// Milliseconds to wait before attempt `attempt` (1: the first repeat), honouring x-amz-retry-after / Retry-After (at most 5 s over our own).
int64_t backoff_ms(Failure failure, int attempt, double random01, std::optional<int64_t> retry_after_ms);

// What the response asks for: x-amz-retry-after (milliseconds), else Retry-After (seconds).
std::optional<int64_t> retry_after_ms(const HttpResponse& response);

// An answer that is none of the protocol's: a proxy's page, a server that fell over, an endpoint that does not have the operation.
bool is_page(const AwsReply& reply);

// How often a call may be sent in all before such an end of it is believed. Throttled calls are not counted but timed (engine.h).
int attempts_max(Failure failure, const HttpOutcome& outcome, const AwsReply& reply, int attempts_most);

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
  // Nothing would be forgotten if this bucket were made anew: it is full and at its first rate.
  bool rested(int64_t now_ms);

 private:
  void fill(int64_t now_ms);

  double rate_, rate_max_, burst_, tokens_;
  int64_t filled_ms_ = -1, throttled_ms_ = -1;
  double rate_at_throttle_ = 0;
};

}  // namespace reeve
