// What one set of policies allows that another does not: exactly, over every principal, action, resource and condition that the two tell
// apart.
//
//   PolicyDiff diff = policy_diff(a, b, table);
//   if (diff.more.differs == Truth::yes) show(diff.more.witness);   // allowed by b, not by a
//
// The policies' patterns are run side by side (policy/cells.h), so each kind of request that they can tell apart is tried. yes comes with a
// request, no is a proof, and unknown says that the search was cut short or on what it hangs. Policy variables are held against one caller
// of whom the policies name nothing: a difference found so is one, and its absence is a proof only where there are no variables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/catalogue.h"
#include "access/public_access.h"
#include "policy/policy.h"

namespace reeve {

struct OneWay {
  Truth differs = Truth::no;            // is there a request that one side alone allows?
  std::optional<WitnessRequest> witness;
  Decided allowed_by;                   // the statement that allows it there
  std::vector<std::string> actions;     // whose requests differ, as IAM spells them
  std::vector<std::string> unknown;     // what stands in the way of an answer
};

struct PolicyDiff {
  OneWay more;  // b allows, a does not
  OneWay less;  // a allows, b does not
  bool equivalent() const { return more.differs == Truth::no && less.differs == Truth::no; }
};

PolicyDiff policy_diff(const std::vector<Policy>& a, const std::vector<Policy>& b, const ActionTable& table);

}  // namespace reeve
