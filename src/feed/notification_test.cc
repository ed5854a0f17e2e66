#include "feed/notification.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

using What = Notification::Kind;

std::string told(const Notification& read) {
  std::string out = read.kind == What::objects ? "" : read.kind == What::nothing ? "nothing" : "other";
  for (const ObjectNotice& one : read.objects) out += one.bucket + " | " + one.key + " | " + one.etag + " | " + one.region + "\n";
  return out;
}
std::string told(const std::string& message) { return told(read_notification(message)); }

std::string quoted(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c != '\n') out += c;
  }
  return "\"" + out + "\"";
}

const std::string kOwn = R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventName":"ObjectCreated:Put",
  "s3":{"bucket":{"name":"trail"},"object":{"key":"AWSLogs/a+b%2Bc%3D%C3%A9.json.gz","size":3,"eTag":"e1","sequencer":"0055AED6DCD90281E5"}}}]})";
const char* const kOwnTold = "trail | AWSLogs/a b+c=\xc3\xa9.json.gz | e1 | eu-west-1\n";

TEST(Notification, OfS3HasItsKeyEncoded) { EXPECT_EQ(told(kOwn), kOwnTold); }

TEST(Notification, MayBeHandedOnBySns) {
  EXPECT_EQ(told("{\"Type\":\"Notification\",\"TopicArn\":\"arn:aws:sns:eu-west-1:111122223333:t\",\"Message\":" + quoted(kOwn) + "}"), kOwnTold);
}

TEST(Notification, OfEventBridgeHasItsKeyAsItIs) {
  EXPECT_EQ(told(R"({"version":"0","source":"aws.s3","detail-type":"Object Created","region":"ca-central-1",
    "detail":{"bucket":{"name":"trail"},"object":{"key":"a+b%2B.gz","etag":"e2","sequencer":"00"},"reason":"PutObject"}})"),
            "trail | a+b%2B.gz | e2 | ca-central-1\n");
}

TEST(Notification, OfCloudTrailNamesKeysWithoutContent) {
  EXPECT_EQ(told(R"({"s3Bucket":"trail","s3ObjectKey":["x/a+1.gz","x/b.gz"]})"), "trail | x/a+1.gz |  | \ntrail | x/b.gz |  | \n");
  EXPECT_EQ(told(R"({"Type":"Notification","Message":"{\"s3Bucket\":\"trail\",\"s3ObjectKey\":[\"k\"]}"})"), "trail | k |  | \n");
}

TEST(Notification, OfWhatIsNoNewObjectIsNothing) {
  for (const char* message : {R"({"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-01T00:00:00.000Z","Bucket":"trail"})",
                              R"({"Type":"Notification","Message":"{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"}"})",
                              R"({"Type":"Notification","Message":"CloudTrail validation message."})",
                              R"({"Records":[{"eventSource":"aws:s3","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]})",
                              R"({"source":"aws.s3","detail-type":"Object Deleted","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}})"})
    EXPECT_EQ(told(message), "nothing") << message;
}

TEST(Notification, OnlyWhatIsWholeIsOne) {
  for (const char* message : {"", "no JSON", "[]", "{}", R"({"Records":[]})", R"({"Records":[{"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}]})",
                              R"({"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"}}}]})",
                              R"({"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{},"object":{"key":"k"}}})",
                              R"({"source":"aws.s3","detail-type":"AWS API Call via CloudTrail","detail":{"eventSource":"s3.amazonaws.com","eventName":"PutBucketAcl"}})",
                              R"({"s3Bucket":"b","s3ObjectKey":"k"})", R"({"Type":"Notification","Message":"hello"})"})
    EXPECT_EQ(told(message), "other") << message;
}

}  // namespace
}  // namespace reeve
