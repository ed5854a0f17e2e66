// What `reeve access` tells controls about the estate of this run: views of content/views that `reeve:access` fills.
//
//   network_reach     what the internet gets to
//   administrators    who is one, or may be
//   escalation_paths  who can become one
//
// Told by what the record keeps, so that accounts which have not changed need not be read again.
#pragma once

#include "assess/access_gatherer.h"
#include "assess/escalation.h"
#include "assess/needs.h"
#include "content/content.h"
#include "estate/resource_type.h"
#include "store/store.h"

namespace reeve {

inline constexpr std::string_view access_part = "reeve:access";

// Is there a control that asks?
bool asks_access(const Content& content);
// Fills the views, which must be there and hold the run.
Status record_access(store::Store& store, AccessGatherer& facts, EscalationPart& escalation);

}  // namespace reeve
