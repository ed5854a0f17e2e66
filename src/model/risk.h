// Risk in money a year: how often something happens times how bad it is, by Monte Carlo.
//
// A scenario has three inputs, each a BetaPERT: `tef`, how often a year a threat acts; `vulnerability`, the probability that an act
// becomes a loss; `loss`, the money that one loss takes. One simulation draws each once and multiplies them: loss event frequency
// = tef × vulnerability, risk = that × loss (FAIR's tree, Open Group O-RT, without its lower levels).
//
// The n-th draw depends on the seed, the scenario's id, the input and n alone: the same file gives the same answer on any number of
// threads, and a scenario's figures do not move when others come or go. Quantiles are exact for what was drawn, by selection, between two
// draws by their distance (as numpy's default has it).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/document.h"
#include "model/pert.h"

namespace reeve::model {

constexpr int64_t simulations_max = 100'000'000;
constexpr int64_t simulations_default = 10'000;
constexpr double draws_max = 1e11;  // simulations × scenarios: a quarter of an hour's work

struct Scenario {
  std::string id;
  Pert tef, vulnerability, loss;
};

struct Scenarios {
  int64_t simulations = simulations_default;
  int64_t seed = 1;
  std::vector<Scenario> scenarios;  // those that can be simulated
  std::vector<Error> problems;      // each names a path: `scenarios[3].tef.low`; what is wrong with a scenario leaves out that one
  std::vector<Error> notes;         // keys that mean nothing here
  bool usable = true;               // false: the document as a whole cannot be simulated
};
Scenarios read_scenarios(const Document& document);

struct Risk {
  double mean = 0, standard_error = 0;  // of the mean, as an estimate
  double p50 = 0, p90 = 0, p95 = 0, p99 = 0;
};
// In the order of the scenarios.
std::vector<Risk> simulate(const Scenarios& scenarios, size_t threads);

}  // namespace reeve::model
