// How often a read is asked: once for the organization, in each account, or in each Region; and the requests that its fixed parameters
// make. Shared by who lists the calls for people and who makes them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "estate/resource_type.h"

namespace reeve {

enum class ReadScope : uint8_t {
  organization,  // once, from the management account or a delegated administrator
  account,       // once in each account
  region,        // once in each Region of each account
};
std::string_view name(ReadScope scope);
ReadScope scope_of(const ResourceType& type, const Read& read);

using FixedParameters = std::vector<std::pair<std::string, std::string>>;
// One request for each combination of the values in `with`; one without any if there is none.
std::vector<FixedParameters> fixed_requests(const Read& read);

}  // namespace reeve
