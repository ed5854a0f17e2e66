// S3 User Guide, "Blocking public access", "The meaning of public": a policy is public until every Allow is tied to fixed values, that
// is without wildcards and variables, of a principal or of one of the listed keys. The rule looks at statements, not at requests:
// Deny statements do not count, and one fixed key is enough.
#include "policy/s3_public.h"

#include <algorithm>

#include "aws/arn.h"
#include "base/text.h"
#include "policy/condition.h"
#include "policy/glob.h"
#include "policy/witness.h"

namespace reeve::policy {

namespace {

bool fixed(std::string_view value) { return value.find_first_of("*?") == std::string_view::npos && value.find("${") == std::string_view::npos; }

// An access point's name may have wildcards as long as its account has none; nothing else is read so kindly.
bool fixed_access_point(std::string_view value) {
  if (fixed(value)) return true;
  auto arn = parse_arn(value);
  return arn && fixed(arn->region) && fixed(arn->account) && !arn->account.empty() && starts_with(arn->resource, "accesspoint/");
}

Truth principal_fixed(const Principals& principals) {
  if (!principals.present) return Truth::unknown;  // S3 accepts no statement without one
  if (principals.negated) return Truth::no;
  for (const auto& principal : principals.values)
    if (principal.kind == Principal::Kind::everyone || principal.kind == Principal::Kind::federated || !fixed(principal.value)) return Truth::no;
  return principals.unknown ? Truth::unknown : Truth::yes;
}

Truth condition_binds(const Condition& condition) {
  if (condition.negated || condition.if_exists || condition.set == SetTest::all_values) return Truth::no;
  static constexpr std::string_view keys[] = {
      "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:principalorgid", "aws:principalorgpaths",
      "aws:principalaccount", "aws:principalarn", "aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
      "s3:x-amz-server-side-encryption-aws-kms-key-id"};
  bool text = condition.op == Operator::string_equals || condition.op == Operator::string_equals_ignore_case ||
              condition.op == Operator::string_like || condition.op == Operator::arn_like;
  bool binds = false;
  if (condition.key_lower == "aws:sourceip") {
    binds = condition.op == Operator::ip_address && std::all_of(condition.values.begin(), condition.values.end(), [](const std::string& value) {
              auto range = parse_cidr(value);
              return range && range->prefix >= (range->v6 ? 32 : 8);
            });
  } else if (text && std::find(std::begin(keys), std::end(keys), condition.key_lower) != std::end(keys)) {
    bool access_points = condition.key_lower == "s3:dataaccesspointarn";
    binds = std::all_of(condition.values.begin(), condition.values.end(), [&](const std::string& value) {
      return access_points ? fixed_access_point(value) : fixed(value);
    });
  }
  if (!binds || condition.values.empty()) return condition.unknown && binds ? Truth::unknown : Truth::no;
  return condition.unknown ? Truth::unknown : Truth::yes;
}

}  // namespace

Answer s3_public(const Policy& policy) {
  Answer answer;
  answer.verdict = policy.unknown.empty() ? Truth::no : Truth::unknown;
  answer.decided.policy = policy.name;
  answer.why = policy.unknown.empty() ? "every allow is tied to fixed values, as S3 counts them" : "the policy was not read: " + policy.unknown;
  for (const auto& statement : policy.statements) {
    if (statement.effect == Effect::deny) continue;
    Truth bound = principal_fixed(statement.principals);
    for (const auto& condition : statement.conditions) bound = either(bound, condition_binds(condition));
    if (statement.conditions_unknown || !statement.unknown.empty()) bound = either(bound, Truth::unknown);
    Truth is_public = negate(bound);
    if (statement.effect == Effect::unknown) is_public = both(is_public, Truth::unknown);
    if (is_public <= answer.verdict) continue;
    answer.verdict = is_public;
    answer.decided = decided_by(policy, statement);
    answer.action = statement.actions.values.empty() ? std::string() : statement.actions.values[0];
    answer.why = is_public == Truth::yes ? "the statement is not tied to a fixed principal or source, as S3 counts them"
                                         : "whether the statement is tied to a fixed principal or source is not known";
  }
  return answer;
}

}  // namespace reeve::policy
