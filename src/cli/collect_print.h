// What `reeve collect` prints of its plan without asking anybody: the calls, the policy they need, the role that allows them.
#pragma once

#include "cli/commands.h"
#include "collect/plan.h"
#include "content/content.h"

namespace reeve {

// True if one of the flags --plan, --print-policy and --print-role-template is given, which print instead of collecting.
bool prints_plan(const Options& options);
// `errors`: of content, named already.
int print_plan(const Options& options, const Content& content, const CollectPlan& plan, std::vector<Error>& errors, Io& io);

}  // namespace reeve
