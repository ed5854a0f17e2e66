// Rules and resources of which it is not known whether they will be there: what fails for such alone is unknown.
#pragma once

#include <vector>

#include "check/guard.h"
#include "estate/stack.h"

namespace reeve {

// FAIL > UNKNOWN > PASS > SKIP.
guard::GuardStatus status_of(const std::vector<guard::GuardRuleResult>& rules);

// Makes rules that fail only for such of `resources` unknown, with the resource's reason.
void doubt_maybe(const std::vector<StackResource>& resources, guard::GuardResult& result);

// The resource that may not be there and that the failure tells of; null if it tells of another.
const StackResource* maybe_resource(const std::vector<StackResource>& resources, const guard::GuardFailure& failure);

}  // namespace reeve
