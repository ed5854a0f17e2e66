#include "collect/role_clients.h"

#include <utility>

namespace reeve {
namespace {

class Pooled : public HttpClient {
 public:
  explicit Pooled(std::shared_ptr<ClientPool> pool) : pool_(std::move(pool)) {}
  ~Pooled() override { give_back(); }

  void send(HttpRequest request, Done done) override {
    if (!client_) {
      auto made = pool_->take();
      if (!made) {
        unsent_.emplace_back(std::move(done), HttpOutcome{HttpFailure::other, made.error().text(), {}});
        return;
      }
      client_ = std::move(*made);
    }
    client_->send(std::move(request), std::move(done));
  }

  void run(int64_t wait_ms) override {
    if (!unsent_.empty()) return answer_unsent();
    if (!client_) return;
    client_->run(wait_ms);
    if (client_->in_flight() == 0) give_back();
  }

  size_t in_flight() const override { return unsent_.size() + (client_ ? client_->in_flight() : 0); }

  void cancel() override {
    answer_unsent();
    if (client_) client_->cancel();
    give_back();
  }

  void wake() override {}

 private:
  void give_back() {
    if (!client_) return;
    client_->cancel();
    pool_->put(std::move(client_));
  }

  void answer_unsent() {
    for (auto& [done, outcome] : std::exchange(unsent_, {})) done(std::move(outcome));
  }

  std::shared_ptr<ClientPool> pool_;
  std::unique_ptr<HttpClient> client_;
  std::vector<std::pair<Done, HttpOutcome>> unsent_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> ClientPool::take() {
  {
    std::lock_guard hold(mutex_);
    if (!idle_.empty()) {
      auto out = std::move(idle_.back());
      idle_.pop_back();
      return out;
    }
  }
  return make_();
}

void ClientPool::put(std::unique_ptr<HttpClient> client) {
  std::lock_guard hold(mutex_);
  idle_.push_back(std::move(client));
}

std::unique_ptr<HttpClient> pooled_client(std::shared_ptr<ClientPool> pool) { return std::make_unique<Pooled>(std::move(pool)); }

}  // namespace reeve
