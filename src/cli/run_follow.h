// `reeve collect --follow` and `--queue`: reads again what events say has changed, as they come, and judges it where there is a workspace.
#pragma once

#include "cli/commands.h"
#include "collect/follow.h"

namespace reeve {

bool follows(const Options& options);
Error units_with_events();

struct FollowContent {
  const CollectPlan& plan;
  const ApiCatalogue& apis;
  const ResourceCatalogue& catalogue;
};
// `whole`: content had no errors.
int run_follow(const Options& options, CollectOptions& wanted, const FollowContent& content, bool whole, Io& io);

}  // namespace reeve
