// A state of threats from rules and verdicts alone.
#pragma once

#include "assess/assess.h"
#include "threats/state.h"

namespace reeve::threats {

Result<State> plain_state(Assessment& assessment, const model::Model& model, const Threats& known, std::vector<Error>& errors);

}  // namespace reeve::threats
