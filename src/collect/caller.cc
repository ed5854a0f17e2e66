#include "collect/caller.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "aws/region.h"
#include "collect/opener.h"
#include "content/apis.h"

namespace reeve {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(100);

// An engine is driven by one thread, so each call has one to itself while it lasts: as many as calls were ever made at once.
class Caller : public AwsCaller {
 public:
  Caller(CredentialSettings credentials, EngineOptions engine, std::function<bool()> stop)
      : credentials_(std::move(credentials)), options_(std::move(engine)), stop_(std::move(stop)) {}

  Status open() {
    TRY(settle_caller(credentials_, options_));
    apis_ = TRY(built_in_api_catalogue());
    options_.rates = TRY(built_in_api_rates());
    client_ = TRY(HttpClient::make(options_.http));
    provider_ = shared_provider(TRY(credential_chain(credentials_, *client_, apis_)), std::make_shared<std::mutex>());
    TRY(provider_->get());
    watch_ = std::thread([this] { watch(); });
    return {};
  }

  ~Caller() override {
    {
      std::lock_guard hold(mutex_);
      ending_ = true;
    }
    end_.notify_all();
    if (watch_.joinable()) watch_.join();
  }

  Result<CallOutcome> call(const std::string& region, const std::string& operation, DocumentPtr input, bool to_its_end) override {
    std::unique_ptr<CollectEngine> engine = TRY(take(to_its_end));
    if (!engine) return ended(operation);
    engine->ask({{"", region.empty() ? options_.home_region : region}, operation, std::move(input)});
    CallOutcome outcome;
    const bool answered = engine->next(outcome);
    std::lock_guard hold(mutex_);
    watched_.erase(engine.get());
    if (!answered) return ended(operation);
    if (to_its_end || !stopped_) idle_.push_back(std::move(engine));  // else it has been told to stop, and answers nothing more
    return outcome;
  }

 private:
  static tl::unexpected<Error> ended(const std::string& operation) { return fail(Code::limit, "`" + operation + "` was not answered before the end"); }

  // Null: it is too late.
  Result<std::unique_ptr<CollectEngine>> take(bool to_its_end) {
    std::lock_guard hold(mutex_);
    if (stopped_ && !to_its_end) return nullptr;
    std::unique_ptr<CollectEngine> out;
    if (!idle_.empty()) {
      out = std::move(idle_.back());
      idle_.pop_back();
    } else {
      out = TRY(CollectEngine::make(options_, apis_, [this](const std::string&) { return provider_; }));
    }
    if (!to_its_end) watched_.insert(out.get());
    return out;
  }

  void watch() {
    std::unique_lock hold(mutex_);
    while (!end_.wait_for(hold, kLookEvery, [&] { return ending_; })) {
      if (stopped_ || !stop_ || !stop_()) continue;
      stopped_ = true;
      for (CollectEngine* engine : watched_) engine->stop();
    }
  }

  CredentialSettings credentials_;
  EngineOptions options_;
  std::function<bool()> stop_;
  ApiCatalogue apis_;
  std::unique_ptr<HttpClient> client_;
  std::shared_ptr<CredentialProvider> provider_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false, stopped_ = false;
  std::vector<std::unique_ptr<CollectEngine>> idle_;
  std::set<CollectEngine*> watched_;  // those to be stopped when the end is asked for
  std::thread watch_;
};

}  // namespace

Result<std::string> settle_caller(CredentialSettings& credentials, EngineOptions& engine) {
  if (engine.http.ca_bundle.empty()) engine.http.ca_bundle = ca_bundle(credentials);
  engine.endpoints = credentials.endpoints = TRY(endpoint_options(credentials));
  if (std::string region = default_region(credentials); !region.empty()) engine.home_region = region;
  credentials.region = engine.home_region;
  std::string partition(partition_of_region(engine.home_region));
  if (!partition.empty()) engine.endpoints.partition = credentials.endpoints.partition = partition;
  return partition;
}

Result<std::unique_ptr<AwsCaller>> AwsCaller::open(CredentialSettings credentials, EngineOptions engine, std::function<bool()> stop) {
  auto out = std::make_unique<Caller>(std::move(credentials), std::move(engine), std::move(stop));
  TRY(out->open());
  return out;
}

}  // namespace reeve
