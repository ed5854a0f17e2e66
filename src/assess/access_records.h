// What `reeve access` tells controls about the estate of this run: views of content/views that `reeve:access` fills.
//
//   network_reach     what the internet gets to
//   administrators    who is one, or may be
//   escalation_paths  who can become one
//
// Told from the record, so that accounts which have not changed need not be read again.
#pragma once

#include "assess/escalation.h"
#include "assess/needs.h"
#include "content/content.h"
#include "estate/resource_type.h"
#include "store/store.h"

namespace reeve {

inline constexpr std::string_view access_part = "reeve:access";

// Is there a control that asks?
bool asks_access(const Content& content);
// Fills the views. They must be there and hold the run. What is wrong with content/exposure and content/escalations is named in `errors`.
Status record_access(store::Store& store, const Content& content, const ResourceCatalogue& catalogue, EscalationPart& escalation, std::vector<Error>& errors);

}  // namespace reeve
