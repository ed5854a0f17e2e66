// The estate that an example describes: its `resources`, `accounts` and `reads` given to a collector as a unit would be
// (docs/formats/controls.md, "examples"), with what every account, Region and organization has in any case.
#pragma once

#include <string>
#include <vector>

#include "assess/unit_result.h"
#include "estate/resource_type.h"
#include "formats/document.h"

namespace reeve {

// The uids of its `resources`, in their order. Errors name what does not hold by place; `shown` is the file as messages call it.
Result<std::vector<std::string>> give_example(const DocumentPtr& document, const std::string& shown, const ResourceCatalogue& catalogue, UnitCollector& collector);

}  // namespace reeve
