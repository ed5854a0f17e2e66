// The truth table's rows that a simulation document cannot say, and what a decision tells besides its result. The rest of the table is
// tests/access/truth.json, which goes through `reeve access simulate`.
#include "policy/decision.h"

#include "policy/policy_testing.h"

namespace reeve {
namespace {

using namespace testing_policy;
using Kind = RequestCaller::Kind;

constexpr const char* own = "111122223333";
constexpr const char* other = "444455556666";
const std::string user = "arn:aws:iam::111122223333:user/ana";
const std::string role = "arn:aws:iam::111122223333:role/app/Reader";
const std::string session = "arn:aws:sts::111122223333:assumed-role/Reader/run";
const std::string object = "arn:aws:s3:::box/key";

PolicyPtr policy(std::string_view text, std::string name = "p") { return compile_policy(statements(text, std::move(name))); }
PolicyPtr allows(std::string_view action = "s3:GetObject") {
  return policy(R"({"Effect":"Allow","Action":")" + std::string(action) + R"(","Resource":"*"})", "allows");
}
PolicyPtr denies() { return policy(R"({"Effect":"Deny","Action":"*","Resource":"*"})", "denies"); }
PolicyPtr silent() { return policy(R"({"Effect":"Allow","Action":"ec2:DescribeVpcs","Resource":"*"})", "silent"); }
PolicyPtr grants(std::string_view principal, std::string_view condition = "") {
  return policy(R"({"Effect":"Allow","Action":"*","Resource":"*","Principal":)" + std::string(principal) +
                    (condition.empty() ? "" : ",\"Condition\":" + std::string(condition)) + "}",
                "grants");
}
std::string aws(const std::string& arn) { return R"({"AWS":")" + arn + "\"}"; }

DecisionRequest asks(Kind kind, std::string action = "s3:GetObject", std::string resource = object, std::string owner = own) {
  DecisionRequest request;
  request.caller.kind = kind;
  switch (kind) {
    case Kind::user: request.caller.arn = user; break;
    case Kind::role_session:
      request.caller.arn = session;
      request.caller.role_arn = role;
      break;
    case Kind::federated_user:
      request.caller.arn = "arn:aws:sts::111122223333:federated-user/fred";
      request.caller.role_arn = user;
      break;
    case Kind::root:
    case Kind::assumed_root: request.caller.arn = "arn:aws:iam::111122223333:root"; break;
    default: break;
  }
  if (kind <= Kind::assumed_root) request.caller.account = own;
  request.action = std::move(action);
  request.resource = std::move(resource);
  request.resource_account = std::move(owner);
  request.context.otherwise = ContextValue::State::absent;
  return request;
}

std::string told(const DecisionRequest& request, const PolicySet& set, const DecisionOptions& options = {}) {
  Decision decision = decide(request, set, options);
  DecisionOptions quiet = options;
  quiet.explain = !options.explain;
  EXPECT_EQ(decide(request, set, quiet).result, decision.result) << "explaining changes the result";
  std::string out(name(decision.result));
  out += " by ";
  out += name(decision.by);
  for (const auto& point : decision.unknown) out += " | " + point;
  return out;
}

using Levels = std::vector<PolicySet::Level>;

TEST(Decision, Same_account) {
  auto request = asks(Kind::user);
  EXPECT_EQ(told(request, {.identity = {allows()}}), "Allowed by identity");
  EXPECT_EQ(told(request, {.identity = {silent()}}), "ImplicitlyDenied by identity");
  EXPECT_EQ(told(request, {.resource = grants(aws(user))}), "Allowed by resource");
  EXPECT_EQ(told(request, {.identity = {allows(), denies()}}), "ExplicitlyDenied by identity");
  EXPECT_EQ(told(request, {.identity = {allows()}, .boundary = {{silent()}}}), "ImplicitlyDenied by boundary");
  EXPECT_EQ(told(request, {.boundary = {{silent()}}, .resource = grants(aws(user))}), "Allowed by resource");
  EXPECT_EQ(told(request, {.resource = grants(aws(own))}), "ImplicitlyDenied by identity");
  auto of_session = asks(Kind::role_session);
  EXPECT_EQ(told(of_session, {.boundary = {{silent()}}, .resource = grants(aws(role))}), "ImplicitlyDenied by boundary");
  EXPECT_EQ(told(of_session, {.boundary = {{silent()}}, .session = {{silent()}}, .resource = grants(aws(session))}), "Allowed by resource");
}

TEST(Decision, A_silent_boundary_against_everyone_is_open) {
  auto request = asks(Kind::user);
  PolicySet set{.boundary = {{silent()}}, .resource = grants("\"*\"")};
  EXPECT_EQ(told(request, set), "Unknown by none | star_beats_boundary");
  EXPECT_EQ(told(request, set, {.switches = {.star_beats_boundary = Truth::yes}}), "Allowed by resource");
  EXPECT_EQ(told(request, set, {.switches = {.star_beats_boundary = Truth::no}}), "ImplicitlyDenied by boundary");
}

TEST(Decision, Other_account) {
  auto request = asks(Kind::user, "s3:GetObject", object, other);
  EXPECT_EQ(told(request, {.identity = {allows()}}), "ImplicitlyDenied by resource");
  EXPECT_EQ(told(request, {.identity = {allows()}, .resource = grants(aws(own))}), "Allowed by resource");
  EXPECT_EQ(told(request, {.resource = grants(aws(user))}), "ImplicitlyDenied by identity");
  EXPECT_EQ(told(asks(Kind::root, "s3:GetObject", object, other), {.resource = grants(aws(own))}), "Allowed by resource");
}

TEST(Decision, The_open_world_names_what_would_decide) {
  auto request = asks(Kind::user);
  request.context.otherwise = ContextValue::State::unknown;
  auto conditional = policy(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}})");
  EXPECT_EQ(told(request, {.identity = {conditional}}), "Unknown by none | aws:SourceIp");
  EXPECT_EQ(told(request, {.identity = {conditional}, .boundary = {{silent()}}}), "ImplicitlyDenied by boundary");
  Policy unread;
  unread.name = "role/x inline y";
  unread.unknown = "iam:GetRolePolicy AccessDenied";
  EXPECT_EQ(told(request, {.identity = {compile_policy(unread)}}), "Unknown by none | role/x inline y was not read: iam:GetRolePolicy AccessDenied");
  EXPECT_EQ(told(request, {.identity = {allows(), compile_policy(unread)}}),
            "Unknown by none | role/x inline y was not read: iam:GetRolePolicy AccessDenied");
  request.resource_account.clear();
  EXPECT_EQ(told(request, {.identity = {allows()}}), "Unknown by none | the resource's account");
  EXPECT_EQ(told(request, {.identity = {allows()}, .resource = grants("\"*\"")}), "Allowed by resource");
}

// Row 17: the management account is beyond its organization's SCPs. Row 20: and its resources beyond the RCPs.
// Row 64: SCPs bind callers, not what they call. Row 66: RCPs bind what is called, not callers; whoever makes the set gives `scps` the
// levels of the caller's account and `rcps` those of the owner's.
TEST(Decision, Guardrails_bind_whom_they_are_for) {
  auto request = asks(Kind::user);
  Levels deny = {{"r-1", {allows("*"), denies()}}};
  PolicyPtr deny_all = policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"})", "deny");
  Levels stop = {{"r-1", {deny_all}}};
  EXPECT_EQ(told(request, {.identity = {allows()}, .scps = deny}), "ExplicitlyDenied by scp");
  EXPECT_EQ(told(request, {.identity = {allows()}, .scps = deny, .caller_is_management = true}), "Allowed by identity");
  EXPECT_EQ(told(request, {.identity = {allows()}, .rcps = stop}), "ExplicitlyDenied by rcp");
  EXPECT_EQ(told(request, {.identity = {allows()}, .rcps = stop, .owner_is_management = true}), "Allowed by identity");
  request.resource_account = other;
  PolicySet across{.identity = {allows()}, .resource = grants(aws(own))};
  EXPECT_EQ(told(request, across), "Allowed by resource");
  request.caller.kind = Kind::service;
  request.caller.service = "cloudtrail.amazonaws.com";
  EXPECT_EQ(told(request, {.resource = grants(R"({"Service":"cloudtrail.amazonaws.com"})"), .scps = deny}), "Allowed by resource")
      << "a service principal has no account that an SCP could bind";
  EXPECT_EQ(told(asks(Kind::user), {.identity = {allows()}, .scps = Levels{{"r-1", {}}}}), "ImplicitlyDenied by scp") << "a level without policies";
}

TEST(Decision, NotPrincipal_has_to_name_every_form_of_the_caller) {
  auto deny_but = [](const std::string& list) {
    return policy(R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
                     {"Effect":"Deny","NotPrincipal":{"AWS":[)" + list + R"(]},"Action":"*","Resource":"*"})", "rp");
  };
  const std::string root = "\"arn:aws:iam::111122223333:root\"", named_user = "\"" + user + "\"", named_role = "\"" + role + "\"",
                    named_session = "\"" + session + "\"";
  auto of_user = asks(Kind::user), of_session = asks(Kind::role_session);
  EXPECT_EQ(told(of_user, {.resource = deny_but(named_user + "," + root)}), "Allowed by resource");
  EXPECT_EQ(told(of_user, {.resource = deny_but(named_user)}), "ExplicitlyDenied by resource");
  EXPECT_EQ(told(of_user, {.resource = deny_but(root)}), "ExplicitlyDenied by resource");
  EXPECT_EQ(told(of_session, {.resource = deny_but(named_session + "," + named_role + "," + root)}), "Allowed by resource");
  EXPECT_EQ(told(of_session, {.resource = deny_but(named_role + "," + root)}), "ExplicitlyDenied by resource");
  EXPECT_EQ(told(asks(Kind::anonymous), {.resource = deny_but(named_user + "," + root)}), "ExplicitlyDenied by resource");
  auto allow_but = policy(R"({"Effect":"Allow","NotPrincipal":{"AWS":)" + named_user + R"(},"Action":"*","Resource":"*"})");
  EXPECT_EQ(told(of_user, {.resource = allow_but}), "ImplicitlyDenied by identity");
  EXPECT_EQ(told(of_session, {.resource = allow_but}), "Allowed by resource");
  EXPECT_EQ(told(asks(Kind::anonymous), {.resource = allow_but}), "Unknown by none | not_principal_allows_anonymous");
}

TEST(Decision, Keys_that_follow_from_the_caller) {
  auto only_if = [](const std::string& test) { return policy(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":)" + test + "}"); };
  auto request = asks(Kind::user);
  request.context.otherwise = ContextValue::State::unknown;
  auto holds = [&](const std::string& test) { return told(request, {.identity = {only_if(test)}}); };
  EXPECT_EQ(holds(R"({"ArnEquals":{"aws:PrincipalArn":")" + user + "\"}}"), "Allowed by identity");
  EXPECT_EQ(holds(R"({"StringEquals":{"aws:PrincipalAccount":"111122223333","aws:username":"ana","aws:PrincipalType":"User"}})"),
            "Allowed by identity");
  EXPECT_EQ(holds(R"({"Bool":{"aws:PrincipalIsAWSService":"true"}})"), "ImplicitlyDenied by identity");
  EXPECT_EQ(holds(R"({"Null":{"aws:SourceAccount":"true"}})"), "Allowed by identity") << "only a service brings it along";
  EXPECT_EQ(holds(R"({"StringLike":{"aws:userid":"AIDA*"}})"), "Unknown by none | aws:userid");
  EXPECT_EQ(holds(R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})"), "Unknown by none | aws:PrincipalOrgID");
  EXPECT_EQ(holds(R"({"StringEquals":{"aws:ResourceAccount":"111122223333"}})"), "Allowed by identity");
  request = asks(Kind::role_session);
  request.caller.unique_id = "AROAEXAMPLEEXAMPLE";
  EXPECT_EQ(holds(R"({"StringEquals":{"aws:userid":"AROAEXAMPLEEXAMPLE:run"}})"), "Allowed by identity");
  EXPECT_EQ(holds(R"({"ArnEquals":{"aws:PrincipalArn":")" + role + "\"}}"), "Allowed by identity");
  EXPECT_EQ(holds(R"({"Null":{"aws:username":"true"}})"), "Allowed by identity");
}

TEST(Decision, What_services_refuse) {
  const std::string target = "arn:aws:iam::111122223333:role/target", key = "arn:aws:kms:eu-west-1:444455556666:key/1";
  EXPECT_EQ(told(asks(Kind::root, "sts:AssumeRole", target), {.resource = grants(aws(own))}), "ImplicitlyDenied by service_rule");
  EXPECT_EQ(told(asks(Kind::user, "kms:DisableKey", key, other), {.identity = {allows("*")}, .resource = grants(aws(own))}),
            "ImplicitlyDenied by service_rule");
  EXPECT_EQ(told(asks(Kind::user, "s3:PutBucketPolicy", "arn:aws:s3:::box", other), {.identity = {allows("*")}, .resource = grants(aws(own))}),
            "ImplicitlyDenied by service_rule");
  EXPECT_EQ(told(asks(Kind::user, "s3:GetObject", "arn:aws-cn:s3:::box/key", other), {.identity = {allows("*")}, .resource = grants(aws(own))}),
            "ImplicitlyDenied by service_rule");
  EXPECT_EQ(told(asks(Kind::federated_user, "iam:GetUser", user), {.identity = {allows("*")}, .session = {{allows("*")}}}),
            "Unknown by none | console_federation");
  EXPECT_EQ(told(asks(Kind::assumed_root, "s3:DeleteBucketPolicy", "arn:aws:s3:::box"), {}), "Unknown by none | the task policy of the root session");
}

TEST(Decision, A_resource_pattern_is_decided_by_its_regions) {
  auto identity = policy(R"({"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::box/in/*","arn:aws:s3:::box/out/*","arn:aws:s3:::other/*"]},
                            {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::box/out/*"})");
  auto decided = decide_pattern(asks(Kind::user, "s3:GetObject", "arn:aws:s3:::box/*"), {.identity = {identity}}, {{"object", "arn:aws:s3:::*/*"}});
  ASSERT_EQ(decided.parts.size(), 2u) << "the third lies elsewhere";
  EXPECT_EQ(decided.overall, Decision::Result::allowed);
  EXPECT_EQ(decided.parts[0].pattern, "arn:aws:s3:::box/in/*");
  EXPECT_EQ(decided.parts[0].decision.result, Decision::Result::allowed);
  EXPECT_EQ(decided.parts[1].decision.result, Decision::Result::explicitly_denied);
  // The boundary leaves a corner of the grant; the witness lies in it.
  auto corner = policy(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::box/in/2026/*"})");
  decided = decide_pattern(asks(Kind::user, "s3:GetObject", "arn:aws:s3:::box/*"), {.identity = {identity}, .boundary = {{corner}}}, {});
  ASSERT_FALSE(decided.parts.empty());
  EXPECT_EQ(decided.overall, Decision::Result::allowed);
  EXPECT_EQ(decided.parts[0].witness.rfind("arn:aws:s3:::box/in/2026/", 0), 0u) << decided.parts[0].witness;
  decided = decide_pattern(asks(Kind::user, "s3:GetObject", "arn:aws:s3:::box/*"), {.identity = {denies(), identity}}, {});
  EXPECT_EQ(decided.overall, Decision::Result::explicitly_denied);
}

}  // namespace
}  // namespace reeve
