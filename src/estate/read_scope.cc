#include "estate/read_scope.h"

namespace reeve {

std::string_view name(ReadScope scope) {
  switch (scope) {
    case ReadScope::organization: return "organization";
    case ReadScope::account: return "account";
    case ReadScope::region: return "region";
  }
  return "";
}

ReadScope scope_of(const ResourceType& type, const Read& read) {
  if (type.of_organization() || read.service == "organizations") return ReadScope::organization;
  // A singleton of the account may be told of by a regional service's call, but then once for the account is meant.
  if (type.global || type.singleton == Singleton::account) return ReadScope::account;
  return ReadScope::region;
}

std::vector<FixedParameters> fixed_requests(const Read& read) {
  std::vector<FixedParameters> out{{}};
  for (auto& [parameter, values] : read.with) {
    std::vector<FixedParameters> more;
    for (auto& so_far : out)
      for (auto& value : values) {
        more.push_back(so_far);
        more.back().emplace_back(parameter, value);
      }
    out = std::move(more);
  }
  return out;
}

}  // namespace reeve
