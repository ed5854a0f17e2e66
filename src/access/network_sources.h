// The network of an estate, from what `reeve assess` reads.
#pragma once

#include <string>
#include <vector>

#include "access/network.h"

namespace reeve {

struct NetworkSources {
  NetworkModel model;
  std::vector<Error> problems, notes;  // problems: exit status 3
  uint64_t resources = 0;              // that the sources told of
};
// Templates and plans are left out: nothing can be reached that does not stand.
NetworkSources read_network(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue, ExposureRules rules, size_t threads);

}  // namespace reeve
