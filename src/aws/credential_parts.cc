#include "aws/credential_parts.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "aws/arn.h"
#include "aws/protocol.h"
#include "aws/retry.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int kAttempts = 3;
constexpr int64_t kAskAgainMs = 60000;

class FunctionProvider : public RenewedProvider {
 public:
  FunctionProvider(std::function<Time()> now, std::function<Result<Credentials>()> fetch)
      : RenewedProvider(std::move(now)), fetch_(std::move(fetch)) {}

 protected:
  Result<Credentials> fetch() override { return fetch_(); }

 private:
  std::function<Result<Credentials>()> fetch_;
};

double random01() {
  thread_local std::minstd_rand engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

// What a service says may repeat what it was sent: keys and tokens are taken out, and what quotes a whole request is not told at
// all.
std::string told(const AwsReply& reply, const std::vector<std::string>& secrets) {
  std::string out = reply.error_code;
  if (reply.error_message.empty() || reply.error_code == "SignatureDoesNotMatch" ||
      reply.error_code == "InvalidSignatureException")
    return out;
  std::string message(split(reply.error_message, '\n')[0]);
  for (const auto& secret : secrets)
    for (size_t at; secret.size() >= 6 && (at = message.find(secret)) != message.npos;) message.replace(at, secret.size(), "***");
  if (message.size() > 300) message = message.substr(0, 300) + "…";
  return out + ": " + message;
}

// The texts of an input, however deep: any of them may be a token or a code.
void collect_texts(Value value, std::vector<std::string>& out) {
  if (value.is_string()) out.emplace_back(value.text());
  for (auto entry : value.entries())
    if (entry.key() != "RoleArn" && entry.key() != "roleName" && entry.key() != "accountId" && entry.key() != "SerialNumber")
      collect_texts(entry.value, out);
  for (Value item : value.items()) collect_texts(item, out);
}

}  // namespace

Result<Credentials> RenewedProvider::get() {
  std::lock_guard lock(mutex_);
  Time moment = now();
  bool good = held_ && !held_->expired(moment, 0);
  if (good && (!held_->expired(moment) || moment.ms < asked_.ms + kAskAgainMs)) return *held_;
  auto fresh = fetch();
  asked_ = moment;
  if (fresh && fresh->expired(moment, 0))
    fresh = fail(Code::usage, fresh->source + ": the keys have expired at " + rfc3339(fresh->expires), {},
                 "keys that are still good");
  if (!fresh && good) return *held_;
  if (!fresh) return fresh;
  held_ = *fresh;
  return fresh;
}

void RenewedProvider::refuse() {
  std::lock_guard lock(mutex_);
  held_.reset();
}

std::shared_ptr<CredentialProvider> provider_of(std::function<Time()> now, std::function<Result<Credentials>()> fetch,
                                                std::optional<Credentials> held) {
  auto out = std::make_shared<FunctionProvider>(std::move(now), std::move(fetch));
  if (held) out->hold(std::move(*held));
  return out;
}

Result<DocumentPtr> aws_call(const CredentialContext& context, const std::string& service_name, const std::string& operation_name,
                             std::string input, const std::string& region, CredentialProvider* signer,
                             const std::function<Status(HttpRequest&)>& adorn) {
  std::string name = service_name + ":" + operation_name;
  AwsCall call;
  call.operation = context.apis ? context.apis->operation(name, &call.service) : nullptr;
  if (!call.operation || !call.service) return fail(Code::internal, "content/apis does not have " + name);
  call.input = TRY(read_json(input, Source{}));
  std::vector<std::string> secrets;
  collect_texts(call.input->root(), secrets);
  Endpoint endpoint = TRY(resolve_endpoint(*call.service, region, context.endpoints));
  int64_t skew = 0;
  bool refused = false;
  for (int attempt = 1;; ++attempt) {
    HttpRequest request = TRY(build_request(call));
    request.origin = endpoint.origin;
    request.path = endpoint.base_path + request.path;
    if (adorn) TRY(adorn(request));
    Time moment = context.now();
    if (signer) {
      Credentials keys = TRY(signer->get());
      for (const auto& secret : {keys.secret_access_key, keys.session_token}) secrets.push_back(secret);
      SignScope scope;
      scope.region = endpoint.signing_region;
      scope.service = call.service->signing_name;
      scope.now = {moment.ms + skew};
      sign_headers(request, keys, scope);
    }
    HttpOutcome outcome = http_call(*context.http, std::move(request));
    AwsReply reply;
    if (outcome.failure == HttpFailure::none) reply = read_response(*call.service, *call.operation, outcome.response);
    if (outcome.failure == HttpFailure::none && reply.ok) return read_json(reply.json, Source{});
    Failure failure = classify(outcome, reply);
    if (failure == Failure::clock_skew && skew == 0 && attempt < kAttempts)
      if (auto ahead = skew_ms(outcome.response, moment)) {
        skew = *ahead;
        continue;
      }
    if (failure == Failure::expired_credentials && signer && !refused) {
      refused = true;
      signer->refuse();
      continue;
    }
    bool again = failure == Failure::throttled || failure == Failure::transient || failure == Failure::timed_out ||
                 failure == Failure::unreachable;
    if (again && attempt < kAttempts) {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(backoff_ms(failure, attempt, random01(), retry_after_ms(outcome.response))));
      continue;
    }
    if (outcome.failure != HttpFailure::none) return fail(Code::io, name + " at " + endpoint.origin + ": " + outcome.message);
    return fail(Code::usage, name + ": " + told(reply, secrets));
  }
}

Result<Credentials> read_credentials(Value map, const CredentialNames& names, const std::string& what) {
  Credentials out;
  out.source = what;
  auto take = [&](const char* name, std::string& into, bool required) -> Status {
    Value value = map.get(name);
    if (value.is_string()) into = value.text();
    if (into.empty() && required)
      return fail(Code::usage, what + ": the answer has no " + std::string(name), {},
                  "a map with " + std::string(names.id) + " and " + names.secret);
    return {};
  };
  TRY(take(names.id, out.access_key_id, true));
  TRY(take(names.secret, out.secret_access_key, true));
  TRY(take(names.token, out.session_token, names.token_required));
  Value expires = map.get(names.expires);
  if (!expires || expires.is_null()) {
    if (names.expires_required) return fail(Code::usage, what + ": the answer has no " + std::string(names.expires));
  } else if (auto ms = expires.integer()) {
    out.expires = {*ms};
  } else {
    std::string text(expires.text());
    if (ends_with(text, "UTC")) text.replace(text.size() - 3, 3, "Z");
    auto time = parse_time(text);
    if (!time) return fail(Code::usage, what + ": " + std::string(names.expires) + " is no time");
    out.expires = *time;
  }
  for (const char* name : {"AccountId", "accountId"})
    if (Value account = map.get(name); account.is_string()) out.account = account.text();
  return out;
}

std::string account_of_role(std::string_view arn) { return std::string(arn_account(arn)); }

}  // namespace reeve
