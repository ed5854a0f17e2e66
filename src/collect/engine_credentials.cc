#include "collect/engine_credentials.h"

namespace reeve {

namespace {
constexpr int kThreads = 8;  // as many roles may be slow to take before others wait for theirs
}

CredentialDesk::CredentialDesk(std::function<void()> given) : call_(std::move(given)) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { work(); });
}

CredentialDesk::~CredentialDesk() {
  {
    std::lock_guard lock(guard_);
    closing_ = true;
  }
  more_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void CredentialDesk::ask(void* account, std::shared_ptr<CredentialProvider> provider, bool refused) {
  {
    std::lock_guard lock(guard_);
    wanted_.push_back({account, std::move(provider), refused});
  }
  more_.notify_one();
}

std::vector<CredentialDesk::Given> CredentialDesk::take() {
  std::lock_guard lock(guard_);
  return std::exchange(given_, {});
}

void CredentialDesk::work() {
  std::unique_lock lock(guard_);
  while (true) {
    more_.wait(lock, [this] { return closing_ || !wanted_.empty(); });
    if (closing_) return;
    Wanted wanted = std::move(wanted_.front());
    wanted_.pop_front();
    lock.unlock();
    if (wanted.refused) wanted.provider->refuse();
    Given given{wanted.account, wanted.provider->get()};
    lock.lock();
    given_.push_back(std::move(given));
    lock.unlock();
    call_();
    lock.lock();
  }
}

}  // namespace reeve
