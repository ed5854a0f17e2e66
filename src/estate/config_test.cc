// AWS Config items: both spellings, history, deletions, what is cut short, and how they stand beside API replies.
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* kVolume = R"(
type: AWS::EC2::Volume
title: volume
scope: regional
arn: "arn:{partition}:ec2:{region}:{account}:volume/{id}"
reads:
  - call: ec2:DescribeVolumes
    each: Volumes[]
    id: VolumeId
    set: {Properties.Encrypted: Encrypted, Properties.Size: Size}
config:
  set:
    Properties.Encrypted: configuration.encrypted
)";

const char* kKey = R"(
type: AWS::Made::Up
title: without an ARN
scope: regional
reads: [{call: "x:List", each: "L[]", id: Id, set: {Properties.A: A}}]
config: {type: AWS::Made::UpAsConfigSaysIt, set: {Properties.A: configuration.a, Properties.Tag: tags.owner}}
)";

const std::string kUid = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";

// An item of a volume; `extra` takes the place of the configuration.
std::string item(const std::string& time, const std::string& encrypted, const std::string& status = "OK", const std::string& id = "vol-1") {
  return R"({"configurationItemCaptureTime": ")" + time + R"(", "configurationItemStatus": ")" + status + R"(", "resourceType": "AWS::EC2::Volume", "resourceId": ")" + id +
         R"(", "awsRegion": "eu-west-1", "awsAccountId": "111122223333", "configuration": {"encrypted": )" + encrypted + "}}";
}
std::string file(const std::vector<std::string>& items, const std::string& head = "") {
  std::string out = "{" + head + "\"configurationItems\": [";
  for (size_t i = 0; i < items.size(); ++i) out += (i ? ", " : "") + items[i];
  return out + "]}";
}

TEST(Config, AnItemIsAResourceWithThePlaceOfItsFacts) {
  auto catalogue = catalogue_of_yaml({kVolume});
  TestUnit unit;
  unit.config(file({item("2026-01-01T00:00:00.000Z", "true", "OK", "vol-0"), item("2026-01-01T00:00:00.000Z", "true")}));
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.body(kUid), R"(Properties{"Encrypted":true,"Size":{"$unknown":"ec2:DescribeVolumes not read"}})");
  EXPECT_EQ(heard.origin(kUid, "Properties.Encrypted"), "config.json $.configurationItems[1].configuration.encrypted");
  EXPECT_EQ(heard.newest, parse_time("2026-01-01T00:00:00Z")->ms);
  EXPECT_EQ(heard.sources.size(), 1u);
  EXPECT_EQ(heard.sources[0].resources, 2u);
}

TEST(Config, BothSpellingsAndConfigurationAsTextAreRead) {
  auto catalogue = catalogue_of_yaml({kVolume, kKey});
  struct {
    const char *item, *uid, *path, *expected;
  } cases[] = {
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "awsAccountId": "444455556666", "ARN": "arn:aws:ec2:eu-west-1:444455556666:volume/v", "configuration": {"encrypted": true}})",
       "arn:aws:ec2:eu-west-1:444455556666:volume/v", "Properties.Encrypted", "true"},
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "accountId": "444455556666", "arn": "arn:aws:ec2:eu-west-1:444455556666:volume/v", "configuration": "{\"encrypted\": true}"})",
       "arn:aws:ec2:eu-west-1:444455556666:volume/v", "Properties.Encrypted", "true"},
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "configuration": {"encrypted": true}})", "arn:aws:ec2:eu-west-1:111122223333:volume/v",
       "Properties.Encrypted", "true"},
      {R"({"resourceType": "AWS::Made::UpAsConfigSaysIt", "resourceId": "x/1", "awsRegion": "eu-west-1", "configuration": {"a": 1}, "tags": {"owner": "me"}})",
       "aws/111122223333/eu-west-1/AWS::Made::Up/x/1", "Properties.Tag", "\"me\""},
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "configuration": {"encrypted": true}})", "arn:aws:ec2::111122223333:volume/v", "Properties.Encrypted", "true"},
      // What Config does not record it has no facts of.
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "configurationItemStatus": "ResourceNotRecorded"})", "arn:aws:ec2:eu-west-1:111122223333:volume/v",
       "Properties.Encrypted", "unknown: AWS Config has no configuration of it (ResourceNotRecorded)"},
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "configuration": ""})", "arn:aws:ec2:eu-west-1:111122223333:volume/v", "Properties.Encrypted",
       "unknown: AWS Config has no configuration of it"},
      {R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "configuration": {}})", "arn:aws:ec2:eu-west-1:111122223333:volume/v", "Properties.Encrypted", "absent"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.config(file({c.item}));
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact(c.uid, c.path), c.expected) << c.item;
    EXPECT_EQ(heard.problem_text(), "") << c.item;
  }
  TestUnit unit;
  unit.config(file({R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "awsRegion": "eu-west-1", "configuration": "{no json"})", item("2026-01-01T00:00:00Z", "true")}));
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.problems.size(), 1u);
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{kUid})) << "the rest is judged";
}

TEST(Config, OfAHistoryTheNewestItemCounts) {
  const std::string jan = "2026-01-01T00:00:00.000Z", feb = "2026-02-01T00:00:00.000Z", mar = "2026-03-01T00:00:00.000Z";
  const std::string conflict = "unknown: conflict: two AWS Config items of 2026-02-01T00:00:00Z disagree";
  struct {
    const char* what;
    std::vector<std::string> items;
    std::string expected;  // of Encrypted
    bool deleted;
  } cases[] = {
      {"newer after older", {item(jan, "false"), item(feb, "true")}, "true", false},
      {"older after newer", {item(feb, "true"), item(jan, "false")}, "true", false},
      {"deleted since", {item(jan, "true"), item(feb, "true", "ResourceDeleted")}, "no such resource", true},
      {"deleted, told first", {item(feb, "true", "ResourceDeleted"), item(jan, "true")}, "no such resource", true},
      {"made again", {item(jan, "true"), item(feb, "null", "ResourceDeletedNotRecorded"), item(mar, "true")}, "true", false},
      {"made again, told backwards", {item(mar, "true"), item(feb, "null", "ResourceDeleted"), item(jan, "true")}, "true", false},
      {"one item twice", {item(feb, "true"), item(feb, "true")}, "true", false},
      {"one item spelled twice", {item(feb, "true"), R"({"accountId":"111122223333","awsRegion":"eu-west-1","configuration":"{\"encrypted\":true}","configurationItemCaptureTime":"2026-02-01T00:00:00Z","resourceId":"vol-1","resourceType":"AWS::EC2::Volume"})"},
       "true", false},
      {"one item spelled twice, not recorded", {R"({"awsAccountId":"111122223333","awsRegion":"eu-west-1","configurationItemCaptureTime":"2026-02-01T00:00:00.000Z","configurationItemStatus":"ResourceNotRecorded","resourceId":"vol-1","resourceType":"AWS::EC2::Volume"})",
        R"({"resourceType":"AWS::EC2::Volume", "resourceId":"vol-1", "configurationItemStatus":"ResourceNotRecorded", "configurationItemCaptureTime":"2026-02-01T00:00:00.000Z", "awsRegion":"eu-west-1", "awsAccountId":"111122223333"})"},
       "unknown: AWS Config has no configuration of it (ResourceNotRecorded)", false},
      {"one moment, two words", {item(feb, "true"), item(feb, "false")}, conflict, false},
      {"and a third", {item(feb, "true"), item(feb, "false"), item(feb, "true")}, conflict, false},
      {"settled later", {item(feb, "true"), item(feb, "false"), item(mar, "false")}, "false", false},
      {"a disagreement about what was before", {item(mar, "false"), item(feb, "true"), item(feb, "false")}, "false", false},
      {"there and deleted at one moment", {item(feb, "true"), item(feb, "true", "ResourceDeleted")}, conflict, false},
      {"the same later, then an older", {item(jan, "true"), item(mar, "true"), item(feb, "false")}, "true", false},
  };
  auto catalogue = catalogue_of_yaml({kVolume});
  for (auto& c : cases) {
    TestUnit unit;
    unit.config(file(c.items));
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact(kUid, "Properties.Encrypted"), c.expected) << c.what;
    EXPECT_EQ(heard.given_twice, 0) << c.what;
    EXPECT_EQ(heard.read_text().find("config:GetResourceConfigHistory@eu-west-1(" + kUid + ") absent") != std::string::npos, c.deleted) << c.what << "\n" << heard.read_text();
    // The same in two files.
    TestUnit two;
    for (size_t i = 0; i < c.items.size(); ++i) two.config(file({c.items[i]}), "config" + std::to_string(i) + ".json");
    EXPECT_EQ(two.load(catalogue).fact(kUid, "Properties.Encrypted"), c.expected) << c.what << ", in several files";
  }
}

TEST(Config, OnlyAWholeSnapshotProvesWhatItLacks) {
  auto catalogue = catalogue_of_yaml({kVolume});
  const std::string one = item("2026-01-01T00:00:00Z", "true");
  struct {
    const char* what;
    std::string text;
    bool proves;
  } cases[] = {
      {"a snapshot", file({one}, R"("fileVersion": "1.0", "configSnapshotId": "abc", )"), true},
      {"a history", file({one}, R"("fileVersion": "1.0", )"), false},
      {"a snapshot cut short", file({one}, R"("configSnapshotId": "abc", )").substr(0, one.size() + 40), false},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.config(c.text);
    EXPECT_EQ(unit.load(catalogue).read_text().find("config:DeliverConfigSnapshot@eu-west-1(AWS::EC2::Volume) ok") != std::string::npos, c.proves) << c.what;
  }
}

TEST(Config, WhatIsOddIsNamedAndTheRestJudged) {
  auto catalogue = catalogue_of_yaml({kVolume});
  const std::string good = item("2026-01-01T00:00:00Z", "true");
  struct {
    std::string text;
    const char *problem, *note;
  } cases[] = {
      {file({R"({"resourceType": "AWS::New::Thing", "resourceId": "x"})", R"({"resourceType": "AWS::New::Thing", "resourceId": "y"})", good}), "", "2 items of type `AWS::New::Thing` are not judged"},
      {file({"{}", good}), "has no `resourceType`", ""},
      {file({"7", good}), "has no `resourceType`", ""},
      {file({"null", "[]", "\"x\"", good}), "has no `resourceType`", ""},
      {file({good}).substr(0, file({good}).size() - 2), "config.json", ""},  // the end is missing
      {file({good, good.substr(0, 50)}), "config.json", ""},
      {file({good, R"({"resourceType": "AWS::EC2::Volume", "resourceId": "v", "resourceId": "w", "configuration": {}})"}), "a key stands twice", ""},
      {file({good}) + "trailing", "config.json", ""},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.config(c.text);
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact(kUid, "Properties.Encrypted"), "true") << c.text;
    EXPECT_NE(heard.problem_text().find(c.problem), std::string::npos) << c.text << "\n" << heard.problem_text();
    EXPECT_EQ(heard.problems.empty(), !*c.problem) << c.text << "\n" << heard.problem_text();
    EXPECT_NE(heard.note_text().find(c.note), std::string::npos) << c.text << "\n" << heard.note_text();
    for (auto& problem : heard.problems) EXPECT_EQ(problem.at.path, "config.json");
  }
}

TEST(Config, StandsBesideReplies) {
  auto catalogue = catalogue_of_yaml({kVolume});
  struct {
    const char* what;
    std::vector<std::string> items;
    const char *reply, *encrypted, *size;
  } cases[] = {
      {"each tells what the other does not", {item("2026-01-01T00:00:00Z", "true")}, R"({"Volumes": [{"VolumeId": "vol-1", "Encrypted": true, "Size": 8}]})", "true", "8"},
      {"they disagree, and the reply has no time", {item("2026-01-01T00:00:00Z", "true")}, R"({"Volumes": [{"VolumeId": "vol-1", "Encrypted": false, "Size": 8}]})", "unknown: conflict", "8"},
      {"the reply is from after it was made", {item("2026-01-01T00:00:00Z", "true")}, R"({"Volumes": [{"VolumeId": "vol-1", "Encrypted": false, "Size": 8, "CreateTime": "2026-02-01T00:00:00Z"}]})", "false", "8"},
      {"deleted before the list named it", {item("2026-01-01T00:00:00Z", "true", "ResourceDeleted")}, R"({"Volumes": [{"VolumeId": "vol-1", "Encrypted": false, "Size": 8}]})", "false", "8"},
      {"of two items the newer", {item("2026-01-01T00:00:00Z", "false"), item("2026-02-01T00:00:00Z", "true")}, R"({"Volumes": [{"VolumeId": "vol-1", "Size": 8}]})", "true", "8"},
      {"the list does not name it", {item("2026-01-01T00:00:00Z", "true")}, R"({"Volumes": []})", "true", "unknown: ec2:DescribeVolumes not read"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("ec2:DescribeVolumes", c.reply);
    unit.config(file(c.items));
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact(kUid, "Properties.Encrypted").rfind(c.encrypted, 0), 0u) << c.what << ": " << heard.fact(kUid, "Properties.Encrypted");
    EXPECT_EQ(heard.fact(kUid, "Properties.Size"), c.size) << c.what;
    EXPECT_EQ(heard.resources.size(), 1u) << c.what;
  }
}

TEST(Config, ALongStreamIsNotHeld) {
  auto catalogue = catalogue_of_yaml({kVolume});
  std::string text = "{\"configurationItems\": [";
  const int items = 20000;
  const std::string filler(500, 'x');
  for (int i = 0; i < items; ++i) {
    std::string one = item("2026-01-01T00:00:00Z", i % 2 ? "true" : "false", "OK", "vol-" + std::to_string(i));
    text += (i ? "," : "") + one.substr(0, one.size() - 1) + ", \"filler\": \"" + filler + "\"}";
  }
  text += "]}";
  struct Counting : Heard {
    std::vector<std::weak_ptr<const Document>> documents;
    size_t alive_max = 0, count = 0;
    void resource(Resource&& resource) override {
      ++count;
      documents.push_back(resource.document);
      if (count % 1000 == 0) {
        size_t alive = 0;
        for (auto& document : documents) alive += !document.expired();
        alive_max = std::max(alive_max, alive);
      }
    }
  } counting;
  TestUnit unit;
  unit.config(text);
  load_unit(unit.unit, catalogue, counting);
  EXPECT_EQ(counting.count, static_cast<size_t>(items));
  EXPECT_LE(counting.alive_max, 2u);
}

}  // namespace
}  // namespace reeve
