// `reeve check --against` for people: what has drifted, stack by stack and resource by resource, each property with the declared and the
// live value and where both stand; then what is missing or undeclared; what cannot be told in one line for each reason.
#pragma once

#include <memory>

#include "cli/terminal.h"
#include "report/check_output.h"

namespace reeve {

std::unique_ptr<CheckOutput> make_drift_text(const Terminal& terminal, const Write& write);

}  // namespace reeve
