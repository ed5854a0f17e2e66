// Which IAM actions a caller has, from one policy; and which action an operation needs, from a map that is made from the content.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/document.h"

namespace reeve::aws_double {

class Permissions {
 public:
  // Understands statements of actions on all resources and no more: what it does not understand it refuses.
  static Result<Permissions> read(Value policy, Value actions, const std::string& file);
  // The first action that `call` needs and the policy does not allow; empty if all are.
  std::string lacking(const std::string& call) const;

 private:
  std::vector<std::string> allowed_, denied_;                 // wildcards in lower case
  std::map<std::string, std::vector<std::string>> actions_;  // of a call whose action is not called as it is
};

}  // namespace reeve::aws_double
