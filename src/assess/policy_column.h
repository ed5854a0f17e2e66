// A policy document as a column of the views holds it.
#pragma once

#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace reeve {

// A column's value with its unknown parts ({"$unknown": reason}) as unknown again.
void restore_column(Builder& builder, Value value);

// Columns hold what could not be read as {"$unknown": reason}; the policy has it as unknown again.
Result<Policy> policy_of_column(std::string_view json);

// One document, or a list of inline policies ({PolicyName, PolicyDocument}): the policies by their names. One that is no policy is
// unknown, and the others count; so is an element that is not known as a whole.
std::vector<Policy> policies_of_column(std::string_view json);

}  // namespace reeve
