// What the assessment itself tells controls about controls: views of content/views that `reeve:assess` fills, the one part that has always
// run. (What they came to by objective is `objective_results`: tally.h.)
//
//   control_results   what each control came to in this run, but for those that need that part: they are judged last
//   control_history   what each control came to in the workspace's earlier runs
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "content/content.h"
#include "content/workspace.h"
#include "store/store.h"

namespace reeve {

// Fills those that the content has. To be called when every control that does not ask them is judged. `workspace` may be null.
Status record_controls(store::Store& store, const Content& content, const Workspace* workspace, Time as_of);

}  // namespace reeve
