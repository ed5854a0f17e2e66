// Lock-out proof: which requests of one principal could a guardrail deny? Of every request that the principal can make (any action,
// resource, address, Region, session), is there one that a Deny covers? The search of policy/witness.h answers, so "none" means none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace reeve {

struct Lockout {
  Truth denied = Truth::unknown;     // yes, or unknown
  std::vector<std::string> actions;  // as the statement writes them
  bool all_but = false;              // they stand under NotAction
  Decided decided;
  std::string witness;               // a request that is denied
  std::string why;
};

// One for each Deny statement that can cover a request of the principal (a user, a role or a root user; not a session).
Result<std::vector<Lockout>> lockouts(const std::vector<Policy>& policies, GuardrailKind kind, std::string_view arn);

}  // namespace reeve
