// A policy document as a column of the views holds it.
#pragma once

#include <string_view>

#include "policy/policy.h"

namespace reeve {

// Columns hold what could not be read as {"$unknown": reason}; the policy has it as unknown again.
Result<Policy> policy_of_column(std::string_view json);

}  // namespace reeve
