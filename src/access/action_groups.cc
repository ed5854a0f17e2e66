#include "access/action_groups.h"

#include <algorithm>
#include <map>
#include <set>

#include "aws/arn.h"
#include "base/text.h"
#include "policy/glob.h"

namespace reeve {
namespace {

// `arn:${Partition}:s3:::${BucketName}/${ObjectName}` as a pattern; the partition is the resource's own.
std::string pattern_of(std::string_view arn, std::string_view partition) {
  std::string out;
  for (size_t at = 0; at < arn.size();) {
    size_t open = arn.find("${", at), close = open == std::string_view::npos ? open : arn.find('}', open);
    if (close == std::string_view::npos) return out += arn.substr(at);
    out += arn.substr(at, open - at);
    out += arn.substr(open, close - open) == "${Partition" ? partition : std::string_view("*");
    at = close + 1;
  }
  return out;
}

// The service whose actions a resource's policy decides.
std::string service_of_resource(const Arn& arn) {
  if (arn.service == "iam" && arn.resource_type() == "role") return "sts";   // a role's policy says who assumes it
  if (arn.service == "apigateway") return "execute-api";
  return std::string(arn.service);
}

}  // namespace

std::vector<ActionGroup> action_groups(const ActionTable& table, const ActionGroupsAsked& asked) {
  // What the policies compare actions with, each distinct list once.
  std::vector<std::vector<policy::Glob>> lists;
  std::map<std::vector<std::string>, bool> seen;
  std::set<std::string> service_keys;
  for (const Policy* policy : asked.policies)
    for (const Statement& statement : policy->statements) {
      if (seen.try_emplace(statement.actions.values, true).second) {
        lists.emplace_back();
        for (const auto& term : statement.actions.values) lists.back().push_back(policy::glob_of(lower(term)));
      }
      for (const auto& condition : statement.conditions) {
        size_t colon = condition.key_lower.find(':');
        if (colon != std::string::npos && table.service(std::string_view(condition.key_lower).substr(0, colon))) service_keys.insert(condition.key_lower);
      }
    }
  auto resource = parse_arn(asked.resource);
  std::string service = resource ? service_of_resource(*resource) : std::string(), partition = resource ? std::string(resource->partition) : "aws";
  std::map<std::string, ActionGroup> groups;
  uint32_t from = 0;
  const std::string prefix = service + ":";
  if (!service.empty())
    from = static_cast<uint32_t>(std::partition_point(table.actions().begin(), table.actions().end(), [&](const auto& one) { return one.lower < prefix; }) - table.actions().begin());
  for (uint32_t id = from; id < table.size(); ++id) {
    const auto& action = table.action(id);
    if (!service.empty() && !starts_with(action.lower, prefix)) break;
    std::vector<std::string> resources;
    const bool any = asked.any_resource && asked.any_resource(action.name);
    for (const auto& use : action.uses) {
      if (any) break;
      std::string pattern = pattern_of(table.type(use.type).arn, partition);
      if (!resource) {
        resources.push_back(std::move(pattern));
        continue;
      }
      // The resource itself, or what lies in it.
      if (glob_match(pattern, asked.resource)) resources.push_back(asked.resource);
      else if (glob_match(pattern, asked.resource + "/x") || glob_match(pattern, asked.resource + "/x/x/x")) resources.push_back(asked.resource + "/*");
      else if (glob_match(pattern, asked.resource + ":x")) resources.push_back(asked.resource + ":*");
    }
    if (resource && resources.empty()) continue;
    if (resources.empty()) resources.emplace_back("*");
    std::sort(resources.begin(), resources.end());
    resources.erase(std::unique(resources.begin(), resources.end()), resources.end());
    std::string key;
    bool covered = false;
    for (const auto& list : lists) {
      bool hit = std::any_of(list.begin(), list.end(), [&](const policy::Glob& glob) { return policy::matches(glob, action.lower); });
      covered = covered || hit;
      key += hit ? '1' : '0';
    }
    if (!covered && !asked.uncovered) {
      bool negated = std::any_of(asked.policies.begin(), asked.policies.end(), [](const Policy* policy) {
        return std::any_of(policy->statements.begin(), policy->statements.end(), [](const Statement& one) { return one.actions.negated || one.actions.unknown || !one.unknown.empty(); });
      });
      if (!negated) continue;
    }
    std::vector<std::string> absent;
    for (const auto& name : service_keys)
      if (!table.key_applies(id, name)) absent.push_back(name);
    key += "\n" + join(resources, "\n") + "\n\n" + join(absent, "\n");
    auto [at, fresh] = groups.try_emplace(std::move(key));
    if (fresh) at->second.resources = std::move(resources), at->second.absent_keys = std::move(absent);
    at->second.actions.push_back(action.name);
  }
  std::vector<ActionGroup> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  std::sort(out.begin(), out.end(), [](const ActionGroup& a, const ActionGroup& b) { return a.actions[0] < b.actions[0]; });
  return out;
}

}  // namespace reeve
