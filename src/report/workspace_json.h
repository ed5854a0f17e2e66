// What the workspace adds to an assessment, for machines: attestations, drills, exceptions, and what other tools found.
#pragma once

#include <functional>

#include "assess/assess.h"
#include "formats/json.h"

namespace reeve {

class Redaction;

// Members of the object that is open in `json`. `flush` is called when much has gathered.
Status write_workspace_part(JsonWriter& json, Assessment& assessment, const Redaction* redaction, const std::function<Status()>& flush);

}  // namespace reeve
