// AwsCaller: calls of AWS for who makes no collection. One caller's keys, each call waited for, by as many threads as there are.
//
//   auto caller = TRY(AwsCaller::open(settings, engine_options, [] { return ended; }));
//   auto outcome = caller->call("eu-west-1", "sqs:ReceiveMessage", input);
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "collect/engine.h"

namespace reeve {

// Whose certificates, which endpoints and which Region at home: what the settings say is filled into both. The partition of the Region at home, or
// empty.
Result<std::string> settle_caller(CredentialSettings& credentials, EngineOptions& engine);

class AwsCaller {
 public:
  // Errors: no credentials; of `call` also Code::limit, that the run ended first. `stop` is looked at a few times a second.
  static Result<std::unique_ptr<AwsCaller>> open(CredentialSettings credentials, EngineOptions engine, std::function<bool()> stop);
  virtual ~AwsCaller() = default;
  // From any thread. An empty Region is the one at home. An Error only where `stop` said so before there was an outcome; what must be told AWS
  // all the same is asked `to_its_end`.
  virtual Result<CallOutcome> call(const std::string& region, const std::string& operation, DocumentPtr input, bool to_its_end = false) = 0;
};

}  // namespace reeve
