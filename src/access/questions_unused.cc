// What principals hold and have not used, and what would be left if it were taken.
#include <algorithm>
#include <set>

#include "access/questions.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int64_t day_ms = 86'400'000;

// What of an action pattern (`s3:Get*`, `*`) is used, as the proposal says it.
class Used {
 public:
  Used(const ActionTable& table, std::set<std::string> services, const EventUses::Of* seen, const EventUses* uses, int64_t since) : table_(table), services_(std::move(services)) {
    if (!seen) return;
    for (const auto& [action, last] : seen->actions) {
      if (last < since) continue;
      actions_.push_back(action);
      const std::string service = lower(std::string_view(action).substr(0, action.find(':')));
      services_.insert(service);
      by_service_[service].push_back(action);
    }
    for (const std::string& service : services_)
      if (!by_service_.count(service) || (uses->events().data_events(service) && !uses->tells_data(service))) whole_.insert(service);
    for (const auto& [action, why] : uses->events().unseen())
      if (action == "iam:PassRole" || services_.count(lower(std::string_view(action).substr(0, action.find(':'))))) silent_.push_back(action);
  }

  const std::vector<std::string>& seen() const { return actions_; }
  std::vector<std::string> kept_silent;  // of what `of` was asked
  const std::set<std::string>& services() const { return services_; }
  std::vector<std::string> whole() const {
    std::vector<std::string> out;
    for (const auto& one : whole_)
      if (by_service_.count(one)) out.push_back(one);
    return out;
  }

  std::vector<std::string> of(const std::string& pattern) {
    std::vector<std::string> out;
    const size_t colon = pattern.find(':');
    if (colon == std::string::npos && pattern != "*") return out;
    const std::string prefix = colon == std::string::npos ? "*" : lower(std::string_view(pattern).substr(0, colon)), rest = colon == std::string::npos ? ":*" : pattern.substr(colon);
    for (const auto& service : services_) {
      if (!glob_match(prefix, service)) continue;
      if (actions_.empty() || whole_.count(service)) {
        out.push_back(service + rest);
        continue;
      }
      for (const auto& action : by_service_[service])
        if (action_matches(pattern, action)) out.push_back(action);
    }
    for (const auto& action : silent_) {
      const std::string service = lower(std::string_view(action).substr(0, action.find(':')));
      if (!action_matches(pattern, action) || (services_.count(service) && whole_.count(service))) continue;
      out.push_back(action);
      if (std::find(kept_silent.begin(), kept_silent.end(), action) == kept_silent.end()) kept_silent.push_back(action);
    }
    return out;
  }

  // Of an Allow of what it does not name: what is used and not named.
  std::vector<std::string> of_all_but(const std::vector<std::string>& named) {
    auto is_named = [&](std::string_view action) { return std::any_of(named.begin(), named.end(), [&](const std::string& term) { return action_matches(term, action); }); };
    std::vector<std::string> out;
    const std::vector<std::string> silent_before = kept_silent;
    const std::vector<std::string> all = of("*");
    // What the statement names it does not grant, so nothing is kept for it.
    std::erase_if(kept_silent, [&](const std::string& one) {
      return is_named(one) && std::find(silent_before.begin(), silent_before.end(), one) == silent_before.end();
    });
    for (const std::string& pattern : all) {
      if (!ends_with(pattern, ":*")) {
        if (!is_named(pattern)) out.push_back(pattern);
        continue;
      }
      const ActionSet whole = table_.matching(pattern);
      std::vector<std::string> left;
      bool touched = false;
      for (uint32_t i = 0; i < table_.size(); ++i) {
        if (!whole.has(i)) continue;
        if (is_named(table_.action(i).name)) touched = true;
        else left.push_back(table_.action(i).name);
      }
      if (!touched) left = {pattern};
      out.insert(out.end(), left.begin(), left.end());
    }
    return out;
  }

 private:
  const ActionTable& table_;
  std::set<std::string> services_, whole_;  // whole_: no event tells which of its actions are used
  std::vector<std::string> actions_, silent_;
  std::map<std::string, std::vector<std::string>> by_service_;
};

// The statements of its policies as they are, each with what is used alone. Denies stay. Sids are left out: two policies may have the same.
std::string right_sized(const std::vector<const Policy*>& policies, Used& used) {
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
        actions = used.of_all_but(statement.actions.values);
      } else {
        for (const std::string& pattern : statement.actions.values)
          for (std::string& action : used.of(pattern))
            if (std::find(actions.begin(), actions.end(), action) == actions.end()) actions.push_back(std::move(action));
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

std::vector<Unused> AccessQuestions::unused(int64_t as_of_ms, int days, const EventUses* uses) {
  std::vector<Unused> out;
  Asked every;
  every.action = "*";
  every.set = table_.all();
  const int64_t since = as_of_ms - days * day_ms;
  for (uint32_t i = 0; i < estate_.principals.size(); ++i) {
    const AccessPrincipal& principal = estate_.principals[i];
    if (principal.service_linked) continue;  // AWS gives and takes those
    const EventUses::Of* logged = uses ? uses->find(principal.arn) : nullptr;
    Unused one;
    one.principal = i;
    one.last_ms = logged ? std::max(principal.last_used_ms, logged->last_ms) : principal.last_used_ms;
    auto services = estate_.services_used.find(i);
    if (one.last_ms < 0) {
      one.what = Unused::What::not_known;
      one.why = uses ? "when it was last used was not read, and the logs hold no event of it" : "when it was last used was not read";
      out.push_back(std::move(one));
      continue;
    }
    if (one.last_ms == 0 || one.last_ms < since) {
      // An old event alone says nothing of the time since: logs may hold a part of it.
      const bool told = principal.last_used_ms >= 0;
      one.what = !told ? Unused::What::not_known : one.last_ms == 0 ? Unused::What::never : Unused::What::stale;
      if (!told) one.why = "when it was last used was not read, and the logs hold no event of it within that time";
      out.push_back(std::move(one));
      continue;
    }
    const bool by_events = logged && logged->last_ms >= since;
    if (services == estate_.services_used.end() && !by_events) continue;
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
    std::set<std::string> held, lately;
    size_t allowed = 0;
    for (uint32_t action = 0; action < table_.size(); ++action)
      if (may.has(action)) held.insert(table_.action(action).lower.substr(0, table_.action(action).lower.find(':'))), ++allowed;
    if (services != estate_.services_used.end())
      for (const AccessService& service : services->second)
        if (service.last_ms > 0 && service.last_ms >= since) lately.insert(lower(service.prefix));
    Used used(table_, lately, by_events ? logged : nullptr, uses, since);
    // Only services that IAM told of can be said to be unused.
    if (services != estate_.services_used.end())
      for (const AccessService& service : services->second)
        if (held.count(lower(service.prefix)) && !used.services().count(lower(service.prefix))) one.services.push_back(service.prefix);
    one.seen = used.seen();
    one.data_not_logged = used.whole();
    if (one.services.empty() && (one.seen.empty() || one.seen.size() >= allowed)) continue;
    std::sort(one.services.begin(), one.services.end());
    one.what = one.services.empty() ? Unused::What::actions : Unused::What::services;
    if (readable) one.proposed = right_sized(policies, used);
    else one.why = "a policy of it was not read, so none is proposed";
    one.leave_no_event = std::move(used.kept_silent);
    std::sort(one.leave_no_event.begin(), one.leave_no_event.end());
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [&](const Unused& a, const Unused& b) {
    if (a.what != b.what) return a.what < b.what;
    return estate_.principals[a.principal].arn < estate_.principals[b.principal].arn;
  });
  return out;
}

}  // namespace reeve
