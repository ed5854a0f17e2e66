// A state of threats from rules and verdicts alone, for what is reckoned in money: controls stand as their verdicts say; whether a detection's logs are
// there is not known here, so detections are unknown; a threat that people wrote has no controls but those that it names in its metadata.
// To be replaced by threats/status.h where that is there.
#pragma once

#include "assess/assess.h"
#include "threats/state.h"

namespace reeve::threats {

Result<State> plain_state(Assessment& assessment, const model::Model& model, const Threats& known, std::vector<Error>& errors);

}  // namespace reeve::threats
