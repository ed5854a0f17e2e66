// The estate in words, as a threat model's architecture and data flows: what is there, what leads where, and which boundaries lie between.
//
// Markdown, of bounded size whatever the estate. It says which kinds of things there are and how they hang together, not how many, so
// that it stays the same while they come and go.
#pragma once

#include <string>

#include "base/result.h"
#include "estate/resource_type.h"
#include "store/sqlite.h"

namespace reeve::threats {

struct Description {
  std::string architecture;  // components by account, those that the internet gets to marked; trust boundaries
  std::string dataflow;      // what leads where: kinds of resources, and how one uses another
};

// Over the public views, which must be there; `network_reach` counts if a part of Reeve has filled it.
Result<Description> describe(store::Db& db, const ResourceCatalogue& catalogue);

}  // namespace reeve::threats
