// Simulation: documents that hold a request and its policies, one a line, decided one by one.
//
//   Simulator simulator({.table = table, .file = "cases.ndjson"});
//   simulator.run(read, write, problem);
//
// The document is that of the npm package `@cloud-copilot/iam-simulate` (docs/formats/simulation.md). It is a closed world: a context key that
// it does not have is absent, nothing is told from the caller. A line that cannot be decided is answered in its place with what is wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/catalogue.h"
#include "base/result.h"
#include "formats/document.h"
#include "policy/decision.h"

namespace reeve {

// What one document asks, read.
struct Simulation {
  DecisionRequest request;
  PolicySet policies;
  DecisionOptions options;
  Value id;                       // given back; no value: it has none
  bool engine = false;            // as given: neither validated nor trimmed
  bool discovery = false;         // could it be allowed, whatever the context
  bool pattern = false;           // the resource is a pattern
  std::vector<ResourceShape> shapes;
  std::string resource_type;      // the shape that the resource fits, if it is no pattern
  std::vector<std::string> ignored_keys;  // context keys that do not belong to the action
};
// `table` may be null only for documents with `engine`.
Result<Simulation> read_simulation(Value document, const ActionTable* table);

struct SimulationAnswer {
  Decision::Result result = Decision::Result::implicitly_denied;  // never unknown: what is not shown to be allowed is not allowed
  bool certain = true;                                            // false: it hangs on `unknown`
  Decision decision;
  std::vector<PatternDecision::Part> parts;
};
SimulationAnswer simulate(const Simulation& simulation);

struct SimulationCounts {
  uint64_t lines = 0, allowed = 0, explicitly_denied = 0, implicitly_denied = 0, uncertain = 0, bad = 0;
};

struct SimulatorOptions {
  std::shared_ptr<const ActionTable> table;
  std::string file;     // in errors
  size_t threads = 0;   // 0: worker_count()
  bool text = false;    // lines for people instead of JSON
};
class Simulator {
 public:
  explicit Simulator(SimulatorOptions options) : options_(std::move(options)) {}
  // Some more bytes of the input into the buffer; 0 at its end.
  using Read = std::function<size_t(char* buffer, size_t size)>;
  using Write = std::function<void(std::string_view lines)>;
  using Problem = std::function<void(const Error&)>;
  SimulationCounts run(const Read& read, const Write& write, const Problem& problem) const;
  // One line's answer, with its line end; what is wrong with it goes to `problems`.
  std::string answer(std::string_view line, uint32_t number, std::vector<Error>& problems, SimulationCounts& counts) const;

 private:
  SimulatorOptions options_;
};

}  // namespace reeve
