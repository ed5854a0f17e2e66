// Tally: from the record of a run to counts, levels, scores, blockers, roadmap and what is not known. Private to this room.
#pragma once

#include "assess/assess.h"
#include "assess/guard_judge.h"
#include "assess/sql_judge.h"

namespace reeve {

ResourceCatalogue catalogue_of(const Content& content, std::vector<Error>& errors);

// `passes`: what the passes of SQL and attested controls stand on.
Status tally(Assessment& out, const ResourceCatalogue& catalogue, const GuardJudge& guard, const Inputs& inputs, const SqlPasses& passes);

// What a run keeps for trends: level, score and counts by practice.
std::string summary_json(const Assessment& assessment);

}  // namespace reeve
