#include "policy/policy_testing.h"

namespace reeve {
namespace {
using namespace testing_policy;

constexpr Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;
const char* own = "111122223333";

// A statement to everybody on a bucket's objects, with a condition.
std::string open_to(const std::string& condition, const std::string& principal = R"("*")", const std::string& action = R"("s3:GetObject")") {
  return R"({"Effect":"Allow","Principal":)" + principal + R"(,"Action":)" + action + R"(,"Resource":"arn:aws:s3:::b/*")" +
         (condition.empty() ? "" : R"(,"Condition":)" + condition) + "}";
}

PublicQuestion bucket() { return {.resource_arn = "arn:aws:s3:::b", .account = own, .org_id = "o-own"}; }

TEST(Public, conditions_that_bound_and_that_do_not) {
  struct Row {
    const char* condition;
    Truth caller, s3;
  };
  const Row rows[] = {
      {"", yes, yes},
      // The caller's organization, account, ARN.
      {R"({"StringEquals":{"aws:PrincipalOrgID":"o-own"}})", no, no},
      {R"({"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-own"}})", yes, yes},
      {R"({"StringNotEquals":{"aws:PrincipalOrgID":"o-own"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalOrgID":"*"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalOrgID":"o-*"}})", yes, yes},
      {R"({"StringEquals":{"aws:PrincipalOrgID":"o-*"}})", no, yes},  // StringEquals knows no wildcard: nobody gets in
      {R"({"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-own/r-ab/*"}})", no, yes},
      {R"({"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-own/r-ab/*"}})", yes, yes},
      {R"({"StringEquals":{"aws:principalaccount":["111122223333","444455556666"]}})", no, no},
      {R"({"StringLike":{"aws:PrincipalAccount":"*"}})", yes, yes},
      {R"({"StringNotLike":{"aws:PrincipalAccount":"111122223333"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalAccount":"1111*"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalAccount":"11112222333?"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalOrgID":"o-a*"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalOrgID":"o-abcdefghij*"}})", no, yes},
      {R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1111*:role/app"}})", yes, yes},
      {R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}})", no, yes},
      {R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/app"}})", no, no},
      {R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}})", yes, yes},
      {R"({"StringLike":{"aws:PrincipalArn":"*:role/app"}})", yes, yes},
      {R"({"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/app"}})", yes, yes},
      {R"({"StringEquals":{"aws:PrincipalTag/team":"red"}})", yes, yes},  // anybody tags their own roles
      {R"({"StringEquals":{"aws:PrincipalType":"Anonymous"}})", yes, yes},
      {R"({"StringEquals":{"aws:userid":"AROAEXAMPLEEXAMPLE001:deploy"}})", no, no},
      {R"({"StringLike":{"aws:userid":"AROAEXAMPLEEXAMPLE001:*"}})", no, yes},  // S3 says public; a unique id is nobody else's
      {R"({"StringLike":{"aws:userid":"*:deploy"}})", yes, yes},
      {R"({"StringLike":{"aws:userid":"AROA*"}})", yes, yes},
      {R"({"Null":{"aws:PrincipalArn":"false"}})", yes, yes},
      {R"({"Bool":{"aws:PrincipalIsAWSService":"true"}})", yes, yes},
      // Sources that a service acts for.
      {R"({"StringEquals":{"aws:SourceAccount":"111122223333"}})", no, no},
      {R"({"StringEquals":{"AWS:SourceOwner":"111122223333"}})", no, no},
      {R"({"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}})", yes, yes},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:eu-west-1:111122223333:topic"}})", no, no},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:*"}})", no, yes},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}})", yes, yes},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:::mine"}})", no, no},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:::mine-*"}})", yes, yes},  // the name may be taken by anybody
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:*"}})", yes, yes},
      {R"({"StringEquals":{"aws:SourceOrgID":"o-own"}})", no, yes},
      // Networks.
      {R"({"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}})", no, no},
      {R"({"StringLike":{"aws:SourceVpc":"vpc-*"}})", yes, yes},
      {R"({"StringEquals":{"aws:SourceVpc":"vpc-91237329"}})", no, no},
      {R"({"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}})", yes, yes},
      {R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", no, no},
      {R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}})", no, no},
      {R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/0"]}})", yes, yes},
      {R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}})", yes, yes},
      {R"({"IpAddress":{"aws:SourceIp":"::/0"}})", yes, yes},
      {R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", no, no},
      {R"({"IpAddressIfExists":{"aws:SourceIp":"203.0.113.0/24"}})", yes, yes},  // through an endpoint there is no SourceIp
      {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", yes, yes},
      {R"({"StringLike":{"aws:SourceIp":"*"}})", yes, yes},
      // Things that anybody can bring along.
      {R"({"Bool":{"aws:SecureTransport":"true"}})", yes, yes},
      {R"({"StringLike":{"aws:Referer":"https://example.com/*"}})", yes, yes},
      {R"({"StringEquals":{"aws:UserAgent":"secret"}})", yes, yes},
      {R"({"StringEquals":{"aws:RequestedRegion":"eu-west-1"}})", yes, yes},
      {R"({"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}})", yes, yes},
      {R"({"NumericLessThanEquals":{"s3:max-keys":"10"}})", yes, yes},
      {R"({"StringEquals":{"s3:prefix":["","public/"]}})", yes, yes},
      {R"({"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:111122223333:key/1"}})", yes, no},
      // Facts about the resource.
      {R"({"StringEquals":{"aws:ResourceAccount":"111122223333"}})", yes, yes},
      {R"({"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}})", no, yes},
      {R"({"StringEquals":{"aws:ResourceTag/public":"yes"}})", unknown, yes},
      // Access points of our own account are governed by their own policies.
      {R"({"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}})", no, no},
      {R"({"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:*:111122223333:accesspoint/*"}})", no, yes},
      {R"({"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}})", no, no},
      // Two conditions: both must leave room.
      {R"({"StringLike":{"aws:PrincipalArn":"*"},"StringEquals":{"aws:PrincipalOrgID":"o-own"}})", no, no},
      {R"({"Bool":{"aws:SecureTransport":"true"},"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}})", yes, yes},
  };
  for (const auto& row : rows) {
    Policy policy = statements(open_to(row.condition));
    Answer caller = allows_public(policy, bucket());
    EXPECT_EQ(caller.verdict, row.caller) << row.condition << " " << caller.why << " " << caller.witness;
    PublicQuestion s3 = bucket();
    s3.meaning = PublicMeaning::s3;
    EXPECT_EQ(allows_public(policy, s3).verdict, row.s3) << row.condition << " (S3's meaning)";
    if (row.caller == yes) {
      EXPECT_EQ(caller.decided.path, "$.Statement[0]") << row.condition;
      EXPECT_EQ(caller.action, "s3:GetObject") << row.condition;
    }
  }
}

TEST(Public, principals) {
  struct Row {
    const char* principal;
    Truth caller;
  };
  const Row rows[] = {
      {R"("*")", yes},
      {R"({"AWS":"*"})", yes},
      {R"({"AWS":["111122223333","*"]})", yes},
      {R"({"AWS":"111122223333"})", no},
      {R"({"AWS":"arn:aws:iam::444455556666:root"})", no},
      {R"({"AWS":"arn:aws:iam::444455556666:role/x"})", no},
      {R"({"AWS":"AIDAEXAMPLEEXAMPLE12"})", no},
      {R"({"Service":"cloudtrail.amazonaws.com"})", no},
      {R"({"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})", no},
      {R"({"AWS":"arn:aws:iam::*:root"})", yes},
      {R"({"Federated":"graph.facebook.com"})", yes},
      {R"({"Federated":"arn:aws:iam::111122223333:saml-provider/corp"})", no},
  };
  for (const auto& row : rows) EXPECT_EQ(allows_public(statements(open_to("", row.principal)), bucket()).verdict, row.caller) << row.principal;
  EXPECT_EQ(allows_public(statements(R"({"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"s3:*","Resource":"*"})"), bucket()).verdict, yes);
}

TEST(Public, denies_that_cut_the_grant_away) {
  struct Row {
    const char* deny;
    Truth caller;
  };
  const Row rows[] = {
      {R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"})", no},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-own"}}})", no},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-own"}}})", no},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}})", no},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}})", no},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-own"}}})", yes},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}})", yes},
      {R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"})", yes},
      {R"({"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/private/*"})", yes},
      {R"({"Effect":"Deny","Principal":"*","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/open/*"})", yes},
      {R"({"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})", no},
      {R"({"Effect":"Deny","Principal":{"AWS":"444455556666"},"Action":"*","Resource":"*"})", yes},
      {R"({"Effect":"Deny","NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/x"]},"Action":"*","Resource":"*"})", no},
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Null":{"aws:PrincipalArn":"true"}}})", yes},  // any account remains
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"},"Bool":{"aws:PrincipalIsAWSService":"false"}}})",
       yes},  // signed strangers are stopped, anonymous ones carry no such key
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-own"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}})",
       yes},  // but any account's resource may come by a service
      {R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-own"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}},
          {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:SourceOrgID":"o-own"},"Null":{"aws:SourceAccount":"false"},"Bool":{"aws:PrincipalIsAWSService":"true"}}})",
       no},
  };
  for (const auto& row : rows) {
    Answer answer = allows_public(statements(open_to("") + "," + row.deny), bucket());
    EXPECT_EQ(answer.verdict, row.caller) << row.deny << " " << answer.why << " " << answer.witness;
  }
}

TEST(Public, other_resources) {
  // The default topic policy of former times, and what becomes of it without its condition.
  std::string topic = R"({"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:Publish","SNS:Subscribe"],"Resource":"arn:aws:sns:eu-west-1:111122223333:t")";
  PublicQuestion sns{.resource_arn = "arn:aws:sns:eu-west-1:111122223333:t", .account = own};
  EXPECT_EQ(allows_public(statements(topic + R"(,"Condition":{"StringEquals":{"AWS:SourceOwner":"111122223333"}}})"), sns).verdict, no);
  EXPECT_EQ(allows_public(statements(topic + "}"), sns).verdict, yes);
  // An AWS managed key.
  std::string key = R"({"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com","kms:CallerAccount":"111122223333"}}})";
  EXPECT_EQ(allows_public(statements(key), {}).verdict, no);
  // Everybody as long as they are one service: a service principal in other words.
  Policy by_name = statements(R"({"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalServiceName":"sns.amazonaws.com"}}})");
  EXPECT_EQ(allows_public(by_name, {}).verdict, no);
  EXPECT_EQ(service_unbounded(by_name, {}).verdict, yes);
  // Trust in everybody: not in anonymous callers, who assume no role.
  Answer trust = allows_public(statements(R"({"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"})"), {});
  EXPECT_EQ(trust.verdict, yes);
  EXPECT_EQ(trust.why, "any AWS account is allowed");
  EXPECT_EQ(allows_public(statements(R"({"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}})"), {}).verdict, yes);
  // A statement without a principal is none that a service accepts.
  EXPECT_EQ(allows_public(statements(R"({"Effect":"Allow","Action":"sns:Publish","Resource":"*"})"), {}).verdict, unknown);
  // A function URL without authentication.
  std::string url = R"({"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:f","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}})";
  PublicQuestion lambda{.resource_arn = "arn:aws:lambda:eu-west-1:111122223333:function:f", .account = own};
  EXPECT_EQ(allows_public(statements(url), lambda).verdict, yes);
  // A statement about something else does nothing here.
  EXPECT_EQ(allows_public(statements(open_to("")), {.resource_arn = "arn:aws:s3:::other"}).verdict, no);
  // No Resource element, as in ECR and trust policies.
  EXPECT_EQ(allows_public(statements(R"({"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"})"), {}).verdict, yes);
  // API Gateway's shorthand.
  EXPECT_EQ(allows_public(statements(R"({"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"})"),
                          {.resource_arn = "arn:aws:execute-api:eu-west-1:111122223333:abc"}).verdict, yes);
}

TEST(Public, identity_providers_for_everybody) {
  auto trust = [](const std::string& provider, const std::string& condition) {
    return statements(R"({"Effect":"Allow","Principal":{"Federated":")" + provider + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":)" + condition + "}");
  };
  const std::string github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
  struct Row {
    std::string provider;
    const char* condition;
    Truth caller;
  };
  const Row rows[] = {
      {github, R"({"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}})", yes},
      {github, R"({"StringLike":{"token.actions.githubusercontent.com:sub":"repo:org/*"}})", no},
      {github, R"({"StringLike":{"token.actions.githubusercontent.com:sub":"repo:org*"}})", yes},
      {github, R"({"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*/infra:*"}})", yes},
      {github, R"({"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:org/*"}})", no},
      {github, R"({"ForAllValues:StringLike":{"token.actions.githubusercontent.com:sub":"repo:org/app:*"}})", no},
      {github, R"({"StringLikeIfExists":{"token.actions.githubusercontent.com:sub":"*"}})", yes},
      {github, R"({"StringEquals":{"token.actions.githubusercontent.com:repository_owner":"org"}})", no},
      {"cognito-identity.amazonaws.com", R"({"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-west-1:11111111-2222-3333-4444-555555555555"}})", no},
      {"cognito-identity.amazonaws.com", R"({"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}})", yes},
      {"accounts.google.com", R"({"StringEquals":{"accounts.google.com:aud":"1234.apps.googleusercontent.com"}})", no},
      {"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC", R"({"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud":"sts.amazonaws.com"}})", no},
      {"arn:aws:iam::111122223333:oidc-provider/app.terraform.io", R"({"StringLike":{"app.terraform.io:sub":"organization:acme:project:*"}})", no},
      {"arn:aws:iam::111122223333:oidc-provider/app.terraform.io", R"({"StringLike":{"app.terraform.io:sub":"organization:*:project:x:*"}})", yes},
  };
  for (const auto& row : rows) {
    Answer answer = allows_public(trust(row.provider, row.condition), {.account = own});
    EXPECT_EQ(answer.verdict, row.caller) << row.provider << " " << row.condition << " " << answer.why << " " << answer.witness;
  }
}

TEST(Public, services_for_any_account) {
  auto topic = [](const std::string& condition) {
    return statements(R"({"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sns:Publish","Resource":"*")" +
                      (condition.empty() ? "" : R"(,"Condition":)" + condition) + "}");
  };
  struct Row {
    const char* condition;
    Truth unbounded;
  };
  const Row rows[] = {
      {"", yes},
      {R"({"StringEquals":{"aws:SourceAccount":"111122223333"}})", no},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:::mine"}})", no},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:*"}})", yes},
      {R"({"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}})", no},  // direct service calls carry the key
      {R"({"StringEquals":{"aws:SourceOrgID":"o-own"}})", no},
      {R"({"ForAnyValue:StringLike":{"aws:SourceOrgPaths":"o-own/*"}})", no},
      {R"({"StringNotEquals":{"aws:SourceAccount":"444455556666"}})", yes},
      {R"({"Bool":{"aws:SecureTransport":"true"}})", yes},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(service_unbounded(topic(row.condition), {.account = own}).verdict, row.unbounded) << row.condition;
    EXPECT_EQ(allows_public(topic(row.condition), {.account = own}).verdict, no) << row.condition;
  }
}

TEST(Outside, accounts) {
  Own ours{.accounts = {"111122223333", "222233334444"}, .org_id = "o-own"};
  struct Row {
    const char *principal, *condition;
    Truth outside;
  };
  const Row rows[] = {
      {R"({"AWS":"111122223333"})", "{}", no},
      {R"({"AWS":["111122223333","arn:aws:iam::222233334444:role/x"]})", "{}", no},
      {R"({"AWS":"arn:aws:iam::444455556666:root"})", "{}", yes},
      {R"({"AWS":"arn:aws:iam::444455556666:role/x"})", "{}", yes},
      {R"({"AWS":"arn:aws:sts::444455556666:assumed-role/x/s"})", "{}", yes},
      {R"({"AWS":"arn:aws:iam::444455556666:role/x"})", R"({"StringEquals":{"sts:ExternalId":"1234"}})", yes},
      {R"({"AWS":"arn:aws:iam::444455556666:role/x"})", R"({"StringEquals":{"aws:PrincipalOrgID":"o-own"}})", no},
      {R"({"AWS":"arn:aws:iam::444455556666:role/x"})", R"({"StringEquals":{"aws:PrincipalOrgID":"o-theirs"}})", yes},
      {R"({"AWS":"arn:aws:iam::444455556666:role/x"})", R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/y"}})", no},
      {R"("*")", R"({"StringEquals":{"aws:PrincipalOrgID":"o-own"}})", no},
      {R"("*")", R"({"StringEquals":{"aws:PrincipalOrgID":["o-own","o-theirs"]}})", yes},
      {R"("*")", R"({"StringEquals":{"aws:PrincipalAccount":"222233334444"}})", no},
      {R"("*")", R"({"StringEquals":{"aws:PrincipalAccount":"444455556666"}})", yes},
      {R"("*")", R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/deploy-*"}})", yes},
      {R"("*")", R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222233334444:role/deploy-*"}})", no},
      {R"("*")", "{}", yes},
      {R"({"Service":"ec2.amazonaws.com"})", "{}", no},
      {R"({"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})", "{}", unknown},
      {R"({"AWS":"AIDAEXAMPLEEXAMPLE12"})", "{}", no},
  };
  for (const auto& row : rows) {
    Policy policy = statements(std::string(R"({"Effect":"Allow","Principal":)") + row.principal + R"(,"Action":"sts:AssumeRole","Condition":)" + row.condition + "}");
    Answer answer = allows_account_outside(policy, ours);
    EXPECT_EQ(answer.verdict, row.outside) << row.principal << row.condition << " " << answer.why << " " << answer.witness;
  }
  Policy foreign = statements(R"({"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"})");
  Own partial = ours;
  partial.accounts_complete = false;
  EXPECT_EQ(allows_account_outside(foreign, partial).verdict, unknown);
  Own no_org{.accounts = {"111122223333"}};
  Policy by_org = statements(R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-x"}}})");
  EXPECT_EQ(allows_account_outside(by_org, no_org).verdict, unknown);  // o-x may be ours
}

}  // namespace
}  // namespace reeve
