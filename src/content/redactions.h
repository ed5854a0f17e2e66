// Which members of AWS's replies are secrets (content/redactions/replies.yaml, docs/formats/redactions.md).
//
// Immutable once read; shared between threads.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aws/api.h"
#include "base/result.h"
#include "content/content_files.h"

namespace reeve {

struct RedactedPath {
  std::vector<std::string> names;          // of members, as the reply has them; `*`: any key of a map. Lists do not count
  std::vector<std::string> wire;           // the same as they are on the wire
  std::string where_member, where_value;   // only where this member beside it has this value; empty: always
};

struct Redactions {
  std::set<std::string, std::less<>> names;  // of members that are secrets wherever they stand, in lower case
  std::vector<std::string> parameters;       // of addresses
  std::vector<std::string> tokens;           // what a token in an address begins with
  std::map<std::string, std::vector<RedactedPath>, std::less<>> replies;  // by call: `lambda:GetFunction`
};
using RedactionsPtr = std::shared_ptr<const Redactions>;

// What does not hold, such as a path that `apis` do not have, is named in `errors`; the result is an error if anything does not: to write
// down less than was meant is no way to go on.
Result<RedactionsPtr> read_redactions(const ContentItem& item, const ApiCatalogue& apis, std::vector<Error>& errors);
// Those of a tree after layering (Content::files).
Result<RedactionsPtr> redactions_of(const ContentFiles& files, const ApiCatalogue& apis);
// Those of the tree that was packed into the program.
Result<RedactionsPtr> built_in_redactions(const ApiCatalogue& apis);

}  // namespace reeve
