#include "collect/session.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/file.h"
#include "collect/caller.h"
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

class Session : public CollectSession {
 public:
  Session(const CollectOptions& given, const CollectPlan& plan, const ApiCatalogue& apis) : options_(given), plan_(plan), apis_(apis) {}

  Status open(bool changes) {
    // 1. Whose keys, and where what has no Region is asked.
    partition_ = TRY(settle_caller(options_.credentials, options_.engine));
    base_client_ = TRY(client());
    base_ = shared_provider(TRY(credential_chain(options_.credentials, *base_client_, apis_)), std::make_shared<std::mutex>());
    TRY(base_->get());
    keys_.put("", base_);
    if (!options_.redactions) options_.redactions = TRY(built_in_redactions(apis_));

    // 2. What there is already.
    if (changes) TRY(finished_snapshot(options_.out));
    record_ = TRY(CollectRecord::open(options_.out, options_.engine.now(), changes));

    // 3. A role in each account, on threads of their own.
    pool_ = std::make_shared<ClientPool>([this] { return client(); });
    opener_ = std::make_unique<AccountOpener>(options_.role_names.empty() ? 0 : kOpenerThreads, [this]() -> AccountOpener::Worker {
      return [this](const std::string& account) { return open_account(account); };
    });
    engine_ = TRY(CollectEngine::make(options_.engine, apis_, [this](const std::string& account) { return keys_.of(account); }));
    if (options_.stop) options_.stop->watch(engine_.get());
    return {};
  }
  ~Session() override {
    if (options_.stop) options_.stop->watch(nullptr);
  }

  Result<CollectSummary> all(const Tell& progress) override {
    return run(kSummaryFile, progress, [](Collection& collection) -> Status {
      TRY(collection.discover());
      return collection.run();
    });
  }

  Result<CollectSummary> again(ChangesRead changes, bool skip_known, const Tell& progress) override {
    options_.changes = std::move(changes);
    return run(kChangesFile, progress, [&](Collection& collection) { return collection.reread(apis_, skip_known); });
  }

  Result<CallOutcome> call(const std::string& region, const std::string& operation, DocumentPtr input) override {
    engine_->ask({{"", region}, operation, std::move(input)});
    CallOutcome outcome;
    if (!engine_->next(outcome)) return fail(Code::io, "`" + operation + "` was not answered before the end");
    return outcome;
  }

  const CollectOptions& options() const override { return options_; }

 private:
  Result<std::unique_ptr<HttpClient>> client() {
    auto inner = TRY(HttpClient::make(options_.engine.http));
    return std::make_unique<Counted>(std::move(inner), sent_, options_.stop);
  }

  AccountOpener::Opened open_account(const std::string& account) {
    std::shared_ptr<HttpClient> http = pooled_client(pool_);
    AccountOpener::Opened out{account, "", nullptr, {}};
    for (auto& role : options_.role_names) {
      AssumeRole wanted;
      wanted.role_arn = "arn:" + (partition_.empty() ? "aws" : partition_) + ":iam::" + account + ":role/" + role, wanted.external_id = options_.external_id;
      auto provider = shared_provider(assume_role_provider(base_, wanted, options_.engine.home_region, options_.engine.endpoints, *http, apis_, options_.engine.now), std::make_shared<std::mutex>(), http);
      out.role = role;
      auto keys_of_role = provider->get();
      if (keys_of_role) {
        out.provider = provider;
        return out;
      }
      out.error = keys_of_role.error();
    }
    return out;
  }

  template <typename Asking>
  Result<CollectSummary> run(const char* file, const Tell& progress, const Asking& asking) {
    auto begun = std::chrono::steady_clock::now();
    CollectGauges gauges;
    Status done;
    CollectSummary summary;
    {
      Ticker ticker(gauges, progress);
      Collection collection(options_, plan_, *engine_, *record_, *opener_, keys_, gauges);
      done = asking(collection);
      summary = collection.summary();
    }
    if (!done && options_.stop && options_.stop->asked() && record_->sync()) {  // ended before it was known whom to ask
      summary.interrupted = true, summary.complete = false;
      done = Status();
    }
    if (!done) return tl::unexpected(done.error());

    // Say what came of it.
    const EngineCounts counts = engine_->counts();
    const uint64_t sent = *sent_;
    summary.calls = counts.requests - told_.requests + sent - told_sent_, summary.bytes = counts.bytes - told_.bytes;
    summary.throttled = counts.throttled - told_.throttled, summary.retries = counts.retries - told_.retries;
    told_ = counts, told_sent_ = sent;
    summary.duration_s = seconds_since(begun);
    TRY(write_file_atomic(join_path(options_.out, file), summary_json(summary)));
    return summary;
  }

  CollectOptions options_;
  const CollectPlan& plan_;
  const ApiCatalogue& apis_;
  std::string partition_;
  std::shared_ptr<std::atomic<uint64_t>> sent_ = std::make_shared<std::atomic<uint64_t>>(0);
  std::unique_ptr<HttpClient> base_client_;
  std::shared_ptr<CredentialProvider> base_;
  Keyring keys_;
  std::unique_ptr<CollectRecord> record_;
  std::shared_ptr<ClientPool> pool_;
  std::unique_ptr<AccountOpener> opener_;
  std::unique_ptr<CollectEngine> engine_;
  EngineCounts told_;       // by the summaries before
  uint64_t told_sent_ = 0;
};

}  // namespace

void CollectStop::ask() {
  asked_ = true;
  if (CollectEngine* engine = engine_.load()) engine->stop();
}

Result<std::unique_ptr<CollectSession>> CollectSession::open(const CollectOptions& given, const CollectPlan& plan, const ApiCatalogue& apis, bool changes) {
  auto out = std::make_unique<Session>(given, plan, apis);
  TRY(out->open(changes));
  return out;
}

}  // namespace reeve
