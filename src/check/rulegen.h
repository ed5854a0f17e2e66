// Rules from templates: for each resource type and property the values that it has, as a rule that says it keeps them.
//
//   GeneratedRules rules = generate_rules({document});    // rules.text parses, and passes on each of the documents
//
// The shape is that of cfn-guard's `rulegen`. Beyond it: a property that only some resources of a type have is asked of those; a value that
// may be a secret, and one that Guard cannot write or does not find equal to itself, is named in a comment instead.
#pragma once

#include <string>
#include <vector>

#include "check/guard.h"
#include "formats/document.h"

namespace reeve {

struct GeneratedRules {
  std::string text;
  size_t rules = 0, clauses = 0;
};

// Documents without a map `Resources` bring nothing.
GeneratedRules generate_rules(const std::vector<DocumentPtr>& documents, const guard::GuardOptions& options);

}  // namespace reeve
