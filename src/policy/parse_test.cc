#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "policy/policy_testing.h"

namespace reeve {
namespace {
using namespace testing_policy;

TEST(Parse, every_form) {
  Policy policy = policy_of(R"({
  "Version": "2012-10-17",
  "Id": "x",
  "Statement": [
    {"Sid": "one", "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b"},
    {"Effect": "Deny", "NotPrincipal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/a/b",
       "arn:aws:iam::123456789012:role/r", "arn:aws:sts::123456789012:assumed-role/r/s", "arn:aws:sts::123456789012:federated-user/f", "*",
       "AIDAEXAMPLEEXAMPLE12"], "Service": "ec2.amazonaws.com", "Federated": "cognito-identity.amazonaws.com",
       "CanonicalUser": ["79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"]},
     "NotAction": ["s3:*", "iam:*"], "NotResource": ["*"],
     "Condition": {"ForAllValues:StringNotLikeIfExists": {"aws:TagKeys": ["a", "b"]}, "NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": false}}}
  ]})");
  ASSERT_EQ(policy.statements.size(), 2u);
  const Statement& first = policy.statements[0];
  EXPECT_EQ(first.sid, "one");
  EXPECT_EQ(first.path, "$.Statement[0]");
  EXPECT_EQ(first.line, 5u);
  EXPECT_EQ(first.effect, Effect::allow);
  ASSERT_EQ(first.principals.values.size(), 1u);
  EXPECT_EQ(first.principals.values[0].kind, Principal::Kind::everyone);
  const Statement& second = policy.statements[1];
  EXPECT_TRUE(second.principals.negated);
  EXPECT_EQ(second.principals.values.size(), 11u);
  EXPECT_EQ(second.principals.values[6].kind, Principal::Kind::everyone);
  EXPECT_TRUE(second.actions.negated);
  EXPECT_TRUE(second.resources.negated);
  ASSERT_EQ(second.conditions.size(), 3u);
  EXPECT_EQ(second.conditions[0].set, SetTest::all_values);
  EXPECT_TRUE(second.conditions[0].if_exists);
  EXPECT_TRUE(second.conditions[0].negated);
  EXPECT_EQ(second.conditions[0].op, Operator::string_like);
  EXPECT_EQ(second.conditions[0].key_lower, "aws:tagkeys");
  EXPECT_EQ(second.conditions[0].path, "$.Statement[1].Condition['ForAllValues:StringNotLikeIfExists']['aws:TagKeys']");
  EXPECT_EQ(second.conditions[1].values, std::vector<std::string>{"10"});
  EXPECT_EQ(second.conditions[2].values, std::vector<std::string>{"false"});
  EXPECT_TRUE(policy.notes.empty());
}

TEST(Parse, one_statement_without_a_list) {
  Policy policy = policy_of(R"({"Statement":{"Effect":"Allow","Action":"*"}})");
  ASSERT_EQ(policy.statements.size(), 1u);
  EXPECT_EQ(policy.statements[0].path, "$.Statement");
  EXPECT_FALSE(policy.variables());
}

TEST(Parse, malformed_is_refused_with_its_path) {
  struct Row {
    const char *json, *path, *word;
  };
  const Row rows[] = {
      {R"({})", "`$`", "no Statement"},
      {R"({"Version":"2013-01-01","Statement":[]})", "`$.Version`", "version"},
      {R"({"Statement":"x"})", "`$.Statement`", "string as statement"},
      {R"({"Statement":[1]})", "`$.Statement[0]`", "integer"},
      {R"({"Statement":[{"Action":"*"}]})", "`$.Statement[0]`", "no Effect"},
      {R"({"Statement":[{"Effect":"allow","Action":"*"}]})", "`$.Statement[0]`", "`allow`"},
      {R"({"Statement":[{"Effect":"Allow"}]})", "`$.Statement[0]`", "neither Action"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","NotAction":"x:y"}]})", "`$.Statement[0]`", "both `Action`"},
      {R"({"Statement":[{"Effect":"Allow","Action":["s3:*",{"a":1}]}]})", "`$.Statement[0].Action[1]`", "map"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Principal":"me"}]})", "`$.Statement[0].Principal`", "`me`"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Principal":{"Aws":"*"}}]})", "`$.Statement[0].Principal.Aws`", "`Aws`"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Principal":{"AWS":"1234"}}]})", "`$.Statement[0].Principal.AWS`", "`1234`"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Principal":{"Service":"*"}}]})", "`$.Statement[0].Principal.Service`", "Service"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Condition":{"StringEqual":{"a":"b"}}}]})", "`$.Statement[0].Condition.StringEqual`", "operator"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Condition":{"StringEquals":{"a":{}}}}]})", "`$.Statement[0].Condition.StringEquals['a']`", "map"},
      {R"([])", "`$`", "list"},
      {R"("not json")", "`$`", "no JSON"},
      {R"("[1]")", "`$`", "list"},
  };
  for (const auto& row : rows) {
    auto policy = read_policy(row.json);
    ASSERT_FALSE(policy) << row.json;
    EXPECT_NE(policy.error().text().find(row.path), std::string::npos) << policy.error().text();
    EXPECT_NE(policy.error().text().find(row.word), std::string::npos) << policy.error().text();
  }
}

TEST(Parse, odd_elements_are_named) {
  Policy policy = policy_of(R"({"Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Conditions":{}}],"Comment":1})");
  EXPECT_EQ(policy.statements[0].effect, Effect::allow);  // the last of two counts
  ASSERT_EQ(policy.notes.size(), 3u);
  EXPECT_EQ(policy.notes[0].what, "unknown element `Comment`");
  EXPECT_EQ(policy.notes[1].what, "element `Effect` stands twice, the last counts");
  EXPECT_EQ(policy.notes[2].what, "unknown element `Conditions`, did you mean `Condition`");
  EXPECT_EQ(policy.notes[2].path, "$.Statement[0]");
}

TEST(Parse, text_and_encoded_text) {
  for (auto json : {R"("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:Get%2FX\"}]}")",
                    R"(" {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:Get%2FX\"}]}\n")",
                    R"("%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet%252FX%22%7D%5D%7D")"}) {
    Policy policy = policy_of(json);
    ASSERT_EQ(policy.statements.size(), 1u);
    EXPECT_EQ(policy.statements[0].actions.values[0], "s3:Get%2FX");
    EXPECT_EQ(policy.statements[0].line, 0u);
  }
}

TEST(Parse, unknown_parts_stay_unknown) {
  Builder builder;
  builder.begin_map();
  builder.key("Statement");
  builder.begin_list();
  builder.begin_map();
  builder.key("Effect");
  builder.string("Allow");
  builder.key("Action");
  builder.begin_list();
  builder.string("s3:GetObject");
  builder.unknown("parameter");
  builder.end();
  builder.key("Principal");
  builder.unknown("parameter");
  builder.end();
  builder.unknown("not read");
  builder.end();
  builder.end();
  auto document = builder.finish();
  auto policy = parse_policy(document->root());
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_TRUE(policy->statements[0].actions.unknown);
  EXPECT_TRUE(policy->statements[0].principals.unknown);
  EXPECT_EQ(policy->statements[1].unknown, "not read");
  EXPECT_EQ(allows_public(*policy, {}).verdict, Truth::unknown);

  Builder whole;
  whole.unknown("AccessDenied");
  auto unread = whole.finish();
  auto nothing = parse_policy(unread->root());
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->unknown, "AccessDenied");
  EXPECT_EQ(allows_public(*nothing, {}).verdict, Truth::unknown);
  EXPECT_EQ(allows_account_outside(*nothing, {}).verdict, Truth::unknown);
  EXPECT_EQ(allows_admin({*nothing}).verdict, Truth::unknown);
  EXPECT_EQ(requires_mfa(*nothing).verdict, Truth::unknown);
  EXPECT_EQ(service_unbounded(*nothing, {}).verdict, Truth::unknown);
  EXPECT_EQ(scp_denies({{*nothing}}, {.action = "s3:GetObject"}).for_all.verdict, Truth::unknown);
}

TEST(Parse, a_map_read_in_part_hides_what_it_may_hold) {
  Builder builder;
  builder.begin_map();
  builder.key("Statement");
  builder.begin_map();
  builder.open_map("rest not read");
  builder.key("Effect");
  builder.string("Allow");
  builder.key("Principal");
  builder.string("*");
  builder.key("Action");
  builder.string("s3:GetObject");
  builder.end();
  builder.end();
  auto document = builder.finish();
  auto policy = parse_policy(document->root());
  ASSERT_TRUE(policy);
  EXPECT_EQ(allows_public(*policy, {}).verdict, Truth::unknown);  // there may be a condition
}

// Every published sample parses, without odd elements.
TEST(Parse, published_samples) {
  std::filesystem::path root = std::filesystem::path(shared_folder()) / "corpora/iam";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no shared data at " << root << "; set REEVE_SHARED";
  int seen = 0;
  for (auto folder : {"service-control-policies", "data-perimeter", "resource-control-policies"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".json") continue;
      auto text = read_file(entry.path().string());
      ASSERT_TRUE(text);
      auto policy = read_policy(*text, entry.path().filename().string());
      if (entry.path().filename() == "deny-service-specific-credential-by-type.json") {
        EXPECT_FALSE(policy) << entry.path() << " has a comment, which is no JSON";
        continue;
      }
      EXPECT_TRUE(policy) << entry.path() << ": " << policy.error().text();
      if (!policy) continue;
      EXPECT_FALSE(policy->statements.empty()) << entry.path();
      for (const auto& note : policy->notes) ADD_FAILURE() << entry.path() << " " << note.what;
      ++seen;
    }
  EXPECT_GT(seen, 100);
}

}  // namespace
}  // namespace reeve
