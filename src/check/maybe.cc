#include "check/maybe.h"

#include <algorithm>

namespace reeve {

const StackResource* maybe_resource(const std::vector<StackResource>& resources, const guard::GuardFailure& failure) {
  const Value at = failure.value ? failure.value : failure.missing_from;
  for (const StackResource& resource : resources) {
    if (resource.maybe.empty()) continue;
    const uint32_t first = resource.body.index();
    if (at && at.document() == resource.body.document() && at.index() >= first && at.index() < first + resource.body.node().span) return &resource;
  }
  return nullptr;
}

guard::GuardStatus status_of(const std::vector<guard::GuardRuleResult>& rules) {
  using guard::GuardStatus;
  auto any = [&](GuardStatus status) { return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.status == status; }); };
  for (GuardStatus status : {GuardStatus::fail, GuardStatus::unknown, GuardStatus::pass})
    if (any(status)) return status;
  return GuardStatus::skip;
}

void doubt_maybe(const std::vector<StackResource>& resources, guard::GuardResult& result) {
  using guard::GuardStatus;
  if (result.status != GuardStatus::fail || std::all_of(resources.begin(), resources.end(), [](const auto& resource) { return resource.maybe.empty(); })) return;
  for (auto& rule : result.rules) {
    if (rule.status != GuardStatus::fail || rule.failures.empty() || rule.error) continue;
    if (!std::all_of(rule.failures.begin(), rule.failures.end(), [&](const auto& failure) { return maybe_resource(resources, failure); })) continue;
    rule.status = GuardStatus::unknown;
    for (auto& failure : rule.failures) failure.unknown_reason = maybe_resource(resources, failure)->maybe;
  }
  result.status = status_of(result.rules);
}

}  // namespace reeve
