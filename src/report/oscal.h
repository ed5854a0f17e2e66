// The assessment as OSCAL: assessment results for auditors, and the plan of action and milestones (POA&M) that follows from it.
//
// How SEC01 maps: a practice is OSCAL's control, a control of Reeve is an objective of it. Each objective that applies to something has one
// finding, satisfied only if it passes; each verdict on a resource is an observation with its evidence; each objective that is not
// satisfied is a risk with its remediation. Unknown and excepted are not satisfied, and say which they are.
// UUIDs derive from what they name, so the same input gives the same document and a finding keeps its UUID from run to run.
#pragma once

#include "report/output.h"

namespace reeve {

enum class OscalModel { assessment_results, poam };

inline constexpr std::string_view kOscalVersion = "1.2.1";

Status write_oscal(Assessment& assessment, OscalModel model, const OutputOptions& options, const Write& write);

}  // namespace reeve
