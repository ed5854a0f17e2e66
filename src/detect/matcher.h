// Matcher: all detections of a rule set against one event, at the price of the few that can match it.
//
// What a detection demands of (eventSource, eventName) is worked out when it is compiled; one look-up by both names leaves the candidates, so
// the cost of an event does not grow with the number of rules. What the two names decide of those is decided once for each pair of names
// that a thread meets. What cannot be told from the names is tried on every event of its log source, first by the cheapest of its demands.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "detect/field.h"
#include "detect/rules.h"

namespace reeve {

class Matcher {
 public:
  Matcher(const RuleSet& rules, FieldPlan& fields);  // both must outlive it
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Room for one thread's work; never shared by two at a time.
  class Scratch;
  std::shared_ptr<Scratch> scratch() const;
  // A member that is looked into in every event, whatever its names; `count`: none is.
  LogField always_asked() const;
  // Calls `hit` with the index in RuleSet::rules of each detection that matches, ascending.
  void match(EventFields& event, Scratch& scratch, const std::function<void(uint32_t rule)>& hit) const;

 private:
  struct Plan;
  std::unique_ptr<const Plan> plan_;
};

}  // namespace reeve
