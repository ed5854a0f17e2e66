// The estate that `reeve access paths` and `chokepoints` look at, and what lets them in.
#pragma once

#include "access/paths.h"
#include "cli/commands.h"

namespace reeve {

struct AttackInput {
  Escalations known;
  AccessEstate estate;
  std::vector<ExposedResource> exposed;  // what the internet gets to, by ARN; none of a dump of identities alone
  bool complete = true;  // nothing was left out; else exit status 3
};
// Names on standard error what could not be read.
Result<AttackInput> read_attack_input(const Options& options, Io& io);

}  // namespace reeve
