// A state of threats in money: what each may cost in a year without controls and with them as they stand, and what mending one control would save.
//
//   Money money = quantify(state, scale, content, {});
//   for (const ThreatMoney& one : money.threats) …    // as many as state.threats, in their order
//
// Estimates come from the threat's own metadata (`custom:reeve-frequency`, `-capability`, `-loss`: low/mode/high), else from its classes and
// content/risk/scale.yaml. How strong a control is follows from its severity, how much of it stands from its standing: of a partial one the share of
// resources for which it holds, where not known anything from nothing to all. What is no content that is loaded, and what judges nothing here, has neither
// strength nor lever. The mathematics is model/fair.h.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "content/risk_scale.h"
#include "model/fair.h"
#include "threats/state.h"

namespace reeve::threats {

// What keeps the logs that detections look at. A detection that gets no events is a symptom: what has to be mended is the control that feeds it.
struct Feeds {
  struct Feeder {
    Standing standing = Standing::absent;
    VerdictCounts verdicts;
  };
  std::map<std::string, std::vector<std::string>, std::less<>> of;  // detection → controls that show whether its logs are kept
  std::map<std::string, Feeder, std::less<>> controls;              // how those stand
  bool run = false;  // alerts were given: somebody is known to run detections. Else one whose logs are kept is unknown, and mending its logs makes it so
};

struct QuantifyOptions {
  int64_t simulations = 10'000, seed = 1;
  size_t workers = 1;
  bool levers = true;
  Feeds feeds;
};

// A control that does not stand wholly: the loss of a year if it did, and with it the detections that it feeds.
struct Lever {
  size_t bound = 0;      // in ThreatState::bound: itself, or the first detection that it feeds
  std::string control;   // its id
  std::string standing;  // as standing_text has it
  double mean = 0, saved = 0;
};

struct ThreatMoney {
  bool quantified = false;
  std::string why_not;  // if not: one line
  size_t at = 0;        // in the engine
  Estimate frequency, capability;
  RiskScale::Loss loss;
  std::optional<size_t> way;  // in ThreatState::ways: the one for which `frequency` is `class_frequency` times `way_factor`
  Estimate class_frequency, way_factor{1, 1, 1};
  bool own_frequency = false, own_capability = false, own_loss = false;  // from the threat's metadata
  model::LossFigures inherent, residual;
  double events_inherent = 0, events_residual = 0;  // loss events a year
  double event_inherent = 0, event_residual = 0;    // money of one
  RiskCell inherent_cell, residual_cell;
  std::vector<Lever> levers;  // what saves most first; those that save something
};

struct Money {
  std::string currency;
  std::vector<ThreatMoney> threats;
  double inherent_mean = 0;       // of all
  model::LossFigures total;       // residual, of the sum draw by draw
  std::vector<model::CurvePoint> curve;
  double whole = 1;               // how much stands of a control that is effective
  std::unique_ptr<model::FairEngine> engine;  // null: nothing to reckon with
  std::vector<Error> errors;      // metadata that does not hold: exit status 3
  Feeds feeds;
  std::map<std::string, std::vector<uint32_t>, std::less<>> places;  // id → the engine's controls: several where threats see it stand differently
  std::map<std::string, std::vector<std::string>, std::less<>> fed;  // control → detections of the engine that it feeds
  std::array<double, 6> stands{};                                    // how much stands of what nobody counts resources of, by Standing

  std::vector<uint32_t> controls_of(std::string_view id) const;
  // What feeds a detection, is loaded and does not stand. Empty: the detection is not held up by any control.
  std::vector<std::string> at_fault(const std::string& detection) const;
  // What changes if these controls stand wholly: themselves, and detections that they feed as far as all else that feeds them stands.
  model::FairEngine::Changes mended(const std::set<std::string>& ids) const;
};

Money quantify(const State& state, const RiskScale& scale, const Content& content, const QuantifyOptions& options);

// How much of a control stands, by the scale.
Estimate factor_of(const Bound& bound, const RiskScale& scale);
std::string standing_text(const Bound& bound);  // `failed`, `partial 37/40`

}  // namespace reeve::threats
