#include "access/public_estate.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "aws/arn.h"
#include "base/threads.h"

namespace reeve {
namespace {

struct Question {
  uint32_t policy, account;
  bool role;
  std::string resource;  // of a role empty: its trust policy names no resource, so roles of an account share an answer
  bool operator<(const Question& other) const { return std::tie(policy, account, role, resource) < std::tie(other.policy, other.account, other.role, other.resource); }
};

PublicAccess unread(std::string why) {
  PublicAccess out;
  out.verdict = Truth::unknown;
  out.unknown = {"policy"};
  out.why = "the policy was not read: " + std::move(why);
  return out;
}

}  // namespace

std::vector<PublicResource> public_resources(const AccessEstate& estate, const ActionTable& table, const std::function<bool(std::string_view)>& reached_by_rcp, size_t workers) {
  std::vector<PublicResource> out;
  std::map<Question, uint32_t> shared;  // roles' questions → the first that asked
  std::vector<uint32_t> same_as;
  for (uint32_t i = 0; i < estate.resources.size(); ++i) {
    const AccessResource& one = estate.resources[i];
    const bool bucket = one.type == "AWS::S3::Bucket";
    if (one.policy == no_index && one.unread.empty() && !bucket) continue;
    out.push_back({.resource = i, .list = one.list_open, .list_grants = one.list_grants});
    same_as.push_back(static_cast<uint32_t>(out.size() - 1));
  }
  for (uint32_t i = 0; i < estate.principals.size(); ++i) {
    const AccessPrincipal& role = estate.principals[i];
    if (role.trust == no_index || role.service_linked) continue;
    out.push_back({.role = i});
    const auto at = static_cast<uint32_t>(out.size() - 1);
    same_as.push_back(shared.try_emplace({role.trust, role.account, true, {}}, at).first->second);
  }
  parallel_for(out.size(), workers, [&](size_t at, size_t) {
    PublicResource& one = out[at];
    if (same_as[at] != at) return;
    const bool role = one.role != no_index;
    const uint32_t owner = role ? estate.principals[one.role].account : estate.resources[one.resource].account;
    const uint32_t policy = role ? estate.principals[one.role].trust : estate.resources[one.resource].policy;
    const std::string& arn = role ? estate.principals[one.role].arn : estate.resources[one.resource].arn;
    if (policy == no_index) {
      const std::string& why = estate.resources[one.resource].unread;
      if (!why.empty()) one.policy = unread(why);
      else one.policy.why = "it has no policy";
      return;
    }
    const AccessAccount& account = estate.accounts[owner];
    PublicAccessAsked asked{.policy = &source_of(*estate.policies[policy].policy), .resource = arn, .account = account.id, .org_id = estate.organization};
    if (!role) asked.restricted = estate.resources[one.resource].restrict_public;
    if (account.rcps && !account.management && reached_by_rcp(role ? std::string_view("sts") : arn_service(arn)))
      for (const auto& level : *account.rcps)
        for (const PolicyPtr& rcp : level.policies) asked.rcps.push_back(&source_of(*rcp));
    one.policy = public_access(asked, table);
  });
  for (size_t at = 0; at < out.size(); ++at) {
    PublicResource& one = out[at];
    if (same_as[at] != at) {
      one.policy = out[same_as[at]].policy;
      if (one.policy.witness) one.policy.witness->resource = estate.principals[one.role].arn;
    }
    one.verdict = either(one.policy.verdict, one.list);
  }
  auto arn = [&](const PublicResource& one) -> const std::string& { return one.role != no_index ? estate.principals[one.role].arn : estate.resources[one.resource].arn; };
  std::sort(out.begin(), out.end(), [&](const PublicResource& a, const PublicResource& b) {
    if (a.verdict != b.verdict) return a.verdict == Truth::yes || (a.verdict == Truth::unknown && b.verdict == Truth::no);
    return arn(a) < arn(b);
  });
  return out;
}

}  // namespace reeve
