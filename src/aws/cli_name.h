// How the AWS CLI spells what the services' models spell otherwise.
#pragma once

#include <string>
#include <string_view>

namespace reeve {

// An operation or parameter: `ListWebACLs` → `list-web-acls`.
std::string cli_name(std::string_view name);

}  // namespace reeve
