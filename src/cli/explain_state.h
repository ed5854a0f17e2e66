// What `reeve explain` says from the record of a workspace: how the framework, a practice or a resource stood in the last run.
//
// `flag` is what the commands it says next need beside: ` --workspace DIR` where one was given (workspace_flag).
// Levels, blockers and scores are computed from the counts that the run kept, by the rules that computed them then.
#pragma once

#include <string>

#include "cli/io.h"
#include "content/content.h"
#include "store/store.h"

namespace reeve {

// `reeve explain SEC01`: the practices, with level, score and verdicts if `store` (which may be null) has a run.
void explain_framework(const Content& content, const std::string& edition, store::Store* store, const std::string& flag, Io& io);

// `reeve explain BP02`: the practice's questions, where it stands, what blocks its next level, and its controls.
void explain_practice(const Content& content, const Practice& practice, const std::string& edition, store::Store* store, Io& io);

// `reeve explain ARN`: a resource of the last run, or one with findings of an earlier one, and what each control says of it. Gives false
// if the record knows neither.
bool explain_resource(const Content& content, const std::string& uid, store::Store& store, const std::string& flag, Io& io);

}  // namespace reeve
