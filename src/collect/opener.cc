#include "collect/opener.h"

#include <chrono>

namespace reeve {
namespace {

class Shared : public CredentialProvider {
 public:
  Shared(std::shared_ptr<CredentialProvider> inner, std::shared_ptr<std::mutex> mutex, std::shared_ptr<HttpClient> uses)
      : uses_(std::move(uses)), inner_(std::move(inner)), mutex_(std::move(mutex)) {}
  Result<Credentials> get() override {
    std::lock_guard hold(*mutex_);
    return inner_->get();
  }
  void refuse() override {
    std::lock_guard hold(*mutex_);
    inner_->refuse();
  }

 private:
  std::shared_ptr<HttpClient> uses_;  // first: `inner_` may use it to its end
  std::shared_ptr<CredentialProvider> inner_;
  std::shared_ptr<std::mutex> mutex_;
};

}  // namespace

std::shared_ptr<CredentialProvider> shared_provider(std::shared_ptr<CredentialProvider> inner, std::shared_ptr<std::mutex> mutex, std::shared_ptr<HttpClient> uses) {
  return std::make_shared<Shared>(std::move(inner), std::move(mutex), std::move(uses));
}

AccountOpener::AccountOpener(size_t threads, std::function<Worker()> make_worker) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, worker = make_worker()] { work(worker); });
}

AccountOpener::~AccountOpener() {
  {
    std::lock_guard hold(mutex_);
    ending_ = true;
  }
  asked_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void AccountOpener::open(std::string account) {
  std::lock_guard hold(mutex_);
  to_open_.push_back(std::move(account));
  ++pending_;
  asked_.notify_one();
}

size_t AccountOpener::pending() const {
  std::lock_guard hold(mutex_);
  return pending_;
}

std::optional<AccountOpener::Opened> AccountOpener::take(int64_t wait_ms) {
  std::unique_lock hold(mutex_);
  if (wait_ms > 0) opened_.wait_for(hold, std::chrono::milliseconds(wait_ms), [&] { return !done_.empty(); });
  if (done_.empty()) return std::nullopt;
  Opened out = std::move(done_.front());
  done_.pop_front();
  --pending_;
  return out;
}

void AccountOpener::work(const Worker& worker) {
  std::unique_lock hold(mutex_);
  for (;;) {
    asked_.wait(hold, [&] { return ending_ || !to_open_.empty(); });
    if (ending_) return;
    std::string account = std::move(to_open_.front());
    to_open_.pop_front();
    hold.unlock();
    Opened opened = worker(account);
    hold.lock();
    done_.push_back(std::move(opened));
    opened_.notify_one();
  }
}

}  // namespace reeve
