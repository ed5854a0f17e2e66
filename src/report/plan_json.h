// What follows from an assessment, as members of its JSON document: roadmap, responsibilities, standing challenges.
#pragma once

#include "assess/assess.h"
#include "formats/json.h"

namespace reeve {

// Into the object that `json` has open.
void write_plan_json(JsonWriter& json, const Assessment& assessment);

}  // namespace reeve
