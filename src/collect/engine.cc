#include "collect/engine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <random>

#include "base/text.h"
#include "base/time.h"
#include "collect/engine_credentials.h"
#include "collect/engine_queue.h"
#include "formats/json.h"

namespace reeve {
namespace {

// How long `next` may sleep without looking whether it is to stop; `stop` wakes it anyway.
constexpr int64_t nap_ms = 250;
// How long calls wait for the first of their operation to be answered.
constexpr int64_t first_answer_ms = 3000;
// Outcomes taken before what is in flight is moved on again.
constexpr int outcomes_between = 16;
constexpr int credential_attempts = 3;
constexpr int64_t renew_before_ms = 300000;

std::string_view code_of(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::resolve: return "CouldNotResolve";
    case HttpFailure::connect: return "CouldNotConnect";
    case HttpFailure::tls: return "TlsFailed";
    case HttpFailure::timeout: return "TimedOut";
    case HttpFailure::cut: return "ConnectionCut";
    case HttpFailure::too_large: return "ResponseTooLarge";
    case HttpFailure::none:
    case HttpFailure::cancelled:
    case HttpFailure::other: break;
  }
  return "RequestFailed";
}

// `{AccountId}.` with the input's members filled in; empty if one is missing.
std::string filled(std::string_view pattern, Value input) {
  std::string out;
  while (!pattern.empty()) {
    const size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) return {};
    const Value member = input.get(pattern.substr(open + 1, close - open - 1));
    if (!member || member.text().empty()) return {};
    out += member.text();
    pattern.remove_prefix(close + 1);
  }
  return out;
}

class Engine : public CollectEngine {
 public:
  Engine(EngineOptions options, const ApiCatalogue& apis, Credentialed credentialed, std::unique_ptr<HttpClient> http)
      : options_(std::move(options)),
        apis_(apis),
        credentialed_(std::move(credentialed)),
        http_(std::move(http)),
        queue_(options_.rates),
        all_(options_.rps_max > 0 ? options_.rps_max : 1, std::max(1.0, options_.rps_max / 10)),
        random_(std::random_device{}()),
        desk_([this] { http_->wake(); }) {}

  ~Engine() override {
    stop();
    http_->cancel();
  }

  void ask(PlannedCall planned) override {
    auto call = std::make_shared<EngineCall>();
    call->call = std::move(planned);
    ++waiting_;
    call->operation = apis_.operation(call->call.call, &call->service);
    if (!call->operation || !call->service) {
      finish(*call, Failure::other, "InvalidCall", "no such operation is known: " + call->call.call);
      return;
    }
    call->input = call->call.input;
    if (call->operation->paged() && call->input) call->inputs_seen.push_back(digest(call->input->root()));
    call->account = &queue_.account(call->call.place.account);
    if (!call->account->provider && !call->account->lost) call->account->provider = credentialed_(call->account->id);
    if (!call->account->provider && !call->account->lost) lose(*call->account, Error{Code::not_found, "no credentials for account " + call->account->id, {}, "", ""});
    if (call->account->lost) {
      finish_lost(*call);
      return;
    }
    queue_.put(std::move(call), steady_ms());
  }

  bool full() const override { return waiting_ >= options_.waiting_max; }

  bool next(CallOutcome& outcome) override {
    while (true) {
      if (!outcomes_.empty()) {
        if (!stopped_ && ++taken_ % outcomes_between == 0) {
          pump();
          http_->run(0);
        }
        outcome = std::move(outcomes_.front());
        outcomes_.pop_front();
        --waiting_;
        return true;
      }
      if (stopped_) {
        http_->cancel();
        return false;
      }
      pump();
      if (!outcomes_.empty()) continue;
      if (waiting_ == 0) return false;
      http_->run(std::clamp<int64_t>(due_ms() - steady_ms(), 0, nap_ms));
      if (!outcomes_.empty() && !stopped_) {
        pump();  // before the caller reads what came, which takes it a while
        http_->run(0);
      }
    }
  }

  void stop() override {
    stopped_ = true;
    http_->wake();
  }

  EngineCounts counts() const override { return counts_; }
  size_t in_flight() const override { return http_->in_flight(); }
  size_t waiting() const override { return waiting_; }

 private:
  Time clock() const { return Time{(options_.now ? options_.now() : wall_clock()).ms + skew_ms_}; }

  static uint64_t digest(Value input) { return std::hash<std::string>{}(to_json(input)); }

  int64_t due_ms() const {
    int64_t due = steady_ms() + nap_ms;
    if (queue_.next_due_ms() >= 0) due = std::min(due, queue_.next_due_ms());
    if (all_due_ms_ >= 0) due = std::min(due, all_due_ms_);
    return due;
  }

  // Sends what may be sent.
  void pump() {
    take_credentials();
    let_go();
    all_due_ms_ = -1;
    const int64_t now = steady_ms();
    while (!stopped_ && http_->in_flight() < static_cast<size_t>(options_.in_flight_max)) {
      if (options_.rps_max > 0 && !all_held_) {
        if (const int64_t wait = all_.take(now); wait > 0) {
          all_due_ms_ = now + wait;
          return;
        }
        all_held_ = true;
      }
      EngineCallPtr call = queue_.take(now, [this](CallAccount& account) { return has_credentials(account); });
      if (!call) return;
      if (send(call)) all_held_ = false;
    }
  }

  // --- credentials

  bool has_credentials(CallAccount& account) {
    if (account.lost) return true;  // `send` says so of each call
    if (account.asked) return false;
    if (account.generation > 0 && (account.renew_at_ms == 0 || clock().ms < account.renew_at_ms)) return true;
    renew(account, false);
    return false;
  }

  void renew(CallAccount& account, bool refused) {
    if (account.asked || account.lost) return;
    account.asked = true;
    desk_.ask(&account, account.provider, refused);
  }

  void take_credentials() {
    for (CredentialDesk::Given& given : desk_.take()) {
      CallAccount& account = *static_cast<CallAccount*>(given.account);
      account.asked = false;
      if (given.credentials) {
        account.credentials = std::move(*given.credentials);
        ++account.generation;
        account.failures = 0;
        account.renew_at_ms = 0;
        if (account.credentials.expires.known()) {
          const int64_t now = clock().ms, left = account.credentials.expires.ms - now;
          // Whatever a provider gives, it is not asked for every call.
          account.renew_at_ms = left > 0 ? account.credentials.expires.ms - std::min(renew_before_ms, left / 2) : now + 5000;
        }
        queue_.resume(account);
      } else if (given.credentials.error().code == Code::io && ++account.failures < credential_attempts) {
        renew(account, false);
      } else {
        lose(account, std::move(given.credentials.error()));
      }
    }
  }

  // None of the account's calls can be made; each says why.
  void lose(CallAccount& account, Error why) {
    account.lost = true;
    account.why = std::move(why);
    for (EngineCallPtr& call : queue_.take_all(account)) finish_lost(*call);
    queue_.resume(account);  // what waits to be asked again comes back to its bucket, and is to be taken from there
  }

  void finish_lost(EngineCall& call) {
    const Error& why = call.account->why;
    finish(call, why.code == Code::io ? Failure::unreachable : Failure::denied, "NoCredentials", why.text());
  }

  // --- one call

  // Whether something went out.
  bool send(const EngineCallPtr& call) {
    CallAccount& account = *call->account;
    if (account.lost) {  // while this one waited to be asked again
      finish_lost(*call);
      return false;
    }
    auto request = request_of(*call);
    if (!request) {
      finish(*call, Failure::other, request.error().code == Code::not_found ? "NoEndpoint" : "InvalidCall", request.error().text());
      return false;
    }
    HeardOperation& at = *(call->at = &heard_of(*call));
    if (at.lacking) {
      finish_lacking(*call);
      return false;
    }
    if (!at.open) {
      if (at.finding && at.finding != call.get()) {
        wait_for(at, call);
        return false;
      }
      if (!at.finding) at.heard_ms = steady_ms();
      at.finding = call.get();
    }
    call->credentials = account.generation;
    ++call->attempts;
    ++counts_.requests;
    if (call->attempts > 1 + static_cast<int>(call->pages.size())) ++counts_.retries;
    http_->send(std::move(*request), [this, call](HttpOutcome outcome) { answered(call, std::move(outcome)); });
    return true;
  }

  Result<HttpRequest> request_of(EngineCall& call) {
    const ApiService& service = *call.service;
    HttpRequest request = TRY(build_request({&service, call.operation, call.input}));
    const bool s3 = service.signing_name == "s3";
    const Value input = call.input ? call.input->root() : Value();
    const Value bucket = s3 && service.name == "s3" ? input.get("Bucket") : Value();
    if (call.region.empty() && bucket) {
      if (auto known = bucket_regions_.find(std::string(bucket.text())); known != bucket_regions_.end()) call.region = known->second;
    }
    const std::string& place = call.call.place.region;
    const std::string& region = !call.region.empty() ? call.region : place.empty() || place == "global" ? options_.home_region : place;
    Endpoint endpoint = TRY(endpoint_of(service, region));
    if (bucket) address_bucket(endpoint, request.path, bucket.text());
    if (!call.operation->host_prefix.empty()) {
      const std::string prefix = filled(call.operation->host_prefix, input);
      if (prefix.empty()) return fail(Code::usage, "`" + call.call.call + "` lacks what its host's name begins with", {}, call.operation->host_prefix);
      prefix_host(endpoint, prefix);
    }
    request.origin = endpoint.origin;
    request.path = endpoint.base_path + request.path;
    request.headers.emplace_back("User-Agent", options_.user_agent);
    if (!call.operation->unsigned_request) {
      SignScope scope;
      scope.region = endpoint.signing_region;
      scope.service = service.signing_name;
      scope.now = clock();
      scope.double_encode_path = scope.normalize_path = !s3;
      scope.body_digest_header = s3;
      sign_headers(request, call.account->credentials, scope);
    }
    return request;
  }

  Result<Endpoint> endpoint_of(const ApiService& service, const std::string& region) {
    const std::string key = service.name + '\n' + region;
    if (auto known = endpoints_.find(key); known != endpoints_.end()) return known->second;
    auto endpoint = resolve_endpoint(service, region, options_.endpoints);
    if (!endpoint) {
      endpoint.error().code = Code::not_found;
      return endpoint;
    }
    return endpoints_.emplace(key, std::move(*endpoint)).first->second;
  }

  void answered(const EngineCallPtr& call, HttpOutcome outcome) {
    if (outcome.failure == HttpFailure::cancelled) return;  // stopped: it has no outcome, and is asked again another time
    AwsReply reply;
    counts_.bytes += outcome.response.body.size();
    if (outcome.failure == HttpFailure::none) reply = read_response(*call->service, *call->operation, outcome.response);
    const Failure failure = classify(outcome, reply);
    const int64_t now = steady_ms();
    HeardOperation& at = *call->at;
    const bool fell = outcome.failure == HttpFailure::none && failure == Failure::transient && outcome.response.status == 500 && is_page(reply);
    if (!fell) {
      at.open = true;
      if (outcome.failure == HttpFailure::none && (failure == Failure::none || !is_page(reply))) at.answered = true, at.lacking = false;
      if (at.finding) found_out(at);
    }
    if (failure == Failure::none) {
      call->bucket->rate.answered(now);
      page(call, std::move(outcome), std::move(reply), now);
      return;
    }
    if (failure == Failure::throttled) {
      ++counts_.throttled;
      call->bucket->rate.throttled(now);
      if (call->throttled_since_ms < 0) call->throttled_since_ms = now;
      const int64_t last = call->throttled_since_ms + options_.give_up_ms;
      if (now < last) {
        queue_.again(call, std::min(last, now + wait_of(failure, ++call->throttles, outcome)));
        return;
      }
    } else if (fell && !at.answered && (at.lacking || (at.finding && at.finding != call.get()))) {
      if (at.lacking) finish_lacking(*call);
      else wait_for(at, call);
      return;
    } else if (moved(*call, outcome) || renewed(*call, failure) || corrected(*call, failure, outcome)) {
      queue_.again(call, now);
      return;
    } else if (failure != Failure::expired_credentials && failure != Failure::clock_skew &&
               ++call->page_attempts < attempts_max(failure, outcome, reply, options_.attempts_max)) {
      if (fell && !at.answered) at.finding = call.get(), at.heard_ms = now;
      queue_.again(call, now + wait_of(failure, call->page_attempts, outcome));
      return;
    }
    if (fell && !at.answered) at.lacking = true;
    if (outcome.failure == HttpFailure::none) finish(*call, failure, std::move(reply.error_code), std::move(reply.error_message), std::move(reply.request_id));
    else finish(*call, failure, std::string(code_of(outcome.failure)), std::move(outcome.message));
  }

  // One endpoint for all Regions has an operation in all of them or in none.
  HeardOperation& heard_of(const EngineCall& call) {
    std::string key = call.call.call;
    if (options_.endpoints.url.empty()) key += '\n', key += call.region.empty() ? call.call.place.region : call.region;
    return heard_[std::move(key)];
  }

  void wait_for(HeardOperation& at, const EngineCallPtr& call) {
    if (at.waiting.empty()) holding_.push_back(&at);
    at.waiting.push_back(call);
  }

  // One slow answer does not hold up the rest.
  void let_go() {
    const int64_t now = steady_ms();
    std::erase_if(holding_, [&](HeardOperation* at) {
      if (!at->waiting.empty() && now - at->heard_ms < first_answer_ms) return false;
      if (!at->waiting.empty()) at->open = true, found_out(*at);
      return true;
    });
  }

  void found_out(HeardOperation& at) {
    at.finding = nullptr;
    for (EngineCallPtr& one : std::exchange(at.waiting, {})) queue_.again(std::move(one), steady_ms());
  }

  // As the call that found out: it may be asked again by another run, as every transient failure.
  void finish_lacking(EngineCall& call) {
    finish(call, Failure::transient, "HTTP 500", "the endpoint answered " + call.call.call + " with a page each time it was asked; not asked again");
  }

  int64_t wait_of(Failure failure, int attempt, const HttpOutcome& outcome) {
    return backoff_ms(failure, attempt, std::uniform_real_distribution<>(0, 1)(random_), retry_after_ms(outcome.response));
  }

  // S3 says where a bucket lives when it is asked for elsewhere.
  bool moved(EngineCall& call, const HttpOutcome& outcome) {
    if (call.service->name != "s3" || call.moves >= 2) return false;
    const std::string* region = outcome.response.header("x-amz-bucket-region");
    const int status = outcome.response.status;
    if (!region || region->empty() || *region == call.region || (status != 301 && status != 307 && status != 400)) return false;
    ++call.moves;
    call.region = *region;
    if (const Value bucket = call.input ? call.input->root().get("Bucket") : Value()) bucket_regions_[std::string(bucket.text())] = *region;
    return true;
  }

  bool renewed(EngineCall& call, Failure failure) {
    if (failure != Failure::expired_credentials || call.renewals >= 1) return false;
    ++call.renewals;
    if (call.credentials == call.account->generation) renew(*call.account, true);  // else others have seen to it
    return true;
  }

  bool corrected(EngineCall& call, Failure failure, const HttpOutcome& outcome) {
    if (failure != Failure::clock_skew || call.corrections >= 2) return false;
    const auto ahead = skew_ms(outcome.response, options_.now ? options_.now() : wall_clock());
    if (!ahead) return false;
    ++call.corrections;
    skew_ms_ = *ahead;
    return true;
  }

  void page(const EngineCallPtr& call, HttpOutcome outcome, AwsReply reply, int64_t now) {
    std::string wrong_code, wrong;
    DocumentPtr following;
    if (call->operation->paged()) {
      auto document = read_json(reply.json, Source{});
      if (!document) {
        wrong_code = "UnreadableReply", wrong = document.error().text();
      } else {
        auto next = next_page(*call->operation, call->input ? call->input->root() : Value(), (*document)->root());
        if (!next) wrong_code = "RepeatedPage", wrong = next.error().text();
        else following = std::move(*next);
      }
      if (following) {
        const uint64_t seen = digest(following->root());
        if (std::find(call->inputs_seen.begin(), call->inputs_seen.end(), seen) != call->inputs_seen.end())
          wrong_code = "RepeatedPage", wrong = "the reply leads to a page that was read before";
        else if (call->pages.size() + 1 >= static_cast<size_t>(options_.pages_max))
          wrong_code = "TooManyPages", wrong = "more than " + with_thousands(static_cast<uint64_t>(options_.pages_max)) + " pages";
        call->inputs_seen.push_back(seen);
      }
    }
    std::string body = reply.verbatim ? std::string() : std::move(outcome.response.body);
    call->pages.push_back({call->input, std::move(reply.json), std::move(body), std::move(reply.request_id), clock()});
    if (!wrong_code.empty()) {
      finish(*call, Failure::other, std::move(wrong_code), std::move(wrong));
    } else if (following) {
      call->input = std::move(following);
      call->page_attempts = call->throttles = call->renewals = call->corrections = 0;
      call->throttled_since_ms = -1;
      queue_.again(call, now);
    } else {
      finish(*call, Failure::none, {}, {});
    }
  }

  void finish(EngineCall& call, Failure failure, std::string code, std::string message, std::string request_id = {}) {
    queue_.done(call);
    if (call.at && call.at->finding == &call) found_out(*call.at);
    CallOutcome outcome;
    outcome.call = std::move(call.call);
    outcome.pages = std::move(call.pages);
    outcome.failure = failure;
    outcome.attempts = call.attempts;
    if (failure != Failure::none) {
      outcome.error_code = std::move(code);
      outcome.error_message = std::move(message);
      outcome.error_request_id = std::move(request_id);
      outcome.error_time = clock();
    }
    outcomes_.push_back(std::move(outcome));
  }

  EngineOptions options_;
  const ApiCatalogue& apis_;
  Credentialed credentialed_;
  std::unique_ptr<HttpClient> http_;
  CallQueue queue_;
  RateBucket all_;             // of everything, if there is such a bound
  bool all_held_ = false;      // one of it is taken and not used yet
  int64_t all_due_ms_ = -1;
  int64_t skew_ms_ = 0;        // how far AWS's clock is ahead of ours
  std::mt19937_64 random_;
  std::unordered_map<std::string, Endpoint> endpoints_;
  std::unordered_map<std::string, std::string> bucket_regions_;
  std::unordered_map<std::string, HeardOperation> heard_;  // by operation and Region
  std::vector<HeardOperation*> holding_;                   // those with calls that wait
  std::deque<CallOutcome> outcomes_;
  size_t waiting_ = 0;
  uint64_t taken_ = 0;
  EngineCounts counts_;
  std::atomic<bool> stopped_{false};
  CredentialDesk desk_;  // last: its thread ends before what it uses
};

}  // namespace

Result<std::unique_ptr<CollectEngine>> CollectEngine::make(const EngineOptions& options, const ApiCatalogue& apis, Credentialed credentials) {
  EngineOptions own = options;
  own.in_flight_max = std::max(1, own.in_flight_max);
  if (!own.rates) own.rates = TRY(built_in_api_rates());
  HttpOptions http = own.http;
  http.connections_max = std::max(http.connections_max, own.in_flight_max);
  // One endpoint for all services is a double, a proxy or a gateway: the bound is then that of everything.
  if (!own.endpoints.url.empty() || !own.endpoints.any_service.empty() || !own.endpoints.by_service.empty())
    http.connections_per_host_max = http.connections_max;
  auto client = TRY(HttpClient::make(http));
  return std::make_unique<Engine>(std::move(own), apis, std::move(credentials), std::move(client));
}

}  // namespace reeve
