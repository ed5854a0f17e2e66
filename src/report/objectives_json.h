// The parts of an assessment's JSON that say what controls are for: `objectives[]`, `depth[]`, `frameworks[]`, `attested`.
// Private to this room.
#pragma once

#include "assess/assess.h"
#include "formats/json.h"

namespace reeve {

// Writes the four members into the object that is open.
void write_objectives_json(const Assessment& assessment, JsonWriter& json);

}  // namespace reeve
