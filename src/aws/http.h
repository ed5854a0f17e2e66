// HTTP as the AWS client needs it: requests and responses as values, and a transport that keeps hundreds of them in flight.
//
// The transport knows nothing of AWS: it sends what it is given and hands back what came, or says how the connection failed. Signing is
// done before (sign.h), meaning is found after (protocol.h), when to try again is decided by retry.h. libcurl stands behind one .cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace reeve {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string origin;  // `https://sts.eu-west-1.amazonaws.com` or `http://127.0.0.1:4566`: scheme, host and port, no slash behind
  std::string path = "/";  // as it goes on the wire: percent-encoded, begins with a slash
  std::vector<std::pair<std::string, std::string>> query;  // decoded; the transport and the signer encode them alike (sign.h)
  HttpHeaders headers;  // without Host and Content-Length
  std::string body;
  int64_t timeout_ms = 0;  // for this one, in place of the client's (connecting included); 0: the client's
  bool direct = false;     // past every proxy: to addresses that mean this machine alone
  std::string wire_query;  // in place of `query`: as somebody wrote it, sent so; for requests that nothing signs
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  const std::string* header(std::string_view name) const;  // by name in any case; null if it is not there
};

// How an attempt ended that brought no response.
enum class HttpFailure : uint8_t { none, resolve, connect, tls, timeout, cut, too_large, cancelled, other };
std::string_view name(HttpFailure failure);

struct HttpOutcome {
  HttpFailure failure = HttpFailure::none;
  std::string message;    // of a failure, for people; holds no secret
  HttpResponse response;  // if there was none
};

struct HttpOptions {
  int64_t connect_timeout_ms = 5000;
  int64_t total_timeout_ms = 60000;
  uint64_t response_bytes_max = 256ull << 20;
  std::string ca_bundle;  // file; empty: the system's (AWS_CA_BUNDLE is read by whoever fills this in)
  std::string proxy;      // empty: http_proxy, https_proxy and no_proxy as libcurl reads them; `-`: none
  int connections_max = 512;
  int connections_per_host_max = 64;
};

// One thread's transport. Not for use from several threads. Connections are kept and used again; a request beyond the bounds on
// connections waits for its turn, and its time begins when it is sent. Redirects are not followed: AWS answers with one only to say that
// another Region is meant. A `done` may call `send` and `run`.
class HttpClient {
 public:
  using Done = std::function<void(HttpOutcome)>;
  static Result<std::unique_ptr<HttpClient>> make(const HttpOptions& options);
  virtual ~HttpClient() = default;
  // Starts at once; `done` is called from `run`, never from here.
  virtual void send(HttpRequest request, Done done) = 0;
  // Moves transfers on and calls what is done; returns when something was done, or after `wait_ms` (0: does not wait).
  virtual void run(int64_t wait_ms) = 0;
  virtual size_t in_flight() const = 0;
  // Ends what is in flight; each `done` is called with `cancelled`.
  virtual void cancel() = 0;
  // Lets `run` return now, or at once when it is called next. The one thing that another thread or a signal handler may call.
  virtual void wake() = 0;
};

// One request, waited for: credentials and small tools use it.
HttpOutcome http_call(HttpClient& client, HttpRequest request);

}  // namespace reeve
