// What Guard says about its verdicts: evidence, errors, and what a rule file speaks of.
#include "check/guard_testing.h"

namespace reeve::guard {
namespace {

// ---- evidence

TEST(GuardEvidence, NamesValueAndExpectation) {
  const DocumentPtr data = document(bucket);
  const auto result =
      run("rule sized {\n  AWS::S3::Bucket {\n    Properties.Size in [6, 7] << too small >>\n    Properties.Tags[*].Key == "
          "/^e/\n  }\n}",
          data);
  ASSERT_EQ(result.rules.size(), 1u);
  const auto& rule = result.rules[0];
  EXPECT_EQ(rule.rule, "sized");
  EXPECT_EQ(rule.line, 1u);
  ASSERT_EQ(rule.failures.size(), 2u);
  EXPECT_EQ(rule.failures[0].value.path(), "$.Resources.Logs.Properties.Size");
  EXPECT_EQ(rule.failures[0].expected, "in [6, 7]");
  EXPECT_EQ(rule.failures[0].message, "too small");
  EXPECT_EQ(rule.failures[0].line, 3u);
  EXPECT_EQ(rule.failures[0].column, 5u);
  EXPECT_EQ(rule.failures[1].value.path(), "$.Resources.Logs.Properties.Tags[1].Key");
  EXPECT_EQ(rule.failures[1].expected, "a string matching /^e/");
}

TEST(GuardEvidence, NamesWhereAQueryStopped) {
  const DocumentPtr data = document(bucket);
  const auto result = run("AWS::S3::Bucket Properties.Encryption.Rules[*].Algorithm exists", data);
  const auto& failure = result.rules.at(0).failures.at(0);
  EXPECT_FALSE(failure.value);
  EXPECT_EQ(failure.missing_from.path(), "$.Resources.Logs.Properties");
  EXPECT_EQ(failure.missing_path, ".Encryption.Rules[*].Algorithm");
  EXPECT_EQ(failure.expected, "exists");
}

TEST(GuardEvidence, OnlyWhatDecides) {
  const DocumentPtr data = document("A: 1\nB: !unknown denied");
  // The alternative that passed, the condition that did not hold and the undecided clause beside a failure are no evidence.
  EXPECT_TRUE(run("A == 2 or A == 1", data).rules[0].failures.empty());
  EXPECT_TRUE(run("rule r when A == 2 { A == 3 }", data).rules[0].failures.empty());
  EXPECT_EQ(run("rule r { A == 2\n B == 1 }", data).rules[0].failures.size(), 1u);
  const auto unknown = run("rule r when B == 1 { A == 3 }", data).rules[0];
  ASSERT_EQ(unknown.failures.size(), 1u);
  EXPECT_EQ(unknown.failures[0].value.path(), "$.B");
  EXPECT_EQ(unknown.failures[0].unknown_reason, "denied");
}

TEST(GuardEvidence, SaysWhyAnElementIsMaybe) {
  const DocumentPtr data = document("A: [{B: !unknown denied, C: 2}]");
  const auto rule = run("A[ B == 1 ].C == 1", data).rules[0];
  ASSERT_EQ(rule.failures.size(), 1u);
  EXPECT_EQ(rule.failures[0].value.path(), "$.A[0].C");
  EXPECT_EQ(rule.failures[0].unknown_reason, "denied");
}

TEST(GuardEvidence, LeadsBackFromWhatAFunctionMade) {
  const DocumentPtr data = document("A: '{\"Statement\": [{\"Effect\": \"Allow\"}]}'");
  const auto rule = run("let p = json_parse(A)\n%p.Statement[*].Effect == 'Deny'", data).rules[0];
  ASSERT_EQ(rule.failures.size(), 1u);
  EXPECT_EQ(rule.failures[0].value.path(), "$.A");
}

TEST(GuardEvidence, CarriesTheMessageOfTheCall) {
  const DocumentPtr data = document("A: 1");
  const auto rule = run("rule is(x) { %x == 2 }\nrule a { is(A) << of the call >> }", data).rules[0];
  ASSERT_EQ(rule.failures.size(), 1u);
  EXPECT_EQ(rule.failures[0].message, "of the call");
  EXPECT_EQ(rule.failures[0].expected, "== 2");
}

// ---- what can go wrong

TEST(GuardErrors, SayWhereAndWhat) {
  struct Wrong {
    const char* text;
    const char* error;
  };
  const Wrong table[] = {
      {"rule a {", "t.guard:1:9: the rule file ends too early"},
      {"rule a {\n}", "t.guard:2:1: this block is empty"},
      {"A ==", "t.guard:1:5: the rule file ends too early"},
      {"A = 1", "t.guard:1:3: unexpected `= 1`"},
      {"A == 1e", "t.guard:1:6: a number must not run into a name"},
      {"A == \"x", "t.guard:1:6: this string is not closed"},
      {"A == /(/", "t.guard:1:6: the regular expression `(` is not valid"},
      {"A == r[1,a]", "t.guard:1:6: the bounds of a range must be of one kind"},
      {"A == [%x]", "t.guard:1:7: unexpected `%x]`"},
      {"A exists << oh", "t.guard:1:10: this message is not closed"},
      {"let x == 1", "t.guard:1:8: unexpected `= 1`"},
      {"A == %nope", "t.guard:1:1: the variable `%nope` is defined nowhere"},
      {"A == 1\nlet b = count(%nope)", "t.guard:2:1: the variable `%nope` is defined nowhere"},
      {"rule a { b\n}", "t.guard:1:10: there is no rule `b`"},
      {"rule a { b(1) }", "t.guard:1:10: there is no parameterised rule `b`"},
      {"rule b(x, y) { %x == %y }\nrule a { b(1) }", "t.guard:2:10: `b` was given 1 arguments"},
      {"rule b(x, x) { %x exists }", "t.guard:1:11: the parameter `x` stands twice"},
      {"let x = counts(A)", "t.guard:1:9: there is no function `counts`"},
      {"let x = join(A)", "t.guard:1:9: `join` was given 1 arguments"},
      {"rule a { b }\nrule b { A exists }", "t.guard:1:12: unexpected `}`"},
      {"A[ keys exists ] exists", "t.guard:1:9: unexpected `exists ] exists`"},
      {"when A exists { AWS::S3::Bucket A == 1 }", "t.guard:1:17: a type block cannot stand here"},
      {"AWS::S3::Bucket{ A == 1 }", "t.guard:1:16: unexpected `{ A == 1 }`"},
      {"A[99999999999999999999] exists", "t.guard:1:3: this index does not fit into 64 bits"},
  };
  for (const Wrong& wrong : table) {
    auto compiled = compile_guard(wrong.text, "t.guard");
    ASSERT_FALSE(compiled) << wrong.text;
    EXPECT_TRUE(starts_with(compiled.error().text(), wrong.error)) << wrong.text << "\n" << compiled.error().text();
  }
  EXPECT_FALSE(compile_guard(std::string(5000, '[') + "A", "t.guard"));
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "A {\n";
  auto compiled = compile_guard(deep, "t.guard");
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, Code::limit);
}

TEST(GuardErrors, EndlessRulesEnd) {
  const DocumentPtr data = document("A: 1");
  for (const char* text :
       {"rule a { b\n}\nrule b { a\n}", "let x = %x\nrule a { %x exists }", "rule r(x) { r(%x) }\nrule a { r(A) }"}) {
    const auto result = run(text, data);
    EXPECT_NE(result.status, GuardStatus::pass) << text;
  }
  GuardOptions few;
  few.steps_max = 3;
  const auto result = rules("rule a { A == 1\n A == 1\n A == 1\n A == 1 }")->evaluate(data->root(), few);
  EXPECT_EQ(result.status, GuardStatus::unknown);
  ASSERT_TRUE(result.rules[0].error);
  EXPECT_EQ(result.rules[0].error->code, Code::limit);
  // A pattern that backtracks without end is unknown, not a hang.
  const auto hostile = run("A == /^(a+)+$/\nA == /^(a|aa)+\\1?$/", document("A: " + std::string(5000, 'a') + "!"));
  EXPECT_NE(hostile.status, GuardStatus::pass);
}

TEST(GuardErrors, OneBadRuleLeavesTheOthers) {
  const DocumentPtr data = document("A: five");
  const auto result = run("let n = parse_int(A)\nrule a { %n == 5 }\nrule b { A == 'five' }", data);
  EXPECT_EQ(result.rules[0].status, GuardStatus::fail);
  EXPECT_NE(result.rules[0].failures.at(0).expected.find("cannot be evaluated"), std::string::npos);
  EXPECT_EQ(result.rules[1].status, GuardStatus::pass);
}

// ---- what a file speaks of

std::string spoken(std::string_view text) {
  auto compiled = rules(text);
  std::string out;
  for (const auto& type : compiled->types()) out += type + " ";
  if (compiled->any_type()) out += "* ";
  out += "|";
  for (const auto& mention : compiled->mentions()) out += " " + mention.type + ":" + mention.path;
  return out;
}

TEST(GuardMentions, FollowBlocksFiltersConditionsAndVariables) {
  EXPECT_EQ(spoken("AWS::S3::Bucket { Properties.A == 1\n Properties.B { C exists } }"),
            "AWS::S3::Bucket | AWS::S3::Bucket:Properties.A AWS::S3::Bucket:Properties.B AWS::S3::Bucket:Properties.B.C");
  EXPECT_EQ(spoken("let x = Resources.*[ Type == 'AWS::S3::Bucket' ]\nrule r when %x !empty { %x { Properties.A exists } }"),
            "AWS::S3::Bucket | AWS::S3::Bucket:Properties.A");
  EXPECT_EQ(spoken("let x = Resources.*[ Type in ['T::A', 'T::B'] Properties.F == 1 ]\n%x.Properties.Rules[*].Name == 1"),
            "T::A T::B | T::A:Properties.F T::B:Properties.F T::A:Properties.Rules.Name T::B:Properties.Rules.Name");
  EXPECT_EQ(spoken("let t = 'T::A'\nlet x = Resources.*[ Type == %t ]\nlet p = %x.Properties\nrule r { %p { A exists } }"),
            "T::A | T::A:Properties T::A:Properties.A");
  EXPECT_EQ(spoken("rule check(x) { %x { Properties.A exists } }\nrule r { check(Resources.*[ Type == 'T::A' ]) }"),
            "T::A | T::A:Properties.A");
  EXPECT_EQ(spoken("T::A::B when Properties.W exists { Properties.Tags[ Key == 'x' ].Value exists }"),
            "T::A::B | T::A::B:Properties.W T::A::B:Properties.Tags.Key T::A::B:Properties.Tags.Value");
  EXPECT_EQ(spoken("Parameters exists"), "* |");
  EXPECT_EQ(spoken("Resources.*.Properties.A exists"), "* |");
  EXPECT_EQ(spoken("rule a when Resources exists { T::A A.*.B exists }"), "T::A * | T::A:A");
}

TEST(Guard, TellsWhetherNowWasAsked) {
  const DocumentPtr data = document("A: 1");
  const char* text = "let n = now()\nrule a when A == 2 { %n > 1 }\nrule b { A == 1 }";
  EXPECT_TRUE(rules(text)->uses_now());
  EXPECT_FALSE(run(text, data).used_now);
  EXPECT_TRUE(run("let n = now()\n%n > 1", data).used_now);
  EXPECT_FALSE(rules("A == 1")->uses_now());
}

TEST(Guard, GivesOneResultForEachBlockDefaultFirst) {
  const auto result = run("rule s when A == 2 { A == 1 }\nA == 1\nrule s { A == 2 }", document("A: 1"));
  ASSERT_EQ(result.rules.size(), 3u);
  EXPECT_EQ(result.rules[0].rule, "default");
  EXPECT_EQ(result.rules[0].status, GuardStatus::pass);
  EXPECT_EQ(result.rules[1].status, GuardStatus::skip);
  EXPECT_EQ(result.rules[2].status, GuardStatus::fail);
  EXPECT_EQ(rules("A == 1\nrule s { A == 1 }\nrule s { A == 2 }")->rule_names(), (std::vector<std::string>{"default", "s"}));
}

TEST(Guard, CommentsAndWordsOfTheLanguageAsKeys) {
  EXPECT_EQ(run("# c\nrule a # c\n{ # c\n A # c\n == # c\n 1 # c\n}", document("A: 1")).status, GuardStatus::pass);
  EXPECT_EQ(run("trueFlag == falseFlag", document("trueFlag: 1\nfalseFlag: 1")).status, GuardStatus::pass);
  EXPECT_EQ(run("thisThing == 1\nletter == 1\norder == 1\nwhenever == 1\nsomething == 1\nnotes exists",
                document("{thisThing: 1, letter: 1, order: 1, whenever: 1, something: 1, notes: 1}"))
                .status,
            GuardStatus::pass);
}

}  // namespace
}  // namespace reeve::guard
