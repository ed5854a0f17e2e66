// Guardrails of controls: the policies that a control brings to prevent what it looks for (prevent.scp.json, prevent.rcp.json),
// judged by the requests in examples/requests.yaml that they must stop and must let through (docs/formats/controls.md).
//
// Beside the requests themselves three things are asked, so that no guardrail is longer or wider than it can show: its grammar
// and its size are ones that Organizations takes; without any one statement some request that must be stopped gets through;
// without any one condition some request that must get through is stopped.
#pragma once

#include <vector>

#include "assess/examples.h"
#include "content/content.h"

namespace reeve {

// Each answer as a line of the control's example results. What cannot be read is an Error.
std::vector<ExampleResult> run_guardrails(const Content& content, const Control& control, std::vector<Error>& errors);

}  // namespace reeve
