// What replies say of the organization: who asks, which accounts there are, which Regions are on. Pure. Private to this room.
#pragma once

#include <string>
#include <vector>

#include "formats/document.h"

namespace reeve {

struct OrganizationAccount {
  std::string id, name, state;  // ACTIVE, SUSPENDED, PENDING_CLOSURE …
};

// Of organizations:ListAccounts or ListAccountsForParent; `State`, or `Status` as older replies call it.
std::vector<OrganizationAccount> accounts_in(Value reply);
// Ids of organizations:ListOrganizationalUnitsForParent.
std::vector<std::string> units_in(Value reply);
// Regions that are on, of ec2:DescribeRegions.
std::vector<std::string> regions_in(Value reply);

}  // namespace reeve
