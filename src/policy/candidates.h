// Candidate values for the witness search.
#pragma once

#include <string>
#include <vector>

#include "policy/witness.h"

namespace reeve::policy {

// Patterns of one dimension: what the policies compare it with.
struct Compared {
  std::vector<std::string> patterns;  // as written; `wildcards` and variables resolved by the caller
  std::vector<bool> wild;
  void add(std::string pattern, bool has_wildcards);
};

// Texts in the domain that the patterns tell apart. `complete`, if given: all there are is asked for (cells.h), which takes longer, and it
// is set to false if they could not all be found.
std::vector<ContextValue> text_candidates(const Domain& domain, const Compared& compared, bool* complete = nullptr);
// Values of a context key, given every condition that looks at it.
std::vector<ContextValue> key_candidates(const Domain& domain, const std::vector<const Condition*>& conditions, const Context& known,
                                         bool variables, bool* complete = nullptr);

}  // namespace reeve::policy
