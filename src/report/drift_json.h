// The `drift` of a file in `reeve check --against … --format json` and `yaml` (docs/formats/check.md).
#pragma once

#include "check/drift.h"
#include "formats/json.h"

namespace reeve {

void drift_to(JsonWriter& json, const FileDrift& drift);

}  // namespace reeve
