// Tally: from the record of a run to counts, levels, scores, blockers, roadmap and what is not known. Private to this room.
#pragma once

#include "assess/assess.h"
#include "assess/guard_judge.h"
#include "assess/sql_judge.h"
#include "assess/unit_result.h"
#include "content/resource_types.h"

namespace reeve {

// Every control with its counts so far and what it judges, by id; nothing else of a result.
Result<std::vector<ControlResult>> count_controls(const Assessment& out, const GuardJudge& guard);

// Records in the view `objective_results` what every control that does not ask for it came to so far; `controls` as counted.
Status record_objectives(const Assessment& out, std::vector<ControlResult> controls, const ResourceCatalogue& catalogue);

// `context` as it was for judging; `passes`: what the passes of those SQL and attested controls stand on that were asked of the whole.
Status tally(Assessment& out, const ResourceCatalogue& catalogue, const JudgeContext& context, const Inputs& inputs, const SqlPasses& passes,
             const OrganizationFacts& organization);

}  // namespace reeve
