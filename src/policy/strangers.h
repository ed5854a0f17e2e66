// Who is a stranger to a resource: nobody at all, a principal of an account that its policy does not name, an AWS service acting for such
// an account, a subject of an identity provider that serves everybody. Each with the keys that follow from what it is.
#pragma once

#include <string>
#include <vector>

#include "policy/witness.h"

namespace reeve::policy {

struct Setting {
  std::string resource_arn, account, org_id;  // of the resource; empty: not known
};
// `anonymous_too`: somebody without credentials can ask the resource's service at all.
std::vector<Caller> strangers(const Policy& policy, const Setting& setting, bool anonymous_too);

}  // namespace reeve::policy
