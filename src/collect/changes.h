// What write events of CloudTrail say has changed: for each type that content/resources gives `events`, which of its calls to ask again,
// and about which resources.
//
//   ChangesRead read = read_changes({"trail/"}, "", catalogue, errors);   // files and folders: Records, NDJSON, either gzipped
//
// An event that failed, or that only read, changed nothing. One whose resource cannot be found in it has all of its type read again there.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "aws/api.h"
#include "collect/plan.h"

namespace reeve {

struct Change {
  std::string account, region;  // of the event; of a global type `global`
  ResourceTypePtr type;
  std::set<std::string> calls;  // to ask again
  std::set<std::string> names;  // ids and ARNs of the resources
  std::set<std::string> spelt;  // the same in all their spellings
  bool whole = false;           // all of the type there

  bool names_any(const PlannedCall& call) const;  // whether the call asks about one of them
  bool asks(const PlannedCall& call) const;       // whether it is one to ask again
};

struct ChangesRead {
  std::vector<Change> changes;  // one for each account, Region, type and set of calls
  uint64_t events = 0, writes = 0, resources = 0;
  std::map<std::string, uint64_t> unmapped;  // write events that no type names: `iam.amazonaws.com CreateUser`
};
// `-` among the paths is `standard_input`. Errors: what cannot be read, by file and line; the rest is read.
ChangesRead read_changes(const std::vector<std::string>& paths, std::string_view standard_input, const ResourceCatalogue& catalogue,
                         std::vector<Error>& errors);

// The spellings under which a value may stand elsewhere: itself, and of an ARN or address its last parts.
std::vector<std::string> spellings(std::string_view value);
// The values of a request, those within lists one by one.
std::vector<std::string> values_asked(Value input);

// The calls that the snapshot in `dir` has of an account and that `change` asks again, about the resources it names.
Result<std::vector<PlannedCall>> recorded_calls(const std::string& dir, const Change& change, const ApiCatalogue& apis);

}  // namespace reeve
