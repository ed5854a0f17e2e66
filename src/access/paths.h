// Paths through the graph of who can become whom, the likeliest first, and where they would best be cut.
//
//   for (const AttackPath& path : find_paths(graph, {})) …        // every way to an administrator
//   for (const Chokepoint& point : chokepoints(graph)) …
//
// A path's likelihood is the product of its steps' (content/escalations/ranking.yaml), its rank that times how exposed its beginning is and
// what its end is worth. Between two ends the likeliest path is given; of equally likely ones the shorter, then the first by name, so the
// same estate always gives the same lines.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "access/graph.h"

namespace reeve {

struct PathQuestion {
  std::vector<std::string> from;  // ARNs or patterns; empty: everyone who is no administrator, and outsiders
  std::vector<std::string> to;    // ARNs or patterns; empty: administrators
  bool any_end = false;           // to whomever, not to administrators alone
  size_t steps_max = 8;
};

struct AttackPath {
  struct Step {
    uint32_t from = no_index;
    const AttackEdge* edge = nullptr;
  };
  uint32_t from = no_index, to = no_index;
  std::vector<Step> steps;
  double likelihood = 0, rank = 0;
  bool certain = true;  // nothing on it is unknown
};

std::vector<AttackPath> find_paths(const AttackGraph& graph, const PathQuestion& question);
// Is there anything of that name, an ARN or a pattern?
bool has_node(const AttackGraph& graph, const std::string& name);

// What would end most: a permission as one statement grants it, or a role's trust. `ends`: beginnings from which no administrator can be
// reached any more once it is gone; `of`: beginnings from which one can be now.
struct Chokepoint {
  std::string policy, statement, sid, file;
  uint32_t line = 0;
  std::string principal;  // whose edges go, the first by name; of a statement in a resource's policy or a role's trust: that resource or role
  size_t principals = 0;  // how many principals it serves
  std::string way;        // of the edge, for one that no statement grants alone
  std::string to;
  size_t ends = 0, of = 0;
  std::vector<std::string> examples;
};
std::vector<Chokepoint> chokepoints(const AttackGraph& graph, size_t max = 20);

}  // namespace reeve
