// A loopback HTTP/1.1 server on one thread: requests in, replies out, now, later or cut off in the middle.
//
// Knows nothing of AWS. One request at a time per connection (no pipelining: what a client sends ahead waits in the socket). A reply may
// wait without holding up others, and may be cut: the connection then ends within the body, as a broken network ends it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace reeve::aws_double {

struct ServerRequest {
  std::string method, path, query;  // as on the wire: percent-encoded, the query without its question mark
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string_view header(std::string_view lower_name) const;
};

struct ServerReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int64_t delay_ms = 0;
  enum class Cut : uint8_t { none, before, within } cut = Cut::none;  // before anything was answered, or half-way through the body
};

class Server {
 public:
  using Handler = std::function<void(const ServerRequest&, ServerReply&)>;
  // Listens on 127.0.0.1; port 0 takes a free one.
  static Result<std::unique_ptr<Server>> listen(uint16_t port, Handler handler);
  virtual ~Server() = default;
  virtual uint16_t port() const = 0;
  virtual void run() = 0;   // until `stop`
  virtual void stop() = 0;  // may be called from a signal handler
};

}  // namespace reeve::aws_double
