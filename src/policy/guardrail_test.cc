// Guardrails: what Organizations would not take, and one request against one policy.
#include "base/text.h"
#include "policy/policy_testing.h"

namespace reeve {
namespace {

using namespace testing_policy;

std::string breaches(std::string_view text, GuardrailKind kind) {
  std::vector<std::string> out;
  for (const PolicyNote& note : guardrail_breaches(statements(text), kind)) out.push_back(note.path + ": " + note.what);
  return join(out, "; ");
}

TEST(Guardrail, GrammarOfServiceControlPolicies) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"})", ""},
      {R"({"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}})", ""},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"})", ""},
      {R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"})", "$.Statement[0].Principal: a service control policy has no principal"},
      {R"({"Effect":"Deny","Action":"LeaveOrganization","Resource":"*"})", "$.Statement[0].Action: `LeaveOrganization` is no action of a named service"},
      {R"({"Effect":"Deny","Action":"s3*:Put","Resource":"*"})", "$.Statement[0].Action: `s3*:Put` is no action of a named service"},
      {R"({"Effect":"Deny","Action":"s3:","Resource":"*"})", "$.Statement[0].Action: `s3:` is no action of a named service"},
      {R"({"Effect":"Deny","Action":"s3:*"})", "$.Statement[0].Resource: no resource"},
  };
  for (auto& [text, expected] : cases) EXPECT_EQ(breaches(text, GuardrailKind::scp), expected) << text;
}

TEST(Guardrail, GrammarOfResourceControlPolicies) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Effect":"Deny","Principal":"*","Action":["s3:*","sts:AssumeRole"],"Resource":"*"})", ""},
      {R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"})", "$.Statement[0].Effect: a resource control policy only denies"},
      {R"({"Effect":"Deny","Action":"s3:*","Resource":"*"})", "$.Statement[0].Principal: the principal of a resource control policy is `*`"},
      {R"({"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"})", "$.Statement[0].Principal: the principal of a resource control policy is `*`"},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"})", "$.Statement[0].Action: `*` alone: a resource control policy names the services"},
      {R"({"Effect":"Deny","Principal":"*","NotAction":"s3:GetObject","Resource":"*"})", "$.Statement[0].NotAction: NotAction has no place in a resource control policy"},
  };
  for (auto& [text, expected] : cases) EXPECT_EQ(breaches(text, GuardrailKind::rcp), expected) << text;
}

TEST(Guardrail, AnOldVersionAndAnEmptyPolicyAreBreaches) {
  EXPECT_EQ(guardrail_breaches(policy_of(R"({"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]})"), GuardrailKind::scp).size(), 1u);
  EXPECT_EQ(guardrail_breaches(policy_of(R"({"Version":"2012-10-17","Statement":[]})"), GuardrailKind::scp).size(), 1u);
}

// One request, closed world.
TEST(Guardrail, StopsWhatADenyCovers) {
  Policy region = statements(
      R"({"Sid":"Regions","Effect":"Deny","NotAction":["iam:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]},)"
      R"("ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}})");
  auto ask = [&](const char* action, Context context) { return guardrail_denies(region, {action, "*", std::move(context)}); };
  auto at = [](const char* region_name, const char* who) {
    return Context{{"aws:RequestedRegion", ContextValue::of(region_name)}, {"aws:PrincipalArn", ContextValue::of(who)}};
  };
  EXPECT_EQ(ask("ec2:RunInstances", at("us-east-1", "arn:aws:iam::111122223333:role/dev")).verdict, Truth::yes);
  EXPECT_EQ(ask("ec2:RunInstances", at("us-east-1", "arn:aws:iam::111122223333:role/dev")).decided.sid, "Regions");
  EXPECT_EQ(ask("ec2:RunInstances", at("eu-west-1", "arn:aws:iam::111122223333:role/dev")).verdict, Truth::no);
  EXPECT_EQ(ask("ec2:RunInstances", at("us-east-1", "arn:aws:iam::111122223333:role/break-glass")).verdict, Truth::no);
  EXPECT_EQ(ask("iam:CreateRole", at("us-east-1", "arn:aws:iam::111122223333:role/dev")).verdict, Truth::no);
  // A key that is not in the request is absent, and a negated operator holds then.
  EXPECT_EQ(ask("ec2:RunInstances", Context{}).verdict, Truth::yes);
  EXPECT_EQ(ask("ec2:RunInstances", Context{{"aws:RequestedRegion", ContextValue::unknown()}, {"aws:PrincipalArn", ContextValue::of("arn:aws:iam::1:user/x")}}).verdict,
            Truth::unknown);
}

TEST(Guardrail, AnAllowStopsNothingAndAnUnreadPolicyIsUnknown) {
  EXPECT_EQ(guardrail_denies(statements(R"({"Effect":"Allow","Action":"*","Resource":"*"})"), {"s3:PutObject", "*", {}}).verdict, Truth::no);
  Policy unread;
  unread.unknown = "AccessDenied";
  EXPECT_EQ(guardrail_denies(unread, {"s3:PutObject", "*", {}}).verdict, Truth::unknown);
}

// An organization's own id need not be written into a policy: the resource's stands in the request.
TEST(Guardrail, TheResourcesOrganizationAsAVariable) {
  Policy rcp = statements(
      R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"},)"
      R"("BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}})");
  auto from = [&](const char* organization) {
    Context context{{"aws:ResourceOrgID", ContextValue::of("o-northfield")}};
    if (*organization) context.set("aws:PrincipalOrgID", ContextValue::of(organization));
    return guardrail_denies(rcp, {"s3:GetObject", "arn:aws:s3:::b/k", context}).verdict;
  };
  EXPECT_EQ(from("o-northfield"), Truth::no);
  EXPECT_EQ(from("o-stranger"), Truth::yes);
  EXPECT_EQ(from(""), Truth::yes);  // anonymous, or of no organization
}

}  // namespace
}  // namespace reeve
