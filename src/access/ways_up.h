// For each beginning the likeliest way to any administrator, and where the likeliest ways would best be cut: what a finding says, without
// looking at every pair of a beginning and an end (access/paths.h does).
//
//   for (const AttackPath& path : ways_up(graph, true)) …      // ways on which nothing is unknown
//
// One search backward from all administrators; what principals of one class share is looked at once, so a million principals with a
// thousand sets of policies cost a thousand classes. Ways are as long as they need be; of equally likely ones the shorter is given.
#pragma once

#include <optional>
#include <vector>

#include "access/paths.h"

namespace reeve {

// One path for each beginning that has one: highest rank first, then by the beginning's name. `sure`: without edges on which something is
// unknown or that no decision settles.
std::vector<AttackPath> ways_up(const AttackGraph& graph, bool sure);

// Of the statements and edges that the given paths stand on, the one without which the fewest beginnings have a sure way; none if it ends
// no way, or if more than `edges_max` edges lead to administrators: each has to be explained.
std::optional<Chokepoint> best_cut(const AttackGraph& graph, const std::vector<AttackPath>& paths, size_t edges_max = 4000);

}  // namespace reeve
