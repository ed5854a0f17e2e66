#include "policy/condition.h"

#include "policy/policy_testing.h"

namespace reeve {
namespace {
using namespace testing_policy;

Condition one_condition(const std::string& op, const std::string& key, const std::string& values) {
  Policy policy = statements(R"({"Effect":"Allow","Action":"*","Condition":{")" + op + R"(":{")" + key + R"(":)" + values + "}}}");
  EXPECT_EQ(policy.statements.size(), 1u);
  return policy.statements.empty() || policy.statements[0].conditions.empty() ? Condition{} : policy.statements[0].conditions[0];
}

struct Row {
  const char *op, *values;
  std::vector<std::string> had;  // {"<absent>"} and {"<unknown>"} are states
  Truth holds;
};

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    Context context{{"k", row.had == std::vector<std::string>{"<absent>"}    ? ContextValue::absent()
                          : row.had == std::vector<std::string>{"<unknown>"} ? ContextValue::unknown()
                                                                              : ContextValue::of(row.had)}};
    EXPECT_EQ(condition_holds(one_condition(row.op, "K", row.values), context), row.holds)
        << row.op << " " << row.values << " on " << ::testing::PrintToString(row.had);
  }
}

constexpr Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;

TEST(Condition, strings) {
  check({
      {"StringEquals", R"("a")", {"a"}, yes},
      {"StringEquals", R"("a")", {"A"}, no},
      {"StringEquals", R"(["b","a"])", {"a"}, yes},
      {"StringEquals", R"("a*")", {"ab"}, no},
      {"StringEquals", R"("a*")", {"a*"}, yes},
      {"StringEquals", R"("a")", {"<absent>"}, no},
      {"StringEquals", R"("a")", {"<unknown>"}, unknown},
      {"StringEqualsIfExists", R"("a")", {"<absent>"}, yes},
      {"StringEqualsIfExists", R"("a")", {"b"}, no},
      {"StringNotEquals", R"(["a","b"])", {"b"}, no},
      {"StringNotEquals", R"(["a","b"])", {"c"}, yes},
      {"StringNotEquals", R"("a")", {"<absent>"}, yes},
      {"StringNotEqualsIfExists", R"("a")", {"<absent>"}, yes},
      {"StringEqualsIgnoreCase", R"("aB")", {"Ab"}, yes},
      {"StringNotEqualsIgnoreCase", R"("aB")", {"Ab"}, no},
      {"StringLike", R"("a*c?")", {"abbcd"}, yes},
      {"StringLike", R"("a*c?")", {"abbc"}, no},
      {"StringLike", R"("*")", {""}, yes},
      {"StringLike", R"("*")", {"<absent>"}, no},
      {"StringNotLike", R"("a*")", {"ab"}, no},
      {"StringNotLike", R"("a*")", {"<absent>"}, yes},
      {"StringLike", R"("a${*}c")", {"a*c"}, yes},
      {"StringLike", R"("a${*}c")", {"abc"}, no},
      {"StringEquals", R"("a${$}{x}")", {"a${x}"}, yes},
      {"stringlike", R"("a*")", {"ab"}, yes},
  });
}

TEST(Condition, numbers_dates_booleans_bytes) {
  check({
      {"NumericEquals", "10", {"10.0"}, yes},
      {"NumericLessThan", R"("10")", {"9.5"}, yes},
      {"NumericLessThan", R"("10")", {"10"}, no},
      {"NumericLessThanEquals", R"("10")", {"10"}, yes},
      {"NumericGreaterThan", R"("10")", {"11"}, yes},
      {"NumericGreaterThanEquals", R"("9007199254740993")", {"9007199254740992"}, no},
      {"NumericNotEquals", R"("10")", {"10"}, no},
      {"NumericNotEquals", R"("10")", {"<absent>"}, yes},
      {"NumericLessThan", R"("10")", {"ten"}, no},
      {"NumericLessThanIfExists", R"("10")", {"<absent>"}, yes},
      {"DateLessThan", R"("2026-01-01T00:00:00Z")", {"2025-12-31T23:59:59Z"}, yes},
      {"DateLessThan", R"("2026-01-01T01:00:00+01:00")", {"2026-01-01T00:00:00Z"}, no},
      {"DateGreaterThan", R"("2026-01-01")", {"2026-01-01T00:00:01Z"}, yes},
      {"DateGreaterThanEquals", R"("1767225600")", {"2026-01-01T00:00:00Z"}, yes},
      {"DateGreaterThan", R"("2026")", {"2026-01-01T00:00:00Z"}, unknown},
      {"DateNotEquals", R"("2026-01-01")", {"2026-01-01"}, no},
      {"DateEquals", R"("2026-01-01T10:00Z")", {"2026-01-01T10:00:00Z"}, yes},
      {"Bool", R"("true")", {"true"}, yes},
      {"Bool", "true", {"True"}, yes},
      {"Bool", R"("false")", {"<absent>"}, no},
      {"BoolIfExists", R"("false")", {"<absent>"}, yes},
      {"BoolIfExists", R"("false")", {"true"}, no},
      {"BinaryEquals", R"("QmluYXJ5")", {"QmluYXJ5"}, yes},
      {"BinaryEquals", R"("QmluYXJ5")", {"QmluYXJx"}, no},
      {"Null", R"("true")", {"<absent>"}, yes},
      {"Null", "false", {"x"}, yes},
      {"Null", R"("true")", {"x"}, no},
      {"Null", R"("true")", {"<unknown>"}, unknown},
      {"Null", R"(["true","false"])", {"<unknown>"}, yes},
  });
}

TEST(Condition, addresses_and_arns) {
  check({
      {"IpAddress", R"("10.1.0.0/16")", {"10.1.255.255"}, yes},
      {"IpAddress", R"("10.1.0.0/16")", {"10.2.0.0"}, no},
      {"IpAddress", R"("10.1.2.3")", {"10.1.2.3"}, yes},
      {"IpAddress", R"(["10.0.0.0/8","2001:db8::/32"])", {"2001:db8:ffff::1"}, yes},
      {"IpAddress", R"("2001:db8::/33")", {"2001:db8:8000::1"}, no},
      {"IpAddress", R"("0.0.0.0/0")", {"2001:db8::1"}, no},
      {"IpAddress", R"("0.0.0.0/0")", {"::ffff:1.2.3.4"}, unknown},
      {"IpAddress", R"("10.0.0.0/8")", {"<absent>"}, no},
      {"NotIpAddress", R"("10.0.0.0/8")", {"10.0.0.1"}, no},
      {"NotIpAddress", R"("10.0.0.0/8")", {"11.0.0.1"}, yes},
      {"NotIpAddress", R"("10.0.0.0/8")", {"<absent>"}, yes},
      {"ArnLike", R"("arn:aws:iam::*:role/x*")", {"arn:aws:iam::123456789012:role/xy"}, yes},
      {"ArnEquals", R"("arn:aws:iam::*:role/x*")", {"arn:aws:iam::123456789012:role/xy"}, yes},
      {"ArnLike", R"("arn:aws:s3:::b/*")", {"arn:aws:s3:::b/a:c"}, yes},
      {"ArnLike", R"("arn:aws:svc:*:111111111111:x/*")", {"arn:aws:svc:eu:222222222222:y:111111111111:x/z"}, no},
      {"StringLike", R"("arn:aws:svc:*:111111111111:x/*")", {"arn:aws:svc:eu:222222222222:y:111111111111:x/z"}, yes},
      {"ArnLike", R"("*")", {"arn:aws:iam::123456789012:root"}, yes},
      {"ArnLike", R"("arn:aws:iam::*")", {"arn:aws:iam::123456789012:root"}, unknown},
      {"ArnLike", R"("arn:aws:iam::1*")", {"arn:aws:iam::223456789012:root"}, no},
      {"ArnNotLike", R"("arn:aws:iam::*:role/x")", {"arn:aws:iam::123456789012:role/x"}, no},
      {"ArnNotEquals", R"("arn:aws:iam::*:role/x")", {"<absent>"}, yes},
      {"ArnLike", R"("arn:aws:iam::123456789012:role/X")", {"arn:aws:iam::123456789012:role/x"}, no},
  });
}

TEST(Condition, sets) {
  check({
      {"ForAllValues:StringEquals", R"(["a","b"])", {"a", "b"}, yes},
      {"ForAllValues:StringEquals", R"(["a","b"])", {"a", "c"}, no},
      {"ForAllValues:StringEquals", R"(["a","b"])", {"<absent>"}, yes},
      {"ForAnyValue:StringEquals", R"(["a","b"])", {"c", "b"}, yes},
      {"ForAnyValue:StringEquals", R"(["a","b"])", {"c"}, no},
      {"ForAnyValue:StringEquals", R"(["a","b"])", {"<absent>"}, no},
      {"ForAnyValue:StringNotEquals", R"(["a","b"])", {"a", "c"}, yes},
      {"ForAnyValue:StringNotEquals", R"(["a","b"])", {"a", "b"}, no},
      {"ForAnyValue:StringNotEquals", R"(["a","b"])", {"<absent>"}, unknown},
      {"ForAllValues:StringNotEquals", R"(["a","b"])", {"a", "c"}, no},
      {"ForAllValues:StringNotEquals", R"(["a","b"])", {"d", "c"}, yes},
      {"ForAllValues:StringLikeIfExists", R"("a*")", {"<absent>"}, yes},
      {"ForAnyValue:StringLikeIfExists", R"("a*")", {"<absent>"}, unknown},
      {"StringEquals", R"("a")", {"a", "b"}, unknown},
      {"StringEquals", R"("a")", {"b", "c"}, no},
      {"ForAnyValue:StringEquals", "[]", {"a"}, no},
      {"ForAnyValue:StringNotEquals", "[]", {"<absent>"}, no},
      {"ForAnyValue:StringEqualsIfExists", "[]", {"<absent>"}, no},
      {"ForAllValues:StringEquals", "[]", {"a"}, no},
      {"ForAllValues:StringEquals", "[]", {"<absent>"}, yes},
      {"StringEquals", "[]", {"a"}, unknown},
      {"ForAnyValue:Null", R"("true")", {"<absent>"}, no},
      {"ForAllValues:Null", R"("true")", {"a"}, yes},
  });
}

TEST(Condition, variables) {
  Context context{{"aws:username", ContextValue::of("ann*")}, {"aws:PrincipalTag/Team", ContextValue::of("red")}, {"gone", ContextValue::absent()},
                  {"k", ContextValue::of("red")}};
  auto holds = [&](const char* op, const char* value, const char* had) {
    context.set("k", ContextValue::of(std::string(had)));
    return condition_holds(one_condition(op, "k", value), context);
  };
  EXPECT_EQ(holds("StringEquals", R"("${aws:PrincipalTag/team}")", "red"), yes);
  EXPECT_EQ(holds("StringEquals", R"("${aws:PrincipalTag/team}")", "blue"), no);
  EXPECT_EQ(holds("StringLike", R"("home/${aws:username}/*")", "home/ann*/x"), yes);
  EXPECT_EQ(holds("StringLike", R"("home/${aws:username}/*")", "home/anna/x"), no);  // a star in a value is no wildcard
  EXPECT_EQ(holds("StringEquals", R"("${gone}")", "red"), no);
  EXPECT_EQ(holds("StringNotEquals", R"("${gone}")", "red"), yes);
  EXPECT_EQ(holds("StringEquals", R"("${gone, 'red'}")", "red"), yes);
  EXPECT_EQ(holds("StringEquals", R"("a-${never}")", "a-red"), unknown);
  EXPECT_EQ(holds("StringEquals", R"("a-${never}")", "b-red"), no);
  Condition old = one_condition("StringEquals", "k", R"("${aws:username}")");
  context.set("k", ContextValue::of("${aws:username}"));
  EXPECT_EQ(condition_holds(old, context, false), yes);
}

TEST(Match, actions_and_resources) {
  EXPECT_TRUE(action_matches("S3:get*", "s3:GetObject"));
  EXPECT_TRUE(action_matches("*", "s3:GetObject"));
  EXPECT_TRUE(action_matches("s3:*Object", "s3:GetObject"));
  EXPECT_TRUE(action_matches("s3:?etObject", "s3:GetObject"));
  EXPECT_FALSE(action_matches("s3:Get", "s3:GetObject"));
  EXPECT_FALSE(action_matches("s3:GetObject", "s3:GetObjectAcl"));
  struct {
    const char *pattern, *arn;
    Truth matches;
  } rows[] = {
      {"*", "arn:aws:s3:::b/k", yes},
      {"arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l", yes},
      {"arn:aws:s3:::b/*", "arn:aws:s3:::b", no},
      {"arn:aws:s3:::B", "arn:aws:s3:::b", no},
      {"arn:aws:sqs:*:123456789012:q", "arn:aws:sqs:eu-west-1:123456789012:q", yes},
      {"arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:123456789012:q", yes},  // the star ends its segment
      {"arn:aws:sqs:e*1:q", "arn:aws:sqs:eu-west-1:123:x1:q", unknown},
      {"arn:aws:logs:*:*:log-group:/a*b:*", "arn:aws:logs:eu-west-1:123456789012:log-group:/a:x:b:c", yes},
      {"arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::ann/x", unknown},
      {"arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::ann", no},
      {"arn:aws:iam::*:role/*Admin", "arn:aws:iam::123456789012:role/a/b/TheAdmin", yes},
  };
  for (const auto& row : rows) EXPECT_EQ(resource_matches(row.pattern, row.arn), row.matches) << row.pattern << " " << row.arn;
}

TEST(Match, whole_statements) {
  Policy policy = statements(R"({"Effect":"Allow","NotAction":["iam:*","sts:*"],"NotResource":"arn:aws:s3:::secret/*",
      "Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]},"Bool":{"aws:SecureTransport":"true"}}})");
  const Statement& statement = policy.statements[0];
  Context context{{"aws:RequestedRegion", ContextValue::of("eu-west-1")}, {"aws:SecureTransport", ContextValue::of("true")}};
  EXPECT_EQ(statement_covers(statement, "s3:GetObject", "arn:aws:s3:::open/x", context), yes);
  EXPECT_EQ(statement_covers(statement, "s3:GetObject", "arn:aws:s3:::secret/x", context), no);
  EXPECT_EQ(statement_covers(statement, "iam:GetUser", "arn:aws:iam::123456789012:user/x", context), no);
  EXPECT_EQ(statement_covers(statement, "s3:GetObject", "arn:aws:s3:::open/x", {}), unknown);
  context.set("aws:requestedregion", ContextValue::of("us-east-1"));
  EXPECT_EQ(statement_covers(statement, "s3:GetObject", "arn:aws:s3:::open/x", context), no);
}

}  // namespace
}  // namespace reeve
