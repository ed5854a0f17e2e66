// Role trust: who may assume, by which call, and whether the provider's word is tested.
#include <algorithm>

#include "access/lint_parts.h"
#include "aws/arn.h"
#include "base/text.h"
#include "policy/policy.h"

namespace reeve::lint {
namespace {

constexpr std::string_view calls[] = {"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
                                      "sts:TagSession", "sts:SetSourceIdentity",  "sts:SetContext"};

// `token.actions.githubusercontent.com` of `arn:aws:iam::1111…:oidc-provider/token.actions.githubusercontent.com`.
std::string provider_of(std::string_view federated) {
  const size_t at = federated.find(":oidc-provider/");
  return lower(at == std::string_view::npos ? federated : federated.substr(at + 15));
}

void trust_actions(Run& run, const Statement& statement) {
  if (statement.not_action) return;
  for (const Text& action : statement.actions) {
    if (action.text == "*" ||
        std::any_of(std::begin(calls), std::end(calls), [&](std::string_view call) { return action_matches(action.text, call); }))
      continue;
    run.add("trust-action", action.at, quoted(action.text) + " does not assume a role", &statement);
  }
  if (!statement.allow) return;
  for (const Who& who : statement.principals) {
    const bool saml = contains(who.text, ":saml-provider/");
    const std::string_view own = who.kind != "Federated" ? calls[0] : saml ? calls[1] : calls[2];
    if (!statement.speaks_of(own, nullptr) && !statement.actions.empty() && statement.action_at)
      run.add("trust-action", who.at, quoted(who.text) + " assumes roles by " + std::string(own) + ", which the statement does not have", &statement);
  }
}

bool tests_claim(const Statement& statement, const std::string& provider, std::initializer_list<std::string_view> claims,
                 const Test** found = nullptr) {
  for (const Test& test : statement.tests)
    for (std::string_view claim : claims) {
      if (test.lower_key != provider + ":" + std::string(claim) || test.negated || test.if_exists || test.op == "Null" || test.set == "ForAllValues")
        continue;
      if (found) *found = &test;
      return true;
    }
  return false;
}

void provider(Run& run, const Statement& statement, const Who& who, const Policy* parsed) {
  if (contains(who.text, ":saml-provider/")) {
    if (!tests_claim(statement, "saml", {"aud", "edupersonorgdn", "iss", "namequalifier"}))
      run.add("saml-audience", who.at, "no condition on SAML:aud says for whom the assertion was made", &statement);
    return;
  }
  const std::string host = provider_of(who.text);
  if (!tests_claim(statement, host, {"aud", "oaud", "azp", "app_id"}))
    run.add("oidc-audience", who.at, "no condition on `" + host + ":aud` says for whom the token was made", &statement);
  const Test* subject = nullptr;
  tests_claim(statement, host, {"sub"}, &subject);
  if (contains(host, "oidc.eks.") && !subject)
    run.add("oidc-subject", who.at, "every pod of the cluster may assume the role; `" + host + ":sub` names the service account", &statement);
  if (contains(host, "oidc.eks.") && subject)
    for (const Text& value : subject->values)
      if (value.text == "*" || value.text == "system:serviceaccount:*")
        run.add("oidc-subject-wide", value.at, quoted(value.text) + " fits every service account of the cluster", &statement);
  if (!parsed) return;
  // Asked of the statement alone: does a stranger's token get in?
  Policy alone = *parsed;
  std::erase_if(alone.statements, [&](const reeve::Statement& other) { return other.index != static_cast<uint32_t>(statement.index); });
  if (allows_public(alone, {}).verdict == Truth::yes) {
    bool said = false;
    for (const Text& value : subject ? subject->values : std::vector<Text>())
      if (has_wildcard(value.text) && subject->op == "StringLike") {
        run.add("oidc-subject-wide", value.at, quoted(value.text) + " also fits what a stranger may call its own", &statement);
        said = true;
      }
    if (!said)
      run.add("oidc-subject", who.at, "anybody whom `" + host + "` knows may assume the role: no condition tells whose identity it is", &statement);
  } else if (host == "token.actions.githubusercontent.com" && subject && subject->op == "StringLike") {
    for (const Text& value : subject->values)
      if (starts_with(value.text, "repo:") && ends_with(value.text, "/*") && value.text.find('*') + 1 == value.text.size())
        run.add("oidc-subject-broad", value.at, quoted(value.text) + " is every repository, branch and pull request of the organization", &statement);
  }
}

bool names_callers(const Statement& statement) {
  return std::any_of(statement.tests.begin(), statement.tests.end(), [](const Test& test) {
    return !test.negated && !test.if_exists && test.op != "Null" && test.set != "ForAllValues" && starts_with(test.lower_key, "aws:principal") &&
           std::none_of(test.values.begin(), test.values.end(), [](const Text& value) { return value.text == "*"; });
  });
}

}  // namespace

void lint_trust(Run& run) {
  if (run.use != PolicyUse::trust) return;
  auto parsed = parse_policy(run.policy);
  for (const Statement& statement : run.statements) {
    trust_actions(run, statement);
    if (!statement.allow || statement.not_principal) continue;
    for (const Who& who : statement.principals) {
      if (who.everyone() && statement.speaks_of("sts:AssumeRole", nullptr) && !names_callers(statement))
        run.add("trust-everyone", who.at, "every principal of every account may assume the role", &statement);
      if (who.kind == "Federated") provider(run, statement, who, parsed ? &*parsed : nullptr);
    }
  }
}

}  // namespace reeve::lint
