// What of a checked file counts: a verdict fails or is unknown only while one of its findings is neither excepted nor in the baseline.
#pragma once

#include <optional>

#include "report/check_output.h"

namespace reeve {

// Adds the verdicts of `file` to `summary`: blocks of rules, pairs of own control and resource. `worst` is the severity of what fails and counts.
void count_file(const CheckedFile& file, const std::vector<RuleFile>& rules, CheckSummary& summary, std::optional<Severity>& worst);

}  // namespace reeve
