// Who can: every principal of the estate, told at once where nothing tells it from others.
#include <algorithm>
#include <set>

#include "access/questions.h"
#include "base/text.h"
#include "policy/glob.h"

namespace reeve {

namespace {

// Text before the first wildcard or variable.
std::string_view fixed_start(std::string_view pattern) {
  const size_t wild = std::min(pattern.find_first_of("*?"), pattern.find("${"));
  return pattern.substr(0, wild);
}

// May some resource fit both? No is certain, yes is not.
bool may_meet(const Terms& resources, std::string_view wanted) {
  if (wanted.empty() || !resources.present || resources.negated || resources.unknown) return true;
  for (const std::string& value : resources.values) {
    const std::string_view start = fixed_start(value);
    const size_t common = std::min(start.size(), wanted.size());
    if (!starts_with(value, "arn:") || equal_ignoring_case(start.substr(0, common), wanted.substr(0, common))) return true;
  }
  return false;
}

bool may_cover(const Statement& statement, const ActionSet& wanted, bool exact, const std::string& action, const ActionTable& table) {
  if (!statement.unknown.empty() || statement.actions.unknown || statement.actions.negated) return true;
  return std::any_of(statement.actions.values.begin(), statement.actions.values.end(), [&](const std::string& pattern) {
    if (exact) return action_matches(pattern, action);
    ActionSet both = table.matching(pattern);
    both.intersect(wanted);
    return !both.empty() || pattern == "*";
  });
}

}  // namespace

const AccessQuestions::Part& AccessQuestions::part(uint32_t at, const Asked& asked, std::vector<Part>& parts) {
  Part& out = parts[at];
  if (out.told) return out;
  out.told = true;
  const CompiledPolicy& policy = *estate_.policies[at].policy;
  const Policy& source = source_of(policy);
  const std::string_view wanted = fixed_start(asked.resource);
  out.grants = out.denies = !source.unknown.empty();
  for (const Statement& statement : source.statements) {
    if (statement.effect == Effect::allow && out.grants) continue;
    if (!may_cover(statement, asked.set, asked.exact, asked.action, table_)) continue;
    if (statement.effect != Effect::deny) out.grants |= !statement.unknown.empty() || may_meet(statement.resources, wanted);
    if (statement.effect != Effect::allow) out.denies = true;
  }
  out.denies_all = asked.exact && out.denies && !denied(policy, asked).empty();
  out.apart = (out.grants || out.denies) && tells_apart(policy);
  return out;
}

Result<WhoCan> AccessQuestions::who_can(std::string_view action, std::string_view resource) {
  const Asked what = TRY(asked(action, resource));
  WhoCan out;
  decided_ = 0;
  // The resource's own policy may let in whoever it likes.
  const std::string one = what.resource.empty() ? std::string() : policy::instance(policy::glob_of(what.resource), "zqxjkv");
  PolicySet theirs;
  DecisionRequest probe;
  if (!one.empty()) bind(theirs, probe, one);
  ActionSet by_resource = table_.none();
  if (theirs.resource) by_resource = granted(*theirs.resource, what);
  if (what.exact && theirs.resource && !by_resource.empty()) by_resource = what.set;
  std::set<std::string, std::less<>> named;  // whom the resource's policy names one by one
  const bool resource_apart = theirs.resource && tells_apart_beyond(*theirs.resource, &named);

  // Sets whose policies that matter are the same are one class.
  struct Class {
    ActionSet may{0};
    bool apart = false;
  };
  std::vector<Class> classes;
  std::unordered_map<std::string, uint32_t> by_parts;
  std::vector<uint32_t> class_of(estate_.sets.size(), no_index);  // no_index: whoever has the set can not
  std::vector<Part> parts(estate_.policies.size());
  for (size_t at = 0; at < estate_.sets.size(); ++at) {
    const IdentitySet& set = estate_.sets[at];
    bool grants = !by_resource.empty() || !set.unread.empty(), never = false, apart = resource_apart;
    std::string key;
    auto matters = [&](uint32_t policy) { key.append(reinterpret_cast<const char*>(&policy), sizeof policy); };
    for (uint32_t policy : set.policies) {
      const Part& part = this->part(policy, what, parts);
      grants |= part.grants;
      never |= part.denies_all;
      apart |= part.apart;
      if (part.grants || part.denies) matters(policy);
    }
    if (!grants || never) continue;
    matters(set.boundary);
    if (set.boundary != no_index) apart |= tells_apart(*estate_.policies[set.boundary].policy);
    key += set.unread;
    auto [known, is_new] = by_parts.try_emplace(std::move(key), static_cast<uint32_t>(classes.size()));
    if (is_new) {
      Class made;
      made.may = set.unread.empty() && !what.exact ? by_resource : what.set;
      made.apart = apart;
      if (!what.exact) {
        ActionSet denied_all = table_.none();
        for (uint32_t policy : set.policies) {
          made.may.unite(granted(*estate_.policies[policy].policy, what));
          denied_all.unite(denied(*estate_.policies[policy].policy, what));
        }
        made.may.subtract(denied_all);
      }
      classes.push_back(std::move(made));
    }
    if (!classes[known->second].may.empty()) class_of[at] = known->second;
  }

  std::vector<bool> account_apart(estate_.accounts.size());
  for (size_t at = 0; at < estate_.accounts.size(); ++at)
    if (estate_.accounts[at].scps)
      for (const auto& level : *estate_.accounts[at].scps)
        for (const auto& policy : level.policies)
          if (tells_apart(*policy)) account_apart[at] = true;

  std::unordered_map<uint64_t, uint32_t> shared;  // class, account and kind → answer
  auto decided = [&](uint32_t group, const AccessPrincipal& principal) {
    AccessAnswer answer = decide_any(classes[group].may, what, principal);
    if (answer.can == Truth::no) return no_index;
    out.answers.push_back(std::move(answer));
    return static_cast<uint32_t>(out.answers.size() - 1);
  };
  auto is_named = [&](const AccessPrincipal& principal) { return !named.empty() && (named.count(principal.arn) || (!principal.id.empty() && named.count(principal.id))); };
  for (uint32_t who = 0; who < estate_.principals.size(); ++who) {
    const AccessPrincipal& principal = estate_.principals[who];
    const uint32_t group = class_of[principal.set];
    uint32_t answer = no_index;
    if (group != no_index && (classes[group].apart || account_apart[principal.account] || is_named(principal))) {
      answer = decided(group, principal);
    } else if (group != no_index) {
      const uint64_t kind = static_cast<uint64_t>(principal.kind) * 2 + principal.service_linked;
      auto [known, is_new] = shared.try_emplace(uint64_t{group} << 32 | uint64_t{principal.account} << 2 | kind);
      if (is_new) known->second = decided(group, principal);
      answer = known->second;
    }
    if (answer == no_index) ++out.cannot;
    else out.rows.push_back({who, answer});
  }
  // Principals mostly stand by name already, so a sort that finds them so costs one look at each.
  std::stable_partition(out.rows.begin(), out.rows.end(), [&](const WhoCan::Row& row) { return out.answers[row.answer].can == Truth::yes; });
  auto before = [&](const WhoCan::Row& a, const WhoCan::Row& b) {
    const Truth left = out.answers[a.answer].can, right = out.answers[b.answer].can;
    return left != right ? left > right : estate_.principals[a.principal].arn < estate_.principals[b.principal].arn;
  };
  if (!std::is_sorted(out.rows.begin(), out.rows.end(), before)) std::sort(out.rows.begin(), out.rows.end(), before);
  if (theirs.resource && !by_resource.empty()) {
    std::set<std::string> seen;
    for (const Statement& statement : source_of(*theirs.resource).statements) {
      if (statement.effect == Effect::deny) continue;
      for (const Principal& who : statement.principals.values) {
        if (!seen.insert(std::to_string(static_cast<int>(who.kind)) + who.value).second || !is_stranger(who)) continue;
        AccessAnswer best;
        best.can = Truth::no;
        for (const std::string& name : actions_of(by_resource, what))
          for (const std::string& where : resources_for(name, what, theirs, nullptr))
            if (AccessAnswer answer = stranger(who, name, where); best.can < answer.can) best = std::move(answer);
        if (best.can != Truth::no) out.strangers.push_back(std::move(best));
      }
    }
  }
  out.decided = decided_;
  return out;
}

}  // namespace reeve
