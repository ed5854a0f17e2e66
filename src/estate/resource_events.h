// The `events` of a resource type: which write events of CloudTrail say that a resource of it has changed (docs/formats/resources.md).
#pragma once

#include <string>
#include <vector>

#include "estate/resource_type.h"

namespace reeve {

// `from`: the list, or nothing. `type`: with its reads.
Result<std::vector<EventRule>> read_event_rules(Value from, const ResourceType& type, const std::string& file);

}  // namespace reeve
