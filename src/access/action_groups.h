// IAM's actions as policies tell them apart: those that the same statements cover, that take the same kinds of resources and know the same of
// the condition keys that the policies look at are one to them. A question is asked once for each group, with its first action's name.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "access/catalogue.h"
#include "policy/policy.h"

namespace reeve {

struct ActionGroup {
  std::vector<std::string> actions;       // as IAM spells them, sorted
  std::vector<std::string> resources;     // patterns of the ARNs they take; `*` if they take none
  std::vector<std::string> absent_keys;   // condition keys of the policies (lower case) that no request for them carries
};

struct ActionGroupsAsked {
  std::vector<const Policy*> policies;
  // Only actions on this resource and on what lies in it; empty: all actions.
  std::string resource;
  bool uncovered = false;  // also those that no statement covers
  // Of actions for which no policy looks at the resource: what they take tells none apart, and they stand on `*`. Empty: of none.
  std::function<bool(const std::string& action)> any_resource = {};
};
std::vector<ActionGroup> action_groups(const ActionTable& table, const ActionGroupsAsked& asked);

}  // namespace reeve
