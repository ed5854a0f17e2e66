// The opposite of a guardrail's question: not whether all requests are denied, but whether any can be.
#pragma once

#include "policy/policy.h"

namespace reeve {

// Can the Deny statement of the policy cover any request of the caller at all? `request.action` and `resource` empty: any. verdict yes: it
// can, and the witness is one. A resource control policy's statement is asked the same way.
Answer scp_may_deny(const Policy& policy, const Statement& statement, const ScpRequest& request);

}  // namespace reeve
