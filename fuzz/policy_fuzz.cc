// Any bytes as a policy document: reading and every question end, and the answers keep their promises.
#include <cstdlib>
#include <string_view>

#include "formats/json.h"
#include "policy/policy.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void pointed(const reeve::Answer& answer, const reeve::Policy& policy) {
  require(answer.decided.statement < static_cast<int>(policy.statements.size()));
  require(!answer.why.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve;
  auto document = read_json({reinterpret_cast<const char*>(data), size}, Source{.file = "fuzz"}, JsonOptions{.depth_max = 64});
  if (!document) return 0;
  auto policy = parse_policy((*document)->root(), "p");
  if (!policy) {
    require(!policy.error().what.empty());
    return 0;
  }
  PublicQuestion question{.resource_arn = "arn:aws:s3:::b", .account = "111122223333", .org_id = "o-own"};
  Answer open = allows_public(*policy, question);
  pointed(open, *policy);
  pointed(service_unbounded(*policy, question), *policy);
  Answer outside = allows_account_outside(*policy, {.accounts = {"111122223333"}, .org_id = "o-own", .resource_arn = "arn:aws:s3:::b"});
  pointed(outside, *policy);
  pointed(requires_mfa(*policy), *policy);
  Answer admin = allows_admin({*policy}), conditional = allows_admin({*policy}, {.count_conditional = true});
  pointed(admin, *policy);
  require(admin.verdict != Truth::yes || conditional.verdict == Truth::yes);
  question.meaning = PublicMeaning::s3;
  pointed(allows_public(*policy, question), *policy);
  ScpAnswer denied = scp_denies({{*policy}}, {.action = "s3:GetObject", .account = "111122223333"});
  require(denied.for_all.verdict != Truth::yes || denied.for_ordinary.verdict == Truth::yes);
  require(!denied.for_all.why.empty());
  for (const auto& statement : policy->statements) conditions_hold(statement, {}, policy->variables());
  return 0;
}
