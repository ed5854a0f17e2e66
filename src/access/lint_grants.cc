// Whom a statement names, and grants that reach further than they look.
#include <algorithm>

#include "access/lint_parts.h"
#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "policy/policy.h"

namespace reeve::lint {
namespace {

bool is_star(const std::vector<Text>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const Text& text) { return !text.text.empty() && text.text.find_first_not_of('*') == std::string::npos; });
}

bool is_unique_id(std::string_view text) {
  return text.size() >= 16 && (starts_with(text, "AIDA") || starts_with(text, "AROA") || starts_with(text, "AGPA") || starts_with(text, "ANPA")) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c) || std::isdigit(c); });
}

std::string principal_wrong(const Who& who) {
  if (who.kind.empty()) return who.text == "*" ? "" : "stands without its kind, AWS, Service, Federated or CanonicalUser";
  if (who.kind == "AWS") {
    if (who.text == "*" || is_account_id(who.text) || is_unique_id(who.text)) return {};
    auto arn = parse_arn(who.text);
    if (!arn) return "is neither `*` nor an account, an ARN or a unique id";
    if (has_wildcard(who.text)) return "has a wildcard; principals have none but `*` alone";
    if (arn->service != "iam" && arn->service != "sts") return "is no user, role, session or account";
    return {};
  }
  if (who.kind == "Service")
    return has_wildcard(who.text) ? "has a wildcard" : contains(who.text, ".") ? "" : "is no service principal such as `lambda.amazonaws.com`";
  if (who.kind == "Federated" || who.kind == "CanonicalUser") return who.text.empty() ? "is empty" : "";
  return "is of the kind `" + who.kind + "`; AWS, Service, Federated and CanonicalUser are known";
}

const Test* bound_by(const Statement& statement, std::initializer_list<std::string_view> keys) {
  for (const Test& test : statement.tests)
    for (std::string_view key : keys)
      if (test.lower_key == key && !test.negated && !test.if_exists && test.set != "ForAllValues" && test.op != "Null" && !test.values.empty())
        return &test;
  return nullptr;
}

void not_principal(Run& run, const Statement& statement) {
  if (!statement.not_principal) return;
  if (run.use == PolicyUse::trust || run.use == PolicyUse::rcp)
    return run.add("not-principal-place", statement.principal_at,
                   "NotPrincipal has no place in " + std::string(run.use == PolicyUse::trust ? "a trust policy" : "a resource control policy"),
                   &statement);
  if (statement.allow)
    run.add("not-principal-allow", statement.principal_at, "everyone but those named is allowed, possibly without credentials", &statement);
  if (statement.deny)
    run.add("not-principal-deny", statement.principal_at,
            "whoever has a permissions boundary is denied whatever is named, and a role's session needs its account, role and session named; a "
            "condition on aws:PrincipalArn does it",
            &statement);
}

void grants(Run& run, const Statement& statement) {
  if (!statement.allow) return;
  const bool identity = run.use == PolicyUse::identity;
  if ((identity || run.use == PolicyUse::resource || run.use == PolicyUse::trust) && statement.not_action)
    run.add("not-action-allow", statement.action_at, "every action of every service but those named is allowed, those that are still to come too",
            &statement);
  if ((identity || run.use == PolicyUse::resource) && statement.not_resource)
    run.add("not-resource-allow", statement.resource_at, "every resource but those named is allowed, those of other services and accounts too",
            &statement);
  if (!identity) return;
  if (!statement.not_action && is_star(statement.actions) && !statement.not_resource && is_star(statement.resources))
    run.add("allow-everything", statement.action_at, "every action on every resource is allowed", &statement);
  else if (!statement.not_resource && is_star(statement.resources) && statement.speaks_of("iam:PassRole", run.table()) &&
           !bound_by(statement, {"iam:passedtoservice", "iam:associatedresourcearn"}))
    run.add("pass-role-any", statement.resource_at, "any role of the account may be passed to any service", &statement);
  if (statement.speaks_of("iam:PassRole", run.table()) && !is_star(statement.actions) && !statement.not_action)
    for (const Test& test : statement.tests)
      if (starts_with(test.lower_key, "aws:resourcetag/") || starts_with(test.lower_key, "iam:resourcetag/"))
        run.add("pass-role-tags", test.at, "iam:PassRole does not see the tags of the role", &statement);
}

void services(Run& run, const Statement& statement) {
  if (!statement.allow || statement.not_principal || run.use != PolicyUse::resource) return;
  for (const Who& who : statement.principals) {
    if (who.kind != "Service") continue;
    if (bound_by(statement, {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "kms:calleraccount"}))
      return;
    return run.add("service-unbound", who.at,
                   quoted(who.text) + " may act for anybody's resource; aws:SourceArn, aws:SourceAccount or aws:SourceOrgID bounds it", &statement);
  }
}

void publicly(Run& run) {
  if (run.use != PolicyUse::resource) return;
  auto parsed = parse_policy(run.policy);
  if (!parsed) return;
  for (const Statement& statement : run.statements) {
    if (!statement.allow || static_cast<size_t>(statement.index) >= parsed->statements.size()) continue;
    // Each grant with all the Denies, so that every one that lets strangers in is named.
    Policy alone = *parsed;
    std::erase_if(alone.statements, [&](const reeve::Statement& other) {
      return other.effect == Effect::allow && other.index != static_cast<uint32_t>(statement.index);
    });
    // Services and accounts that a principal names have their own rules; what is asked here is who is named.
    const bool wide = statement.everyone() || statement.not_principal ||
                      std::any_of(statement.principals.begin(), statement.principals.end(), [](const Who& who) { return who.kind == "Federated"; });
    if (!wide || allows_public(alone, {}).verdict != Truth::yes) continue;
    run.add("public-grant", statement.principal_at ? statement.principal_at : statement.node, "strangers are let in", &statement);
  }
}

}  // namespace

void lint_principals(Run& run) {
  if (!run.has_principals()) return;
  for (const Statement& statement : run.statements) {
    for (const Who& who : statement.principals) {
      if (std::string wrong = principal_wrong(who); !wrong.empty())
        run.add("principal-form", who.at, quoted(who.text) + " " + wrong, &statement);
      else if (who.kind == "AWS" && is_unique_id(who.text))
        run.add("principal-deleted", who.at,
                quoted(who.text) + " is what AWS shows of a user or role that was deleted; it means nobody who bears the name now", &statement);
      else if (run.use == PolicyUse::endpoint && who.kind == "AWS" && (is_account_id(who.text) || ends_with(who.text, ":root")))
        run.add("endpoint-account", who.at,
                quoted(who.text) + " is the root user alone where the endpoint is a gateway; `*` with aws:PrincipalAccount is the account",
                &statement);
    }
    not_principal(run, statement);
  }
}

void lint_grants(Run& run) {
  for (const Statement& statement : run.statements) {
    grants(run, statement);
    services(run, statement);
  }
  publicly(run);
}

}  // namespace reeve::lint
