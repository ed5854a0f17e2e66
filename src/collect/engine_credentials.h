// Credentials for many accounts, asked for beside the calls: a few threads ask one provider each, so that
// a role that is slow to take holds up nobody else's. Private to the engine.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "aws/credentials.h"

namespace reeve {

class CredentialDesk {
 public:
  struct Given {
    void* account = nullptr;  // as it was asked for
    Result<Credentials> credentials;
  };
  // `given` is called from the desk's threads whenever something can be taken.
  explicit CredentialDesk(std::function<void()> given);
  ~CredentialDesk();

  // `refused`: what the provider holds is not to be used again.
  void ask(void* account, std::shared_ptr<CredentialProvider> provider, bool refused);
  std::vector<Given> take();

 private:
  struct Wanted {
    void* account;
    std::shared_ptr<CredentialProvider> provider;
    bool refused;
  };
  void work();

  std::function<void()> call_;
  std::mutex guard_;
  std::condition_variable more_;
  std::deque<Wanted> wanted_;
  std::vector<Given> given_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace reeve
