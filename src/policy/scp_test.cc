#include <filesystem>

#include "base/file.h"
#include "policy/policy_testing.h"

namespace reeve {
namespace {
using namespace testing_policy;

constexpr Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;
const char* full = R"({"Effect":"Allow","Action":"*","Resource":"*"})";

// FullAWSAccess at two levels and the statements at the account.
ScpAnswer ask(const std::string& json, ScpRequest request) {
  if (request.account.empty()) request.account = "111122223333";
  return scp_denies({{statements(full, "FullAWSAccess")}, {statements(full, "FullAWSAccess"), statements(json, "guard")}}, request);
}

struct Row {
  const char* statement;
  const char* action;
  Truth for_all, for_ordinary;
};

TEST(Scp, is_it_a_guardrail) {
  const Row rows[] = {
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*"})", "cloudtrail:StopLogging", yes, yes},
      {R"({"Effect":"Deny","Action":["cloudtrail:stop*"],"Resource":"*"})", "cloudtrail:StopLogging", yes, yes},
      {R"({"Effect":"Deny","Action":"cloudtrail:DeleteTrail","Resource":"*"})", "cloudtrail:StopLogging", no, no},
      {R"({"Effect":"Deny","Action":"cloudtrail:*","Resource":"*"})", "cloudtrail:*", yes, yes},
      {R"({"Effect":"Deny","Action":["cloudtrail:StopLogging"],"Resource":"*"})", "cloudtrail:*", no, no},
      {R"({"Effect":"Deny","NotAction":["s3:*"],"Resource":"*"})", "cloudtrail:StopLogging", yes, yes},
      {R"({"Effect":"Deny","NotAction":["cloudtrail:*"],"Resource":"*"})", "cloudtrail:StopLogging", no, no},
      // Exceptions by caller keep it a guardrail for ordinary callers …
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}})",
       "cloudtrail:StopLogging", no, yes},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"ArnNotLikeIfExists":{"aws:PrincipalArn":["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*","arn:aws:iam::*:role/stacksets-exec-*"]}}})",
       "cloudtrail:StopLogging", no, yes},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/admin":"true"}}})",
       "cloudtrail:StopLogging", no, yes},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"BoolIfExists":{"aws:ViaAWSService":"false"}}})",
       "cloudtrail:StopLogging", no, yes},
      // … unless the exception takes in ordinary ones,
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}})",
       "cloudtrail:StopLogging", no, no},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"*"}}})",
       "cloudtrail:StopLogging", no, no},
      // or binds only some,
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}})",
       "cloudtrail:StopLogging", no, no},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}})",
       "cloudtrail:StopLogging", no, no},
      // or leaves a way that anybody may take.
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}})",
       "cloudtrail:StopLogging", no, no},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}})",
       "cloudtrail:StopLogging", no, no},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}})",
       "cloudtrail:StopLogging", no, no},
      // Two halves make a whole.
      {R"({"Effect":"Deny","Action":"ec2:RunInstances","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}},
          {"Effect":"Deny","Action":"ec2:RunInstances","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}})",
       "ec2:RunInstances", yes, yes},
      {R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}},
          {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalType":["User","AssumedRole","FederatedUser"]}}})",
       "ec2:RunInstances", yes, yes},
      // Conditions that hold for everybody.
      {R"({"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"*"}}})",
       "organizations:LeaveOrganization", yes, yes},
      {R"({"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}})",
       "organizations:LeaveOrganization", yes, yes},
      {R"({"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"999922223333"}}})",
       "organizations:LeaveOrganization", no, no},
      // A fact nobody gave.
      {R"({"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}})",
       "organizations:LeaveOrganization", unknown, unknown},
      // The way out needs a name that fits two patterns at once, in the account asked about.
      {R"({"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ops-*"}}},
          {"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalArn":"arn:*:iam::*:role/*-prod"}}})",
       "iam:PassRole", no, yes},
      {R"({"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ops-*"}}},
          {"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ops*"}}})",
       "iam:PassRole", yes, yes},
      // Only some resources.
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"arn:aws:cloudtrail:*:*:trail/org-trail"})", "cloudtrail:StopLogging", no, no},
      {R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"arn:aws:cloudtrail:*:*:trail/*"})", "cloudtrail:StopLogging", unknown, unknown},
  };
  for (const auto& row : rows) {
    ScpAnswer answer = ask(row.statement, {.action = row.action});
    EXPECT_EQ(answer.for_all.verdict, row.for_all) << row.statement << " " << answer.for_all.why;
    EXPECT_EQ(answer.for_ordinary.verdict, row.for_ordinary) << row.statement << " " << answer.for_ordinary.why;
    EXPECT_EQ(answer.exceptions.empty(), row.for_all == yes || row.for_ordinary != yes) << row.statement;
  }
}

TEST(Scp, names_what_decided) {
  ScpAnswer answer = ask(R"({"Effect":"Deny","Action":"s3:x","Resource":"*"},{"Sid":"Stop","Effect":"Deny","Action":"cloudtrail:*","Resource":"*"})",
                         {.action = "cloudtrail:StopLogging"});
  EXPECT_EQ(answer.for_all.decided.policy, "guard");
  EXPECT_EQ(answer.for_all.decided.statement, 1);
  EXPECT_EQ(answer.for_all.decided.sid, "Stop");
  EXPECT_EQ(answer.for_all.decided.path, "$.Statement[1]");
  answer = ask(R"({"Sid":"Stop","Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ops"}}})",
               {.action = "cloudtrail:StopLogging"});
  ASSERT_EQ(answer.exceptions.size(), 1u);
  EXPECT_EQ(answer.exceptions[0].key, "aws:PrincipalArn");
  EXPECT_EQ(answer.exceptions[0].values, std::vector<std::string>{"arn:aws:iam::111122223333:role/ops"});
  EXPECT_EQ(answer.exceptions[0].where.sid, "Stop");
  EXPECT_NE(answer.for_all.why.find("role/ops"), std::string::npos) << answer.for_all.why;
}

TEST(Scp, resource_and_context_given) {
  std::string guard = R"({"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"arn:aws:cloudtrail:*:*:trail/org-*"})";
  EXPECT_EQ(ask(guard, {.action = "cloudtrail:StopLogging", .resource = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org-main"}).for_all.verdict, yes);
  EXPECT_EQ(ask(guard, {.action = "cloudtrail:StopLogging", .resource = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/own"}).for_all.verdict, no);
  EXPECT_EQ(ask(guard, {.action = "cloudtrail:StopLogging", .resource = "arn:aws:cloudtrail:*:111122223333:trail/*"}).for_all.verdict, no);
  EXPECT_EQ(ask(guard, {.action = "cloudtrail:StopLogging", .resource = "arn:aws:cloudtrail:*:111122223333:trail/org-a*"}).for_all.verdict, yes);
  std::string region = R"({"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}})";
  Context here, there;
  here.set("aws:RequestedRegion", ContextValue::of("eu-west-1"));
  there.set("aws:RequestedRegion", ContextValue::of("us-west-2"));
  EXPECT_EQ(ask(region, {.action = "ec2:RunInstances", .context = here}).for_all.verdict, no);
  EXPECT_EQ(ask(region, {.action = "ec2:RunInstances", .context = there}).for_all.verdict, yes);
  EXPECT_EQ(ask(region, {.action = "iam:CreateUser", .context = there}).for_all.verdict, no);
}

TEST(Scp, who) {
  std::string root = R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}})";
  EXPECT_EQ(ask(root, {.action = "*", .who = ScpRequest::Who::root}).for_all.verdict, yes);
  EXPECT_EQ(ask(root, {.action = "*"}).for_all.verdict, no);
  EXPECT_EQ(ask(root, {.action = "s3:GetObject", .who = ScpRequest::Who::arn, .principal_arn = "arn:aws:iam::111122223333:role/x"}).for_all.verdict, no);
  std::string ops = R"({"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ops"}}})";
  EXPECT_EQ(ask(ops, {.action = "iam:CreateUser", .who = ScpRequest::Who::arn, .principal_arn = "arn:aws:iam::111122223333:role/ops"}).for_all.verdict, no);
  EXPECT_EQ(ask(ops, {.action = "iam:CreateUser", .who = ScpRequest::Who::arn, .principal_arn = "arn:aws:iam::111122223333:role/dev"}).for_all.verdict, yes);
  // A pattern that could not be resolved may except somebody: it is listed.
  std::string placeholder = R"({"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::${Account}:role/ops"}}})";
  ScpAnswer unsure = ask(placeholder, {.action = "iam:CreateUser"});
  EXPECT_EQ(unsure.for_all.verdict, unknown);
  EXPECT_EQ(unsure.for_ordinary.verdict, yes);
  EXPECT_EQ(unsure.exceptions.size(), 1u);
  // AssumeRoot is a way round that an ordinary root sign-in does not have.
  std::string not_tasks = R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"},"Null":{"aws:AssumedRoot":"true"}}})";
  ScpAnswer answer = ask(not_tasks, {.action = "s3:DeleteBucketPolicy", .who = ScpRequest::Who::root});
  EXPECT_EQ(answer.for_all.verdict, no);
  EXPECT_EQ(answer.for_ordinary.verdict, yes);
  ASSERT_EQ(answer.exceptions.size(), 1u);
  EXPECT_EQ(answer.exceptions[0].key, "aws:AssumedRoot");
}

// Rows 13 to 16 of the evaluation research: an Allow is needed at every level, a Deny at any level wins.
TEST(Scp, levels) {
  ScpRequest request{.action = "ec2:RunInstances", .account = "111122223333"};
  Policy all = statements(full, "all"), s3 = statements(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", "s3");
  Policy deny = statements(R"({"Effect":"Deny","Action":"ec2:*","Resource":"*"})", "deny");
  Policy ec2 = statements(R"({"Effect":"Allow","Action":"ec2:*","Resource":"*"})", "ec2");
  EXPECT_EQ(scp_denies({{all}, {all}, {all}}, request).for_all.verdict, no);
  ScpAnswer between = scp_denies({{all}, {s3}, {all}}, request);
  EXPECT_EQ(between.for_all.verdict, yes);
  EXPECT_EQ(between.for_all.why, "no policy at level 1 allows it");
  EXPECT_EQ(scp_denies({{all}, {s3, ec2}, {all}}, request).for_all.verdict, no);
  EXPECT_EQ(scp_denies({{all, deny}, {all}, {all}}, request).for_all.verdict, yes);
  EXPECT_EQ(scp_denies({{all}, {}, {all}}, request).for_all.verdict, yes);
  Policy conditional = statements(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}})");
  EXPECT_EQ(scp_denies({{all}, {conditional}}, request).for_all.verdict, no);
  request.context.set("aws:RequestedRegion", ContextValue::of("us-east-1"));
  EXPECT_EQ(scp_denies({{all}, {conditional}}, request).for_all.verdict, yes);
  // The Allow's Region is denied: nothing is left.
  request.context = {};
  Policy not_ireland = statements(R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}})");
  EXPECT_EQ(scp_denies({{all}, {conditional, not_ireland}}, request).for_all.verdict, yes);
  Policy unread;
  unread.unknown = "AccessDenied";
  EXPECT_EQ(scp_denies({{all, unread}, {all}}, request).for_all.verdict, unknown);
  EXPECT_EQ(scp_denies({{all, unread}, {all, deny}}, request).for_all.verdict, yes);
  EXPECT_EQ(scp_denies({{unread}, {all}}, request).for_all.verdict, unknown);
}

TEST(Scp, published_samples_do_what_they_say) {
  std::filesystem::path root = std::filesystem::path(shared_folder()) / "corpora/iam/service-control-policies";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no shared data at " << root << "; set REEVE_SHARED";
  auto load = [&](const char* file) {
    auto text = read_file((root / file).string());
    EXPECT_TRUE(text) << file;
    return text ? policy_of(*text, file) : Policy{};
  };
  Policy all = statements(full);
  ScpRequest request{.action = "organizations:LeaveOrganization", .account = "111122223333"};
  EXPECT_EQ(scp_denies({{all, load("Privileged-access-controls/Deny-member-accounts-from-leaving-your-AWS-organization.json")}}, request).for_all.verdict, yes);
  Policy no_root = load("Privileged-access-controls/Deny-the-root-user-from-performing-actions-except-S3-bucketpolicy-changes.json");
  EXPECT_EQ(scp_denies({{all, no_root}}, {.action = "iam:CreateAccessKey", .account = "111122223333", .who = ScpRequest::Who::root}).for_all.verdict, yes);
  EXPECT_EQ(scp_denies({{all, no_root}}, {.action = "s3:PutBucketPolicy", .account = "111122223333", .who = ScpRequest::Who::root}).for_all.verdict, no);
  EXPECT_EQ(scp_denies({{all, no_root}}, {.action = "iam:CreateAccessKey", .account = "111122223333"}).for_ordinary.verdict, no);
  Policy guardduty = load("Deny-changes-to-security-services/Deny-users-from-disabling-Amazon-GuardDuty-or-modifying-its-configuration.json");
  EXPECT_NE(scp_denies({{all, guardduty}}, {.action = "guardduty:DeleteDetector", .account = "111122223333"}).for_ordinary.verdict, no);
}

}  // namespace
}  // namespace reeve
