// Placeholders of Sigma rules (`%admins%` with the modifier `expand`): what they stand for here, under `placeholders` of a workspace's reeve.yaml.
//
//   placeholders:
//     admin_roles: [OrgAdmin, BreakGlass*]     # `*` and `?` are wildcards, as in rules
//     log_account: "111122223333"
//
// Read as strictly as the rest of a workspace: one that does not hold is named and left out, and a rule that asks for it is then refused.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace reeve {

// By name. A workspace without reeve.yaml, or with none of them, has none.
std::map<std::string, std::vector<std::string>> load_placeholders(const std::string& workspace_dir, std::vector<Error>& errors);

}  // namespace reeve
