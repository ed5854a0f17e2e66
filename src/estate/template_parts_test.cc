// Resources of a template that say something of another one: whose they are, what becomes of it, and where it stands.
#include "estate/template_parts.h"

#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* const kTypes[] = {R"(
type: AWS::EC2::SecurityGroup
title: group
scope: regional
template:
  names: [GroupName]
  parts: [{type: AWS::EC2::SecurityGroupIngress, of: [GroupId, GroupName], add: Properties.SecurityGroupIngress}]
reads: [{call: "ec2:DescribeSecurityGroups", each: "SecurityGroups[]", id: GroupId, set: {Properties.SecurityGroupIngress: IpPermissions}}]
)",
                              R"(
type: AWS::S3::Bucket
title: bucket
scope: global
template:
  names: [BucketName]
  parts: [{type: AWS::S3::BucketPolicy, of: Bucket, set: Observed.Policy, path: PolicyDocument}]
reads: [{call: "s3:ListBuckets", each: "Buckets[]", id: Name, set: {Observed.Policy: Policy}}]
)"};

const std::string kHead =
    "Parameters: {P: {Type: String}, Group: {Type: String}}\nConditions: {C: !Equals [!Ref P, x], Never: !Equals [a, b]}\nResources:\n"
    "  A: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupName: front, SecurityGroupIngress: [{FromPort: 1}]}}\n"
    "  B: {Type: 'AWS::EC2::SecurityGroup'}\n"
    "  L: {Type: 'AWS::S3::Bucket', Properties: {BucketName: logs}}\n";

Heard load(const std::string& rest) {
  auto catalogue = catalogue_of_yaml({kTypes[0], kTypes[1]});
  TestUnit unit;
  unit.unit.kind = Unit::Kind::cloudformation;
  unit.add(InputKind::cloudformation, "t.yaml", kHead + rest);
  return unit.load(catalogue);
}
std::string ingress(const std::string& of, const std::string& more = "") {
  return "  I:\n    Type: AWS::EC2::SecurityGroupIngress\n" + more + "    Properties: {FromPort: 22, " + of + "}\n";
}
std::string policy(const std::string& id, const std::string& bucket) {
  return "  " + id + ": {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: " + bucket + ", PolicyDocument: {Id: " + id + "}}}\n";
}

TEST(TemplateParts, BelongToWhatTheyName) {
  const std::string alone = R"([{"FromPort":1}])";
  const auto with = [](const std::string& more) { return R"([{"FromPort":1},)" + more; };
  const std::string maybe = R"({"$unknown":"whether `I` is part of it is known only when it is deployed"})";
  struct {
    std::string part, a, b;  // the rules of A and of B that begin so
  } cases[] = {
      {"", alone, "absent"},
      {ingress("GroupId: !Ref A"), with(R"({"FromPort":22)"), "absent"},
      {ingress("GroupId: !GetAtt A.GroupId"), with(R"({"FromPort":22)"), "absent"},
      {ingress("GroupId: !Sub '${A.GroupId}'"), with(R"({"FromPort":22)"), "absent"},
      {ingress("GroupId: !GetAtt B.GroupId"), alone, R"([{"FromPort":22)"},
      {ingress("GroupName: front"), with(R"({"FromPort":22)"), "absent"},
      {ingress("GroupName: back"), alone, "absent"},
      {ingress("GroupId: sg-1"), alone, "absent"},
      {ingress("GroupId: !Ref Group"), alone, "absent"},
      {ingress("GroupId: !Ref L"), alone, "absent"},
      {ingress("GroupId: !If [C, !Ref A, !GetAtt B.GroupId]"), with(maybe), "[" + maybe + "]"},
      {ingress("GroupId: !If [C, !Ref A, sg-1]"), with(maybe), "absent"},
      {ingress("GroupId: !If [Never, !Ref A, !Ref B]"), alone, R"([{"FromPort":22)"},
      {ingress("GroupId: !Ref A", "    Condition: C\n"), with(R"({"$unknown":"whether `I` will be there is not known: whether condition `C` holds)"), "absent"},
      {ingress("GroupId: !Ref A", "    Condition: Never\n"), alone, "absent"},
      {ingress("SourceSecurityGroupId: !Ref A, GroupId: !Ref B"), alone, R"([{"FromPort":22)"},
  };
  for (auto& c : cases) {
    Heard heard = load(c.part);
    EXPECT_EQ(heard.problem_text(), "");
    EXPECT_EQ(heard.fact("t.yaml#A", "Properties.SecurityGroupIngress").rfind(c.a, 0), 0u) << c.part << heard.fact("t.yaml#A", "Properties.SecurityGroupIngress");
    EXPECT_EQ(heard.fact("t.yaml#B", "Properties.SecurityGroupIngress").rfind(c.b, 0), 0u) << c.part << heard.fact("t.yaml#B", "Properties.SecurityGroupIngress");
    EXPECT_EQ(heard.fact("t.yaml#A", "Properties.GroupName"), "\"front\"") << "the rest of it stays";
  }
}

TEST(TemplateParts, KeepTheirOwnPlace) {
  Heard heard = load(ingress("GroupId: !Ref A") + policy("P", "!Ref L"));
  EXPECT_EQ(heard.origin("t.yaml#A", "Properties.SecurityGroupIngress[0].FromPort"), "t.yaml $.Resources.A.Properties.SecurityGroupIngress[0].FromPort");
  EXPECT_EQ(heard.origin("t.yaml#A", "Properties.SecurityGroupIngress[1].FromPort"), "t.yaml $.Resources.I.Properties.FromPort");
  EXPECT_EQ(heard.origin("t.yaml#L", "Observed.Policy.Id"), "t.yaml $.Resources.P.Properties.PolicyDocument.Id");
  EXPECT_EQ(heard.origin("t.yaml#L", "Properties.BucketName"), "t.yaml $.Resources.L.Properties.BucketName");
  EXPECT_EQ(heard.fact("t.yaml#A", "Properties.SecurityGroupIngress").find("GroupId"), std::string::npos) << "whose part it is says nothing of the whole";
  EXPECT_EQ(heard.resources.count("t.yaml#I"), 1u) << "the part is there itself, too";
}

TEST(TemplateParts, OfTwoThatSayOneThingNeitherCounts) {
  EXPECT_EQ(load(policy("P", "!Ref L")).fact("t.yaml#L", "Observed.Policy"), R"({"Id":"P"})");
  EXPECT_EQ(load(policy("P", "logs")).fact("t.yaml#L", "Observed.Policy"), R"({"Id":"P"})");
  EXPECT_EQ(load(policy("P", "others")).fact("t.yaml#L", "Observed.Policy"), "absent");
  EXPECT_EQ(load(policy("P", "!Ref L") + policy("Q", "logs")).fact("t.yaml#L", "Observed.Policy"), "unknown: `P` and `Q` both say it");
}

TEST(TemplateParts, WhatIsNotKnownOfTheWholeStaysUnknownBesideThem) {
  Heard heard = load("  D: {Type: 'AWS::EC2::SecurityGroup', Properties: {SecurityGroupIngress: !If [C, [{FromPort: 1}], []]}}\n" + ingress("GroupId: !Ref D"));
  const std::string rules = heard.fact("t.yaml#D", "Properties.SecurityGroupIngress");
  EXPECT_EQ(rules.rfind(R"([{"$unknown":"whether condition `C` holds)", 0), 0u) << rules;
  EXPECT_NE(rules.find(R"({"FromPort":22)"), std::string::npos) << rules;
}

}  // namespace
}  // namespace reeve
