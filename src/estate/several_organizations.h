// Why nothing is known of the organization when replies of two are in one input: whose root, policies and accounts they are is not told.
#pragma once

#include <string_view>

namespace reeve {

inline constexpr std::string_view kSeveralOrganizations = "replies of several organizations are in one input";

}  // namespace reeve
