// Where events come from: files as they grow, and the address of a queue; the rest of following is in tests/collect_follow.py.
#include "collect/follow.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "collect/event_tail.h"
#include "estate/resource_type.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

TEST(Follow, TheNameOfAQueue) {
  struct {
    const char *url, *region, *account, *name;  // a null Region: refused
  } cases[] = {
      {"https://sqs.eu-west-1.amazonaws.com/111122223333/events", "eu-west-1", "111122223333", "events"},
      {"https://sqs.us-gov-west-1.amazonaws.com/111122223333/e.fifo", "us-gov-west-1", "111122223333", "e.fifo"},
      {"https://vpce-0a-1b.sqs.eu-west-1.vpce.amazonaws.com/111122223333/events", "eu-west-1", "111122223333", "events"},
      {"https://queue.amazonaws.com/111122223333/events", "", "111122223333", "events"},
      {"http://127.0.0.1:5000/111122223333/events", "", "111122223333", "events"},
      {"events", nullptr, "", ""},
      {"https://sqs.eu-west-1.amazonaws.com/events", nullptr, "", ""},
      {"https://sqs.eu-west-1.amazonaws.com/1111/events", nullptr, "", ""},
      {"https://sqs.eu-west-1.amazonaws.com/111122223333/", nullptr, "", ""},
      {"arn:aws:sqs:eu-west-1:111122223333:events", nullptr, "", ""},
      {"", nullptr, "", ""},
  };
  for (auto& c : cases) {
    auto queue = queue_name(c.url);
    ASSERT_EQ(queue.has_value(), c.region != nullptr) << c.url;
    if (!queue) continue;
    EXPECT_EQ(queue->region, c.region) << c.url;
    EXPECT_EQ(queue->account, c.account) << c.url;
    EXPECT_EQ(queue->name, c.name) << c.url;
  }
}

class TailTest : public ::testing::Test {
 protected:
  TailTest() : dir_(std::filesystem::temp_directory_path() / ("reeve-tail-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(dir_);
    auto document = read_yaml("type: T\ntitle: t\nscope: global\nreads: [{call: 's3:ListBuckets', each: 'Buckets[]', id: Name}]\n"
                              "events: [{source: s3.amazonaws.com, names: ['Put*'], at: [requestParameters.bucketName]}]\n", Source{nullptr, "t.yaml", "", 0, "", "$"});
    auto type = read_resource_type((*document)->root(), "t.yaml");
    if (type) catalogue_.add(*type);
    else ADD_FAILURE() << type.error().text();
  }
  ~TailTest() override { std::filesystem::remove_all(dir_); }

  static std::string event(const std::string& bucket) {
    return R"({"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "recipientAccountId": "111122223333", "requestParameters": {"bucketName": ")" + bucket + "\"}}";
  }
  void write(const std::string& name, const std::string& text, bool more = false) { std::ofstream(dir_ / name, more ? std::ios::app : std::ios::trunc) << text; }
  // The buckets of one look, and how many things were named.
  std::string look() {
    EventReader reader(catalogue_);
    std::vector<Error> errors;
    tail_.look(reader, errors);
    std::string out;
    for (auto& change : reader.take().changes)
      for (auto& [name, time] : change.names) out += name + " ";
    for (auto& error : errors) out += "! " + error.text().substr(dir_.string().size() + 1) + " ";
    return out;
  }

  std::filesystem::path dir_;
  ResourceCatalogue catalogue_;
  EventTail tail_{{dir_.string()}, -1, 0};
};

TEST_F(TailTest, ReadsWhatIsNew) {
  EXPECT_EQ(look(), "");
  write("README", "nothing to read");
  write("a.json", "{\"Records\": [" + event("one") + "]}");
  EXPECT_EQ(look(), "one ");
  EXPECT_EQ(look(), "") << "once";
  write("b.jsonl", event("two") + "\n" + event("three").substr(0, 30));
  EXPECT_EQ(look(), "two ");
  write("b.jsonl", event("three").substr(30) + "\n", true);
  EXPECT_EQ(look(), "three ") << "from where the last whole line ended";
  write("b.jsonl", event("four"), true);
  EXPECT_EQ(look(), "");
  EXPECT_EQ(look(), "four ") << "the last line, when nothing more comes";
  EXPECT_EQ(look(), "");
}

TEST_F(TailTest, NamesWhatStandsStillAndCannotBeRead) {
  write("a.json", "{\"Records\": [" + event("one").substr(0, 50));
  EXPECT_EQ(look(), "") << "it may still be being written";
  write("a.json", "{\"Records\": [" + event("one") + "]}");
  EXPECT_EQ(look(), "one ");
  write("bad.json", "{\"Records\": [");
  EXPECT_EQ(look(), "");
  EXPECT_NE(look().find("! bad.json:1:"), std::string::npos);
  EXPECT_EQ(look(), "") << "once";
  write("lines.ndjson", event("two") + "\n{\"no\": \"event\"}\n" + event("three") + "\n");
  EXPECT_EQ(look(), "three two ! lines.ndjson:2:1: this line is no event of CloudTrail; expected `eventSource` and `eventName` ");
}

}  // namespace
}  // namespace reeve
