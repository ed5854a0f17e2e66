// How a threat model stands, for machines: of `reeve model status --format json`, and `threat_model` of an assessment's JSON
// (docs/schema/assess.schema.json).
#pragma once

#include "assess/threat_part.h"
#include "formats/json.h"

namespace reeve {

// The members of an object that has been begun.
void write_threats(JsonWriter& json, const ThreatPart& part);

// How much of a duty stands: how many of what is bound are effective or attested, and how many there are.
struct DutyShare {
  size_t stand = 0, bound = 0;
};
DutyShare share_of(const threats::ThreatState& threat, threats::Duty duty);
// Of the three duties, how many have something that stands.
size_t depth_of(const threats::ThreatState& threat);

// The order in which people read them: open before closed, the gravest class first, of those what fewest duties stand against.
std::vector<const threats::ThreatState*> by_gravity(const threats::State& state);

}  // namespace reeve
