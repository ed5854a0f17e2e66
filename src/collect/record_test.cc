// The record: what was answered is not asked again, whatever the end of the run before; one collector a folder.
#include "collect/record.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "estate/estate_test_kit.h"
#include "formats/json.h"

namespace reeve {
namespace {

const Time kNow = *parse_time("2026-11-29T12:00:00Z");

class RecordTest : public ::testing::Test {
 protected:
  std::unique_ptr<CollectRecord> open() { return must(CollectRecord::open(dir_, kNow)); }
  TestFolder made_;
  const std::filesystem::path folder_{made_.path()};
  const std::filesystem::path dir_{folder_ / "snap"};
};

PlannedCall planned(const std::string& call, const std::string& input = "{}", CollectPlace place = {"111122223333", "eu-west-1"}) {
  return {place, call, must(read_json(input, Source{nullptr, "input", "", 0, "", "$"}))};
}

SnapshotCall frame(const PlannedCall& call, const std::string& reply, bool more = false) {
  SnapshotCall out;
  out.account = call.place.account, out.region = call.place.region, out.call = call.call;
  out.parameters = request_texts(call.input->root());
  out.time = kNow, out.reply_json = reply, out.more = more;
  return out;
}
SnapshotCall refusal(const PlannedCall& call, const std::string& code, const std::string& failure) {
  SnapshotCall out = frame(call, "");
  out.error_code = code, out.error_message = "no", out.failure = failure;
  return out;
}

TEST_F(RecordTest, WhatIsAnsweredIsNotAskedAgain) {
  const PlannedCall list = planned("s3:ListBuckets"), policy = planned("s3:GetBucketPolicy", R"({"Bucket": "b"})"), pages = planned("iam:ListRoles"),
                    batch = planned("ecs:DescribeClusters", R"({"clusters": ["a", "b"]})");
  {
    auto record = open();
    EXPECT_FALSE(record->answered(list));
    must(record->add({frame(list, R"({"Buckets": [ ]})")}));
    must(record->add({refusal(policy, "NoSuchBucketPolicy", "absent")}));
    PlannedCall second = planned("iam:ListRoles", R"({"Marker": "m"})");
    must(record->add({frame(pages, R"({"Roles": [1], "Marker": "m"})", true), frame(second, R"({"Roles": [2]})")}));
    must(record->add({frame(batch, R"({"clusters": []})")}));
    must(record->sync());
  }
  auto record = open();
  EXPECT_TRUE(record->answered(list));
  EXPECT_EQ(must(record->recorded(list)).pages, std::vector<std::string>{R"({"Buckets":[]})"});
  EXPECT_TRUE(record->answered(policy));
  auto absent = must(record->recorded(policy));
  EXPECT_EQ(absent.error_code + " " + absent.failure + " " + absent.error_message, "NoSuchBucketPolicy absent no");
  EXPECT_EQ(must(record->recorded(pages)).pages, (std::vector<std::string>{R"({"Roles":[1],"Marker":"m"})", R"({"Roles":[2]})"}));
  EXPECT_TRUE(record->answered(batch));
  EXPECT_FALSE(record->answered(planned("s3:GetBucketPolicy", R"({"Bucket": "c"})")));
  EXPECT_FALSE(record->answered(planned("s3:ListBuckets", "{}", {"111122223333", "us-east-1"})));
  record->leave(list.place);
  EXPECT_TRUE(record->answered(list)) << "what was left can be asked for again: it is on disk";
}

// Which failures are asked again, by whether the run before came to its end.
TEST_F(RecordTest, WhatWasGivenUpIsAskedAgainAndWhatWasRefusedOnceTheRunIsOver) {
  struct {
    const char* failure;
    bool after_a_kill, after_an_end;
  } cases[] = {{"absent", true, true}, {"denied", true, false}, {"not_enabled", true, false}, {"unsupported", true, false}, {"other", true, false},
               {"throttled", false, false}, {"timed_out", false, false}, {"unreachable", false, false}, {"transient", false, false}};
  for (auto& c : cases) {
    std::filesystem::remove_all(dir_);
    const PlannedCall call = planned("ec2:DescribeVpcs");
    must(open()->add({refusal(call, "Code", c.failure)}));  // the record writes what it was given as it ends
    EXPECT_EQ(open()->answered(call), c.after_a_kill) << c.failure;
    std::ofstream(dir_ / "summary.json") << R"({"interrupted": true})";
    EXPECT_EQ(open()->answered(call), c.after_a_kill) << c.failure << ": the run before was interrupted";
    std::ofstream(dir_ / "summary.json") << R"({"interrupted": false})";
    EXPECT_EQ(open()->answered(call), c.after_an_end) << c.failure;
    EXPECT_FALSE(std::filesystem::exists(dir_ / "summary.json")) << "a snapshot that is gone on with is not finished";
  }
  const PlannedCall call = planned("ec2:DescribeVpcs");
  must(open()->add({frame(call, "{}")}));
  EXPECT_TRUE(open()->answered(call)) << "the later answer counts";
}

// A kill between two pages, in the middle of a line, in the middle of a frame.
TEST_F(RecordTest, WhatACutEndLeavesIsAskedAgain) {
  const PlannedCall first = planned("ec2:DescribeVpcs"), pages = planned("iam:ListRoles"), second = planned("iam:ListRoles", R"({"Marker": "m"})"), last = planned("ec2:DescribeVolumes");
  {
    auto record = open();
    must(record->add({frame(first, "{}")}));
    must(record->add({frame(pages, R"({"Marker": "m"})", true), frame(second, "{}")}));
    must(record->add({frame(last, "{}")}));
    must(record->sync());
  }
  auto index = dir_ / "111122223333" / "eu-west-1.index";
  std::ifstream in(index);
  std::string whole((std::istreambuf_iterator<char>(in)), {});
  std::vector<size_t> ends;  // of each line
  for (size_t at = 0; (at = whole.find('\n', at)) != std::string::npos;) ends.push_back(++at);
  ASSERT_EQ(ends.size(), 4u);
  std::set<size_t> cuts;
  for (size_t cut = 0; cut < whole.size(); cut += 31) cuts.insert(cut);
  for (size_t end : ends) cuts.insert({end - 2, end - 1, end});
  for (size_t cut : cuts) {
    std::ofstream(index, std::ios::trunc) << whole.substr(0, cut);
    {
      auto record = open();
      EXPECT_EQ(record->answered(first), cut >= ends[0]) << cut;
      EXPECT_EQ(record->answered(pages), cut >= ends[2]) << cut;
      EXPECT_EQ(record->answered(last), cut >= ends[3]) << cut;
      
      must(record->add({frame(planned("ec2:DescribeImages"), "{}")}));  // the writer goes on behind whole calls only
    }
    std::vector<Error> problems;
    auto inputs = read_snapshot_index(dir_ / "111122223333" / "eu-west-1.frames", dir_ / "111122223333" / "eu-west-1.frames", nullptr, problems);
    EXPECT_TRUE(problems.empty()) << cut << problems[0].text();
    EXPECT_EQ(inputs.size(), (cut >= ends[3] ? 4u : cut >= ends[2] ? 3u : cut >= ends[0] ? 1u : 0u) + 1) << cut;
  }
}

TEST_F(RecordTest, ASecondCollectorIsRefusedByNameAndADeadOneIsNot) {
  auto record = open();
  auto second = CollectRecord::open(dir_, kNow);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_NE(second.error().text().find("another collector writes this snapshot: process " + std::to_string(::getpid())), std::string::npos) << second.error().text();
  EXPECT_NE(second.error().text().find("since 2026-11-29T12:00:00Z"), std::string::npos) << second.error().text();
  record.reset();
  EXPECT_FALSE(std::filesystem::exists(dir_ / "collect.lock"));
  if (pid_t child = ::fork(); child == 0) {
    auto held = CollectRecord::open(dir_, kNow);
    ::kill(::getpid(), SIGKILL);
  } else {
    ::waitpid(child, nullptr, 0);
  }
  EXPECT_TRUE(std::filesystem::exists(dir_ / "collect.lock")) << "the killed one left its file";
  EXPECT_TRUE(CollectRecord::open(dir_, kNow));
}

TEST_F(RecordTest, AFolderOfSomethingElseIsRefused) {
  std::filesystem::create_directories(dir_ / "photos");
  std::ofstream(dir_ / "photos" / "cat.jpg") << "x";
  auto record = CollectRecord::open(dir_, kNow);
  ASSERT_FALSE(record);
  EXPECT_NE(record.error().text().find("holds something else than a snapshot: `photos`"), std::string::npos) << record.error().text();
  std::ofstream(folder_ / "file") << "x";
  record = CollectRecord::open(folder_ / "file", kNow);
  ASSERT_FALSE(record);
  EXPECT_NE(record.error().text().find("is no folder"), std::string::npos) << record.error().text();
}

// A limit on the size of files stands for a full disk: writing fails the same way.
TEST_F(RecordTest, AFullDiskIsNamedAndLeavesTheSnapshotWhole) {
  const PlannedCall first = planned("ec2:DescribeVpcs");
  {
    auto record = open();
    must(record->add({frame(first, "{}")}));
    must(record->sync());
    struct rlimit before {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit tight = before;
    tight.rlim_cur = 64 * 1024;
    ::setrlimit(RLIMIT_FSIZE, &tight);
    std::string noise = "{\"a\": \"";
    uint32_t seed = 1;
    for (int i = 0; i < 50000; ++i) noise += static_cast<char>('a' + ((seed = seed * 1664525 + 1013904223) >> 24) % 26);
    Status status;
    for (int i = 0; i < 20 && status; ++i) {
      status = record->add({frame(planned("ec2:DescribeImages", "{\"n\": " + std::to_string(i) + "}"), noise + "\"}")});
      if (status) status = record->sync();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::io);
    EXPECT_NE(status.error().text().find("cannot write `" + (dir_ / "111122223333" / "eu-west-1.frames").string() + "`"), std::string::npos) << status.error().text();
    EXPECT_FALSE(record->add({frame(planned("ec2:DescribeVolumes"), "{}")})) << "after it nothing is taken any more";
  }
  auto record = open();
  EXPECT_TRUE(record->answered(first));
  EXPECT_FALSE(record->answered(planned("ec2:DescribeVolumes")));
  std::vector<Error> problems;
  auto pair = dir_ / "111122223333" / "eu-west-1.frames";
  for (auto& input : read_snapshot_index(pair, pair, nullptr, problems)) EXPECT_TRUE(input.read(1 << 20)) << input.shown;
  EXPECT_TRUE(problems.empty());
}

// More places than a process may have files open.
TEST_F(RecordTest, ThousandsOfPlacesTakeFewDescriptors) {
  struct rlimit before {};
  ::getrlimit(RLIMIT_NOFILE, &before);
  struct rlimit tight = before;
  tight.rlim_cur = 300;
  ::setrlimit(RLIMIT_NOFILE, &tight);
  {
    auto record = open();
    for (int round = 0; round < 2; ++round)
      for (int i = 0; i < 400; ++i) {
        PlannedCall call = planned("ec2:DescribeVpcs", "{\"n\": " + std::to_string(round) + "}", {std::to_string(100000000000 + i), "eu-west-1"});
        must(record->add({frame(call, "{}")}));
      }
    must(record->sync());
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  auto record = open();
  for (int i : {0, 200, 399}) EXPECT_TRUE(record->answered(planned("ec2:DescribeVpcs", "{\"n\": 1}", {std::to_string(100000000000 + i), "eu-west-1"}))) << i;
}

}  // namespace
}  // namespace reeve
