// What threats can happen to in the estate of one run: for each rule, how many resources it means.
//
//   Reaches reaches = TRY(reach_of(store.db(), known.rules, catalogue));   // the public views must be there (store/views.h)
//   for (size_t i = 0; i < known.rules.size(); ++i) use(known.rules[i], reaches.of[i].reach);
//
// All rules of a type are asked in one pass over its view, so a million resources are read once, whatever the number of rules. A `where` that
// SQLite refuses is an Error of its rule, by place, and that rule's reach is not known. A resource that several accounts tell of counts once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/threats.h"
#include "estate/resource_type.h"
#include "store/sqlite.h"
#include "threats/state.h"

namespace reeve::threats {

struct RuleReach {
  Reach reach;
  bool known = true;  // false: its `where` could not be asked
};

struct Reaches {
  std::vector<RuleReach> of;  // by the rule's place
  uint64_t accounts_not_read = 0, regions_not_read = 0;  // as State has them
  std::vector<Error> errors;
};
Result<Reaches> reach_of(store::Db& db, const std::vector<ThreatRule>& rules, const ResourceCatalogue& catalogue);

// The resource types whose views a rule is asked over: its own, or the settings of each account, or the organization.
std::vector<std::string> types_of(const ThreatRule& rule);

// Whether the rule means one resource: for examples. An Error: its `where` is no SQL over that type.
enum class Means : uint8_t { yes, no, unknown };
Result<Means> means(store::Db& db, const ThreatRule& rule, const std::string& type, std::string_view uid);

}  // namespace reeve::threats
