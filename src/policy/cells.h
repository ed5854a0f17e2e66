// Cells: what a list of patterns can tell apart, completely.
//
// Two texts that match the same patterns are one to any policy made of those patterns. `cells_of` gives one text for each set of patterns
// that some text of the domain matches, by running the patterns side by side over every text at once (the product of their automata). So
// "no cell" means no text, which pairs of patterns alone cannot promise.
#pragma once

#include <string>
#include <vector>

#include "policy/glob.h"

namespace reeve::policy {

struct Cells {
  std::vector<std::string> texts;  // shortest first; of two equally short ones that of more ordinary letters
  bool complete = true;            // false: the search was cut short, and there may be more
};
// `domain`: a text must match one of these; empty: any text. Wild bytes as Glob has them, and 'i' for a letter of either case, 'C' for any
// one byte but a colon.
Cells cells_of(const std::vector<Glob>& domain, const std::vector<Glob>& patterns);

// A pattern of ARN operators: wildcards in the first five segments stay in them.
Glob arn_glob(const Glob& glob);
// Letters of either case.
Glob ignoring_case(const Glob& glob);

}  // namespace reeve::policy
