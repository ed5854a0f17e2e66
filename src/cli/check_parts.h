// What the commands of `reeve check` share.
#pragma once

#include <string_view>

#include "check/guard.h"

namespace reeve {

inline guard::Semantics semantics_of(std::string_view name) {
  return name == "3.2.0" ? guard::Semantics::v3_2_0 : name == "3.2.1" ? guard::Semantics::v3_2_1 : guard::Semantics::reeve;
}

}  // namespace reeve
