// HTTP clients for those who take roles: as many as are in use at one moment, each account's provider holding one only while it waits for
// an answer, so that an STS that hangs for one account is in nobody else's way. Private to this room.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "aws/http.h"

namespace reeve {

// May be used from any thread.
class ClientPool {
 public:
  using Make = std::function<Result<std::unique_ptr<HttpClient>>()>;
  explicit ClientPool(Make make) : make_(std::move(make)) {}
  Result<std::unique_ptr<HttpClient>> take();
  void put(std::unique_ptr<HttpClient> client);

 private:
  Make make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_;
};

// A client that has one of the pool's while something is in flight. For one thread at a time; `wake` does nothing.
std::unique_ptr<HttpClient> pooled_client(std::shared_ptr<ClientPool> pool);

}  // namespace reeve
