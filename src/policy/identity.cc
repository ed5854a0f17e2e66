// Questions to identity policies and role trust that have nothing to do with strangers: administrator rights, MFA.
#include <algorithm>
#include <set>

#include "aws/arn.h"
#include "base/text.h"
#include "policy/glob.h"
#include "policy/witness.h"

namespace reeve {

using namespace policy;

namespace {

bool covers_every_action(const Glob& glob) {
  // `*`, `**`, `*:*`: only those that also match an action named nowhere, in a service named nowhere.
  return matches(glob, "zqxjkv:zqxjkv") && glob.text.find_first_not_of("*?:") == std::string::npos;
}

// Does the statement speak of every resource?
Truth every_resource(const Statement& statement) {
  const Terms& resources = statement.resources;
  if (!resources.present) return Truth::yes;
  if (resources.negated) return resources.unknown ? Truth::unknown : truth(resources.values.empty());
  for (const auto& value : resources.values)
    if (matches_everything(glob_of(value))) return Truth::yes;
  return resources.unknown ? Truth::unknown : Truth::no;
}

Truth covers_action(const Statement& statement, const std::string& action) {
  Truth hit = statement.actions.unknown ? Truth::unknown : Truth::no;
  for (const auto& term : statement.actions.values) hit = either(hit, truth(action_matches(term, action)));
  return statement.actions.negated ? negate(hit) : hit;
}

}  // namespace

Answer allows_admin(const std::vector<Policy>& policies, const AdminOptions& options) {
  // Actions that the policies tell apart, and one that none of them names.
  std::set<std::string> actions{"zqxjkv:zqxjkv"};
  struct Grant {
    const Policy* policy;
    const Statement* statement;
    Truth holds;  // for every resource and, unless conditional grants count, whatever the request
    bool broad;
  };
  std::vector<Grant> grants, denies;
  std::string unread;
  Decided unread_at;
  for (const auto& policy : policies) {
    if (!policy.unknown.empty()) {
      unread = policy.unknown;
      unread_at.policy = policy.name;
    }
    for (const auto& statement : policy.statements) {
      if (!statement.unknown.empty()) {
        unread = statement.unknown;
        unread_at = decided_by(policy, statement);
        continue;
      }
      for (const auto& term : statement.actions.values) {
        std::string full = contains(term, ":") ? lower(term) : lower(term) + ":*";
        actions.insert(instance(glob_of(full), filler));
      }
      bool conditional = !statement.conditions.empty() || statement.conditions_unknown;
      Truth escapes = conditional ? conditions_escapable(policy, statement) : Truth::no;
      if (statement.conditions_unknown && escapes == Truth::no) escapes = Truth::unknown;
      Truth holds = every_resource(statement);
      bool counts_anyway = statement.effect == Effect::allow && options.count_conditional;
      if (!counts_anyway) holds = both(holds, negate(escapes));
      bool broad = !statement.actions.negated && std::any_of(statement.actions.values.begin(), statement.actions.values.end(), [](const std::string& term) {
                     return covers_every_action(glob_of(lower(term)));
                   });
      Truth deny_holds = holds, allow_holds = holds;
      if (statement.effect == Effect::unknown) deny_holds = allow_holds = both(holds, Truth::unknown);
      if (statement.effect != Effect::deny) grants.push_back({&policy, &statement, allow_holds, broad});
      if (statement.effect != Effect::allow) denies.push_back({&policy, &statement, deny_holds, broad});
    }
  }
  Answer answer;
  answer.verdict = Truth::yes;
  Grant best{};
  for (const auto& action : actions) {
    Truth allowed = Truth::no;
    for (const auto& grant : grants) {
      Truth t = both(grant.holds, covers_action(*grant.statement, action));
      if (t > allowed || (t == allowed && t != Truth::no && grant.broad)) {
        allowed = t;
        if (action == "zqxjkv:zqxjkv" || grant.broad) best = grant;
      }
    }
    answer.verdict = both(answer.verdict, allowed);
  }
  for (const auto& deny : denies) {
    // Only one that takes away whole services nobody named leaves less than administration.
    Truth t = both(deny.holds, covers_action(*deny.statement, "zqxjkv:zqxjkv"));
    if (t == Truth::no) continue;
    answer.verdict = both(answer.verdict, negate(t));
    if (answer.verdict == Truth::no) {
      answer.decided = decided_by(*deny.policy, *deny.statement);
      answer.why = "a deny leaves nothing of it";
      return answer;
    }
  }
  if (!unread.empty() && answer.verdict != Truth::yes) {
    answer.verdict = Truth::unknown;
    answer.decided = unread_at;
    answer.why = "part of the policies was not read: " + unread;
    return answer;
  }
  // What was not read might also be a Deny; an administrator grant that was read stands nevertheless as the finding.
  if (best.statement && answer.verdict != Truth::no) {
    answer.decided = decided_by(*best.policy, *best.statement);
    answer.action = best.statement->actions.values.empty() ? std::string() : best.statement->actions.values[0];
  }
  answer.why = answer.verdict == Truth::yes  ? "every action on every resource is allowed"
               : answer.verdict == Truth::no ? "no statement allows every action on every resource"
                                             : "it hangs on a part or a condition that is not known";
  return answer;
}

namespace {

// Does the pattern match resources of any service, kind and name? `*`, `arn:*`, `arn:aws:*:*:111122223333:*`: resources that have
// nothing in common but the account that the pattern may name. For actions of IAM: every resource of IAM.
bool nearly_everything(const std::string& pattern, bool in_iam) {
  Glob glob = glob_of(pattern);
  if (matches_everything(glob)) return true;
  auto arn = parse_arn(pattern);
  const bool named = arn && !arn->account.empty() && arn->account.find_first_of("*?$") == std::string_view::npos;
  const std::string account = named ? std::string(arn->account) : "990000000099";
  const std::string partition = arn && arn->partition.find_first_of("*?$") == std::string_view::npos ? std::string(arn->partition) : "aws";
  auto of = [&](std::string_view service, std::string_view region, std::string_view kind) {
    return matches(glob, make_arn(partition, service, region, account, std::string(kind) + "/" + std::string(filler)));
  };
  return of("iam", "", "role") && of("iam", "", "user") && of("iam", "", "policy") && (in_iam || of(filler, "zq-zq-1", filler));
}

// Does the statement speak of every resource, or of all but those that it names?
Truth nearly_every_resource(const Statement& statement, bool in_iam) {
  const Terms& resources = statement.resources;
  if (!resources.present) return Truth::yes;
  for (const auto& value : resources.values)
    if (nearly_everything(value, in_iam)) return truth(!resources.negated);
  if (resources.unknown) return Truth::unknown;
  return truth(resources.negated);
}

// With any of these on every role, user and policy one hands oneself the rest (IAM User Guide, "IAM JSON policy elements"; the actions
// are those that write or attach a policy, or let oneself in as somebody else).
constexpr const char* kOneselfTheRest[] = {
    "iam:attachgrouppolicy", "iam:attachrolepolicy", "iam:attachuserpolicy", "iam:createpolicyversion", "iam:putgrouppolicy",
    "iam:putrolepolicy", "iam:putuserpolicy", "iam:setdefaultpolicyversion", "iam:updateassumerolepolicy"};

}  // namespace

Answer administers(const std::vector<Policy>& policies) {
  Answer everything = allows_admin(policies, {.count_conditional = true});
  if (everything.verdict == Truth::yes) return everything;
  Answer answer;
  auto granted = [&](const std::string& action) {
    Truth allowed = Truth::no, denied = Truth::no;
    for (const auto& policy : policies)
      for (const auto& statement : policy.statements) {
        if (!statement.unknown.empty()) continue;
        const Truth covered = covers_action(statement, action);
        const Truth sure = statement.effect == Effect::unknown ? Truth::unknown : Truth::yes;
        if (statement.effect != Effect::deny) {
          const Truth t = both(sure, both(covered, nearly_every_resource(statement, starts_with(action, "iam:"))));
          if (t > allowed) {
            allowed = t;
            answer.decided = decided_by(policy, statement);
          }
        }
        if (statement.effect != Effect::allow) {
          Truth holds = both(sure, both(covered, every_resource(statement)));
          // A condition that some request escapes leaves that request.
          if (statement.conditions_unknown) holds = both(holds, Truth::unknown);
          if (!statement.conditions.empty()) holds = both(holds, negate(conditions_escapable(policy, statement)));
          denied = either(denied, holds);
        }
      }
    return both(allowed, negate(denied));
  };
  // What no policy names stands for everything that these do not: all services, or all of IAM.
  Truth rest = Truth::no;
  for (const char* action : kOneselfTheRest) rest = either(rest, granted(action));
  answer.verdict = both(either(granted("zqxjkv:zqxjkv"), granted("iam:zqxjkv")), rest);
  if (answer.verdict == Truth::yes) {
    answer.why = "everything is allowed but what is named, or all of IAM, by which one gives oneself the rest";
    return answer;
  }
  const bool unread = std::any_of(policies.begin(), policies.end(), [](const Policy& policy) {
    return !policy.unknown.empty() || std::any_of(policy.statements.begin(), policy.statements.end(), [](const Statement& s) { return !s.unknown.empty(); });
  });
  answer.verdict = either(answer.verdict, everything.verdict);
  if (unread) answer.verdict = Truth::unknown;
  answer.why = answer.verdict == Truth::no ? "no statement allows nearly everything, nor all of IAM" : "it hangs on a part that is not known";
  if (answer.verdict == Truth::no) answer.decided = {};
  return answer;
}

RootSessions root_sessions(const std::vector<Policy>& policies) {
  RootSessions out;
  std::vector<const Policy*> level;
  for (const Policy& policy : policies) level.push_back(&policy);
  auto asked = [&](Domain task) {
    Question question{.levels = {level}, .action = {.templates = {"sts:assumeroot"}}, .resource = {.templates = {"arn:*:iam::*:root"}, .plain = {"*"}}};
    question.principals = false;
    question.caller.kind = Caller::Kind::aws;
    question.caller.label = "whoever holds the policy";
    question.caller.set("sts:taskpolicyarn", std::move(task));
    return find_witness(question);
  };
  // The request always names a task; the list of those that AWS has grows, and one that no policy names stands for the rest.
  out.allowed = asked(Domain{.templates = {"arn:aws:iam::aws:policy/root-task/*"}}).verdict;
  Found any = asked(Domain::of("arn:aws:iam::aws:policy/root-task/zqxjkv"));
  out.any_task = any.verdict;
  if (any.policy && any.statement) out.decided = decided_by(*any.policy, *any.statement);
  return out;
}

Answer requires_mfa(const Policy& trust_policy) {
  Question question{.levels = {{&trust_policy}}, .action = {.templates = {"sts:assumerole"}}, .resource = {.templates = {"*"}}};
  question.caller.kind = Caller::Kind::any;
  question.caller.label = "a caller without MFA";
  question.caller.set("aws:multifactorauthpresent", Domain{.fixed = {ContextValue::of("false")}, .absent = true});
  question.caller.set("aws:multifactorauthage", Domain::none());
  // A Deny for some principals does not stop the others, whose number is not known here.
  Policy seen = trust_policy;
  question.levels = {{&seen}};
  bool other_doors = false;
  for (auto& statement : seen.statements) {
    bool federated = statement.principals.present && !statement.principals.values.empty() &&
                     std::all_of(statement.principals.values.begin(), statement.principals.values.end(),
                                 [](const Principal& p) { return p.kind == Principal::Kind::federated; });
    if (statement.effect != Effect::deny && federated) other_doors = true;
    bool everyone = !statement.principals.present ||
                    std::any_of(statement.principals.values.begin(), statement.principals.values.end(),
                                [](const Principal& p) { return p.kind == Principal::Kind::everyone; });
    if (statement.effect == Effect::deny && (statement.principals.negated || !everyone || statement.principals.unknown))
      statement.conditions_unknown = true;
  }
  question.allow_counts = [](const Statement& statement) {
    return statement.principals.negated || statement.principals.unknown || statement.principals.values.empty() ||
           std::any_of(statement.principals.values.begin(), statement.principals.values.end(),
                       [](const Principal& p) { return p.kind != Principal::Kind::federated; });
  };
  Found found = find_witness(question);
  Answer answer;
  answer.verdict = negate(found.verdict);
  answer.action = "sts:AssumeRole";
  answer.witness = found.witness;
  if (found.policy && found.statement) answer.decided = decided_by(trust_policy, trust_policy.statements[found.statement->index]);
  if (answer.verdict == Truth::no) {
    answer.why = "the role can be assumed without MFA";
  } else if (answer.verdict == Truth::unknown) {
    answer.why = "it hangs on a part or a rule that is not known";
  } else if (other_doors) {
    answer.verdict = Truth::unknown;
    answer.why = "federated callers may have used MFA with their identity provider, which the policy cannot show";
  } else {
    answer.why = found.level_without_allow >= 0 ? "no statement lets a caller without MFA in" : "a deny stops callers without MFA";
  }
  return answer;
}

}  // namespace reeve
