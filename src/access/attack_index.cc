#include "access/attack_index.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"

namespace reeve {
namespace {

const std::vector<uint32_t> kNone;

// Keys by which a policy tells one caller from another though they have the same policies.
bool tells_callers_apart(std::string_view key) {
  if (key == "aws:userid" || key == "aws:username" || key == "aws:principalarn" || key == "aws:principaltype") return true;
  return starts_with(key, "aws:principaltag/") || key == "aws:sourceidentity";
}

bool has_caller_variable(std::string_view text) {
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) return false;
    std::string key = lower(text.substr(at + 2, end - at - 2));
    if (const size_t comma = key.find(','); comma != std::string::npos) key.resize(comma);
    if (tells_callers_apart(trim(key))) return true;
  }
  return false;
}

// A pattern as a prefilter needs it. A user's name is known and a role's session has none, so nothing fits there; what stands in for any
// other variable is anything.
std::optional<std::string> loosened(std::string_view pattern, const AccessPrincipal& who) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const size_t end = pattern.substr(i, 2) == "${" ? pattern.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += pattern[i];
      continue;
    }
    if (!equal_ignoring_case(pattern.substr(i + 2, end - i - 2), "aws:username")) out += '*';
    else if (who.kind == AccessPrincipal::Kind::user) out += who.name();
    else return std::nullopt;
    i = end;
  }
  return out;
}

// A Deny that no resource and no circumstance gets past: what it names need not be decided.
bool denies_everywhere(const Statement& statement) {
  if (!statement.unknown.empty() || statement.actions.unknown || !statement.conditions.empty() || statement.conditions_unknown) return false;
  if (statement.principals.present || !statement.actions.present || statement.resources.negated) return false;
  return std::find(statement.resources.values.begin(), statement.resources.values.end(), "*") != statement.resources.values.end();
}

bool is_account_id(std::string_view text) { return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos; }

}  // namespace

bool subject_is_tied(const Policy& trust, const std::string& provider) {
  for (const Statement& statement : trust.statements) {
    if (statement.effect != Effect::allow) continue;
    if (std::none_of(statement.principals.values.begin(), statement.principals.values.end(), [&](const Principal& who) { return who.value == provider; })) continue;
    const bool tied = std::any_of(statement.conditions.begin(), statement.conditions.end(), [](const Condition& condition) {
      if (!ends_with(condition.key_lower, ":sub") || condition.negated || condition.if_exists || condition.set == SetTest::all_values || condition.op == Operator::null) return false;
      return std::none_of(condition.values.begin(), condition.values.end(), [](const std::string& value) { return value == "*" || value == "system:serviceaccount:*" || value == "system:serviceaccount:*:*"; });
    });
    if (!tied) return false;
  }
  return true;
}

AttackIndex::AttackIndex(const AccessEstate& estate, const Escalations& known) : estate_(estate) {
  std::set<std::string> actions;
  for (const Escalation& way : known.ways)
    for (const Escalation::Need& need : way.needs) actions.insert(lower(need.action));
  actions.insert("sts:assumerole");
  actions_.assign(actions.begin(), actions.end());
  if (actions_.size() > attack_actions_max) actions_.resize(attack_actions_max);
  for (uint16_t i = 0; i < actions_.size(); ++i) {
    auto [at, made] = services_.try_emplace(actions_[i].substr(0, actions_[i].find(':')), i, i);
    at->second.second = i + 1;
  }
  needed_.resize(known.ways.size());
  for (size_t way = 0; way < needed_.size(); ++way)
    for (const Escalation::Need& need : known.ways[way].needs)
      if (!need.granted && need.action != "sts:AssumeRole") needed_[way].set(action(need.action));

  policies_.resize(estate.policies.size());
  for (size_t i = 0; i < policies_.size(); ++i)
    if (estate.policies[i].policy) read_policy(source_of(*estate.policies[i].policy), policies_[i]);
  sets_.resize(estate.sets.size());
  for (size_t i = 0; i < sets_.size(); ++i) {
    const IdentitySet& set = estate.sets[i];
    OfSet& out = sets_[i];
    std::vector<Policy> sources;
    for (uint32_t policy : set.policies) {
      out.may |= policies_[policy].may;
      out.asks_who = out.asks_who || policies_[policy].asks_who;
    }
    // An administrator may do all of IAM, creating keys among it.
    if (out.may.any()) {
      for (uint32_t policy : set.policies)
        if (estate.policies[policy].policy) sources.push_back(source_of(*estate.policies[policy].policy));
      out.admin_unbounded = out.admin = administers(sources).verdict;
    }
    for (uint32_t policy : set.policies) out.may &= ~policies_[policy].never;
    // A boundary whose text was not read may allow all; the decision says then that it is not known.
    const bool unread = set.boundary != no_index && estate.policies[set.boundary].policy && !source_of(*estate.policies[set.boundary].policy).unknown.empty();
    if (unread) {
      out.admin = both(out.admin, Truth::unknown);
    } else if (set.boundary != no_index) {
      out.may &= policies_[set.boundary].may & ~policies_[set.boundary].never;
      out.asks_who = out.asks_who || policies_[set.boundary].asks_who;
      if (estate.policies[set.boundary].policy) out.admin = both(out.admin, administers({source_of(*estate.policies[set.boundary].policy)}).verdict);
    }
  }

  const size_t accounts = estate.accounts.size();
  users.resize(accounts), roles.resize(accounts), groups.resize(accounts), serving_.resize(accounts);
  trusts_.resize(estate.principals.size());
  changeable_.resize(estate.principals.size(), true);
  for (uint32_t i = 0; i < estate.principals.size(); ++i) {
    const AccessPrincipal& principal = estate.principals[i];
    if (principal.kind == AccessPrincipal::Kind::user) {
      users[principal.account].push_back(i);
      continue;
    }
    changeable_[i] = !principal.service_linked && principal.arn.find(":role/aws-reserved/") == std::string::npos && principal.arn.find(":role/aws-service-role/") == std::string::npos;
    roles[principal.account].push_back(i);
    read_trust(i);
  }
  for (uint32_t i = 0; i < estate.groups.size(); ++i) groups[estate.groups[i].account].push_back(i);
  std::sort(tag_keys_.begin(), tag_keys_.end());
  tag_keys_.erase(std::unique(tag_keys_.begin(), tag_keys_.end()), tag_keys_.end());
  std::sort(regions_.begin(), regions_.end());
  regions_.erase(std::unique(regions_.begin(), regions_.end()), regions_.end());
}

void AttackIndex::read_conditions(const Statement& statement, bool& asks_who) {
  for (const Condition& condition : statement.conditions) {
    if (tells_callers_apart(condition.key_lower)) asks_who = true;
    for (const std::string& value : condition.values)
      if (has_caller_variable(value)) asks_who = true;
    if (contains(condition.key_lower, "tag/")) tag_keys_.push_back(condition.key_lower);
    if (condition.key_lower == "aws:requestedregion")
      for (const std::string& value : condition.values)
        if (value.find_first_of("*?$") == std::string::npos) regions_.push_back(value);
  }
}

void AttackIndex::read_policy(const Policy& policy, OfPolicy& out) {
  for (uint32_t s = 0; s < policy.statements.size(); ++s) {
    const Statement& statement = policy.statements[s];
    read_conditions(statement, out.asks_who);
    for (const std::string& resource : statement.resources.values)
      if (has_caller_variable(resource)) out.asks_who = true;
    const bool denies = statement.effect == Effect::deny;
    if (denies && !denies_everywhere(statement)) continue;
    AttackActions named;
    for (const std::string& pattern : statement.actions.values) {
      const size_t colon = pattern.find(':');
      const std::string prefix = lower(std::string_view(pattern).substr(0, colon));
      uint16_t first = 0, last = static_cast<uint16_t>(actions_.size());
      if (colon != std::string::npos && prefix.find_first_of("*?") == std::string::npos) {
        auto range = services_.find(prefix);
        if (range == services_.end()) continue;
        std::tie(first, last) = range->second;
      }
      for (uint16_t a = first; a < last; ++a)
        if (!named.test(a) && (pattern == "*" || action_matches(pattern, actions_[a]))) named.set(a);
    }
    for (uint16_t a = 0; a < actions_.size(); ++a)
      if (statement.actions.unknown || named.test(a) != statement.actions.negated) {
        if (denies) {
          out.never.set(a);
          continue;
        }
        out.may.set(a);
        out.allows.emplace_back(a, s);
      }
  }
  std::sort(out.allows.begin(), out.allows.end());
}

void AttackIndex::read_trust(uint32_t role) {
  const AccessPrincipal& principal = estate_.principals[role];
  if (principal.trust == no_index || !estate_.policies[principal.trust].policy) return;
  TrustNames& out = trusts_[role];
  for (const Statement& statement : source_of(*estate_.policies[principal.trust].policy).statements) {
    read_conditions(statement, out.asks_who);
    if (statement.effect == Effect::deny) continue;
    if (statement.principals.negated) out.everyone = true;
    for (const Principal& who : statement.principals.values) switch (who.kind) {
        case Principal::Kind::everyone: out.everyone = true; break;
        case Principal::Kind::service: out.services.push_back(who.value); break;
        case Principal::Kind::federated: out.federated.push_back(who.value); break;
        case Principal::Kind::canonical: break;
        case Principal::Kind::aws:
          if (who.value == "*") out.everyone = true;
          else if (is_account_id(who.value)) out.accounts.push_back(who.value);
          else if (ends_with(who.value, ":root")) out.accounts.emplace_back(split(who.value, ':').size() > 4 ? split(who.value, ':')[4] : std::string_view());
          else out.arns.push_back(who.value);
      }
  }
  const auto unique = [](std::vector<std::string>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  unique(out.accounts), unique(out.arns), unique(out.services), unique(out.federated);
  if (out.everyone) trusting_everyone.push_back(role);
  if (out.everyone && out.asks_who) trusting_everyone_by_who.push_back(role);
  for (const std::string& account : out.accounts) by_account_[account].push_back(role);
  for (const std::string& arn : out.arns) by_arn_[arn].push_back(role);
  if (!changeable_[role]) return;  // a service takes its own, nobody passes them
  for (const std::string& service : out.services) serving_[principal.account][service].push_back(role);
  for (const std::string& provider : out.federated) serving_[principal.account][provider].push_back(role);
}

uint16_t AttackIndex::action(std::string_view text) const {
  return static_cast<uint16_t>(std::lower_bound(actions_.begin(), actions_.end(), lower(text)) - actions_.begin());
}

std::vector<std::string> AttackIndex::reach(const AccessPrincipal& who, uint16_t action) const {
  std::vector<std::string> out;
  for (uint32_t index : estate_.sets[who.set].policies) {
    const OfPolicy& policy = policies_[index];
    if (!policy.may.test(action)) continue;
    const Policy& source = source_of(*estate_.policies[index].policy);
    for (auto at = std::lower_bound(policy.allows.begin(), policy.allows.end(), std::pair<uint16_t, uint32_t>{action, 0}); at != policy.allows.end() && at->first == action; ++at) {
      const Terms& resources = source.statements[at->second].resources;
      if (resources.negated || resources.unknown) return {"*"};
      for (const std::string& pattern : resources.values) {
        auto one = loosened(pattern, who);
        if (one == "*") return {"*"};
        if (one) out.push_back(std::move(*one));
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string_view> AttackIndex::patterns(uint32_t set, uint16_t action) const {
  std::vector<std::string_view> out;
  for (uint32_t index : estate_.sets[set].policies) {
    const OfPolicy& policy = policies_[index];
    if (!policy.may.test(action)) continue;
    const Policy& source = source_of(*estate_.policies[index].policy);
    for (auto at = std::lower_bound(policy.allows.begin(), policy.allows.end(), std::pair<uint16_t, uint32_t>{action, 0}); at != policy.allows.end() && at->first == action; ++at) {
      const Terms& resources = source.statements[at->second].resources;
      if (!resources.negated) out.insert(out.end(), resources.values.begin(), resources.values.end());
    }
  }
  return out;
}

const std::vector<uint32_t>& AttackIndex::serving(uint32_t account, const std::string& service) const {
  auto found = serving_[account].find(service);
  return found == serving_[account].end() ? kNone : found->second;
}

const std::vector<uint32_t>& AttackIndex::trusting_account(const std::string& id) const {
  auto found = by_account_.find(id);
  return found == by_account_.end() ? kNone : found->second;
}

const std::vector<uint32_t>& AttackIndex::trusting_arn(const std::string& arn) const {
  auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? kNone : found->second;
}

std::vector<uint32_t> AttackIndex::customer_policies(uint32_t set) const {
  std::vector<uint32_t> out;
  for (uint32_t policy : estate_.sets[set].policies) {
    const std::string& arn = estate_.policies[policy].name;
    if (starts_with(arn, "arn:") && arn.find(":policy/") != std::string::npos && arn.find(":iam::aws:") == std::string::npos) out.push_back(policy);
  }
  return out;
}

}  // namespace reeve
