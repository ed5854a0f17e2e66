// The rules, and what they are judged with.
#include <algorithm>

#include "access/lint.h"
#include "base/text.h"
#include "content/actions.h"
#include "content/content_files.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

std::vector<LintRule> all_rules() {
  using enum Severity;
  using enum LintRule::Sort;
  std::vector<LintRule> all = {
      // What AWS refuses, or reads otherwise.
      {"action-form", invalid, high, "an action is `service:Name` or `*`", "reference_policies_elements_action"},
      {"action-missing", invalid, high, "a statement has Action or NotAction", "reference_policies_grammar"},
      {"character-not-allowed", invalid, high, "policies hold tab, line ends and the characters from U+0020 to U+00FF", "reference_iam-quotas"},
      {"condition-value", invalid, high, "a value fits its operator", "reference_policies_elements_condition_operators"},
      {"duplicate-key", invalid, high, "no element stands twice, whatever its case", "access-analyzer-reference-policy-checks"},
      {"effect-invalid", invalid, high, "Effect is `Allow` or `Deny`", "reference_policies_elements_effect"},
      {"element-pair", invalid, high, "an element and its Not… form exclude each other", "reference_policies_grammar"},
      {"element-unknown", invalid, high, "an element is one of the policy language's", "reference_policies_grammar"},
      {"guardrail-form", invalid, high, "a guardrail has the form that Organizations takes", "orgs_manage_policies_scps_syntax"},
      {"null-if-exists", invalid, high, "Null has no IfExists", "access-analyzer-reference-policy-checks"},
      {"operator-unknown", invalid, high, "a condition operator is one of AWS's", "reference_policies_elements_condition_operators"},
      {"principal-form", invalid, high, "a principal is `*`, an account, an ARN without wildcards, a service or a provider",
       "reference_policies_elements_principal"},
      {"principal-missing", invalid, high, "a resource, trust, endpoint or resource control policy says whom it is about",
       "reference_policies_elements_principal"},
      {"principal-not-allowed", invalid, high, "an identity or service control policy has no principal", "reference_policies_elements_principal"},
      {"resource-form", invalid, high, "a resource is `*` or an ARN", "reference_policies_elements_resource"},
      {"resource-missing", invalid, high, "a statement has Resource or NotResource", "reference_policies_grammar"},
      {"sid-characters", invalid, high, "a Sid has letters and digits", "reference_policies_elements_sid"},
      {"sid-duplicate", invalid, high, "a Sid stands once", "reference_policies_elements_sid"},
      {"size-exceeded", invalid, high, "a policy is no longer than AWS takes it", "reference_iam-quotas"},
      {"statement-missing", invalid, high, "a policy has a statement", "reference_policies_grammar"},
      {"trust-action", invalid, high, "a trust policy allows to assume the role, each provider by its own call",
       "access-analyzer-reference-policy-checks"},
      {"trust-resource", invalid, high, "a trust policy has no resource: it is the role's", "access-analyzer-reference-policy-checks"},
      {"variable-form", invalid, high, "a variable is `${key}` or `${key, 'text'}`", "reference_policies_variables"},
      {"variable-place", invalid, high, "in a resource a variable stands behind the fifth colon", "reference_policies_variables"},
      {"version-invalid", invalid, high, "Version is `2012-10-17` or `2008-10-17`", "reference_policies_elements_version"},
      // What never does anything.
      {"action-needs-star", idle, medium, "an action that takes no resource is matched by the resource `*` alone",
       "reference_policies_elements_notaction"},
      {"action-redundant", idle, low, "an action is not covered by another of the list", "reference_policies_elements_action"},
      {"action-unknown", idle, medium, "an action is one that its service has", "service-authorization"},
      {"forall-always", idle, high, "Null under ForAllValues always holds, under ForAnyValue never", "access-analyzer-reference-policy-checks"},
      {"key-never-applies", idle, medium, "a condition key is one that some of the actions have", "service-authorization"},
      {"key-not-sent-by-services", idle, medium, "a service that calls for itself sends the key", "reference_policies_condition-keys"},
      {"key-unknown", idle, medium, "a condition key is one that AWS has", "reference_policies_condition-keys"},
      {"list-empty", idle, medium, "a list is not empty", "access-analyzer-reference-policy-checks"},
      {"operator-type", idle, medium, "an operator fits the type of the key", "reference_policies_elements_condition_operators"},
      {"pass-role-tags", idle, medium, "iam:PassRole is not limited by the role's tags", "id_roles_use_passrole"},
      {"principal-deleted", idle, low, "a principal is not the id of a user or role that may be gone", "reference_policies_elements_principal"},
      {"principal-arn-root", idle, medium, "aws:PrincipalArn is an account's root ARN for its root user alone", "reference_policies_condition-keys"},
      {"resource-never", idle, medium, "a resource is of a kind that some of the actions take", "service-authorization"},
      {"service-unknown", idle, medium, "an action's prefix is one of AWS's", "service-authorization"},
      {"variable-multivalued", idle, medium, "a variable's key has one value", "reference_policies_variables"},
      {"variable-old-version", idle, medium, "variables need Version 2012-10-17", "reference_policies_variables"},
      {"variable-operator", idle, medium, "variables stand in values of String and ARN operators", "reference_policies_variables"},
      {"wildcard-in-equals", idle, medium, "an operator that compares exactly has no wildcard", "reference_policies_elements_condition_operators"},
      // What does more than is likely meant, or less.
      {"allow-everything", risk, medium, "a policy does not allow every action on every resource", "best-practices"},
      {"date-bare-year", risk, low, "a date is more than a year", "reference_policies_elements_condition_operators"},
      {"endpoint-account", risk, medium, "in a gateway endpoint's policy an account means its root user alone", "vpc-endpoints-access"},
      {"forall-in-allow", risk, high, "ForAllValues in an Allow holds for a key that is absent; Null keeps it out",
       "reference_policies_condition-single-vs-multi-valued-context-keys"},
      {"forall-single", risk, medium, "a set operator is for keys with several values",
       "reference_policies_condition-single-vs-multi-valued-context-keys"},
      {"identifier-wildcard", risk, medium, "account, organization, VPC and endpoint ids are written in full", "reference_policies_condition-keys"},
      {"mfa-absent-allowed", risk, high, "an Allow for MFA does not let in calls that say nothing of MFA", "reference_policies_condition-keys"},
      {"mfa-absent-not-denied", risk, medium, "a Deny without MFA also stops calls that say nothing of MFA", "reference_policies_condition-keys"},
      {"negated-for-everyone", risk, high, "a negated condition holds for callers that have no such key",
       "reference_policies_elements_condition_operators"},
      {"not-action-allow", risk, high, "an Allow names the actions", "reference_policies_elements_notaction"},
      {"not-principal-allow", risk, critical, "an Allow names whom it lets in", "reference_policies_elements_notprincipal"},
      {"not-principal-deny", risk, medium, "a Deny with NotPrincipal names the account, the role and the session",
       "reference_policies_elements_notprincipal"},
      {"not-principal-place", invalid, high, "NotPrincipal stands in no trust or guardrail policy", "reference_policies_elements_notprincipal"},
      {"not-resource-allow", risk, high, "an Allow names the resources", "reference_policies_elements_notresource"},
      {"oidc-audience", risk, medium, "a trust in a web identity provider tests the audience", "id_roles_create_for-idp_oidc"},
      {"oidc-subject", risk, high, "a trust in a shared web identity provider tests whose identity it is",
       "id_roles_providers_oidc_secure-by-default"},
      {"oidc-subject-wide", risk, high, "what names the tenant has no wildcard", "id_roles_create_for-idp_oidc"},
      {"oidc-subject-broad", risk, low, "a trust names the repository", "id_roles_create_for-idp_oidc"},
      {"pass-role-any", risk, high, "iam:PassRole names the roles", "id_roles_use_passrole"},
      {"public-grant", risk, high, "a resource policy lets in no strangers", "access-analyzer-reference-policy-checks"},
      {"saml-audience", risk, medium, "a trust in a SAML provider tests the audience", "id_roles_create_for-idp_saml"},
      {"service-unbound", risk, medium, "a service is let in for named resources, accounts or organizations", "confused-deputy"},
      {"set-operator-missing", risk, medium, "a key with several values has a set operator",
       "reference_policies_condition-single-vs-multi-valued-context-keys"},
      {"size-tight", risk, low, "a policy fits every place of its kind", "reference_iam-quotas"},
      {"source-ip-private", risk, medium, "aws:SourceIp is a public address", "reference_policies_condition-keys"},
      {"string-for-arn", risk, low, "ARNs are compared part by part", "reference_policies_elements_condition_operators"},
      {"trust-everyone", risk, critical, "a role is not for everyone to assume", "reference_policies_elements_principal"},
      {"version-old", risk, low, "Version is 2012-10-17", "reference_policies_elements_version"},
  };
  std::sort(all.begin(), all.end(), [](const LintRule& a, const LintRule& b) { return a.id < b.id; });
  return all;
}

constexpr std::string_view limits_name = "policies.yaml", keys_name = "global_keys.yaml";

}  // namespace

const std::vector<LintRule>& lint_rules() {
  static const std::vector<LintRule> rules = all_rules();
  return rules;
}

std::string_view name(LintRule::Sort sort) { return sort == LintRule::Sort::invalid ? "invalid" : sort == LintRule::Sort::idle ? "idle" : "risk"; }

namespace {
constexpr std::pair<PolicyUse, std::string_view> use_names[] = {
    {PolicyUse::identity, "identity"}, {PolicyUse::resource, "resource"}, {PolicyUse::trust, "trust"},
    {PolicyUse::scp, "scp"},           {PolicyUse::rcp, "rcp"},           {PolicyUse::endpoint, "endpoint"},
};
}

std::string_view name(PolicyUse use) { return use_names[static_cast<size_t>(use)].second; }

std::optional<PolicyUse> parse_policy_use(std::string_view text) {
  for (auto [use, name] : use_names)
    if (text == name) return use;
  return std::nullopt;
}

const LintKnowledge::GlobalKey* LintKnowledge::key(std::string_view lower_case) const {
  auto found = keys.find(lower_case);
  if (found == keys.end())
    if (size_t slash = lower_case.find('/'); slash != std::string_view::npos) found = keys.find(lower_case.substr(0, slash + 1));
  return found == keys.end() ? nullptr : &found->second;
}

Status LintKnowledge::read_limits(std::string_view text, const std::string& shown) {
  Source self;
  self.file = shown;
  DocumentPtr document = TRY(read_yaml(text, self));
  Value root = document->root();
  limits.clear();
  for (auto [use, what] : use_names) {
    Value list = root.get(what);
    if (!list.is_list()) return fail(Code::type, "no limits of `" + std::string(what) + "`", {shown, 1, 1}, "a list of {characters, what}");
    for (Value item : list.items()) {
      auto characters = item.get("characters").integer();
      if (!characters || *characters < 1 || item.get("what").text().empty())
        return fail(Code::type, "a limit says too little", {shown, item.line(), item.column()}, "{characters: NUMBER, what: TEXT}");
      limits[use].push_back({*characters, std::string(item.get("what").text()), std::string(item.get("service").text())});
    }
    std::sort(limits[use].begin(), limits[use].end(), [](const Limit& a, const Limit& b) { return a.characters < b.characters; });
  }
  return {};
}

Status LintKnowledge::read_keys(std::string_view text, const std::string& shown) {
  Source self;
  self.file = shown;
  DocumentPtr document = TRY(read_yaml(text, self));
  keys.clear();
  for (auto entry : document->root().get("keys").entries()) {
    if (entry.value.get("type").text().empty())
      return fail(Code::type, "`" + std::string(entry.key()) + "` has no type", {shown, entry.key_node.line(), entry.key_node.column()}, "{type: …}");
    Value services = entry.value.get("services");
    keys[lower(entry.key())] = {std::string(entry.value.get("type").text()), entry.value.get("identifier").boolean(),
                                !services || services.boolean()};
  }
  if (keys.empty()) return fail(Code::type, "`keys` is empty or missing", {shown, 1, 1}, "a map of condition keys");
  return {};
}

Result<LintKnowledge> LintKnowledge::built_in() {
  LintKnowledge out;
  auto quotas = TRY(built_in_item("quotas", limits_name));
  if (quotas->files.empty()) return fail(Code::internal, "quotas/" + std::string(limits_name) + " is not in the program");
  TRY(out.read_limits(quotas->files[0].text, quotas->files[0].shown));
  for (const ContentFile& file : TRY(built_in_actions()))
    if (ends_with(file.path, keys_name)) TRY(out.read_keys(file.text, file.shown));
  if (out.keys.empty()) return fail(Code::internal, "actions/" + std::string(keys_name) + " is not in the program");
  out.actions = TRY(built_in_table());
  return out;
}

}  // namespace reeve
