// Tally: from the record of a run to counts, levels, scores, blockers, roadmap and what is not known. Private to this room.
#pragma once

#include "assess/assess.h"
#include "assess/guard_judge.h"
#include "assess/sql_judge.h"
#include "assess/unit_result.h"

namespace reeve {

ResourceCatalogue catalogue_of(const Content& content, std::vector<Error>& errors);

// `context` as it was for judging; `passes`: what the passes of those SQL and attested controls stand on that were asked of the whole.
Status tally(Assessment& out, const ResourceCatalogue& catalogue, const JudgeContext& context, const Inputs& inputs, const SqlPasses& passes,
             const OrganizationFacts& organization);

}  // namespace reeve
