// Templates: what stands in them is judged as the live resource would be; what only a deployment knows is unknown.
#include "estate/template.h"

#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* kBucket = R"(
type: AWS::S3::Bucket
title: bucket
scope: global
reads: [{call: "s3:ListBuckets", each: "Buckets[]", id: Name, set: {Properties.BucketName: Name}}]
)";

Heard load(const std::string& text, const std::string& shown = "t.yaml") {
  auto catalogue = catalogue_of_yaml({kBucket});
  TestUnit unit;
  unit.unit.kind = Unit::Kind::cloudformation;
  unit.add(InputKind::cloudformation, shown, text);
  return unit.load(catalogue);
}

TEST(Template, ResourcesInYamlAndJsonAreNotYetBorn) {
  for (const char* text : {"Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: logs\n      Tags: [{Key: a, Value: b}]\n",
                           "\xef\xbb\xbf{\"Resources\": {\"Logs\": {\"Type\": \"AWS::S3::Bucket\", \"Properties\": {\"BucketName\": \"logs\", \"Tags\": [{\"Key\": \"a\", \"Value\": \"b\"}]}}}}"}) {
    Heard heard = load(text);
    ASSERT_EQ(heard.uids(), (std::vector<std::string>{"t.yaml#Logs"})) << text << heard.problem_text();
    const Resource& made = heard.resources.at("t.yaml#Logs");
    EXPECT_FALSE(made.born);
    EXPECT_EQ(made.account + made.region, "");
    EXPECT_NE(made.type, nullptr);
    EXPECT_EQ(made.tags, (std::vector<std::pair<std::string, std::string>>{{"a", "b"}}));
    EXPECT_EQ(heard.fact("t.yaml#Logs", "Properties.BucketName"), "\"logs\"");
    EXPECT_EQ(heard.origin("t.yaml#Logs", "Properties.BucketName"), "t.yaml $.Resources.Logs.Properties.BucketName");
  }
}

// A nested stack has the values that it is given where it stands, and its resources the way to them in their names.
TEST(Template, NestedStacksAreOpened) {
  const std::string child = "Parameters: {Name: {Type: String}}\nResources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Ref Name}\n";
  auto catalogue = catalogue_of_yaml({kBucket});
  TestUnit unit;
  unit.unit.kind = Unit::Kind::cloudformation;
  unit.add(InputKind::cloudformation, "./d/t.yaml",
           "Conditions: {C: !Equals [!Ref AWS::Region, x]}\nResources:\n  One: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ./c.yaml, Parameters: {Name: one}}}\n"
           "  Two: {Type: 'AWS::CloudFormation::Stack', Condition: C, Properties: {TemplateURL: c.yaml, Parameters: {Name: two}}}\n"
           "  Gone: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: gone.yaml}}\n");
  unit.add(InputKind::cloudformation, "./d/c.yaml", child + "  Logs:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Ref Name}\n");
  unit.unit.beside = {unit.unit.inputs[1]};
  unit.unit.inputs.pop_back();
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{"d/t.yaml#Gone", "d/t.yaml#One", "d/t.yaml#One/Logs", "d/t.yaml#Two", "d/t.yaml#Two/Logs"}));
  EXPECT_EQ(heard.fact("d/t.yaml#One/Logs", "Properties.BucketName"), "\"one\"");
  EXPECT_EQ(heard.fact("d/t.yaml#Two/Logs", "Properties.BucketName"), "\"two\"");
  EXPECT_EQ(heard.origin("d/t.yaml#One/Logs", "Properties.BucketName"), "./d/c.yaml $.Resources.Logs.Properties.BucketName");
  EXPECT_TRUE(heard.resources.at("d/t.yaml#Two/Logs").document->root().get(resource_maybe));
  EXPECT_FALSE(heard.resources.at("d/t.yaml#One/Logs").document->root().get(resource_maybe));
  ASSERT_EQ(heard.sources.size(), 2u);
  EXPECT_EQ(heard.sources[0].file + " " + std::to_string(heard.sources[0].resources), "./d/c.yaml 2");
  EXPECT_EQ(heard.sources[1].file + " " + std::to_string(heard.sources[1].resources), "./d/t.yaml 3");
  EXPECT_EQ(heard.problem_text(), "./d/c.yaml:6:3: a key stands twice in one map; the last value counts; expected each key once\n") << "once, though it is opened twice";
}

TEST(Template, WhatADeploymentDecidesIsUnknown) {
  struct {
    const char *yaml, *expected;  // of Properties.P
  } cases[] = {
      {"!Ref Name", "unknown: parameter `Name` has no value until the template is deployed"},
      {"!Ref K", "unknown: `Ref` of `K` is known only when the template is deployed"},
      {"!Ref Gone", "unknown: there is neither a parameter nor a resource `Gone`"},
      {"!GetAtt K.Arn", "unknown: `Fn::GetAtt` of `K.Arn` is known only when the template is deployed"},
      {"!Sub '${Name}-x'", "unknown: parameter `Name` has no value until the template is deployed"},
      {"!Sub '${Stage}-x'", "\"dev-x\""},
      {"!If [C, a, b]", "unknown: whether condition `C` holds is not known: parameter `Name` has no value until the template is deployed"},
      {"{Fn::ImportValue: x}", "unknown: what another stack exports as `x` is known only when the template is deployed"},
      {"{a: !Ref K, b: 1}", R"({"a":{"$unknown":"`Ref` of `K` is known only when the template is deployed"},"b":1})"},
      {"[1, !Ref K]", R"([1,{"$unknown":"`Ref` of `K` is known only when the template is deployed"}])"},
      {"!Ref AWS::NoValue", "absent"},
      {"{Ref: AWS::NoValue}", "absent"},
      {"[1, !Ref AWS::NoValue, 2]", "[1,2]"},
      {"{Fn::ForEach::L: [x, [a], {k: '${x}'}]}", R"({"k":"a"})"},
      {"'{{resolve:secretsmanager:db:SecretString:password}}'", "unknown: it is a secret of Secrets Manager, known only when the template is deployed"},
      {"{Ref: a, Other: b}", R"({"Ref":"a","Other":"b"})"},  // no function: a map with two keys
      {"yes", "true"},
  };
  for (auto& c : cases) {
    Heard heard = load(std::string("Parameters: {Name: {Type: String}, Stage: {Type: String, Default: dev}}\nConditions: {C: !Equals [!Ref Name, x]}\n"
                                   "Resources:\n  K: {Type: 'AWS::KMS::Key'}\n  R:\n    Type: AWS::S3::Bucket\n    Properties:\n      P: ") + c.yaml + "\n");
    std::string got = heard.fact("t.yaml#R", "Properties.P");
    EXPECT_EQ(got.rfind(c.expected, 0), 0u) << c.yaml << ": " << got << heard.problem_text();
  }
  // A loop beside other keys: they are known, any other may be made by it.
  Heard heard = load("Resources:\n  R:\n    Type: AWS::S3::Bucket\n    Properties:\n      A: 1\n      Fn::ForEach::L: [x, [!GetAtt R.Arn], {k: v}]\n");
  EXPECT_EQ(heard.fact("t.yaml#R", "Properties.A"), "1");
  EXPECT_EQ(heard.fact("t.yaml#R", "Properties.B"), "absent") << "a plain path does not look; Guard does";
  EXPECT_TRUE(heard.resources.at("t.yaml#R").body().get("Properties").open());
}

TEST(Template, WhatIsWrongIsNamedByPlaceAndTheRestJudged) {
  struct {
    const char *text, *problem, *note;
    size_t resources;
  } cases[] = {
      {"Resources:\n  A:\n    Properties: {}\n  B:\n    Type: AWS::S3::Bucket\n", "t.yaml:2:3: resource `A` has no `Type`", "", 1},
      {"Resources:\n  A: text\n  B: null\n  C: [1]\n  D:\n    Type: AWS::S3::Bucket\n", "resource `C` has no `Type`", "", 1},
      {"Resources:\n  A:\n    Type: [x]\n", "resource `A` has no `Type`", "", 0},
      {"Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Type: AWS::S3::Bucket\n", "t.yaml:4:5: a key stands twice", "", 1},
      {"Resources:\n  A:\n    Type: AWS::S3::Bucket\n  A:\n    Type: AWS::New::Thing\n", "t.yaml:4:3: a key stands twice", "", 1},
      {"Resources: [1]\n", "`Resources` is not a map", "", 0},
      {"Description: x\n", "`Resources` is not a map", "", 0},
      {"Resources:\n  Fn::ForEach::Many:\n    - x\n  B:\n    Type: AWS::S3::Bucket\n", "t.yaml:3:5: a loop is no list of three", "resources made by `Fn::ForEach::Many` are not judged", 1},
      {"Resources:\n  A:\n    Type: Custom::Mine\n", "", "", 1},
      {"Resources: {A: {Type: 'AWS::S3::Bucket'", "t.yaml:", "", 0},
      {"{\"Resources\": {", "t.yaml:", "", 0},
      {"", "", "", 0},
  };
  for (auto& c : cases) {
    Heard heard = load(c.text);
    EXPECT_NE(heard.problem_text().find(c.problem), std::string::npos) << c.text << "\n" << heard.problem_text();
    EXPECT_EQ(heard.problems.empty(), !*c.problem && *c.text) << c.text << "\n" << heard.problem_text();
    EXPECT_NE(heard.note_text().find(c.note), std::string::npos) << c.text;
    EXPECT_EQ(heard.resources.size(), c.resources) << c.text;
    EXPECT_EQ(heard.given_twice, 0) << c.text;
  }
  Heard heard = load("Resources:\n  A:\n    Type: AWS::S3::Bucket\n  A:\n    Type: AWS::New::Thing\n");
  EXPECT_EQ(heard.resources.at("t.yaml#A").type_name, "AWS::New::Thing") << "the last counts";
}

}  // namespace
}  // namespace reeve
