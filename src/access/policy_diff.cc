#include "access/policy_diff.h"

#include <algorithm>
#include <set>

#include "access/action_groups.h"
#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "policy/witness.h"

namespace reeve {
namespace {

using policy::Caller;
using policy::Domain;
using policy::Found;
using policy::Question;

using Policies = std::vector<Policy>;

constexpr size_t searches_most = 4000;

// The statements of one effect, turned: for "does not allow" an Allow must fail as a Deny does, and a Deny hold as an Allow does.
Policy turned(const Policy& policy, Effect which) {
  Policy out;
  out.name = policy.name;
  out.version = policy.version;
  out.unknown = policy.unknown;
  for (const Statement& one : policy.statements) {
    if (one.effect != which && one.effect != Effect::unknown) continue;
    out.statements.push_back(one);
    if (one.effect == which) out.statements.back().effect = which == Effect::allow ? Effect::deny : Effect::allow;
  }
  return out;
}

class Comparing {
 public:
  Comparing(const Policies& a, const Policies& b, const ActionTable& table) : table_(table) {
    for (const auto* side : {&a, &b})
      for (const Policy& policy : *side) {
        all_.push_back(&policy);
        for (const Statement& statement : policy.statements) {
          principals_ = principals_ || statement.principals.present;
          if (!policy.variables()) continue;
          auto variables = [&](const std::vector<std::string>& values) {
            for (const auto& value : values) {
              for (size_t at = 0; (at = value.find("${", at)) != std::string::npos; ++at) {
                std::string name = lower(value.substr(at + 2, value.find_first_of(",}", at) - at - 2));
                if (contains(name, ":")) variables_.insert(std::string(trim(name)));
              }
            }
          };
          variables(statement.resources.values);
          for (const auto& condition : statement.conditions) variables(condition.values);
        }
      }
    callers();
    groups_ = action_groups(table, {.policies = all_});
  }

  // What `x` allows and `y` does not.
  OneWay ask(const Policies& x, const Policies& y) {
    OneWay out;
    Policies allows, denies;
    for (const Policy& policy : y) {
      allows.push_back(turned(policy, Effect::allow));
      denies.push_back(turned(policy, Effect::deny));
    }
    std::vector<std::vector<std::vector<const Policy*>>> ways(1);
    ways[0].emplace_back();
    for (const Policy& policy : x) ways[0][0].push_back(&policy);
    ways.push_back({ways[0][0], {}});
    for (const Policy& policy : allows) ways[0][0].push_back(&policy);
    bool any_deny = false;
    for (const Policy& policy : denies) {
      ways[1][1].push_back(&policy);
      any_deny = any_deny || !policy.statements.empty();
    }
    if (!any_deny) ways.pop_back();
    size_t searches = 0;
    for (const auto& levels : ways) {
      Question question{.levels = levels, .principals = principals_, .exact = true};
      std::vector<const Caller*> open;
      question.action = Domain{.templates = {"*:*"}};
      question.resource = Domain{.templates = {"*"}};
      for (const Caller& caller : callers_) {
        question.caller = caller;
        if (policy::find_witness(question).verdict != Truth::no) open.push_back(&caller);
      }
      if (open.empty()) continue;  // proved, whatever actions there may come to be
      for (const ActionGroup& group : groups_) {
        question.action = Domain{.fixed = {ContextValue::of(lower(group.actions[0]))}};
        question.resource = Domain{};
        for (const auto& pattern : group.resources) {
          if (pattern.find('*') == std::string::npos || pattern == "*") question.resource.fixed.push_back(ContextValue::of(pattern));
          else question.resource.templates.push_back(pattern);
        }
        for (const Caller* caller : open) {
          if (++searches > searches_most) {
            if (out.differs == Truth::no) out.differs = Truth::unknown;
            add_unknown(out, "search");
            return out;
          }
          question.caller = *caller;
          for (const auto& key : group.absent_keys) question.caller.domains.insert(question.caller.domains.begin(), {key, Domain::none()});
          Found found = policy::find_witness(question);
          if (found.verdict == Truth::no) continue;
          if (found.verdict == Truth::yes) {
            out.actions.insert(out.actions.end(), group.actions.begin(), group.actions.end());
            if (out.differs != Truth::yes) take(out, *caller, group, found, levels.size());
            break;
          }
          if (out.differs == Truth::no) out.differs = Truth::unknown;
          if (found.exhausted) add_unknown(out, "search");
          for (const auto& [key, value] : found.keys)
            if (value.state == ContextValue::State::unknown) add_unknown(out, key);
          if (out.unknown.empty()) add_unknown(out, "policy");
        }
      }
    }
    std::sort(out.actions.begin(), out.actions.end());
    out.actions.erase(std::unique(out.actions.begin(), out.actions.end()), out.actions.end());
    if (out.differs == Truth::yes) out.unknown.clear();
    if (out.differs == Truth::no && !variables_.empty() && !same(x, y)) {
      out.differs = Truth::unknown;
      for (const auto& name : variables_) add_unknown(out, "${" + name + "}");
    }
    return out;
  }

 private:
  static void add_unknown(OneWay& out, std::string what) {
    if (std::find(out.unknown.begin(), out.unknown.end(), what) == out.unknown.end()) out.unknown.push_back(std::move(what));
  }

  // The same statements, whatever their order and names.
  static bool same(const Policies& x, const Policies& y) {
    auto texts = [](const Policies& policies) {
      std::vector<std::string> out;
      for (const Policy& policy : policies)
        for (const Statement& one : policy.statements) {
          std::string text = policy.version + "|" + std::to_string(static_cast<int>(one.effect));
          auto terms = [&](const Terms& list) {
            auto values = list.values;
            std::sort(values.begin(), values.end());
            text += "|" + std::to_string(list.present) + std::to_string(list.negated) + join(values, ",");
          };
          terms(one.actions);
          terms(one.resources);
          text += "|" + std::to_string(one.principals.present) + std::to_string(one.principals.negated);
          std::vector<std::string> parts;
          for (const auto& principal : one.principals.values) parts.push_back(std::to_string(static_cast<int>(principal.kind)) + principal.value);
          for (const auto& condition : one.conditions) {
            auto values = condition.values;
            std::sort(values.begin(), values.end());
            parts.push_back(condition.op_text + " " + condition.key_lower + " " + join(values, ","));
          }
          std::sort(parts.begin(), parts.end());
          out.push_back(text + join(parts, "|"));
          if (!one.unknown.empty() || one.conditions_unknown) out.back() += "?" + std::to_string(out.size());
        }
      std::sort(out.begin(), out.end());
      return out;
    };
    return texts(x) == texts(y);
  }

  // Those whom the policies can tell apart: principals of each account that they name and of one that they do not, nobody, services and
  // subjects of providers.
  void callers() {
    std::set<std::string> accounts, services, providers;
    bool who = principals_;
    auto digits = [&](std::string_view text) {
      for (size_t i = 0; i + 12 <= text.size(); ++i)
        if (is_account_id(text.substr(i, 12))) accounts.insert(std::string(text.substr(i, 12)));
    };
    for (const Policy* policy : all_)
      for (const Statement& statement : policy->statements) {
        for (const auto& principal : statement.principals.values) {
          digits(principal.value);
          if (principal.kind == Principal::Kind::service) services.insert(principal.value);
          if (principal.kind == Principal::Kind::federated) providers.insert(principal.value);
        }
        for (const auto& condition : statement.conditions)
          if (condition.key_lower == "aws:principalarn" || condition.key_lower == "aws:principalaccount" || condition.key_lower == "kms:calleraccount") {
            who = true;
            for (const auto& value : condition.values) digits(value);
          }
      }
    auto with_variables = [&](Caller caller) {
      for (const auto& name : variables_)
        if (std::none_of(caller.domains.begin(), caller.domains.end(), [&](const auto& one) { return one.first == name; }))
          caller.set(name, Domain::of(std::string(policy::filler)));
      callers_.push_back(std::move(caller));
    };
    if (!who) {
      with_variables({.kind = Caller::Kind::any, .label = "a principal"});
      return;
    }
    accounts.insert("990000000097");
    for (const auto& account : accounts) {
      Caller caller{.kind = principals_ ? Caller::Kind::aws : Caller::Kind::any, .label = "a principal of account " + account};
      Domain arns;
      for (const char* part : {"role/*", "user/*", "root"}) arns.templates.push_back(make_arn("aws", "iam", "", account, part));
      caller.set("aws:principalarn", std::move(arns));
      caller.set("aws:principalaccount", Domain::of(account));
      caller.set("kms:calleraccount", Domain::of(account));
      caller.set("aws:principalisawsservice", Domain::of("false"));
      with_variables(std::move(caller));
    }
    if (!principals_) return;
    auto without_arn = [&](Caller caller) {
      for (const char* key : {"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/*", "aws:username"}) caller.set(key, Domain::none());
      with_variables(std::move(caller));
    };
    Caller nobody{.kind = Caller::Kind::anonymous, .label = "anybody without credentials"};
    nobody.set("aws:principalaccount", Domain::of("anonymous"));
    nobody.set("aws:principalisawsservice", Domain::none());
    without_arn(std::move(nobody));
    for (const auto& service : services) {
      Caller caller{.kind = Caller::Kind::service, .label = service, .service = service};
      caller.set("aws:principalisawsservice", Domain::of("true"));
      without_arn(std::move(caller));
    }
    for (const auto& provider : providers) without_arn({.kind = Caller::Kind::federated, .label = "a subject of " + provider, .provider = provider});
  }

  void take(OneWay& out, const Caller& caller, const ActionGroup& group, const Found& found, size_t levels) const {
    out.differs = Truth::yes;
    WitnessRequest& request = out.witness.emplace();
    request.caller = caller.label;
    request.action = group.actions[0];
    request.resource = found.resource;
    request.context = found.keys;
    switch (caller.kind) {
      case Caller::Kind::anonymous: request.principal = "*"; break;
      case Caller::Kind::service: request.principal = caller.service; break;
      case Caller::Kind::federated: request.principal = caller.provider; break;
      default: request.principal = found.principal_arn.values.empty() ? std::string() : found.principal_arn.values[0];
    }
    if (levels == 1 && found.policy && found.statement) out.allowed_by = policy::decided_by(*found.policy, *found.statement);
  }

  const ActionTable& table_;
  std::vector<const Policy*> all_;
  std::vector<ActionGroup> groups_;
  std::vector<Caller> callers_;
  std::set<std::string> variables_;
  bool principals_ = false;
};

}  // namespace

PolicyDiff policy_diff(const std::vector<Policy>& a, const std::vector<Policy>& b, const ActionTable& table) {
  Comparing comparing(a, b, table);
  return {comparing.ask(b, a), comparing.ask(a, b)};
}

}  // namespace reeve
