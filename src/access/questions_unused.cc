// What principals hold and have not used, and what would be left if it were taken.
#include <algorithm>
#include <set>

#include "access/questions.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int64_t day_ms = 86'400'000;

// The statements of its policies as they are, each with the actions of used services alone. Denies stay; an Allow of what was not named
// (NotAction) becomes the used services. Sids are left out: two policies may have the same.
std::string right_sized(const std::vector<const Policy*>& policies, const std::set<std::string>& used) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("Version", "2012-10-17").key("Statement").begin_array();
  auto list = [&](std::string_view key, const std::vector<std::string>& values) {
    json.key(key).begin_array();
    for (const auto& value : values) json.string(value);
    json.end_array();
  };
  bool any = false;
  for (const Policy* policy : policies) {
    for (const Statement& statement : policy->statements) {
      const bool allow = statement.effect == Effect::allow;
      std::vector<std::string> actions;
      if (!allow) {
        actions = statement.actions.values;
      } else if (statement.actions.negated) {
        for (const auto& service : used) actions.push_back(service + ":*");
      } else {
        for (const std::string& pattern : statement.actions.values) {
          const size_t colon = pattern.find(':');
          for (const auto& service : used) {
            if (colon == std::string::npos ? pattern == "*" : glob_match(lower(std::string_view(pattern).substr(0, colon)), service))
              actions.push_back(service + (colon == std::string::npos ? ":*" : pattern.substr(colon)));
          }
        }
      }
      if (actions.empty()) continue;
      any |= allow;
      json.begin_object();
      json.member("Effect", allow ? "Allow" : "Deny");
      list(!allow && statement.actions.negated ? "NotAction" : "Action", actions);
      list(statement.resources.negated ? "NotResource" : "Resource", statement.resources.values);
      if (!statement.conditions.empty()) {
        std::map<std::string, std::vector<const Condition*>> by_operator;
        for (const Condition& condition : statement.conditions) by_operator[condition.op_text].push_back(&condition);
        json.key("Condition").begin_object();
        for (const auto& [op, conditions] : by_operator) {
          json.key(op).begin_object();
          for (const Condition* condition : conditions) list(condition->key, condition->values);
          json.end_object();
        }
        json.end_object();
      }
      json.end_object();
    }
  }
  json.end_array().end_object();
  return any ? out : std::string();
}

bool read_whole(const Policy& policy) {
  return policy.unknown.empty() && std::all_of(policy.statements.begin(), policy.statements.end(), [](const Statement& one) {
           return one.unknown.empty() && !one.actions.unknown && !one.resources.unknown && !one.conditions_unknown && one.effect != Effect::unknown &&
                  std::none_of(one.conditions.begin(), one.conditions.end(), [](const Condition& condition) { return condition.unknown; });
         });
}

}  // namespace

std::vector<Unused> AccessQuestions::unused(int64_t as_of_ms, int days) {
  std::vector<Unused> out;
  Asked every;
  every.action = "*";
  every.set = table_.all();
  for (uint32_t i = 0; i < estate_.principals.size(); ++i) {
    const AccessPrincipal& principal = estate_.principals[i];
    if (principal.service_linked) continue;  // AWS gives and takes those
    Unused one;
    one.principal = i;
    one.last_ms = principal.last_used_ms;
    auto services = estate_.services_used.find(i);
    if (principal.last_used_ms < 0) {
      one.what = Unused::What::not_known;
      one.why = "when it was last used was not read";
      out.push_back(std::move(one));
      continue;
    }
    if (principal.last_used_ms == 0 || as_of_ms - principal.last_used_ms > days * day_ms) {
      one.what = principal.last_used_ms == 0 ? Unused::What::never : Unused::What::stale;
      out.push_back(std::move(one));
      continue;
    }
    if (services == estate_.services_used.end()) continue;
    const IdentitySet& set = estate_.sets[principal.set];
    ActionSet may = table_.none();
    std::vector<const Policy*> policies;
    bool readable = set.unread.empty();
    for (uint32_t policy : set.policies) {
      const Policy& source = source_of(*estate_.policies[policy].policy);
      readable &= read_whole(source);
      policies.push_back(&source);
      may.unite(granted(*estate_.policies[policy].policy, every));
    }
    std::set<std::string> held, used;
    for (uint32_t action = 0; action < table_.size(); ++action)
      if (may.has(action)) held.insert(table_.action(action).lower.substr(0, table_.action(action).lower.find(':')));
    for (const AccessService& service : services->second)
      if (service.last_ms > 0 && as_of_ms - service.last_ms <= days * day_ms) used.insert(lower(service.prefix));
    // Only services that IAM told of can be said to be unused.
    for (const AccessService& service : services->second)
      if (held.count(lower(service.prefix)) && !used.count(lower(service.prefix))) one.services.push_back(service.prefix);
    if (one.services.empty()) continue;
    std::sort(one.services.begin(), one.services.end());
    one.what = Unused::What::services;
    if (readable) one.proposed = right_sized(policies, used);
    else one.why = "a policy of it was not read, so none is proposed";
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [&](const Unused& a, const Unused& b) {
    if (a.what != b.what) return a.what < b.what;
    return estate_.principals[a.principal].arn < estate_.principals[b.principal].arn;
  });
  return out;
}

}  // namespace reeve
