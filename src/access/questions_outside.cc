// Callers that the estate does not have, and what is let in from other accounts.
#include <algorithm>
#include <set>

#include "access/questions.h"
#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "policy/glob.h"

namespace reeve {
namespace {

constexpr std::string_view some_name = "zqxjkv";

std::string account_of(const Principal& who) {
  if (who.kind != Principal::Kind::aws) return {};
  return is_account_id(who.value) ? who.value : std::string(arn_account(who.value));
}

}  // namespace

std::vector<std::string> AccessQuestions::actions_of(const ActionSet& set, const Asked& asked) const {
  if (asked.exact) return {asked.action};
  std::vector<std::string> out;
  for (uint32_t i = 0; i < table_.size(); ++i)
    if (set.has(i)) out.push_back(table_.action(i).name);
  return out;
}

// Users and roles of the estate were asked one by one; an account of it stands for them.
bool AccessQuestions::is_stranger(const Principal& who) const {
  if (who.kind != Principal::Kind::aws || who.value == "*") return true;
  if (estate_.principal(who.value)) return false;
  const std::string account = account_of(who);
  if (account.empty()) return false;  // a unique id: of a user or role that is gone
  return std::none_of(estate_.accounts.begin(), estate_.accounts.end(), [&](const AccessAccount& one) { return one.id == account && !one.listed_only; });
}

AccessAnswer AccessQuestions::stranger(const Principal& who, const std::string& action, const std::string& resource) {
  DecisionRequest request;
  PolicySet set;
  AccessAnswer out;
  request.context = fixed_;
  request.action = action;
  bind(set, request, resource);
  RequestCaller& caller = request.caller;
  out.caller = who.value.empty() ? "*" : who.value;
  out.account = account_of(who);
  std::string identity;  // whose own policies were not read
  switch (who.kind) {
    case Principal::Kind::everyone:
      out.caller = "*";
      out.kind = "everyone";
      caller.kind = RequestCaller::Kind::anonymous;
      break;
    case Principal::Kind::service:
      out.kind = "service";
      caller.kind = RequestCaller::Kind::service;
      caller.service = who.value;
      break;
    case Principal::Kind::federated:
      out.kind = "federated";
      caller.kind = contains(who.value, ":saml-provider/") ? RequestCaller::Kind::saml : RequestCaller::Kind::web_identity;
      caller.service = who.value;
      break;
    case Principal::Kind::canonical:
      out.kind = "canonical";
      out.can = Truth::unknown;
      out.action = action, out.resource = resource;
      out.unknown = {"which account the canonical user is"};
      return out;
    case Principal::Kind::aws: {
      auto arn = parse_arn(who.value);
      caller.account = out.account;
      const bool session = arn && arn->service == "sts";
      if (!arn || arn->resource == "root") {
        out.kind = "account";
        // Somebody of the account, of whom nothing is known and whom the account allows all.
        caller.kind = RequestCaller::Kind::user;
        caller.arn = make_arn(arn ? arn->partition : "aws", "iam", "", out.account, "user/" + std::string(some_name));
        for (const char* key : {"aws:PrincipalArn", "aws:userid", "aws:username"})
          if (!request.context.find(key)) request.context.set(key, ContextValue::unknown());
      } else {
        out.kind = std::string(arn->resource_type() == "user" ? "user" : "role");
        caller.kind = out.kind == "user" ? RequestCaller::Kind::user : RequestCaller::Kind::role_session;
        caller.arn = who.value;
        if (out.kind == "role" && !session) {
          caller.role_arn = who.value;
          caller.arn = make_arn(arn->partition, "sts", "", out.account, "assumed-role/" + std::string(arn->name()));
        }
        identity = who.value;
      }
    }
  }
  if (out.kind == "account" || (!identity.empty() && this_side_)) {
    Policy all;
    all.name = "what the account allows";
    Statement statement;
    statement.actions = {.present = true, .values = {"*"}};
    statement.resources = {.present = true, .values = {"*"}};
    all.statements.push_back(std::move(statement));
    set.identity.push_back(compile_policy(std::move(all)));
  } else if (!identity.empty()) {
    Policy unread;
    unread.name = "identity policies of " + identity;
    unread.unknown = "its account is not in what was read";
    set.identity.push_back(compile_policy(std::move(unread)));
  }
  ++decided_;
  const Decision decision = decide(request, set);
  out.can = decision.result == Decision::Result::allowed ? Truth::yes : decision.result == Decision::Result::unknown ? Truth::unknown : Truth::no;
  out.action = action;
  out.resource = resource;
  out.by = decision.by;
  out.unknown = decision.unknown;
  explain(out, decision, nullptr, resource);
  return out;
}

std::vector<CrossAccount> AccessQuestions::cross_account() {
  this_side_ = true;
  std::vector<CrossAccount> out;
  auto of = [&](const CompiledPolicy& policy, const std::string& resource, const std::string& type, uint32_t owner) {
    std::set<std::string> seen;
    const AccessAccount& own = estate_.accounts[owner];
    for (const Statement& statement : source_of(policy).statements) {
      if (statement.effect == Effect::deny) continue;
      for (const Principal& who : statement.principals.values) {
        if (who.kind == Principal::Kind::service || who.kind == Principal::Kind::federated) continue;
        const std::string account = account_of(who);
        if (account == own.id || (who.kind == Principal::Kind::aws && account.empty() && who.value != "*")) continue;
        std::string action = statement.actions.negated || statement.actions.values.empty() ? std::string() : statement.actions.values.front();
        if (action.find_first_of("*?") != std::string::npos || action.empty()) {
          const ActionSet set = table_.matching(action.empty() ? "*" : action);
          const std::string service = std::string(arn_service(resource));
          for (uint32_t i = 0; i < table_.size() && (action.empty() || action.find_first_of("*?") != std::string::npos); ++i)
            if (set.has(i) && starts_with(table_.action(i).lower, (service == "iam" ? "sts" : service) + ":") && !table_.action(i).uses.empty()) action = table_.action(i).name;
        }
        std::string asked = resource;
        for (const std::string& value : statement.resources.values)
          if (!statement.resources.negated && value != "*" && parse_arn(value)) asked = policy::instance(policy::glob_of(value), some_name);
        CrossAccount one;
        one.resource = resource;
        one.type = type;
        one.account = own.id;
        one.answer = stranger(who, action, asked);
        one.to = one.answer.caller;
        if (!seen.insert(one.to + " " + action).second) continue;
        if (who.kind == Principal::Kind::everyone || who.value == "*") one.inside = Truth::no;
        else if (auto known = std::find_if(estate_.accounts.begin(), estate_.accounts.end(), [&](auto& each) { return each.id == account; }); known != estate_.accounts.end())
          one.inside = estate_.organization.empty() ? Truth::unknown : known->management || (known->scps && known->unread.empty()) ? Truth::yes : Truth::unknown;
        else one.inside = estate_.organization.empty() ? Truth::unknown : Truth::no;
        if (one.answer.can != Truth::no) out.push_back(std::move(one));
      }
    }
    if (!source_of(policy).unknown.empty()) {
      CrossAccount one;
      one.resource = resource, one.type = type, one.account = own.id;
      one.answer.unknown = {source_of(policy).unknown};
      out.push_back(std::move(one));
    }
  };
  for (const AccessPrincipal& role : estate_.principals)
    if (role.trust != no_index && !role.service_linked) of(*estate_.policies[role.trust].policy, role.arn, "AWS::IAM::Role", role.account);
  for (const AccessResource& resource : estate_.resources) {
    if (resource.policy != no_index) {
      of(*estate_.policies[resource.policy].policy, resource.arn, resource.type, resource.account);
    } else if (!resource.unread.empty()) {
      CrossAccount one;
      one.resource = resource.arn, one.type = resource.type, one.account = estate_.accounts[resource.account].id;
      one.answer.unknown = {resource.unread};
      out.push_back(std::move(one));
    }
  }
  this_side_ = false;
  std::sort(out.begin(), out.end(), [](const CrossAccount& a, const CrossAccount& b) {
    if (a.answer.can != b.answer.can) return a.answer.can > b.answer.can;
    return std::tie(a.resource, a.to) < std::tie(b.resource, b.to);
  });
  return out;
}

// Actions by service: those that some request may do.
std::vector<CanDo> AccessQuestions::all(const AccessPrincipal& principal) {
  std::vector<CanDo> out;
  Asked every;
  every.action = "*";
  every.set = table_.all();
  const IdentitySet& set = estate_.sets[principal.set];
  ActionSet may = table_.none(), never = table_.none();
  if (!set.unread.empty()) may = every.set;
  for (uint32_t policy : set.policies) {
    may.unite(granted(*estate_.policies[policy].policy, every));
    never.unite(denied(*estate_.policies[policy].policy, every));
  }
  may.subtract(never);
  std::map<std::string, size_t> actions;
  std::map<std::string, CanDo> found;
  any_resource_ = true;
  for (uint32_t i = 0; i < table_.size(); ++i) {
    const std::string& name = table_.action(i).name;
    const std::string service = name.substr(0, name.find(':'));
    ++actions[service];
    if (!may.has(i)) continue;
    Asked one;
    one.action = name;
    one.exact = true;
    one.set = table_.matching(name);
    AccessAnswer answer = decide_any(one.set, one, principal);
    if (answer.can == Truth::no) continue;
    CanDo& can = found[service];
    can.service = service;
    (answer.can == Truth::yes ? can.yes : can.unknown).push_back(name);
    if (answer.can == Truth::unknown) can.hangs_on.insert(can.hangs_on.end(), answer.unknown.begin(), answer.unknown.end());
  }
  for (auto& [service, can] : found) {
    for (auto* list : {&can.yes, &can.unknown})
      if (list->size() == actions[service] && list->size() > 1) *list = {service + ":*"};
    std::sort(can.hangs_on.begin(), can.hangs_on.end());
    can.hangs_on.erase(std::unique(can.hangs_on.begin(), can.hangs_on.end()), can.hangs_on.end());
    out.push_back(std::move(can));
  }
  return out;
}

}  // namespace reeve
