// Events of CloudTrail become what is read again; what the collector then asks is in tests/collect_events.py.
#include "collect/changes.h"

#include <gtest/gtest.h>

#include "formats/yaml.h"

namespace reeve {
namespace {

ResourceCatalogue catalogue_of_yaml(const std::string& yaml) {
  ResourceCatalogue out;
  auto document = read_yaml(yaml, Source{nullptr, "type.yaml", "", 0, "", "$"});
  auto type = document ? read_resource_type((*document)->root(), "type.yaml") : Result<ResourceTypePtr>(tl::unexpected(document.error()));
  if (!type) ADD_FAILURE() << type.error().text();
  else out.add(*type);
  return out;
}

TEST(Changes, TheSpellingsOfAName) {
  struct {
    const char* value;
    std::vector<std::string> spelt;
  } cases[] = {
      {"bucket", {"bucket"}},
      {"a/b", {"a/b"}},
      {"arn:aws:s3:::b", {"arn:aws:s3:::b", "b"}},
      {"arn:aws:iam::111122223333:role/path/r", {"arn:aws:iam::111122223333:role/path/r", "r", "role/path/r", "path/r"}},
      {"arn:aws:ecr:eu-west-1:111122223333:repository/team/app", {"arn:aws:ecr:eu-west-1:111122223333:repository/team/app", "app", "repository/team/app", "team/app"}},
      {"https://sqs.eu-west-1.amazonaws.com/111122223333/q", {"https://sqs.eu-west-1.amazonaws.com/111122223333/q", "q"}},
      {"arn:", {"arn:"}},
      {"", {""}},
  };
  for (auto& c : cases) EXPECT_EQ(spellings(c.value), c.spelt) << c.value;
}

TEST(Changes, OneChangeForEachPlaceTypeAndSetOfCalls) {
  auto catalogue = catalogue_of_yaml(
      "type: AWS::SNS::Topic\ntitle: t\nscope: regional\nreads:\n  - {call: 'sns:ListTopics', each: 'Topics[]', arn: TopicArn}\n"
      "  - {call: 'sns:GetTopicAttributes', parameter: TopicArn, match: arn, set: {Properties.DisplayName: Attributes.DisplayName}}\n"
      "events: [{source: sns.amazonaws.com, names: [CreateTopic, 'Set*'], at: [requestParameters.topicArn, responseElements.topicArn]}]\n");
  auto event = [](const std::string& name, const std::string& region, const std::string& more) {
    return R"({"eventSource": "sns.amazonaws.com", "eventName": ")" + name + R"(", "recipientAccountId": "111122223333", "awsRegion": ")" + region + "\"" + more + "}\n";
  };
  std::string lines = event("SetTopicAttributes", "eu-west-1", R"(, "requestParameters": {"topicArn": "arn:aws:sns:eu-west-1:111122223333:a"})") +
                      event("CreateTopic", "eu-west-1", R"(, "responseElements": {"topicArn": "arn:aws:sns:eu-west-1:111122223333:b"})") +
                      event("CreateTopic", "us-east-1", R"(, "responseElements": null)") + event("CreateTopic", "eu-west-1", R"(, "errorCode": "AccessDenied")") +
                      event("Publish", "eu-west-1", "") + event("SetTopicAttributes", "eu-west-1", R"(, "managementEvent": false, "requestParameters": {"topicArn": "d"})") +
                      event("SetTopicAttributes", "eu-west-1", R"(, "eventCategory": "Data", "requestParameters": {"topicArn": "d"})") + event("GetTopicAttributes", "eu-west-1", R"(, "readOnly": true)");
  std::vector<Error> errors;
  ChangesRead read = read_changes({"-"}, lines, catalogue, errors);
  for (auto& error : errors) ADD_FAILURE() << error.text();
  EXPECT_EQ(read.events, 8u);
  EXPECT_EQ(read.writes, 4u);
  EXPECT_EQ(read.resources, 2u);
  EXPECT_EQ(read.unmapped, (std::map<std::string, uint64_t>{{"sns.amazonaws.com Publish", 1}}));
  ASSERT_EQ(read.changes.size(), 2u);
  EXPECT_EQ(read.changes[0].region, "eu-west-1");
  EXPECT_EQ(read.changes[0].calls, (std::set<std::string>{"sns:GetTopicAttributes", "sns:ListTopics"}));
  EXPECT_EQ(read.changes[0].names.size(), 2u);
  EXPECT_FALSE(read.changes[0].whole);
  EXPECT_EQ(read.changes[1].region, "us-east-1");
  EXPECT_TRUE(read.changes[1].whole) << "the event does not say which topic";

  auto asks = [&](const std::string& account, const std::string& call, const std::string& topic) {
    Builder builder;
    builder.begin_map(), builder.key("TopicArn"), builder.string(topic), builder.end();
    return read.changes[0].asks({{account, "eu-west-1"}, call, builder.finish()});
  };
  EXPECT_TRUE(asks("111122223333", "sns:GetTopicAttributes", "arn:aws:sns:eu-west-1:111122223333:b"));
  EXPECT_FALSE(asks("111122223333", "sns:GetTopicAttributes", "arn:aws:sns:eu-west-1:111122223333:c"));
  EXPECT_FALSE(asks("999988887777", "sns:GetTopicAttributes", "arn:aws:sns:eu-west-1:111122223333:b"));
  EXPECT_FALSE(asks("111122223333", "sns:ListTagsForResource", "arn:aws:sns:eu-west-1:111122223333:b"));
}

TEST(Changes, KeepTheNewestEventOfEachName) {
  auto catalogue = catalogue_of_yaml("type: T\ntitle: t\nscope: global\nreads: [{call: 's3:ListBuckets', each: 'Buckets[]', id: Name}]\n"
                                     "events: [{source: s3.amazonaws.com, names: ['Put*'], at: [requestParameters.bucketName]}]\n");
  EventReader reader(catalogue);
  std::vector<Error> errors;
  auto message = [&](const std::string& bucket, const std::string& time) {
    return reader.message("m", R"({"detail": {"eventSource": "s3.amazonaws.com", "eventName": "PutBucketAcl", "recipientAccountId": "111122223333", "requestParameters": {"bucketName": ")" + bucket +
                                   "\"}" + (time.empty() ? "" : ", \"eventTime\": \"" + time + "\"") + "}}", errors);
  };
  EXPECT_TRUE(message("a", "2026-11-29T12:00:05Z"));
  EXPECT_TRUE(message("a", "2026-11-29T12:00:00Z"));
  EXPECT_TRUE(message("b", "2026-11-29T12:00:00Z"));
  EXPECT_TRUE(message("b", ""));
  EXPECT_FALSE(reader.message("m", "{}", errors));
  EXPECT_FALSE(reader.message("m", "no JSON", errors));
  EXPECT_EQ(reader.accounts(), std::set<std::string>{"111122223333"});
  EXPECT_TRUE(reader.accounts().empty());
  ChangesRead read = reader.take();
  ASSERT_EQ(read.changes.size(), 1u);
  EXPECT_EQ(read.changes[0].names["a"], parse_time("2026-11-29T12:00:05Z"));
  EXPECT_FALSE(read.changes[0].names["b"].known()) << "one did not say when, so nothing is known to be newer";
  EXPECT_FALSE(read.changes[0].newest.known());
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(reader.take().changes.empty());
}

}  // namespace
}  // namespace reeve
