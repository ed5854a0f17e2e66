// Templates as they will be deployed: what each function gives, what is unknown and why, which resources are there.
#include "estate/stack.h"

#include <gtest/gtest.h>

#include "base/text.h"

#include "estate/estate_test_kit.h"
#include "estate/stack_files.h"
#include "estate/stack_network.h"
#include "estate/stack_value.h"
#include "estate/template.h"
#include "formats/unknowns.h"

namespace reeve {
namespace {

using Parameters = std::map<std::string, StackParameter, std::less<>>;

Stack resolve(const std::string& text, const Parameters& parameters = {}, const std::string& file = "t.yaml") {
  StackOptions options;
  options.parameters = parameters;
  return resolve_stack(must(read_template(text, Source{nullptr, file, "", 0, "", "$"})), options);
}

Value body(const Stack& stack, const std::string& id) {
  for (const auto& resource : stack.resources)
    if (resource.id == id) return resource.body;
  return {};
}

// JSON; an unknown as `?reason`, one that surely is there as `!reason`, with what is written there behind it.
std::string shown(Value value) {
  if (!value) return "absent";
  if (value.is_unknown()) return (surely_there(value) ? "!" : "?") + std::string(value.text()) + (written_in(value) ? " " + to_json(written_in(value)) : "");
  if (value.is_list()) {
    std::string out;
    for (Value each : value.items()) out += (out.empty() ? "" : ", ") + shown(each);
    return "[" + out + "]";
  }
  if (value.is_map()) {
    std::string out;
    for (auto entry : value.entries()) out += (out.empty() ? "" : ", ") + std::string(entry.key()) + ": " + shown(entry.value);
    return "{" + out + (value.open() ? (out.empty() ? "…" : ", …") : "") + "}";
  }
  return to_json(value);
}

std::string text_of(const std::vector<Error>& errors) {
  std::string out;
  for (const Error& error : errors) out += error.text() + "\n";
  return out;
}

const char* kTemplate = R"(
Parameters:
  Name: {Type: String}
  Size: {Type: Number, Default: 7}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Only: {Type: String, AllowedValues: [one]}
  Choice: {Type: String, AllowedValues: [a, b]}
  Zones: {Type: CommaDelimitedList, Default: 'x, y,z'}
  Empty: {Type: CommaDelimitedList, Default: ''}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /ami}
  Password: {Type: String, NoEcho: true, Default: hunter2}
  On: {Type: String, Default: true}
Mappings:
  M:
    one: {a: x, b: [1, 2], same: s}
    two: {a: y, b: [3], same: s}
Conditions:
  Always: !Equals [a, a]
  Never: !Not [{Condition: Always}]
  Prod: !Equals [!Ref Stage, prod]
  Named: !Equals [!Ref Name, here]
  Chosen: !Equals [!Ref Choice, c]
  Self: !Equals [!Ref Name, !Ref Name]
  Both: !And [{Condition: Always}, {Condition: Named}]
  Neither: !And [{Condition: Never}, {Condition: Named}]
  Either: !Or [{Condition: Always}, {Condition: Named}]
  NoPassword: !Equals [!Ref Password, '']
  Alike: !Equals [!Sub 'a-${Name}', 'b-x']
Resources:
  Key: {Type: 'AWS::KMS::Key'}
  R:
    Type: AWS::S3::Bucket
    Properties:
      P: )";

TEST(Stack, EachFunctionGivesWhatTheDeploymentWill) {
  const std::string name = "parameter `Name` has no value until the template is deployed";
  const std::string named = "whether condition `Named` holds is not known: " + name;
  struct {
    std::string written, expected;
    Parameters parameters = {};
  } cases[] = {
      // Ref
      {"!Ref Stage", R"("dev")"},
      {"!Ref Stage", R"("prod")", {{"Stage", {"prod", ""}}}},
      {"!Ref Size", R"("7")"},
      {"!Ref Only", R"("one")"},
      {"!Ref Zones", R"(["x", "y", "z"])"},
      {"!Ref Empty", "[]"},
      {"!Ref Name", "!" + name + R"( {"Parameter":"Name"})"},
      {"!Ref Choice", R"(!parameter `Choice` has no value until the template is deployed {"Parameter":"Choice"})"},
      {"!Ref Image", R"(!parameter `Image` is looked up in Parameter Store when the template is deployed {"Parameter":"Image"})"},
      {"!Ref Password", R"(!parameter `Password` is a secret {"Parameter":"Password"})"},
      {"!Ref Key", R"(!`Ref` of `Key` is known only when the template is deployed {"Ref":"Key"})"},
      {"!Ref Nothing", "?there is neither a parameter nor a resource `Nothing`"},
      {"!Ref AWS::Region", R"(!`AWS::Region` is known only when the template is deployed {"Parameter":"AWS::Region"})"},
      {"!Ref AWS::Region", R"("eu-west-1")", {{"AWS::Region", {"eu-west-1", ""}}}},
      {"!Ref AWS::Partition", R"("aws-cn")", {{"AWS::Region", {"cn-north-1", ""}}}},
      {"!Ref AWS::URLSuffix", R"("amazonaws.com.cn")", {{"AWS::Region", {"cn-north-1", ""}}}},
      {"!Ref AWS::NoValue", "absent"},
      {"[1, !Ref AWS::NoValue, 2]", "[1, 2]"},
      {"{Ref: Stage, Other: b}", R"({Ref: "Stage", Other: "b"})"},  // no function: a map with two keys
      {"yes", "true"},
      // GetAtt
      {"!GetAtt Key.Arn", R"(!`Fn::GetAtt` of `Key.Arn` is known only when the template is deployed {"Fn::GetAtt":["Key","Arn"]})"},
      {"{'Fn::GetAtt': [Key, Arn]}", R"(!`Fn::GetAtt` of `Key.Arn` is known only when the template is deployed {"Fn::GetAtt":["Key","Arn"]})"},
      {"!GetAtt Gone.Arn", "?there is no resource `Gone`"},
      // Sub
      {"!Sub '${Stage}-${Size}'", R"("dev-7")"},
      {"!Sub ['${Stage}-${X}', {X: !Ref Size}]", R"("dev-7")"},
      {"!Sub '${!Stage}'", R"("${Stage}")"},
      {"!Sub 'a$b{c}'", R"("a$b{c}")"},
      {"!Sub '${Zones}'", R"("x,y,z")"},
      {"!Sub '${Stage}-${Key.Arn}/*'", R"(!`Fn::GetAtt` of `Key.Arn` is known only when the template is deployed {"Fn::Sub":"dev-${Key.Arn}/*"})"},
      {"!Sub '${!x}${Name}'", "!" + name + R"( {"Fn::Sub":"${!x}${Name}"})"},
      // Join, Split, Select
      {"!Join ['-', [a, !Ref Stage, 7, true]]", R"("a-dev-7-true")"},
      {"!Join ['', !Ref Zones]", R"("xyz")"},
      {"!Join ['', ['arn:', !Ref AWS::Partition]]", R"(!`AWS::Partition` is known only when the template is deployed {"Fn::Sub":"arn:${AWS::Partition}"})"},
      {"!Join ['', [a, !Ref AWS::NoValue, b]]", R"("ab")"},
      {"!Split ['-', 'a-b--c']", R"(["a", "b", "", "c"])"},
      {"!Select [1, !Split ['-', !Sub '${Stage}-x']]", R"("x")"},
      {"!Select ['0', !Ref Zones]", R"("x")"},
      {"!Select [3, !Ref Zones]", "?`Fn::Select` cannot be evaluated"},
      {"!Select [0, !GetAZs '']", "!which Availability Zones the Region has is known only when the template is deployed"},
      {"!Select [1, [a, {b: c}]]", R"({b: "c"})"},
      // FindInMap
      {"!FindInMap [M, one, a]", R"("x")"},
      {"!FindInMap [M, one, b]", "[1, 2]"},
      {"!FindInMap [M, !Ref Name, a]", "!" + name},
      {"!FindInMap [M, !Ref Name, same]", R"("s")"},  // whichever it is
      {"!FindInMap [M, three, a]", "?`Fn::FindInMap` cannot be evaluated"},
      {"!FindInMap [M, three, a, {DefaultValue: !Ref Stage}]", R"("dev")"},
      // If
      {"!If [Always, a, b]", R"("a")"},
      {"!If [Never, a, !Ref Stage]", R"("dev")"},
      {"!If [Never, a, !Ref AWS::NoValue]", "absent"},
      {"!If [Prod, a, b]", R"("b")"},
      {"!If [Prod, a, b]", R"("a")", {{"Stage", {"prod", ""}}}},
      {"!If [Named, a, b]", "!" + named},
      {"!If [Named, a, a]", R"("a")"},
      {"!If [Named, a, !Ref AWS::NoValue]", "?" + named},
      {"!If [Named, {k: 1, l: 2}, {k: 1, m: 3}]", "{k: 1, l: ?" + named + ", m: ?" + named + "}"},
      {"!If [Chosen, a, b]", R"("b")"},  // not among the allowed values
      {"!If [Self, a, b]", R"("a")"},
      {"!If [Both, a, b]", "!whether condition `Both` holds is not known: " + named},
      {"!If [Neither, a, b]", R"("b")"},
      {"!If [Either, a, b]", R"("a")"},
      {"!If [NoPassword, a, b]", R"("b")"},  // a secret is compared, not shown
      {"!If [Alike, a, b]", R"("b")"},       // `a-…` is never `b-x`
      {"!If [Gone, a, b]", "!there is no condition `Gone`"},
      // dynamic references
      {"'{{resolve:secretsmanager:db:SecretString:password}}'",
       R"(!it is a secret of Secrets Manager, known only when the template is deployed {"Elsewhere":"{{resolve:secretsmanager:db:SecretString:password}}"})"},
      {"'{{resolve:ssm-secure:/db/password:1}}'", R"(!it is a secret of Parameter Store, known only when the template is deployed {"Elsewhere":"{{resolve:ssm-secure:/db/password:1}}"})"},
      {"'x-{{resolve:ssm:/name}}'", R"(!it is looked up by `ssm` when the template is deployed {"Elsewhere":"x-{{resolve:ssm:/name}}"})"},
      {"!Sub '{{resolve:ssm:/${Stage}/name}}'", R"(!it is looked up by `ssm` when the template is deployed {"Elsewhere":"{{resolve:ssm:/dev/name}}"})"},
      {"!Join ['', ['{{resolve:secretsmanager:', !Ref Key, ':SecretString:p}}']]",
       R"(!it is a secret of Secrets Manager, known only when the template is deployed {"Elsewhere":"{{resolve:secretsmanager:${Key}:SecretString:p}}"})"},
      {"'{{resolve:ssm'", R"("{{resolve:ssm")"},
      // the rest
      {"!Base64 hello", R"("aGVsbG8=")"},
      {"!Base64 {'Fn::Sub': '${Stage}'}", R"("ZGV2")"},
      {"!Cidr ['10.0.0.0/16', 2, 8]", R"(["10.0.0.0/24", "10.0.1.0/24"])"},
      {"!Cidr [!Ref Name, 2, 8]", "!" + name},
      {"{'Fn::Length': !Ref Zones}", R"("3")"},
      {"{'Fn::Length': [!Ref Name, b]}", R"("2")"},
      {"{'Fn::ToJsonString': {a: !Ref Stage, b: [1]}}", R"json("{\"a\":\"dev\",\"b\":[1]}")json"},
      {"{'Fn::ToJsonString': {a: !Ref Name}}", "!" + name},
      {"!ImportValue x", "!what another stack exports as `x` is known only when the template is deployed"},
      {"{'Fn::Transform': {Name: Mine}}", "?what the macro `Mine` brings is known only when the template is deployed"},
      {"{a: 1, 'Fn::Transform': {Name: Mine}}", "{a: 1, …}"},
      {"{'Fn::New': x}", "?CloudFormation has no function `Fn::New` that is known here"},
      {"{'Fn::ForEach::L': [X, [a, b], {'${X}Key': !Ref X}]}", R"({aKey: "a", bKey: "b"})"},
      {"{'Fn::ForEach::L': [X, !Ref Zones, {'k${X}': {'Fn::Sub': '${X}-${Stage}'}}]}", R"({kx: "x-dev", ky: "y-dev", kz: "z-dev"})"},
      {"{A: 1, 'Fn::ForEach::L': [X, [!Ref Name], {'${X}': 1}]}", "{A: 1, …}"},
  };
  for (auto& c : cases) {
    const Stack stack = resolve(kTemplate + c.written + "\n", c.parameters);
    EXPECT_EQ(shown(body(stack, "R").get("Properties").get("P")), c.expected) << c.written;
    EXPECT_EQ(text_of(stack.problems), "") << c.written;
  }
}

TEST(Stack, AValueKeepsItsPlaceInTheTemplate) {
  struct {
    const char *written, *path;
    uint32_t line, column;
  } cases[] = {
      {"!Ref Stage", "$.Resources.R.Properties.P", 34, 10},
      {"!If [Always, {k: [1]}, b]", "$.Resources.R.Properties.P['Fn::If'][1]", 34, 17},
      {"{k: !Sub '${Stage}'}", "$.Resources.R.Properties.P", 34, 10},
      {"!FindInMap [M, one, a]", "$.Resources.R.Properties.P", 34, 10},
  };
  for (auto& c : cases) {
    const Stack stack = resolve(kTemplate + std::string(c.written) + "\n");
    const Value value = body(stack, "R").get("Properties").get("P");
    EXPECT_EQ(value.origin().path, c.path) << c.written;
    EXPECT_EQ(value.origin().source->file, "t.yaml") << c.written;
    EXPECT_EQ(value.line(), c.line) << c.written;
  }
}

TEST(Stack, ResourcesAreThereAsTheirConditionsSay) {
  const char* text = R"(
Parameters: {Stage: {Type: String}}
Conditions: {Always: !Equals [a, a], Never: !Equals [a, b], Prod: !Equals [!Ref Stage, prod]}
Resources:
  A: {Type: 'AWS::S3::Bucket', Condition: Always}
  B: {Type: 'AWS::S3::Bucket', Condition: Never}
  C: {Type: 'AWS::S3::Bucket', Condition: Prod}
)";
  Stack stack = resolve(text);
  ASSERT_EQ(stack.resources.size(), 2u);
  EXPECT_EQ(stack.resources[0].maybe, "");
  EXPECT_EQ(stack.resources[1].maybe, "whether condition `Prod` holds is not known: parameter `Stage` has no value until the template is deployed");
  EXPECT_EQ(resolve(text, {{"Stage", {"prod", ""}}}).resources[1].maybe, "");
  EXPECT_EQ(resolve(text, {{"Stage", {"dev", ""}}}).resources.size(), 1u);
}

TEST(Stack, WhatCannotBeDeployedIsNamedByPlace) {
  struct {
    const char *text, *problem, *note;
  } cases[] = {
      {"Resources:\n  A:\n    Type: T::A::B\n    Properties: {X: !Ref B}\n  B:\n    Type: T::A::B\n    DependsOn: A\n", "t.yaml:7:16: resources refer to each other in a circle: `A` → `B` → `A`", ""},
      {"Resources:\n  A:\n    Type: T::A::B\n    Properties: {X: !Ref A}\n", "in a circle: `A` → `A`", ""},
      {"Conditions: {X: !Not [{Condition: Y}], Y: !Not [{Condition: X}]}\nResources: {A: {Type: 'T::A::B', Condition: X}}\n", "the condition `X` depends on itself", ""},
      {"Resources:\n  A:\n    Type: T::A::B\n    Properties: {X: {'Fn::Or': r}}\n", "t.yaml:4:32: `Fn::Or` has not the conditions it needs", ""},
      {"Conditions: {X: {'Fn::Not': []}}\nResources: {A: {Type: 'T::A::B', Condition: X}}\n", "`Fn::Not` has not the conditions it needs", ""},
      {"Resources: {A: {Type: ''}}\n", "resource `A` has no `Type`", ""},
      {"Resources: {A: {Properties: {}}}\n", "resource `A` has no `Type`", ""},
      {"Resources:\n  Fn::ForEach::L: [X, [a, a], {'R${X}': {Type: 'T::A::B'}}]\n", "there are two resources `Ra`", ""},
      {"Parameters: {P: {Type: CommaDelimitedList}}\nResources:\n  Fn::ForEach::L: [X, !Ref P, {'R${X}': {Type: 'T::A::B'}}]\n", "", "resources made by `Fn::ForEach::L` are not judged: parameter `P`"},
      {"Transform: AWS::Include\nResources: {A: {Type: 'T::A::B'}}\n", "", "sections that `AWS::Include` brings are not judged"},
      {"Resources:\n  A: {Type: 'T::A::B', Properties: {X: !Mystery 1}}\n", "t.yaml:2:40: CloudFormation does not know the tag `!Mystery`", ""},
      {"Resources:\n  A: {Type: {'Rain::Module': m.yml}}\n  B: {Type: 'T::A::B', Properties: {X: !Ref AVpc}}\n", "", "t.yaml:2:3: `A` stands for the module `m.yml` of `rain`"},
      {"Resources:\n  A: {Type: !Rain::Module m.yml}\n", "", "t.yaml:2:3: `A` stands for the module `m.yml` of `rain`"},
      {"Transform: [Mine]\nResources: {A: {Type: 'T::A::B'}}\n", "", "the macro `Mine` rewrites the template"},
      {"Resources: {A: {Type: 'T::A::B', Properties: {X: !GetAtt B.Arn}}}\n", "", "there is no resource `B`"},
  };
  for (auto& c : cases) {
    const Stack stack = resolve(c.text);
    EXPECT_NE(text_of(stack.problems).find(c.problem), std::string::npos) << c.text << text_of(stack.problems);
    EXPECT_EQ(stack.problems.empty(), !*c.problem) << c.text << text_of(stack.problems);
    EXPECT_NE(text_of(stack.notes).find(c.note), std::string::npos) << c.text << text_of(stack.notes);
  }
  EXPECT_EQ(shown(body(resolve("Transform: [Mine]\nResources: {A: {Type: 'T::A::B', Properties: {X: 1}}}\n"), "A").get("Properties")),
            "?the macro `Mine` rewrites the template when it is deployed");
}

TEST(Stack, TagsThatCloudFormationDoesNotKnowAreUnknown) {
  struct {
    const char *written, *expected, *note;
  } cases[] = {
      {"!Mystery x", "?CloudFormation does not know the tag `!Mystery`", ""},
      {"{a: !Mystery [1], b: 2}", "{a: ?CloudFormation does not know the tag `!Mystery`, b: 2}", ""},
      {"{\"!quoted\": 1}", "{!quoted: 1}", ""},
      {"!Rain::Embed x.sh", "?what `Rain::Embed` stands for is put there by `rain` before the template is deployed", ""},
      {"!Sub {'Rain::Embed': x.sh}", "?what `Rain::Embed` stands for is put there by `rain` before the template is deployed", ""},
      {"!Ref NetVpc", "!`NetVpc` is of the module `Net`, which is not read", ""},
      {"!GetAtt NetVpc.Arn", "!`NetVpc` is of the module `Net`, which is not read", ""},
      {"!Ref Other", "?there is neither a parameter nor a resource `Other`", "there is neither"},
  };
  for (auto& c : cases) {
    const Stack stack = resolve("Resources:\n  Net: {Type: !Rain::Module vpc.yml}\n  R:\n    Type: T::A::B\n    Properties:\n      P: " + std::string(c.written) + "\n");
    EXPECT_EQ(shown(body(stack, "R").get("Properties").get("P")), c.expected) << c.written;
    EXPECT_NE(text_of(stack.notes).find(c.note), std::string::npos) << c.written << text_of(stack.notes);
  }
}

TEST(Stack, WhatIsIncludedStandsInItsPlace) {
  const std::map<std::string, std::string> files = {{"part.yaml", "BucketName: {'Fn::Sub': '${S}-x'}\nOwn: included\n"},
                                                    {"resources.yaml", "Logs: {Type: 'T::A::B', Properties: {X: 1}}\n"},
                                                    {"sections.yaml", "Conditions: {C: {'Fn::Equals': [a, a]}}\nParameters: {S: {Default: lost}}\n"},
                                                    {"list.yaml", "[1, {k: v}]\n"},
                                                    {"nested.yaml", "X: {'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: part.yaml}}}\n"},
                                                    {"broken.yaml", "a: [\n"}};
  StackOptions options;
  options.open_nested = [&](const std::string& url, const std::string&, std::string& shown) -> Result<DocumentPtr> {
    shown = url;
    auto found = files.find(url);
    return found == files.end() ? Result<DocumentPtr>(DocumentPtr()) : read_template(found->second, Source{nullptr, shown, "", 0, "", "$"});
  };
  auto of = [&](const std::string& text) { return resolve_stack(must(read_template("Parameters: {S: {Type: String, Default: s}}\n" + text, Source{nullptr, "t.yaml", "", 0, "", "$"})), options); };
  const auto include = [](const std::string& location) { return "{Name: 'AWS::Include', Parameters: {Location: " + location + "}}"; };
  struct {
    std::string properties, expected;
  } cases[] = {
      {"{'Fn::Transform': " + include("part.yaml") + "}", "{BucketName: \"s-x\", Own: \"included\"}"},
      {"{A: 1, Own: mine, 'Fn::Transform': " + include("part.yaml") + "}", "{A: 1, Own: \"mine\", BucketName: \"s-x\"}"},
      {"{A: !Transform " + include("list.yaml") + "}", "{A: [1, {k: \"v\"}]}"},
      {"{A: {'Fn::Transform': " + include("gone.yaml") + "}}", "{A: ?`gone.yaml`, which `AWS::Include` names, is no file here}"},
      {"{A: {'Fn::Transform': " + include("s3://b/k.yaml") + "}}", "{A: ?what `AWS::Include` brings from `s3://b/k.yaml` is known only when the template is deployed}"},
      {"{A: 1, 'Fn::Transform': " + include("s3://b/k.yaml") + "}", "{A: 1, …}"},
      {"{A: {'Fn::Transform': " + include("!Ref S") + "}}", "{A: ?what `AWS::Include` brings is known only when the template is deployed}"},
      {"{'Fn::Transform': " + include("nested.yaml") + "}", "{X: ?`part.yaml`, which `AWS::Include` names, is no file here}"},
      {"{'Fn::Transform': " + include("broken.yaml") + "}", "?`broken.yaml`, which `AWS::Include` names, is no file here"},
  };
  for (auto& c : cases) {
    const Stack stack = of("Resources:\n  R: {Type: 'T::A::B', Properties: " + c.properties + "}\n");
    EXPECT_EQ(shown(body(stack, "R").get("Properties")), c.expected) << c.properties;
    EXPECT_EQ(stack.problems.empty(), c.properties.find("broken") == std::string::npos) << text_of(stack.problems);
  }
  const Stack made = of("Transform: " + include("sections.yaml") + "\nResources:\n  Fn::Transform: " + include("resources.yaml") +
                        "\n  R: {Type: 'T::A::B', Condition: C, Properties: {P: !Ref S}}\n");
  ASSERT_EQ(made.resources.size(), 2u) << text_of(made.problems) << text_of(made.notes);
  EXPECT_EQ(made.resources[0].id + made.resources[1].id, "LogsR");
  EXPECT_EQ(made.resources[1].maybe, "") << "the condition that was included holds";
  EXPECT_EQ(shown(made.resources[1].body.get("Properties").get("P")), "\"s\"") << "what the template has itself stays";
  EXPECT_EQ(made.resources[0].body.get("Properties").get("X").line(), 4u) << "where the include stands";
  EXPECT_EQ(text_of(made.notes), "");
}

TEST(Stack, LoopsThatMakeNothingEnd) {
  std::string items = "[", loops;
  for (int i = 0; i < 300; ++i) items += (i ? ", a" : "a") + std::to_string(i);
  items += "]";
  for (int i = 0; i < 5; ++i) loops += "{'Fn::ForEach::L" + std::to_string(i) + "': [x" + std::to_string(i) + ", " + items + ", ";
  const Stack stack = resolve("Resources:\n  A: {Type: 'T::A::B', Properties: " + loops + "{}" + "]}]}]}]}]}" + "}\n");
  EXPECT_NE(text_of(stack.problems).find("grows too large"), std::string::npos);
}

TEST(Stack, LoopsMakeResources) {
  const Stack stack = resolve(R"(
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a-1,b.2'}}
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !Ref Names
    - 'Bucket&{Name}':
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Ref Name
          Other: !Sub 'x-${Name}'
          Fn::ForEach::Inner: [K, [p, q], {'${K}': '${Name}/${K}'}]
)");
  ASSERT_EQ(stack.resources.size(), 2u) << text_of(stack.notes) << text_of(stack.problems);
  EXPECT_EQ(stack.resources[0].id, "Bucketa1");
  EXPECT_EQ(shown(stack.resources[1].body.get("Properties")), R"({BucketName: "b.2", Other: "x-b.2", p: "b.2/p", q: "b.2/q"})");
}

TEST(Stack, ALoopOfLoopsIsBounded) {
  std::string items = "[0";
  for (int i = 1; i < 200; ++i) items += ", " + std::to_string(i);
  items += "]";
  std::string text = "Resources:\n  A:\n    Type: T::A::B\n    Properties:\n      P:\n        ";
  std::string close;
  for (const char* name : {"A", "B", "C", "D"}) text += std::string("{'Fn::ForEach::") + name + "': [" + name + ", " + items + ", ", close += "]}";
  const Stack stack = resolve(text + "{'${A}${B}${C}${D}': 1}" + close + "\n");
  EXPECT_NE(text_of(stack.problems).find("the template grows too large"), std::string::npos);
}

TEST(Stack, NestedStacksHaveTheParametersThatTheyAreGiven) {
  const std::map<std::string, std::string> files = {
      {"child.yaml", R"(
Parameters: {Encrypted: {Type: String, Default: false}, Key: {Type: String}}
Resources: {V: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: !Ref Encrypted, KmsKeyId: !Ref Key}}}
Outputs: {Made: {Value: !Sub 'enc-${Encrypted}'}, Id: {Value: !Ref V}}
)"},
      {"loop.yaml", "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: loop.yaml}}}\n"}};
  StackOptions options;
  options.open_nested = [&](const std::string& url, const std::string&, std::string& shown) -> Result<DocumentPtr> {
    shown = url;
    auto found = files.find(url);
    return found == files.end() ? DocumentPtr() : must(read_template(found->second, Source{nullptr, url, "", 0, "", "$"}));
  };
  auto of = [&](const std::string& text) { return resolve_stack(must(read_template(text, Source{nullptr, "parent.yaml", "", 0, "", "$"})), options); };
  const Stack stack = of(R"(
Resources:
  Key: {Type: 'AWS::KMS::Key'}
  Use: {Type: 'T::A::B', Properties: {X: !GetAtt Child.Outputs.Made, Y: !GetAtt Child.Outputs.Id}}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Encrypted: true, Key: !GetAtt Key.Arn}}
  Away: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com/b/t.yaml'}}
)");
  ASSERT_EQ(stack.nested.size(), 1u) << text_of(stack.problems);
  const Stack& child = stack.nested[0].stack;
  EXPECT_EQ(shown(child.resources[0].body.get("Properties")),
            R"({Encrypted: "true", KmsKeyId: !parameter `Key`: `Fn::GetAtt` of `Key.Arn` is known only when the template is deployed {"Parameter":"Key"}})");
  EXPECT_EQ(shown(body(stack, "Use").get("Properties").get("X")), R"("enc-true")");
  EXPECT_EQ(shown(body(stack, "Use").get("Properties").get("Y")).substr(0, 30), "!`Fn::GetAtt` of `Child.Output");
  EXPECT_NE(text_of(of("Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: loop.yaml}}}\n").nested[0].stack.problems).find("go round in a circle"), std::string::npos);
}

TEST(Stack, NothingIsUnknownWhereEverythingIsGiven) {
  // Each function over known arguments, in one template: no unknown is left but references to resources.
  const Parameters all = {{"Name", {"here", ""}}, {"Choice", {"a", ""}}, {"AWS::Region", {"eu-west-1", ""}}, {"AWS::AccountId", {"111122223333", ""}}};
  for (const char* written : {"!Ref Name", "!Sub '${Name}-${AWS::Region}-${AWS::AccountId}'", "!If [Named, a, b]", "!FindInMap [M, one, a]", "!Join ['', [!Ref Choice, !Ref AWS::Partition]]", "!If [Both, a, b]"}) {
    const Stack stack = resolve(kTemplate + std::string(written) + "\n", all);
    EXPECT_TRUE(body(stack, "R").get("Properties").get("P").is_string()) << written;
  }
}

TEST(Stack, BlocksOfAddressesFollowEachOther) {
  struct {
    const char* block;
    int64_t count, bits;
    const char* expected;
  } cases[] = {
      {"10.0.0.0/16", 3, 8, "10.0.0.0/24 10.0.1.0/24 10.0.2.0/24"},
      {"10.0.255.0/23", 2, 8, "10.0.254.0/24 10.0.255.0/24"},  // from where the block begins
      {"192.168.0.0/24", 4, 6, "192.168.0.0/26 192.168.0.64/26 192.168.0.128/26 192.168.0.192/26"},
      {"2001:db8::/56", 2, 64, "2001:db8::/64 2001:db8:0:1::/64"},
      {"192.168.0.0/24", 5, 6, "none"},
      {"192.168.0.0/24", 1, 9, "none"},
      {"10.0.0.0", 1, 8, "none"},
      {"10.0.0/16", 1, 8, "none"},
      {"10.0.0.0/33", 1, 1, "none"},
      {"10.0.0.0/16", 0, 8, "none"},
      {"10.0.0.0/8", 257, 8, "none"},
  };
  for (auto& c : cases) {
    auto made = blocks_of(c.block, c.count, c.bits);
    EXPECT_EQ(made ? join(*made, " ") : "none", c.expected) << c.block;
  }
}

TEST(Stack, ATextWithHolesMayBecomeOnlyWhatFits) {
  struct {
    const char *holes, *text;
    bool may;
  } cases[] = {{"a", "a", true},         {"a", "b", false},          {"${X}", "", true},           {"${X}", "*", true},          {"arn:${X}:root", "*", false}, {"arn:${X}:root", "arn::root", true},
               {"a${X}b${Y}c", "abc", true}, {"a${X}b${Y}c", "ac", false}, {"a${X}a", "a", false}, {"${!X}", "${X}", true}, {"${!X}", "X", false},        {"${X}-${Y}", "a", false}};
  for (auto& c : cases) EXPECT_EQ(may_become(c.holes, c.text), c.may) << c.holes << " " << c.text;
}

TEST(StackFiles, ParametersComeFromWordsAndFiles) {
  TestFolder folder;
  const std::string list = folder.write("list.json", R"([{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "UsePreviousValue": true}, "C=x=y"])");
  const std::string map = folder.write("map.json", R"({"Parameters": {"A": "2", "L": ["p", "q"], "T": true}})");
  auto given = [&](const std::vector<std::string>& words) {
    auto files = StackFiles::with_parameters(words);
    if (!files) return files.error().text();
    std::string out;
    for (auto& [name, value] : files->options_for("t.yaml").parameters) out += name + "=" + *value.text + ";";
    return out;
  };
  EXPECT_EQ(given({"A=b", "A=c", "URL=http://x?y=z"}), "A=c;URL=http://x?y=z;");
  EXPECT_EQ(given({list}), "A=1;C=x=y;");
  EXPECT_EQ(given({"file://" + list, map, "T=no"}), "A=2;C=x=y;L=p,q;T=no;");
  EXPECT_NE(given({folder.write("bad.json", R"([{"Key": "A"}])")}).find("another shape than parameters"), std::string::npos);
  EXPECT_NE(given({folder.write("worse.json", "{")}).find("worse.json"), std::string::npos);
  EXPECT_NE(given({"/nowhere/p.json"}).find("/nowhere/p.json"), std::string::npos);
}

TEST(StackFiles, CdkSaysWhereAStackGoes) {
  TestFolder folder;
  folder.write("manifest.json", R"({"artifacts": {"S": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "properties": {"templateFile": "S.template.json", "stackName": "shop"}},
    "U": {"environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "U.template.json"}}}})");
  const StackFiles files = must(StackFiles::with_parameters({}));
  auto of = [&](const std::string& name) {
    std::string out;
    for (auto& [key, value] : files.options_for(folder.path() + "/" + name).parameters) out += key + "=" + *value.text + ";";
    return out;
  };
  EXPECT_EQ(of("S.template.json"), "AWS::AccountId=111122223333;AWS::Region=eu-west-1;AWS::StackName=shop;");
  EXPECT_EQ(of("U.template.json"), "");
  EXPECT_EQ(of("other.yaml"), "");
}

}  // namespace
}  // namespace reeve
