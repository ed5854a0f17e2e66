// Which controls show whether the logs that a detection looks at are kept: `fed_by` of what its rules' log source means (docs/formats/logsources.md).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "content/content.h"
#include "content/detections.h"

namespace reeve {

// Detection → ids of controls, in order; none: nothing shows it. `errors`: log sources that do not hold.
std::map<std::string, std::vector<std::string>, std::less<>> feeders_of(const Detections& detections, const ContentFiles& files, std::vector<Error>& errors);

}  // namespace reeve
