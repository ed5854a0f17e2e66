// A plan for people and machines, before any call is made: which calls, how many of them are known now, and what the others hang on.
#pragma once

#include <string>
#include <vector>

#include "collect/plan.h"

namespace reeve {

struct PlanFilter {
  std::vector<std::string> services;  // empty: all
};
// Calls of one scope: known ones are one call a place; of the others, how many there will be hangs on replies.
struct PlanCounts {
  uint64_t known = 0, by_reply = 0, left_out = 0;
};
PlanCounts counts_of(const std::vector<PlannedKind>& kinds, CollectScope scope);
std::vector<PlannedKind> kinds_of(const CollectPlan& plan, const PlanFilter& filter);

std::string plan_text(const std::vector<PlannedKind>& kinds);
std::string plan_json(const std::vector<PlannedKind>& kinds);

}  // namespace reeve
