// Guardrail questions to service control policies.
#include <algorithm>

#include "aws/arn.h"
#include "base/text.h"
#include "policy/glob.h"
#include "policy/guardrail_callers.h"
#include "policy/may_deny.h"
#include "policy/witness.h"

namespace reeve {

using namespace policy;

namespace {

enum class Scope : uint8_t { all, ordinary };

constexpr std::string_view fresh_account = "990000000099";

struct Kind {
  const char* type;      // aws:PrincipalType
  const char* label;
  const char* resource;  // of the ARN, as a pattern
  const char* ordinary;  // of an ordinary principal; null: there is none of that kind
  const char* userid;
};
constexpr Kind kinds[] = {
    {"AssumedRole", "a role", "role/*", "role/zqxjkv", "AROAZQXJKV00000000000:zqxjkv"},
    {"User", "a user", "user/*", "user/zqxjkv", "AIDAZQXJKV00000000000"},
    {"Account", "the root user", "root", "root", nullptr},
    {"FederatedUser", "a federated user", "federated-user/*", nullptr, nullptr},
};

// Facts about who calls; the rest of a request is anybody's to choose.
Caller caller_of(const ScpRequest& request, const Kind& kind, Scope scope) {
  Caller caller;
  caller.kind = Caller::Kind::aws;
  caller.label = kind.label;
  bool all = scope == Scope::all;
  bool root = std::string_view(kind.type) == "Account", role = std::string_view(kind.type) == "AssumedRole";
  bool user = std::string_view(kind.type) == "User";
  std::string account = !request.account.empty() ? request.account : request.who == ScpRequest::Who::arn
                            ? std::string(arn_account(request.principal_arn)) : std::string();
  for (const auto& [key, value] : request.context.items()) caller.set(key, Domain{.fixed = {value}});
  auto arn = [&](std::string_view resource) {
    bool sts = starts_with(resource, "federated-user");
    return make_arn(request.partition, sts ? "sts" : "iam", "", account.empty() ? (all ? "*" : fresh_account) : std::string_view(account), resource);
  };
  Domain open = Domain::open(), none = Domain::none();
  if (request.who == ScpRequest::Who::arn)
    caller.set("aws:principalarn", Domain::of(request.principal_arn));
  else if (all)
    caller.set("aws:principalarn", Domain{.templates = {arn(kind.resource)}});
  else
    caller.set("aws:principalarn", Domain::of(arn(kind.ordinary)));
  if (!account.empty())
    caller.set("aws:principalaccount", Domain::of(account));
  else
    caller.set("aws:principalaccount", all ? Domain{.templates = {"*"}} : Domain::of(std::string(fresh_account)));
  caller.set("aws:principalorgid", request.org_id.empty() ? Domain::unknown() : Domain::of(request.org_id));
  caller.set("aws:principalorgpaths", Domain::unknown());
  caller.set("aws:principaltype", Domain::of(kind.type));
  caller.set("aws:principalisawsservice", Domain::of("false"));
  for (const char* key : {"aws:principalservicename", "aws:principalservicenameslist", "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid",
                          "aws:sourceorgpaths", "aws:sourceowner"})
    caller.set(key, none);  // present only when a service principal calls, whom no SCP reaches
  // The root user has no tags; nor have we any to give to an ordinary principal.
  caller.set("aws:principaltag/*", all && !root ? open : none);
  if (root)
    caller.set("aws:userid", account.empty() ? Domain{.templates = {"*"}} : Domain::of(account));
  else
    caller.set("aws:userid", all || !kind.userid ? Domain{.templates = {"*"}} : Domain::of(kind.userid));
  caller.set("aws:username", !user ? none : all ? Domain{.templates = {"*"}} : Domain::of("zqxjkv"));
  caller.set("aws:assumedroot", all && root ? Domain{.fixed = {ContextValue::of("true")}, .absent = true} : none);
  caller.set("aws:federatedprovider", all && role ? open : none);
  caller.set("aws:sourceidentity", all && role ? open : none);
  Domain flag{.fixed = {ContextValue::of("false")}};
  if (all) flag.fixed.push_back(ContextValue::of("true"));
  caller.set("aws:viaawsservice", flag);
  for (const char* key : {"aws:calledvia", "aws:calledviafirst", "aws:calledvialast"}) caller.set(key, all ? open : none);
  caller.set("aws:multifactorauthpresent", Domain{.fixed = {ContextValue::of("false"), ContextValue::of("true")}, .absent = true});
  // Always there, whatever they hold.
  for (const char* key : {"aws:requestedregion", "aws:currenttime", "aws:epochtime"}) caller.set(key, Domain{.templates = {"*"}, .typed = true});
  caller.set("aws:securetransport", Domain{.fixed = {ContextValue::of("true"), ContextValue::of("false")}});
  return caller;
}

std::string service_of(const std::string& action) {
  std::string service = lower(action.substr(0, action.find(':')));
  return action.find(':') == std::string::npos || service.find_first_of("*?") != std::string::npos ? "*" : service;
}

// Without a resource in the question any of the service's may be asked for, and `*`, which stands for actions that take none.
Domain any_resource(const ScpRequest& request) {
  std::string account = request.account.empty() ? "*" : request.account, service = service_of(request.action);
  Domain domain;
  for (const std::string& owner : {account, std::string()})
    domain.templates.push_back(make_arn(request.partition, service, "*", owner, "*"));
  domain.plain.push_back("*");
  return domain;
}

// Only resources of the types that the policies' Deny statements speak of; nothing if they name no type.
Domain named_resources(const std::vector<std::vector<Policy>>& levels, const ScpRequest& request) {
  Domain domain;
  for (const auto& level : levels)
    for (const auto& policy : level)
      for (const auto& statement : policy.statements) {
        if (statement.effect != Effect::deny || statement.resources.negated) continue;
        if (std::none_of(statement.actions.values.begin(), statement.actions.values.end(),
                         [&](const std::string& term) { return action_matches(term, request.action); }))
          continue;
        for (const auto& value : statement.resources.values) {
          auto arn = parse_arn(value);
          if (!arn || value.find("${") != std::string::npos) continue;
          std::string_view type = arn->resource_type();
          if (type.find_first_of("*?") != std::string_view::npos) continue;
          std::string resource = type.empty() ? std::string("*") : std::string(arn->resource.substr(0, type.size() + 1)) + "*";
          std::string owner(arn->account.empty() ? std::string_view() : request.account.empty() ? std::string_view("*") : std::string_view(request.account));
          std::string shape = make_arn(request.partition, arn->service, arn->region.empty() ? "" : "*", owner, resource);
          if (std::find(domain.templates.begin(), domain.templates.end(), shape) == domain.templates.end()) domain.templates.push_back(shape);
        }
      }
  return domain;
}

// Is the question about principals of that kind?
bool asked(const ScpRequest& request, const Kind& kind, Scope scope) {
  bool root = std::string_view(kind.type) == "Account";
  if (request.who == ScpRequest::Who::root) return root;
  if (request.who == ScpRequest::Who::any) return scope == Scope::all || kind.ordinary;
  auto arn = parse_arn(request.principal_arn);
  return arn && glob_match(kind.resource, arn->resource);
}

Answer denied(const std::vector<std::vector<Policy>>& levels, const ScpRequest& request, Scope scope, const Domain& resources) {
  Question question;
  for (const auto& level : levels) {
    question.levels.emplace_back();
    for (const auto& policy : level) question.levels.back().push_back(&policy);
  }
  question.action = Domain{.templates = {lower(request.action)}};
  question.resource = resources;
  question.principals = false;  // SCPs have no Principal element
  Answer answer;
  answer.verdict = Truth::yes;
  answer.action = request.action;
  bool first = true;
  for (const auto& kind : kinds) {
    if (!asked(request, kind, scope)) continue;
    question.caller = caller_of(request, kind, scope);
    Found found = find_witness(question);
    Truth verdict = negate(found.verdict);
    if (!first && verdict >= answer.verdict) continue;
    first = false;
    answer.verdict = verdict;
    answer.witness = found.witness;
    answer.decided = {};
    if (found.policy) {
      answer.decided.policy = found.policy->name;
      if (found.statement) answer.decided = decided_by(*found.policy, *found.statement);
    }
    if (verdict == Truth::yes) {
      if (found.level_without_allow >= 0)
        answer.why = "no policy at level " + std::to_string(found.level_without_allow) + " allows it";
      else
        answer.why = std::string(found.statement ? "denied" : "denied by several statements together") +
                     (scope == Scope::all ? ", whatever the request" : " to every ordinary caller");
    } else if (verdict == Truth::no) {
      answer.action = found.action;
      answer.why = std::string(kind.label) + " gets through" + (found.witness.empty() ? "" : " with " + found.witness);
    } else if (found.exhausted) {
      answer.why = "the policies are too entangled to decide";
    } else {
      answer.why = "it hangs on a part or a fact that is not known, for " + std::string(kind.label);
    }
  }
  if (first) {
    answer.verdict = Truth::unknown;
    answer.why = "`" + request.principal_arn + "` is no user's, role's or root user's ARN";
  }
  return answer;
}

Answer denied(const std::vector<std::vector<Policy>>& levels, const ScpRequest& request, Scope scope) {
  if (!request.resource.empty()) return denied(levels, request, scope, Domain{.templates = {request.resource}});
  Answer answer = denied(levels, request, scope, any_resource(request));
  if (answer.verdict != Truth::no) return answer;
  // The witness may be a resource of a type that the action does not take; there is no list of those here. If every resource of the
  // types named by the Deny statements is denied, that is for the caller to know.
  Domain named = named_resources(levels, request);
  if (named.templates.empty()) return answer;
  Answer narrowed = denied(levels, request, scope, named);
  if (narrowed.verdict == Truth::no) return answer;
  narrowed.verdict = Truth::unknown;
  narrowed.why = "denied on every resource of the types that the policies name; whether `" + request.action +
                 "` takes others is not known here, so name the resource in the question";
  narrowed.witness = answer.witness;
  return narrowed;
}

}  // namespace

bool policy::tells_caller(std::string_view key) {
  for (std::string_view name : {"aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:username", "aws:assumedroot",
                                "aws:federatedprovider", "aws:sourceidentity", "aws:viaawsservice", "aws:calledvia", "aws:calledviafirst",
                                "aws:calledvialast", "aws:principalorgpaths", "aws:principalorgid"})
    if (key == name) return true;
  return starts_with(key, "aws:principaltag/");
}

std::vector<Caller> policy::scp_callers(const ScpRequest& request, bool ordinary) {
  std::vector<Caller> out;
  const Scope scope = ordinary ? Scope::ordinary : Scope::all;
  for (const auto& kind : kinds)
    if (asked(request, kind, scope)) out.push_back(caller_of(request, kind, scope));
  return out;
}

ScpAnswer scp_denies(const std::vector<std::vector<Policy>>& levels, const ScpRequest& request) {
  ScpAnswer out;
  out.for_all = denied(levels, request, Scope::all);
  out.for_ordinary = out.for_all.verdict == Truth::yes ? out.for_all : denied(levels, request, Scope::ordinary);
  if (out.for_ordinary.verdict != Truth::yes || out.for_all.verdict == Truth::yes) return out;
  Question wide;
  for (const auto& level : levels)
    for (const auto& policy : level)
      for (const auto& statement : policy.statements) {
        if (statement.effect != Effect::deny) continue;
        Truth hit = Truth::no;
        for (const auto& term : statement.actions.values) hit = either(hit, truth(action_matches(term, request.action)));
        if (statement.actions.negated) hit = negate(hit);
        if (hit == Truth::no) continue;
        for (const auto& condition : statement.conditions) {
          if (!tells_caller(condition.key_lower)) continue;
          bool excepts = false, binds_ordinary = true;
          for (const auto& kind : kinds) {
            if (!asked(request, kind, Scope::all)) continue;
            wide.caller = caller_of(request, kind, Scope::all);
            excepts = excepts || !always_holds(condition, wide, policy);
            if (!asked(request, kind, Scope::ordinary)) continue;
            wide.caller = caller_of(request, kind, Scope::ordinary);
            binds_ordinary = binds_ordinary && always_holds(condition, wide, policy);
          }
          if (excepts && binds_ordinary)
            out.exceptions.push_back({decided_by(policy, statement), condition.key, condition.values});
        }
      }
  return out;
}

Answer scp_may_deny(const Policy& policy, const Statement& statement, const ScpRequest& request) {
  // A request that the statement covers is one that goes through where the statement allows.
  Policy alone;
  alone.name = policy.name;
  alone.version = policy.version;
  alone.statements.push_back(statement);
  alone.statements[0].effect = statement.effect == Effect::unknown ? Effect::unknown : Effect::allow;
  Question question{.levels = {{&alone}}, .action = {.templates = {request.action.empty() ? "*:*" : lower(request.action)}}};
  question.resource = Domain{.templates = {request.resource.empty() ? "*" : request.resource}};
  question.principals = false;
  Answer answer;
  answer.verdict = Truth::no;
  answer.why = "no request of it is covered";
  for (const auto& kind : kinds) {
    if (!asked(request, kind, Scope::all)) continue;
    question.caller = caller_of(request, kind, Scope::all);
    Found found = find_witness(question);
    if (found.verdict <= answer.verdict) continue;
    answer.verdict = found.verdict;
    answer.action = found.action;
    answer.witness = found.witness;
    answer.decided = decided_by(policy, statement);
    answer.why = found.exhausted ? "the statement is too entangled to decide"
                 : found.verdict == Truth::yes ? "denied" : "it hangs on a part or a fact that is not known";
  }
  return answer;
}

}  // namespace reeve
