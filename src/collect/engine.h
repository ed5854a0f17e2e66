// The engine: keeps calls in flight within their rates, asks again where that helps, and follows pages.
//
// One thread drives the transport: the caller's, inside `next`. A few of the engine's own ask providers for credentials and sleep otherwise,
// so that a role that is slow to take holds up its own account alone (another of the collector's compresses and writes, record.h). The order of
// answers is not promised; what is recorded for a call does not hang on it.
//
//   engine->ask(call) … while it is not full(); engine->next(outcome) … until it says false; from both, more may be asked.
//
// Each call draws on the bucket of its account, Region, service and family of operations (content/api_rates.h). Accounts take turns. A
// throttled call waits, slows its bucket and is asked again until `give_up_ms` have passed since it was throttled first; what failed
// otherwise is asked again as often as retry.h says. Credentials that have expired are renewed, a clock that is wrong is corrected,
// a bucket of S3 that lives elsewhere is followed to its Region.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/credentials.h"
#include "aws/protocol.h"
#include "aws/retry.h"
#include "collect/plan.h"
#include "content/api_rates.h"

namespace reeve {

// What became of one planned call, its pages together.
struct CallOutcome {
  PlannedCall call;
  struct Page { DocumentPtr input; std::string reply_json, body, request_id; Time time; };
  std::vector<Page> pages;       // all of them, or those before `failure`
  Failure failure = Failure::none;
  // AWS's own words; where none came: TimedOut, CouldNotResolve, CouldNotConnect, TlsFailed, ConnectionCut, ResponseTooLarge, RequestFailed;
  // where none was asked: NoCredentials, InvalidCall, NoEndpoint; where pages do not end: RepeatedPage, TooManyPages.
  std::string error_code, error_message, error_request_id;
  Time error_time;
  int attempts = 0;
};

struct EngineOptions {
  int in_flight_max = 256;
  size_t waiting_max = 50000;    // asked and without outcome; beyond it `full`
  int attempts_max = 8;
  int pages_max = 100000;        // of one call
  double rps_max = 0;            // over all; 0: no cap but the buckets'
  int64_t give_up_ms = 300000;   // a call that was throttled that long is given up
  EndpointOptions endpoints;
  std::string home_region = "us-east-1";  // where a place of Region `global` is asked; it tells the partition
  HttpOptions http;
  std::string user_agent = "reeve";
  std::shared_ptr<const ApiRates> rates;  // null: those of the built-in content
  std::function<Time()> now;              // null: the clock
};

struct EngineCounts { uint64_t requests = 0, retries = 0, throttled = 0, bytes = 0; };

class CollectEngine {
 public:
  // Asked once for an account, from the thread of `ask`; null: none. What it gives is then used on the engine's own threads,
  // one provider on one thread at a time: what several providers share (an HttpClient, the provider of another role) they guard themselves.
  using Credentialed = std::function<std::shared_ptr<CredentialProvider>(const std::string& account)>;
  static Result<std::unique_ptr<CollectEngine>> make(const EngineOptions& options, const ApiCatalogue& apis, Credentialed credentials);
  virtual ~CollectEngine() = default;
  virtual void ask(PlannedCall call) = 0;
  // So much waits that more had better wait with the caller: take outcomes first. `ask` takes it all the same.
  virtual bool full() const = 0;
  // Runs until one outcome is there (false: nothing is in flight or waiting, or `stop` was called and what was answered before is taken).
  virtual bool next(CallOutcome& outcome) = 0;
  virtual void stop() = 0;  // from a signal handler: what is in flight is dropped
  virtual EngineCounts counts() const = 0;
  virtual size_t in_flight() const = 0;  // sent and not answered
  virtual size_t waiting() const = 0;    // asked and without outcome, those in flight included
};

}  // namespace reeve
