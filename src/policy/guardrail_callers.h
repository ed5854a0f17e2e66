// Whom a guardrail meets: callers with the keys that follow from what they are. Ordinary ones are those that no policy names or describes;
// the others take in whoever a condition may except.
#pragma once

#include <string>
#include <vector>

#include "policy/strangers.h"
#include "policy/witness.h"

namespace reeve::policy {

// Of a service control policy: roles, users, the root user and (not ordinary) federated users of the account asked about.
std::vector<Caller> scp_callers(const ScpRequest& request, bool ordinary);

// Of a resource control policy: nobody, strangers' accounts, principals of the owner's account and of another of its organization; also (not
// ordinary) accounts that `named` names and services acting for strangers. `named` has the statements of every policy in play.
std::vector<Caller> rcp_callers(const Policy& named, const Setting& setting, bool ordinary);

// Keys that tell who calls and by what way, as against what is asked. In lower case.
bool tells_caller(std::string_view key);

}  // namespace reeve::policy
