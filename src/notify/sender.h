// Senders: one attempt to deliver one alert to one destination, and what became of it.
//
// TLS is verified; plain HTTP and mail without TLS go to loopback alone. A redirect is a refusal: what is secret is for the address that was
// given. What a receiver answers is not repeated anywhere: it may hold the secret that it was sent.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "collect/engine.h"
#include "content/outputs.h"
#include "notify/outbox.h"

namespace reeve {

class Sender {
 public:
  virtual ~Sender() = default;
  // From one thread. Waits for the answer, half a minute at most. `cancelled` is set if `stop` came first: nothing is known of it then.
  virtual Attempt send(const Delivery& delivery, bool& cancelled) = 0;
  virtual void stop() = 0;  // from any thread
};

struct SenderOptions {
  std::string user_agent = "reeve";
  // For SNS: AwsCaller::call.
  std::function<Result<CallOutcome>(const std::string& region, const std::string& operation, DocumentPtr input)> ask_aws;
};

// Errors: certificates that cannot be read; an SNS topic and nobody to ask AWS.
Result<std::unique_ptr<Sender>> make_sender(const AlertOutput& output, const SenderOptions& options);

// What an HTTP status means for a delivery: taken; later (408, 425, 429, 5xx); or never.
Attempt http_attempt(int status, const std::string* retry_after, int64_t now_ms);

// The parts of an address of HTTP. Errors say what is wrong and do not repeat the address, which is a secret as a whole.
struct WebAddress {
  std::string origin, path, query;  // as they were written; `query` without its question mark
  bool loopback = false;
};
Result<WebAddress> web_address(std::string_view url, const Place& at);

}  // namespace reeve
