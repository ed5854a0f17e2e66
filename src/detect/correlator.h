// Correlator: correlations by the events' own time, whatever the order in which they come.
//
// Hits of base rules are added as they are found; `advance` closes what can no longer change: all up to the watermark, which the run sets to
// the newest time seen less the allowed lateness, or to the end of time when the input is whole. An event older than the watermark is
// counted as late and told, never dropped in silence. The same hits in any order give the same alerts.
//
// A window of a correlation begins at an event (not at a boundary of the clock), spans `timespan`, and is closed by its first alert: the next
// window begins with the first event after it. docs/formats/detections.md has each type's rule and what the specification leaves open.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "detect/alert.h"
#include "store/sqlite.h"

namespace reeve {

class Correlator {
 public:
  explicit Correlator(const RuleSet& rules);
  ~Correlator();
  Correlator(const Correlator&) = delete;
  Correlator& operator=(const Correlator&) = delete;

  // The event matched the detection `rule`. Cheap when no correlation is built on it. The same event twice counts once.
  void add(uint32_t rule, const LogEvent& event, const EventFacts& facts);
  // Gives the alerts of all windows that end at or before the watermark; chains (correlations of correlations) included.
  void advance(int64_t watermark_ms, const std::function<void(Alert)>& alert);
  uint64_t late() const;    // added after their time was closed

  // What is open, kept in and read from a run's state (detect/state.h); a part of the same transaction as the objects done.
  Status save(store::Db& state) const;
  Status load(store::Db& state);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve
