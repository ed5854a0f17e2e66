// A walk that says nothing of links, pipes and devices whose names are none of the caller's (base/file.h tells what a walk is).
#pragma once

#include <functional>

#include "base/file.h"

namespace reeve {

std::vector<Entry> walk_for(const std::string& root, std::vector<Error>& problems, const std::function<bool(std::string_view path)>& wanted);

}  // namespace reeve
