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
  // Understands statements of actions on all resources, and on those of API Gateway; what it does not understand it refuses.
  static Result<Permissions> read(Value policy, Value actions, const std::string& file);
  // The first action that `call` needs and the policy does not allow; empty if all are.
  // `resource`: its ARN, or `*` where the double does not know it.
  std::string lacking(const std::string& call, const std::string& resource) const;

 private:
  struct Rule {
    std::string action;                  // wildcards, in lower case
    std::vector<std::string> resources;  // wildcards
  };
  std::vector<Rule> allowed_, denied_;
  std::map<std::string, std::vector<std::string>> actions_;  // of a call whose action is not called as it is
};

}  // namespace reeve::aws_double
