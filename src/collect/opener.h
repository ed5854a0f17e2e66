// Lets us into accounts: takes a role in each on a few threads, so that the thread that asks never waits for it. Private to this room.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "aws/credentials.h"
#include "aws/http.h"

namespace reeve {

// A provider that several threads may ask; `uses` lives as long as it does.
std::shared_ptr<CredentialProvider> shared_provider(std::shared_ptr<CredentialProvider> inner, std::shared_ptr<std::mutex> mutex,
                                                    std::shared_ptr<HttpClient> uses = nullptr);

class AccountOpener {
 public:
  struct Opened {
    std::string account, role;
    std::shared_ptr<CredentialProvider> provider;  // null: not let in
    Error error;
  };
  // What one thread does for an account; made once for each thread.
  using Worker = std::function<Opened(const std::string& account)>;
  AccountOpener(size_t threads, std::function<Worker()> make_worker);
  ~AccountOpener();

  void open(std::string account);
  size_t pending() const;               // asked for and not taken yet
  std::optional<Opened> take(int64_t wait_ms);  // none: nothing came in that time

 private:
  void work(const Worker& worker);
  mutable std::mutex mutex_;
  std::condition_variable asked_, opened_;
  std::deque<std::string> to_open_;
  std::deque<Opened> done_;
  size_t pending_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace reeve
