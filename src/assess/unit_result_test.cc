// What a unit keeps of the resources that it judged.
#include "assess/unit_result.h"

#include <malloc.h>

#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* kVolume =
    "type: AWS::EC2::Volume\ntitle: volume\nscope: regional\narn: 'arn:{partition}:ec2:{region}:{account}:volume/{id}'\n"
    "columns: {encrypted: Properties.Encrypted, size: Properties.Size, keys: 'Properties.Keys[].K'}\n"
    "edges: [{kind: encrypted_by, to: 'AWS::KMS::Key', by: Properties.KmsKeyId}]\n"
    "reads: [{call: 'ec2:DescribeVolumes', each: 'Volumes[]', id: VolumeId, tags: Tags, set: {Properties.Encrypted: Encrypted, Properties.Size: Size, Properties.Keys: Keys, Properties.KmsKeyId: KmsKeyId}}]\n"
    "config: {set: {Properties.Encrypted: configuration.encrypted}}\n";

struct Judged {
  ResourceCatalogue types = catalogue_of_yaml({kVolume});
  Content content;
  std::vector<Error> errors;
  std::set<std::string> asked = {"AWS::EC2::Volume.encrypted", "AWS::EC2::Volume.keys"};
  Workspace workspace;
  Scope scope;
  UnitResult result;

  explicit Judged(const TestUnit& unit, std::vector<std::string> only = {}, std::vector<ResourceException> exceptions = {}) : scope{{}, std::move(only)} {
    Control control;
    control.id = "volume-encrypted";
    control.judge = Judge::guard;
    control.check = {"check.guard", "check.guard", "AWS::EC2::Volume {\n  Properties.Encrypted == true\n}\n"};
    content.controls = {control};
    workspace.exceptions = std::move(exceptions);
    GuardJudge guard(content, types, errors);
    EXPECT_TRUE(errors.empty()) << errors[0].text();
    JudgeContext context{&content, &guard, &workspace, &asked, *parse_time("2026-06-01T00:00:00Z"), &scope};
    UnitCollector collector(context, result);
    load_unit(unit.unit, types, collector);
  }
  // `id verdict` of what counts.
  std::string text() const {
    std::string out;
    for (auto& resource : result.resources)
      if (!resource.withdrawn)
        for (auto [control, verdict] : resource.verdicts) out += std::string(resource.id) + " " + std::string(name(verdict)) + "\n";
    return out;
  }
};

std::string item(const std::string& id, const std::string& time, bool encrypted) {
  return R"({"configurationItemCaptureTime": ")" + time + R"(", "resourceType": "AWS::EC2::Volume", "resourceId": ")" + id +
         R"(", "awsRegion": "eu-west-1", "awsAccountId": "111122223333", "configuration": {"encrypted": )" + (encrypted ? "true" : "false") + "}}";
}

TEST(UnitResult, EveryResourceIsJudgedOnceAndWhatIsWithdrawnLeavesNothing) {
  TestUnit unit;
  unit.config("{\"configurationItems\": [" + item("vol-1", "2026-01-01T00:00:00Z", false) + "," + item("vol-2", "2026-01-01T00:00:00Z", true) + "," +
              item("vol-1", "2026-02-01T00:00:00Z", true) + "," + item("vol-3", "2026-02-01T00:00:00Z", false) + "," + item("vol-2", "2026-02-01T00:00:00Z", false) + "]}");
  Judged judged(unit);
  EXPECT_EQ(judged.text(), "vol-1 pass\nvol-3 fail\nvol-2 fail\n");
  ASSERT_EQ(judged.result.findings.size(), 2u);
  for (auto& finding : judged.result.findings) {
    EXPECT_FALSE(judged.result.resources[finding.resource].withdrawn);
    EXPECT_NE(finding.evidence_json.find(".configuration.encrypted"), std::string::npos) << finding.evidence_json;
  }
}

TEST(UnitResult, ColumnsHoldWhatIsKnownAndSayWhatIsNot) {
  TestUnit unit;
  unit.reply("ec2:DescribeVolumes", R"({"Volumes": [
    {"VolumeId": "vol-1", "Encrypted": true, "Size": 8, "Keys": [{"K": 1}, {"K": 2}], "KmsKeyId": "arn:aws:kms:x", "Tags": [{"Key": "a", "Value": "b"}]},
    {"VolumeId": "vol-2", "Keys": []}]})");
  unit.config("{\"configurationItems\": [" + item("vol-3", "2026-01-01T00:00:00Z", true) + "]}");
  Judged judged(unit);
  struct {
    const char *id, *columns, *unknown, *tags;
  } cases[] = {
      {"vol-1", R"({"encrypted":true,"size":8,"keys":[1,2]})", "", R"({"a":"b"})"},
      {"vol-2", R"({"keys":[]})", "", ""},
      {"vol-3", R"({"encrypted":true})", R"({"size":"ec2:DescribeVolumes not read","keys":"ec2:DescribeVolumes not read"})", ""},
  };
  for (auto& c : cases) {
    auto found = std::find_if(judged.result.resources.begin(), judged.result.resources.end(), [&](auto& r) { return r.id == c.id; });
    ASSERT_NE(found, judged.result.resources.end()) << c.id;
    EXPECT_EQ(found->columns_json, c.columns) << c.id;
    EXPECT_EQ(found->unknown_json, c.unknown) << c.id;
    EXPECT_EQ(found->tags_json, c.tags) << c.id;
    // Only what some control asks for keeps its place.
    EXPECT_EQ(found->origins_json.find("\"size\""), std::string::npos) << found->origins_json;
    EXPECT_NE(found->origins_json.find("\"encrypted\""), std::string::npos) << c.id << " " << found->origins_json;
  }
  for (auto& resource : judged.result.resources) {
    EXPECT_EQ(resource.edges.size(), resource.id == "vol-1" ? 1u : 0u) << resource.id;
    if (!resource.edges.empty()) EXPECT_EQ(resource.edges[0].target, "arn:aws:kms:x");
  }
}

// Whoever has the record's file must not have what opens a door; what is counted is what is kept.
TEST(UnitResult, WhatIsKeptOfTagsAndColumnsHasNoSecrets) {
  TestUnit unit;
  unit.reply("ec2:DescribeVolumes", R"({"Volumes": [{"VolumeId": "vol-1", "Encrypted": true, "Size": 8,
      "Keys": [{"K": "https://bob:S3cret@host/x"}, {"K": "sha256:9f86d081884c7d65"}],
      "Tags": [{"Key": "ci", "Value": "glpat-abcdefghij0123456789"}, {"Key": "db-password", "Value": "hunter2"}, {"Key": "env", "Value": "prod"}]}]})");
  Judged judged(unit);
  ASSERT_EQ(judged.result.resources.size(), 1u);
  const ResourceOut& kept = judged.result.resources[0];
  EXPECT_EQ(kept.tags_json, R"({"ci":"[redacted]","db-password":"[redacted]","env":"prod"})");
  EXPECT_NE(kept.columns_json.find(R"(["https://bob:[redacted]@host/x","sha256:9f86d081884c7d65"])"), std::string::npos) << kept.columns_json;
  for (auto& [text, count] : judged.result.tags) EXPECT_EQ(text.find("hunter2"), std::string::npos);
}

TEST(UnitResult, EdgesToANativeIdGoToTheOneResourceOfThatIdInReach) {
  const char* key =
      "type: AWS::KMS::Key\ntitle: key\nscope: regional\narn: 'arn:{partition}:kms:{region}:{account}:key/{id}'\n"
      "reads: [{call: 'kms:ListKeys', each: 'Keys[]', id: KeyId, set: {Properties.Id: KeyId}}]\n";
  ResourceCatalogue types = catalogue_of_yaml({kVolume, key});
  Content content;
  std::vector<Error> errors;
  GuardJudge guard(content, types, errors);
  JudgeContext context{&content, &guard, nullptr, nullptr, {}};
  TestUnit unit;
  unit.reply("ec2:DescribeVolumes", R"({"Volumes": [{"VolumeId": "a", "KmsKeyId": "here"}, {"VolumeId": "b", "KmsKeyId": "there"}, {"VolumeId": "c", "KmsKeyId": "nowhere"},
    {"VolumeId": "d", "KmsKeyId": "a"}, {"VolumeId": "e", "KmsKeyId": "both"}, {"VolumeId": "f", "KmsKeyId": "arn:aws:kms:eu-west-1:999:key/here"}]})", "eu-west-1");
  unit.reply("kms:ListKeys", R"({"Keys": [{"KeyId": "here"}, {"KeyId": "both"}]})", "eu-west-1");
  unit.reply("kms:ListKeys", R"({"Keys": [{"KeyId": "there"}, {"KeyId": "both"}]})", "us-east-1");
  UnitResult result;
  UnitCollector collector(context, result);
  load_unit(unit.unit, types, collector);
  collector.complete(unit.unit, types);
  std::map<std::string, std::string> targets;
  for (auto& resource : result.resources)
    for (auto& edge : resource.edges) targets[std::string(resource.id)] = edge.target;
  std::map<std::string, std::string> expected = {{"a", "arn:aws:kms:eu-west-1:111122223333:key/here"}, {"b", "there"}, {"c", "nowhere"}, {"d", "a"},
                                                 {"e", "arn:aws:kms:eu-west-1:111122223333:key/both"}, {"f", "arn:aws:kms:eu-west-1:999:key/here"}};
  EXPECT_EQ(targets, expected);
}

TEST(UnitResult, OtherRegionsAreKeptAndNotJudged) {
  TestUnit unit;
  unit.reply("ec2:DescribeVolumes", R"({"Volumes": [{"VolumeId": "vol-1", "Encrypted": true}]})", "eu-west-1");
  unit.reply("ec2:DescribeVolumes", R"({"Volumes": [{"VolumeId": "vol-2", "Encrypted": true}]})", "us-east-1");
  Judged narrow(unit, {"us-east-1"});
  EXPECT_EQ(narrow.text(), "vol-2 pass\n");
  EXPECT_EQ(narrow.result.resources.size(), 2u) << "controls that look at the whole account must see the other one";
  EXPECT_EQ(Judged(unit).text(), "vol-1 pass\nvol-2 pass\n");
}

TEST(UnitResult, AnExceptionTurnsAFailNotAnUnknown) {
  TestUnit unit;
  unit.config("{\"configurationItems\": [" + item("vol-1", "2026-01-01T00:00:00Z", false) + "," + item("vol-2", "2026-01-01T00:00:00Z", true) +
              R"(,{"resourceType": "AWS::EC2::Volume", "resourceId": "vol-3", "awsRegion": "eu-west-1", "configurationItemStatus": "ResourceNotRecorded"}]})");
  auto exception = [](const char* expires) {
    ResourceException out;
    out.control = "volume-encrypted", out.resource = "*", out.approver = "boss", out.reason = "r", out.expires = *parse_time(expires);
    return out;
  };
  EXPECT_EQ(Judged(unit, {}, {exception("2026-06-01T00:00:01Z")}).text(), "vol-1 excepted\nvol-2 pass\nvol-3 unknown\n");
  EXPECT_EQ(Judged(unit, {}, {exception("2026-06-01T00:00:00Z")}).text(), "vol-1 fail\nvol-2 pass\nvol-3 unknown\n");
}

// A million resources of one account are held until the unit is written; each should cost little.
TEST(UnitResult, AResourceIsSmall) {
  const int items = 20000;
  std::string text = "{\"configurationItems\": [";
  for (int i = 0; i < items; ++i) text += (i ? "," : "") + item("vol-0123456789abc" + std::to_string(i), "2026-01-01T00:00:00Z", i % 20 != 0);
  text += "]}";
  TestUnit unit;
  unit.config(text);
  auto used = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
  size_t before = used();
  auto judged = std::make_unique<Judged>(unit);
  size_t bytes = (used() - before) / items;
  RecordProperty("bytes_per_resource", static_cast<int>(bytes));
  std::printf("%zu bytes for each resource, %zu of them the row itself\n", bytes, sizeof(ResourceOut));
  EXPECT_EQ(judged->result.resources.size(), static_cast<size_t>(items));
  EXPECT_LE(bytes, 600u);  // of which a tenth are findings
}

}  // namespace
}  // namespace reeve
