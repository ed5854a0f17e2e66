#include "policy/policy_testing.h"

namespace reeve {
namespace {
using namespace testing_policy;

constexpr Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;

TEST(Admin, table) {
  struct Row {
    const char* statements;
    Truth admin, even_conditional;
  };
  const Row rows[] = {
      {R"({"Effect":"Allow","Action":"*","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"*:*","Resource":["*"]})", yes, yes},
      {R"({"Effect":"Allow","Action":["s3:Get*","*"],"Resource":["arn:aws:s3:::b","*"]})", yes, yes},
      {R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"},{"Effect":"Allow","Action":"iam:*","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"},{"Effect":"Allow","Action":"iam:*","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","NotAction":[],"Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"})", no, no},
      {R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b"})", no, no},
      {R"({"Effect":"Allow","Action":"iam:*","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","Action":"s*","Resource":"*"})", no, no},
      {R"({"Effect":"Deny","Action":"*","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}})", no, yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}})", no, yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLikeIfExists":{"aws:username":"*"}}})", yes, yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"s3:*","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}})",
       yes, yes},
  };
  for (const auto& row : rows) {
    Policy policy = statements(row.statements);
    Answer answer = allows_admin({policy});
    EXPECT_EQ(answer.verdict, row.admin) << row.statements << " " << answer.why;
    EXPECT_EQ(allows_admin({policy}, {.count_conditional = true}).verdict, row.even_conditional) << row.statements;
    if (row.admin == yes) { EXPECT_GE(answer.decided.statement, 0) << row.statements; }
  }
  // Policies of one identity add up.
  Answer both_policies = allows_admin({statements(R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})", "power"),
                                       statements(R"({"Effect":"Allow","Action":"iam:*","Resource":"*"})", "iam")});
  EXPECT_EQ(both_policies.verdict, yes);
  Answer named = allows_admin({statements(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", "a"),
                               statements(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"})", "b")});
  EXPECT_EQ(named.decided.policy, "b");
  EXPECT_EQ(named.decided.sid, "All");
  EXPECT_EQ(named.decided.path, "$.Statement[1]");
  Policy unread;
  unread.unknown = "AccessDenied";
  EXPECT_EQ(allows_admin({unread}).verdict, unknown);
  EXPECT_EQ(allows_admin({unread, statements(R"({"Effect":"Allow","Action":"*","Resource":"*"})")}).verdict, yes);
  EXPECT_EQ(allows_admin({}).verdict, no);
}

TEST(Administration, table) {
  struct Row {
    const char* statements;
    Truth administers;
  };
  const Row rows[] = {
      {R"({"Effect":"Allow","Action":"*","Resource":"*"})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:username":"eve"}}})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}})", yes},
      {R"({"Effect":"Allow","NotAction":"aws-portal:ViewBilling","Resource":"*"})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"arn:*"})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:*:*:111122223333:*"})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:*:*:*:*"})", yes},
      {R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b"})", yes},
      {R"({"Effect":"Allow","NotAction":"s3:*","NotResource":["arn:aws:s3:::b","arn:aws:s3:::c"]})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"organizations:*","Resource":"*"})", yes},
      {R"({"Effect":"Allow","Action":"iam:*","Resource":"*"})", yes},
      {R"({"Effect":"Allow","Action":"IAM:**","Resource":["arn:aws:s3:::b","*"]})", yes},
      {R"({"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}})", yes},
      {R"({"Effect":"Allow","NotAction":"iam:CreateUser","Resource":"*"})", yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::*:*"})", yes},
      // PowerUserAccess and its like: everything but IAM.
      {R"({"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"})", no},
      {R"({"Effect":"Allow","NotAction":["iam:Attach*","iam:Put*","iam:Create*","iam:Set*","iam:Update*"],"Resource":"*"})", no},
      {R"({"Effect":"Allow","Action":["iam:Get*","iam:List*"],"Resource":"*"})", no},
      {R"({"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:role/app-*"})", no},
      {R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"})", no},
      {R"({"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:role/*"})", no},
      {R"({"Effect":"Allow","Action":"*","NotResource":"*"})", no},
      {R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", no},
      {R"({"Effect":"Deny","Action":"*","Resource":"*"})", no},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"})", no},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"s3:*","Resource":"*"})", no},
      {R"({"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"})", no},
      {"", no},
  };
  for (const auto& row : rows) {
    Answer answer = administers({statements(row.statements)});
    EXPECT_EQ(answer.verdict, row.administers) << row.statements << " " << answer.why;
    EXPECT_EQ(answer.decided.statement >= 0, row.administers == yes) << row.statements;
  }
  Policy unread;
  unread.unknown = "AccessDenied";
  EXPECT_EQ(administers({unread}).verdict, unknown);
}

TEST(RootSessions, table) {
  struct Row {
    const char* statements;
    Truth allowed, any_task;
  };
  const Row rows[] = {
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"sts:*Root","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoo?","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"*","Resource":"*"})", yes, yes},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"arn:aws:iam::111122223333:root"})", yes, yes},
      {R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRoot","Resource":"*"})", no, no},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringEquals":{"sts:TaskPolicyArn":"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}})",
       yes, no},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringEquals":{"STS:taskpolicyarn":"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}})",
       yes, no},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"ArnLike":{"sts:TaskPolicyArn":"arn:aws:iam::aws:policy/root-task/IAM*"}}})", yes, no},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringLike":{"sts:TaskPolicyArn":"*"}}})", yes, yes},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringLike":{"sts:TaskPolicyArn":"arn:aws:iam::aws:policy/root-task/*"}}})", yes, yes},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringNotEquals":{"sts:TaskPolicyArn":"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}}})",
       yes, yes},
      {R"({"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRoot","Resource":"*","Condition":{"StringNotEquals":{"sts:TaskPolicyArn":"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}}})",
       yes, no},
  };
  for (const auto& row : rows) {
    RootSessions answer = root_sessions({statements(row.statements)});
    EXPECT_EQ(answer.allowed, row.allowed) << row.statements;
    EXPECT_EQ(answer.any_task, row.any_task) << row.statements;
  }
  Policy unread;
  unread.unknown = "AccessDenied";
  EXPECT_EQ(root_sessions({unread}).allowed, unknown);
}

TEST(Mfa, table) {
  auto trust = [](const std::string& condition, const std::string& more = {}) {
    return statements(R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole")" +
                      (condition.empty() ? "" : R"(,"Condition":)" + condition) + "}" + more);
  };
  struct Row {
    const char* condition;
    Truth requires_it;
  };
  const Row rows[] = {
      {"", no},
      {R"({"Bool":{"aws:MultiFactorAuthPresent":"true"}})", yes},
      {R"({"Bool":{"aws:multifactorauthpresent":true}})", yes},
      {R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}})", no},
      {R"({"Bool":{"aws:MultiFactorAuthPresent":"false"}})", no},
      {R"({"Null":{"aws:MultiFactorAuthPresent":"false"}})", no},
      {R"({"Null":{"aws:MultiFactorAuthAge":"false"}})", yes},
      {R"({"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}})", yes},
      {R"({"NumericLessThanIfExists":{"aws:MultiFactorAuthAge":"3600"}})", no},
      {R"({"StringEquals":{"aws:MultiFactorAuthPresent":"true"}})", yes},
      {R"({"Bool":{"aws:MultiFactorAuthPresent":["true","false"]}})", no},
      {R"({"StringEquals":{"sts:ExternalId":"x"}})", no},
      {R"({"Bool":{"aws:MultiFactorAuthPresent":"true"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", yes},
  };
  for (const auto& row : rows) {
    Answer answer = requires_mfa(trust(row.condition));
    EXPECT_EQ(answer.verdict, row.requires_it) << row.condition << " " << answer.why;
    if (row.requires_it == no) { EXPECT_EQ(answer.decided.path, "$.Statement[0]") << row.condition; }
  }
  std::string safe = R"(,{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}})";
  EXPECT_EQ(requires_mfa(trust("", safe)).verdict, yes);
  // Misses callers with long-term keys, whose requests have no such key.
  std::string leaky = R"(,{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}})";
  EXPECT_EQ(requires_mfa(trust("", leaky)).verdict, no);
  std::string second = R"(,{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/x"},"Action":"sts:AssumeRole"})";
  EXPECT_EQ(requires_mfa(trust(R"({"Bool":{"aws:MultiFactorAuthPresent":"true"}})", second)).decided.path, "$.Statement[1]");
  EXPECT_EQ(requires_mfa(statements(R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/x"},"Action":"sts:AssumeRoleWithSAML"})")).verdict,
            unknown);
  EXPECT_EQ(requires_mfa(statements(R"({"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"})")).verdict, no);
  EXPECT_EQ(requires_mfa(statements("")).verdict, yes);
}

TEST(Truth, kleene) {
  EXPECT_EQ(both(yes, unknown), unknown);
  EXPECT_EQ(both(no, unknown), no);
  EXPECT_EQ(either(yes, unknown), yes);
  EXPECT_EQ(either(no, unknown), unknown);
  EXPECT_EQ(negate(unknown), unknown);
  EXPECT_EQ(negate(yes), no);
}

}  // namespace
}  // namespace reeve
