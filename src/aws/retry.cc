#include "aws/retry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace reeve {
namespace {

// CUBIC as RFC 9438 has it, on calls a second in place of a window: what is left after a throttle, and how steeply it grows back.
constexpr double beta = 0.7, scale = 0.4;
// Throttles that come this close together are of one moment: the calls were on their way when the first was refused.
constexpr int64_t one_moment_ms = 200;
// A bucket never falls below this share of its first rate: it would not notice that the storm is over.
constexpr double rate_least = 0.02;

// A bucket that is slowed down grows faster by the second: how long its next token takes is told anew so often.
constexpr int64_t look_again_ms = 200;

// A throttled call waits no longer than its bucket would: the bucket is what spares the service, and a call that sleeps through the end of a
// storm holds up all that hangs on its answer.
constexpr int64_t backoff_most_ms = 20000, throttled_most_ms = 4000, retry_after_over_ms = 5000;

template <size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 16> throttles{
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled", "TooManyRequestsException",
    "TooManyRequests", "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
    "LimitExceededException", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException", "HTTP 429"};
constexpr std::array<std::string_view, 16> transients{
    "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "InternalServerError", "InternalServerException",
    "InternalServiceError", "InternalServiceException", "InternalException", "ServiceUnavailable", "ServiceUnavailableException",
    "ServiceException", "Unavailable", "ServerException", "IDPCommunicationError", "HTTP 408"};
constexpr std::array<std::string_view, 4> expirations{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "ExpiredTokenIdException"};
constexpr std::array<std::string_view, 3> skews{"RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"};
constexpr std::array<std::string_view, 4> signatures{"InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "AuthFailure"};
constexpr std::array<std::string_view, 7> unknown_keys{
    "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "RegionDisabledException", "UnsupportedOperation",
    "UnsupportedOperationException", "UnsupportedRegionException"};
constexpr std::array<std::string_view, 14> denials{
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "UnauthorizedAccess", "Unauthorized",
    "AuthorizationError", "AuthorizationErrorException", "NotAuthorized", "NotAuthorizedException", "Forbidden", "ForbiddenException",
    "AllAccessDisabled", "AccountProblem"};

// How services say that an account does not use them; the words are in the code or, behind a denial, in the message.
bool says_not_enabled(const AwsReply& reply, bool denied) {
  for (std::string_view part : {"NotEnabled", "NotSubscribed", "NotInUse", "OptInRequired", "SubscriptionRequired", "NotOptedIn"})
    if (contains(reply.error_code, part)) return true;
  if (!denied && reply.error_code != "InvalidAccessException") return false;
  const std::string message = lower(reply.error_message);
  for (std::string_view part : {"is not enabled", "not subscribed", "not been enabled", "needs a subscription", "not opted in", "is not signed up"})
    if (contains(message, part)) return true;
  return false;
}

// `Signature expired: … is now earlier than …`, `Signature not yet current: …`, `Request has expired`.
bool says_skew(std::string_view message) {
  const std::string small = lower(message);
  return contains(small, "signature expired") || contains(small, "not yet current") || contains(small, "request has expired") || contains(small, "in the future");
}

}  // namespace

bool is_page(const AwsReply& reply) { return starts_with(reply.error_code, "HTTP ") || reply.error_code == "UnreadableReply"; }

std::string_view name(Failure failure) {
  switch (failure) {
    case Failure::none: return "none";
    case Failure::throttled: return "throttled";
    case Failure::transient: return "transient";
    case Failure::expired_credentials: return "expired_credentials";
    case Failure::clock_skew: return "clock_skew";
    case Failure::denied: return "denied";
    case Failure::not_enabled: return "not_enabled";
    case Failure::unsupported: return "unsupported";
    case Failure::timed_out: return "timed_out";
    case Failure::unreachable: return "unreachable";
    case Failure::other: return "other";
  }
  return "other";
}

Failure classify(const HttpOutcome& outcome, const AwsReply& reply) {
  switch (outcome.failure) {
    case HttpFailure::none: break;
    case HttpFailure::resolve:
    case HttpFailure::connect:
    case HttpFailure::tls: return Failure::unreachable;
    case HttpFailure::timeout: return Failure::timed_out;
    case HttpFailure::cut: return Failure::transient;
    case HttpFailure::too_large:
    case HttpFailure::cancelled:
    case HttpFailure::other: return Failure::other;
  }
  if (reply.ok) return Failure::none;
  const std::string_view code = reply.error_code;
  const int status = outcome.response.status;
  if (one_of(code, throttles) || status == 429) return Failure::throttled;
  if (one_of(code, expirations)) return Failure::expired_credentials;
  if (one_of(code, skews)) return Failure::clock_skew;
  if (one_of(code, signatures) && says_skew(reply.error_message)) return Failure::clock_skew;
  if (one_of(code, transients) || status == 500 || status == 502 || status == 503 || status == 504) return Failure::transient;
  if (one_of(code, unknown_keys)) return Failure::unsupported;
  const bool denied = one_of(code, denials);
  if (says_not_enabled(reply, denied)) return Failure::not_enabled;
  if (denied || ((status == 401 || status == 403) && is_page(reply))) return Failure::denied;
  return Failure::other;
}

std::optional<int64_t> retry_after_ms(const HttpResponse& response) {
  if (const std::string* text = response.header("x-amz-retry-after"))
    if (auto ms = parse_int(*text); ms && *ms >= 0) return ms;
  if (const std::string* text = response.header("retry-after"))
    if (auto seconds = parse_int(*text); seconds && *seconds >= 0 && *seconds <= 86400) return *seconds * 1000;
  return std::nullopt;
}

int attempts_max(Failure failure, const HttpOutcome& outcome, const AwsReply& reply, int attempts_most) {
  switch (failure) {
    case Failure::transient:
      if (outcome.failure != HttpFailure::none || !is_page(reply)) return attempts_most;
      // Pages are mostly an endpoint's way of not having an operation. One of status 500 is of the endpoint itself, which AWS's own tools
      // do not ask again; what stands before an endpoint says 502 to 504, and may mend.
      return std::min(attempts_most, outcome.response.status == 500 ? 2 : 3);
    case Failure::unreachable: return std::min(attempts_most, outcome.failure == HttpFailure::tls ? 1 : 3);
    case Failure::timed_out: return std::min(attempts_most, 3);
    case Failure::expired_credentials: return 2;
    case Failure::clock_skew: return 3;
    case Failure::none:
    case Failure::throttled:
    case Failure::denied:
    case Failure::not_enabled:
    case Failure::unsupported:
    case Failure::other: break;
  }
  return 1;
}

int64_t backoff_ms(Failure failure, int attempt, double random01, std::optional<int64_t> retry_after) {
  const double base = failure == Failure::throttled ? 1000 : 50;
  const double longest = static_cast<double>(failure == Failure::throttled ? throttled_most_ms : backoff_most_ms);
  const double most = std::min(std::ldexp(base, std::clamp(attempt, 1, 30) - 1), longest);
  const int64_t own = static_cast<int64_t>(std::clamp(random01, 0.0, 1.0) * most);
  return retry_after ? std::max(own, std::min(*retry_after, own + retry_after_over_ms)) : own;
}

std::optional<int64_t> skew_ms(const HttpResponse& response, Time now) {
  const std::string* text = response.header("date");
  if (!text) return std::nullopt;
  // `Sun, 29 Nov 2026 15:07:01 GMT`, the form that RFC 9110 wants of who sends.
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto words = split(trim(*text), ' ');
  if (words.size() != 6 || words[5] != "GMT") return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), words[2]);
  if (month == months.end()) return std::nullopt;
  const auto number = static_cast<int>(month - months.begin()) + 1;
  const auto at = parse_time(std::string(words[3]) + (number < 10 ? "-0" : "-") + std::to_string(number) + "-" + std::string(words[1]) + "T" +
                             std::string(words[4]) + "Z");
  if (!at) return std::nullopt;
  return at->ms - now.ms;
}

RateBucket::RateBucket(double rate_per_s, double burst)
    : rate_(std::max(rate_per_s, 0.001)), rate_max_(rate_), burst_(std::max(burst, 1.0)), tokens_(burst_) {}

void RateBucket::fill(int64_t now_ms) {
  if (filled_ms_ < 0) filled_ms_ = now_ms;
  if (throttled_ms_ >= 0) {
    const double t = static_cast<double>(now_ms - throttled_ms_) / 1000;
    const double back_after = std::cbrt(rate_at_throttle_ * (1 - beta) / scale);
    rate_ = std::clamp(scale * std::pow(t - back_after, 3) + rate_at_throttle_, rate_max_ * rate_least, rate_max_);
    if (rate_ >= rate_max_ && t > back_after) throttled_ms_ = -1;
  }
  if (now_ms > filled_ms_) {
    tokens_ = std::min(burst_, tokens_ + rate_ * static_cast<double>(now_ms - filled_ms_) / 1000);
    filled_ms_ = now_ms;
  }
}

int64_t RateBucket::take(int64_t now_ms) {
  fill(now_ms);
  constexpr double whole = 1 - 1e-9;  // sums of fractions fall short of 1
  if (tokens_ >= whole) {
    tokens_ -= 1;
    return 0;
  }
  const int64_t wait = std::max<int64_t>(1, static_cast<int64_t>(std::ceil((whole - tokens_) / rate_ * 1000)));
  return throttled_ms_ >= 0 ? std::min(wait, look_again_ms) : wait;
}

void RateBucket::throttled(int64_t now_ms) {
  if (throttled_ms_ >= 0 && now_ms - throttled_ms_ < one_moment_ms) return;
  fill(now_ms);
  rate_at_throttle_ = rate_;
  throttled_ms_ = now_ms;
  rate_ = std::max(rate_ * beta, rate_max_ * rate_least);
  tokens_ = std::min(tokens_, 0.0);
}

void RateBucket::answered(int64_t now_ms) { fill(now_ms); }

bool RateBucket::rested(int64_t now_ms) {
  fill(now_ms);
  return throttled_ms_ < 0 && tokens_ >= burst_ - 1e-6;
}

}  // namespace reeve
