#include "collect/collect.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include "aws/region.h"
#include "base/file.h"
#include "collect/collection.h"
#include "collect/role_clients.h"

namespace reeve {
namespace {

constexpr size_t kOpenerThreads = 8;
constexpr int64_t kLookMs = 100;
constexpr auto kProgressEvery = std::chrono::milliseconds(200);

// Counts what is sent beside the engine (taking roles, renewing credentials), and ends it when the collection is to end.
class Counted : public HttpClient {
 public:
  Counted(std::unique_ptr<HttpClient> inner, std::shared_ptr<std::atomic<uint64_t>> sent, const CollectStop* stop)
      : inner_(std::move(inner)), sent_(std::move(sent)), stop_(stop) {}
  void send(HttpRequest request, Done done) override {
    ++*sent_;
    inner_->send(std::move(request), std::move(done));
  }
  void run(int64_t wait_ms) override {
    inner_->run(std::min(wait_ms, kLookMs));
    if (stop_ && stop_->asked()) inner_->cancel();
  }
  size_t in_flight() const override { return inner_->in_flight(); }
  void cancel() override { inner_->cancel(); }
  void wake() override { inner_->wake(); }

 private:
  std::unique_ptr<HttpClient> inner_;
  std::shared_ptr<std::atomic<uint64_t>> sent_;
  const CollectStop* stop_;
};

double seconds_since(std::chrono::steady_clock::time_point then) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count(); }

// Tells how far it is a few times a second, whatever the thread that asks waits for.
class Ticker {
 public:
  Ticker(const CollectGauges& gauges, std::function<void(const CollectProgress&)> tell) : gauges_(gauges), tell_(std::move(tell)) {
    if (tell_) thread_ = std::thread([this] { work(); });
  }
  ~Ticker() {
    {
      std::lock_guard hold(mutex_);
      ending_ = true;
    }
    end_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void work() {
    auto begun = std::chrono::steady_clock::now();
    std::deque<std::pair<double, uint64_t>> seen;  // of the last 30 s
    std::unique_lock hold(mutex_);
    while (!end_.wait_for(hold, kProgressEvery, [&] { return ending_; })) {
      CollectProgress now{gauges_.done, gauges_.known, gauges_.in_flight, gauges_.denied};
      double at = seconds_since(begun);
      seen.emplace_back(at, now.done);
      while (seen.front().first < at - 30) seen.pop_front();
      double span = at - seen.front().first;
      if (span > 0) now.per_s = static_cast<double>(now.done - seen.front().second) / span;
      if (at >= 3 && now.known > 0 && now.done * 20 >= now.known && now.per_s > 0)
        now.eta_s = static_cast<int64_t>(static_cast<double>(now.known - std::min(now.known, now.done)) / now.per_s + 0.5);
      tell_(now);
    }
  }

  const CollectGauges& gauges_;
  std::function<void(const CollectProgress&)> tell_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace

void CollectStop::ask() {
  asked_ = true;
  if (CollectEngine* engine = engine_.load()) engine->stop();
}

Result<CollectSummary> collect(const CollectOptions& given, const CollectPlan& plan, const ApiCatalogue& apis, const std::function<void(const CollectProgress&)>& progress) {
  auto begun = std::chrono::steady_clock::now();
  CollectOptions options = given;
  auto sent = std::make_shared<std::atomic<uint64_t>>(0);
  auto client = [&options, sent]() -> Result<std::unique_ptr<HttpClient>> {
    auto inner = TRY(HttpClient::make(options.engine.http));
    return std::make_unique<Counted>(std::move(inner), sent, options.stop);
  };

  // 1. Whose keys, and where what has no Region is asked.
  if (options.engine.http.ca_bundle.empty()) options.engine.http.ca_bundle = ca_bundle(options.credentials);
  auto base_client = TRY(client());
  options.engine.endpoints = options.credentials.endpoints = TRY(endpoint_options(options.credentials));
  if (std::string region = default_region(options.credentials); !region.empty()) options.engine.home_region = region;
  options.credentials.region = options.engine.home_region;
  std::string partition(partition_of_region(options.engine.home_region));
  if (!partition.empty()) options.engine.endpoints.partition = options.credentials.endpoints.partition = partition;
  auto base = shared_provider(TRY(credential_chain(options.credentials, *base_client, apis)), std::make_shared<std::mutex>());
  TRY(base->get());
  Keyring keys;
  keys.put("", base);
  if (!options.redactions) options.redactions = TRY(built_in_redactions(apis));

  // 2. What there is already.
  if (options.changes) TRY(finished_snapshot(options.out));
  auto record = TRY(CollectRecord::open(options.out, options.engine.now()));

  // 3. A role in each account, on threads of their own.
  auto pool = std::make_shared<ClientPool>(client);
  AccountOpener opener(options.role_names.empty() ? 0 : kOpenerThreads, [&]() -> AccountOpener::Worker {
    return [&](const std::string& account) {
      std::shared_ptr<HttpClient> http = pooled_client(pool);
      AccountOpener::Opened out{account, "", nullptr, {}};
      for (auto& role : options.role_names) {
        AssumeRole wanted;
        wanted.role_arn = "arn:" + (partition.empty() ? "aws" : partition) + ":iam::" + account + ":role/" + role, wanted.external_id = options.external_id;
        auto provider = shared_provider(assume_role_provider(base, wanted, options.engine.home_region, options.engine.endpoints, *http, apis, options.engine.now), std::make_shared<std::mutex>(), http);
        out.role = role;
        auto keys_of_role = provider->get();
        if (keys_of_role) {
          out.provider = provider;
          return out;
        }
        out.error = keys_of_role.error();
      }
      return out;
    };
  });

  // 4. Ask.
  auto engine = TRY(CollectEngine::make(options.engine, apis, [&](const std::string& account) { return keys.of(account); }));
  CollectGauges gauges;
  Status done;
  CollectSummary summary;
  {
    Ticker ticker(gauges, progress);
    if (options.stop) options.stop->watch(engine.get());
    Collection collection(options, plan, *engine, *record, opener, keys, gauges);
    if (options.changes) done = collection.reread(apis);
    else if ((done = collection.discover())) done = collection.run();
    if (options.stop) options.stop->watch(nullptr);
    summary = collection.summary();
  }
  if (!done && options.stop && options.stop->asked() && record->sync()) {  // ended before it was known whom to ask
    summary.interrupted = true, summary.complete = false;
    done = Status();
  }
  if (!done) return tl::unexpected(done.error());

  // 5. Say what came of it.
  EngineCounts counts = engine->counts();
  summary.calls = counts.requests + *sent, summary.bytes = counts.bytes, summary.throttled = counts.throttled, summary.retries = counts.retries;
  if ((summary.changes = options.changes)) summary.changes->changes.clear();
  summary.duration_s = seconds_since(begun);
  TRY(write_file_atomic(join_path(options.out, "summary.json"), summary_json(summary)));
  return summary;
}

}  // namespace reeve
