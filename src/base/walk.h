// A walk that leaves out what its caller does not want to know (base/file.h tells what a walk is).
#pragma once

#include <functional>
#include <string>
#include <unordered_set>

#include "base/file.h"

namespace reeve {

struct WalkOptions {
  // Nothing is said of links, pipes and devices whose names it does not want; empty: all are wanted.
  std::function<bool(std::string_view path)> wanted = nullptr;
  std::unordered_set<std::string>* links = nullptr;  // the paths among those given that are links to files. No folder below the root is one
  bool names_only = false;  // sizes and times are not asked for, and 0 where they are not known: with many small files that is much of a walk
};

std::vector<Entry> walk_for(const std::string& root, std::vector<Error>& problems, const WalkOptions& options);

}  // namespace reeve
