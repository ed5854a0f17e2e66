// The files of some kinds of content, from the built-in tree, a folder and a workspace laid over one another: for who wants one kind and not
// all of it. Private to this room.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

// `problems`: trees that cannot be read, each named.
ContentFiles layered_files(const ContentOptions& options, std::initializer_list<std::string_view> kinds, std::vector<Error>& problems);

}  // namespace reeve
