// A walk that says nothing of links, pipes and devices whose names are none of the caller's (base/file.h tells what a walk is).
#pragma once

#include <functional>
#include <string>
#include <unordered_set>

#include "base/file.h"

namespace reeve {

// `wanted` empty: all are. `links`, if it is asked for: the paths among those given that are links to files. No folder below `root` is one.
std::vector<Entry> walk_for(const std::string& root, std::vector<Error>& problems, const std::function<bool(std::string_view path)>& wanted,
                            std::unordered_set<std::string>* links = nullptr);

}  // namespace reeve
