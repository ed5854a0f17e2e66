// Correlator: correlations by the events' own time, whatever the order in which they come.
//
// Hits of base rules are added as they are found; `advance` closes what can no longer change: all up to the watermark, which the run sets to
// the newest time seen less the allowed lateness, or to the end of time when the input is whole. An event older than the watermark is
// counted as late and told, never dropped in silence. The same hits in any order give the same alerts.
//
// A window of a correlation begins at an event (not at a boundary of the clock), spans `timespan`, and is closed by its first alert: the next
// window begins with the first event after it (detect/window.h). docs/formats/detections.md has each type's rule and what the specification
// leaves open.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "detect/hit.h"
#include "store/sqlite.h"

namespace reeve {

class Correlator {
 public:
  explicit Correlator(const RuleSet& rules);  // the set must outlive it
  void plan(FieldPlan& fields);               // before hits are taken of events with this plan
  ~Correlator();
  Correlator(const Correlator&) = delete;
  Correlator& operator=(const Correlator&) = delete;

  // Whether a correlation is built on the rule, and what it wants of an event that matched it; any thread may ask.
  const HitFields& fields() const;
  // The same event twice counts once. What is not settled yet is kept in memory up to `held_max` hits, then in a table: of the state
  // that was loaded, else of a temporary file.
  Status add(Hit hit);
  // The event matched the detection `rule`.
  Status add(uint32_t rule, EventFields& event, const EventFacts& facts);
  // Gives the alerts of all that is settled at the watermark, chains (correlations of correlations) included. Events at the watermark
  // itself are settled; `whole` is the end of time.
  Status advance(int64_t watermark_ms, const std::function<void(Alert)>& alert);
  static constexpr int64_t whole = INT64_MAX;
  uint64_t late() const;    // added after their time was closed
  int64_t newest_ms() const;  // of all hits added; INT64_MIN: none

  // What is open, kept in and read from a run's state (detect/state.h); a part of the same transaction as the objects done. `load` makes
  // the state the place for hits that wait, and must come first.
  Status load(store::Db& state);
  Status save(store::Db& state);

  void hold_at_most(size_t hits);  // in memory; for tests and small machines

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve
