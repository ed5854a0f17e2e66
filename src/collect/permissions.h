// What the collector must be allowed, computed from what it asks: a policy with those actions and no others, and a CloudFormation template
// for the role in each account.
#pragma once

#include <string>
#include <vector>

#include "collect/plan.h"
#include "content/actions.h"

namespace reeve {

// What calls need, sorted. A call that is left out because cheaper ones tell what it tells needs nothing.
struct CollectPermissions {
  std::vector<std::string> actions;  // on every resource
  struct On {
    std::string action;
    std::vector<std::string> resources;  // ARN patterns, sorted
  };
  std::vector<On> limited;  // by action
};
CollectPermissions permissions_of(const std::vector<PlannedKind>& kinds, const ActionCatalogue& actions);
// And on its own queue, what a follower asks: of whoever runs it, and of no role that it takes.
void add_queue(CollectPermissions& permissions, const ActionCatalogue& actions, const std::string& queue_arn);

// AWS takes this many characters in a managed policy, white space not counted.
inline constexpr size_t kManagedPolicyMax = 6144;
// A policy document with one statement, or more where one would be longer than a managed policy may be.
std::string policy_json(const CollectPermissions& permissions);
// A template with the role and its managed policies, and in its description and comments how a StackSet brings it into every account.
std::string role_template(const CollectPermissions& permissions, const std::string& role_name);

}  // namespace reeve
