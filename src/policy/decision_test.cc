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

}  // namespace
}  // namespace reeve
