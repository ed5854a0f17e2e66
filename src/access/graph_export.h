// The graph on paths, for other programs: DOT (Graphviz), GraphML, and OpenGraph as BloodHound takes it.
#pragma once

#include <string>
#include <vector>

#include "access/paths.h"

namespace reeve {

enum class GraphFormat : uint8_t { dot, graphml, opengraph };
// The nodes and edges of the paths, each once, in one order.
std::string write_graph(const AttackGraph& graph, const std::vector<AttackPath>& paths, GraphFormat format);

}  // namespace reeve
