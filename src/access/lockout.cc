#include "access/lockout.h"

#include "aws/arn.h"
#include "aws/region.h"
#include "policy/may_deny.h"

namespace reeve {

Result<std::vector<Lockout>> lockouts(const std::vector<Policy>& policies, GuardrailKind kind, std::string_view arn) {
  auto read = parse_arn(arn);
  if (!read || read->service != "iam" || !is_account_id(read->account) || (read->resource != "root" && read->resource_type() != "role" && read->resource_type() != "user"))
    return fail(Code::usage, "`" + std::string(arn) + "` is no principal's ARN", {}, "arn:aws:iam::ACCOUNT:role/NAME, user/NAME or root", "a session's role stands in its session's ARN");
  std::vector<Lockout> out;
  if (kind == GuardrailKind::scp && read->resource_type() == "role" && read->resource_id().substr(0, 17) == "aws-service-role/") return out;
  for (const Policy& policy : policies) {
    if (!policy.unknown.empty()) {
      out.push_back({Truth::unknown, {}, false, {policy.name}, {}, "the policy was not read: " + policy.unknown});
      continue;
    }
    for (const Statement& statement : policy.statements) {
      if (statement.effect == Effect::allow) continue;
      Answer answer = scp_may_deny(policy, statement, {.account = std::string(read->account), .partition = std::string(read->partition), .who = ScpRequest::Who::arn, .principal_arn = std::string(arn)});
      if (answer.verdict == Truth::no) continue;
      out.push_back({answer.verdict, statement.actions.values, statement.actions.negated, answer.decided, answer.witness, answer.why});
    }
  }
  return out;
}

}  // namespace reeve
