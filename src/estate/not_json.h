// In the reason of a fact that was read and holds no JSON, as against one that was not read.
#pragma once

#include <string_view>

namespace reeve {

inline constexpr std::string_view kNotJsonText = "is not JSON text";

}  // namespace reeve
