#include "access/estate.h"

#include "aws/arn.h"
#include "base/text.h"

namespace reeve {

std::string_view AccessPrincipal::name() const {
  const size_t slash = arn.rfind('/');
  return std::string_view(arn).substr(slash == std::string::npos ? 0 : slash + 1);
}

uint32_t AccessEstate::account(std::string_view id) {
  if (auto found = account_by_id_.find(id); found != account_by_id_.end()) return found->second;
  AccessAccount made;
  made.id = std::string(id);
  accounts.push_back(std::move(made));
  account_ids_.emplace_back(id);
  const auto at = static_cast<uint32_t>(accounts.size() - 1);
  account_by_id_.emplace(account_ids_.back(), at);
  return at;
}

void AccessEstate::index() {
  by_arn_.clear();
  resource_by_arn_.clear();
  account_by_id_.clear();
  account_ids_.clear();
  by_arn_.reserve(principals.size());
  for (uint32_t i = 0; i < principals.size(); ++i) by_arn_.emplace(principals[i].arn, i);
  resource_by_arn_.reserve(resources.size());
  for (uint32_t i = 0; i < resources.size(); ++i) resource_by_arn_.emplace(resources[i].arn, i);
  for (uint32_t i = 0; i < accounts.size(); ++i) {
    account_ids_.push_back(accounts[i].id);
    account_by_id_.emplace(account_ids_.back(), i);
  }
}

const AccessPrincipal* AccessEstate::principal(std::string_view arn) const {
  auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : &principals[found->second];
}

const AccessResource* AccessEstate::resource(std::string_view arn) const {
  auto found = resource_by_arn_.find(arn);
  return found == resource_by_arn_.end() ? nullptr : &resources[found->second];
}

const AccessResource* AccessEstate::resource_of(std::string_view arn) const {
  for (;;) {
    if (const AccessResource* found = resource(arn)) return found;
    const size_t end = arn.find_last_of("/:");
    if (end == std::string_view::npos || !parse_arn(arn.substr(0, end))) return nullptr;
    arn = arn.substr(0, end);
  }
}

void AccessEstate::add_resource(PolicySet& set, const AccessResource& resource) const {
  if (resource.policy != no_index) {
    set.resource = policies[resource.policy].policy;
  } else if (!resource.unread.empty()) {
    Policy unread;
    unread.name = "resource policy";
    unread.unknown = resource.unread;
    set.resource = compile_policy(std::move(unread));
  }
  set.restrict_public_buckets = resource.restrict_public;
  set.rcps = accounts[resource.account].rcps;
  set.owner_is_management = accounts[resource.account].management;
}

PolicySet AccessEstate::policies_of(const AccessResource& resource) const {
  PolicySet out;
  add_resource(out, resource);
  return out;
}

PolicySet AccessEstate::policies_for(const AccessPrincipal& principal, const AccessResource* resource) const {
  PolicySet out;
  const IdentitySet& set = sets[principal.set];
  out.identity.reserve(set.policies.size() + 1);
  for (uint32_t at : set.policies) out.identity.push_back(policies[at].policy);
  if (!set.unread.empty()) {
    Policy unread;
    unread.name = "identity policies";
    unread.unknown = set.unread;
    out.identity.push_back(compile_policy(std::move(unread)));
  }
  if (set.boundary != no_index) out.boundary = {policies[set.boundary].policy};
  const AccessAccount& own = accounts[principal.account];
  out.scps = own.scps;
  out.caller_is_management = own.management;
  if (resource) add_resource(out, *resource);
  return out;
}

PolicySet AccessEstate::policies_for(const AccessPrincipal& principal, const AccessPrincipal& role) const {
  PolicySet out = policies_for(principal, nullptr);
  if (role.trust != no_index) out.resource = policies[role.trust].policy;
  out.rcps = accounts[role.account].rcps;
  out.owner_is_management = accounts[role.account].management;
  return out;
}

RequestCaller AccessEstate::caller(const AccessPrincipal& principal) const {
  RequestCaller out;
  out.account = accounts[principal.account].id;
  out.service_linked = principal.service_linked;
  out.unique_id = principal.id;
  if (principal.kind == AccessPrincipal::Kind::user) {
    out.arn = principal.arn;
    return out;
  }
  out.kind = RequestCaller::Kind::role_session;
  out.role_arn = principal.arn;
  // What a session is called is the choice of whoever begins it, so the ARN ends before.
  out.arn = make_arn(arn_partition(principal.arn), "sts", "", out.account, "assumed-role/" + std::string(principal.name()));
  return out;
}

}  // namespace reeve
