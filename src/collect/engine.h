// The engine: keeps calls in flight within their rates, asks again where that helps, and follows pages.
//
// One thread drives the transport, a second one compresses and writes (record.h). The order of answers is not promised; what is recorded
// for a call does not hang on it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/credentials.h"
#include "aws/protocol.h"
#include "aws/retry.h"
#include "collect/plan.h"

namespace reeve {

// What became of one planned call, its pages together.
struct CallOutcome {
  PlannedCall call;
  struct Page { DocumentPtr input; std::string reply_json, body, request_id; Time time; };
  std::vector<Page> pages;       // all of them, or those before `failure`
  Failure failure = Failure::none;
  std::string error_code, error_message, error_request_id;
  Time error_time;
  int attempts = 0;
};

struct EngineOptions {
  int in_flight_max = 256;
  int attempts_max = 8;
  double rps_max = 0;            // over all; 0: no cap but the buckets'
  int64_t give_up_ms = 300000;   // a call that was throttled that long is given up
  EndpointOptions endpoints;
  std::string home_region = "us-east-1";  // where a place of Region `global` is asked; it tells the partition
  HttpOptions http;
  std::function<Time()> now;
};

struct EngineCounts { uint64_t requests = 0, retries = 0, throttled = 0, bytes = 0; };

class CollectEngine {
 public:
  using Credentialed = std::function<std::shared_ptr<CredentialProvider>(const std::string& account)>;
  static Result<std::unique_ptr<CollectEngine>> make(const EngineOptions& options, const ApiCatalogue& apis, Credentialed credentials);
  virtual ~CollectEngine() = default;
  virtual void ask(PlannedCall call) = 0;
  // Runs until one outcome is there (false: nothing is in flight or waiting, or `stop` was called).
  virtual bool next(CallOutcome& outcome) = 0;
  virtual void stop() = 0;  // from a signal handler: what is in flight is dropped
  virtual EngineCounts counts() const = 0;
};

}  // namespace reeve
