// Snapshots: what goes in comes out byte for byte, and what does not hold together is named.
#include "estate/snapshot.h"

#include <algorithm>

#include "base/text.h"
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

SnapshotCall call(const std::string& name, const std::string& reply, std::vector<std::pair<std::string, std::string>> parameters = {}) {
  SnapshotCall out;
  out.account = "111122223333";
  out.region = "eu-west-1";
  out.call = name;
  out.parameters = std::move(parameters);
  out.time = *parse_time("2026-01-01T00:00:00Z");
  out.request_id = "r-1";
  out.reply_json = reply;
  return out;
}

std::string write_two(const TestFolder& folder) {
  auto writer = must(SnapshotWriter::open(folder.path()));
  must(writer->add(call("ec2:DescribeInstances", R"({"R" : [1,  2]})")));
  SnapshotCall denied = call("s3:GetBucketPolicy", "", {{"Bucket", "b"}});
  denied.error_code = "AccessDenied";
  denied.error_message = "no";
  must(writer->add(denied));
  must(writer->sync());
  return folder.path() + "/111122223333/eu-west-1";
}

std::vector<Input> inputs_of(const std::string& pair, std::vector<Error>& problems) { return read_snapshot_index(pair + ".frames", pair + ".frames", nullptr, problems); }

TEST(Snapshot, GivesBackWhatWasAsked) {
  TestFolder folder;
  std::string pair = write_two(folder);
  std::vector<Error> problems;
  auto inputs = inputs_of(pair, problems);
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(inputs[0].call, "ec2:DescribeInstances");
  EXPECT_EQ(inputs[0].time_ms, parse_time("2026-01-01T00:00:00Z")->ms);
  EXPECT_EQ(inputs[1].parameters, (std::vector<std::pair<std::string, std::string>>{{"Bucket", "b"}}));
  std::string text = must(inputs[0].read(1 << 20));
  EXPECT_NE(text.find(R"("reply":{"R" : [1,  2]})"), std::string::npos) << "verbatim: " << text;
  EXPECT_NE(must(inputs[1].read(1 << 20)).find(R"("error":{"Code":"AccessDenied","Message":"no"})"), std::string::npos);
}

// What a protocol other than JSON brought stands beside the reply; it is no input of its own, and takes no part in what is read.
TEST(Snapshot, KeepsTheBytesOfAnAnswerThatIsNoJson) {
  TestFolder folder;
  auto writer = must(SnapshotWriter::open(folder.path()));
  SnapshotCall xml = call("iam:ListRoles", R"({"Roles":[]})");
  xml.body = "<ListRolesResponse a=\"1\">\n</ListRolesResponse>";
  must(writer->add(xml));
  must(writer->sync());
  std::vector<Error> problems;
  auto inputs = inputs_of(folder.path() + "/111122223333/eu-west-1", problems);
  ASSERT_EQ(inputs.size(), 1u);
  std::string text = must(inputs[0].read(1 << 20));
  EXPECT_TRUE(text.ends_with(R"("reply":{"Roles":[]},"body":"<ListRolesResponse a=\"1\">\n</ListRolesResponse>"})")) << text;
}

// Packing one file per call must not make a file's time into the moment of the answer.
TEST(Snapshot, KeepsAFilesTimeAFilesTime) {
  TestFolder folder;
  auto writer = must(SnapshotWriter::open(folder.path()));
  SnapshotCall packed = call("ec2:DescribeInstances", R"({"R": []})");
  packed.time_basis = "file";
  must(writer->add(packed));
  must(writer->sync());
  std::vector<Error> problems;
  auto inputs = inputs_of(folder.path() + "/111122223333/eu-west-1", problems);
  ASSERT_EQ(inputs.size(), 1u);
  EXPECT_EQ(inputs[0].time_ms, 0) << "no time of its own";
  EXPECT_EQ(inputs[0].mtime_ms, parse_time("2026-01-01T00:00:00Z")->ms);
}

TEST(Snapshot, IsJudgedLikeAnyExportButWithExactTimes) {
  auto catalogue = catalogue_of_yaml({R"(
type: AWS::S3::Bucket
title: bucket
scope: global
arn: "arn:{partition}:s3:::{id}"
reads:
  - {call: "s3:ListBuckets", each: "Buckets[]", id: Name, set: {Properties.BucketName: Name}}
  - {call: "s3:GetBucketPolicy", parameter: Bucket, set: {Observed.Policy: Policy}, absent_when: [NoSuchBucketPolicy]}
)"});
  TestFolder folder;
  auto writer = must(SnapshotWriter::open(folder.path()));
  auto at = [](SnapshotCall one, const char* time) {
    one.time = *parse_time(time);
    return one;
  };
  // Two pages, by token; then two readings of one policy, the later without it.
  must(writer->add(at(call("s3:ListBuckets", R"({"Buckets": [{"Name": "a"}], "ContinuationToken": "x", "NextToken": "t"})"), "2026-01-01T00:00:00Z")));
  must(writer->add(at(call("s3:ListBuckets", R"({"Buckets": [{"Name": "b"}]})", {{"NextToken", "t"}}), "2026-01-01T00:00:01Z")));
  must(writer->add(at(call("s3:GetBucketPolicy", R"({"Policy": 1})", {{"Bucket", "b"}}), "2026-01-01T00:00:02Z")));
  SnapshotCall gone = at(call("s3:GetBucketPolicy", "", {{"Bucket", "b"}}), "2026-01-02T00:00:00Z");
  gone.error_code = "NoSuchBucketPolicy";
  must(writer->add(gone));
  must(writer->sync());
  Inputs inputs = find_inputs({folder.path()}, catalogue);
  ASSERT_TRUE(inputs.problems.empty()) << inputs.problems[0].text();
  Heard heard;
  load_unit(inputs.units.at(0), catalogue, heard);
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{"arn:aws:s3:::a", "arn:aws:s3:::b"}));
  EXPECT_EQ(heard.fact("arn:aws:s3:::b", "Observed.Policy"), "absent");
  EXPECT_EQ(heard.note_text(), "");
  EXPECT_EQ(heard.newest, parse_time("2026-01-02T00:00:00Z")->ms);
  EXPECT_EQ(heard.origin("arn:aws:s3:::b", "Properties.BucketName").substr(heard.origin("arn:aws:s3:::b", "Properties.BucketName").find('@')).substr(0, 1), "@");
  EXPECT_NE(heard.origin("arn:aws:s3:::b", "Properties.BucketName").find(" $.reply.Buckets[0].Name"), std::string::npos) << heard.origin("arn:aws:s3:::b", "Properties.BucketName");
  auto unit = inputs.units.at(0);
  std::erase_if(unit.inputs, [](const Input& input) { return !input.parameters.empty() && input.parameters[0].first == "NextToken"; });
  Heard partly;
  load_unit(unit, catalogue, partly);
  EXPECT_NE(partly.read_text().find("s3:ListBuckets@eu-west-1 error incomplete: `NextToken` says that there is more"), std::string::npos) << partly.read_text();
}

// Each page's request names the token that the page before gave. Where one gives none, what lies between is not known.
TEST(Snapshot, APageThatNothingLeadsToLeavesTheListOpen) {
  auto catalogue = catalogue_of_yaml({R"(
type: AWS::S3::Bucket
title: bucket
scope: global
arn: "arn:{partition}:s3:::{id}"
reads: [{call: "s3:ListBuckets", each: "Buckets[]", id: Name, set: {Properties.BucketName: Name}}]
)"});
  struct {
    const char* first;
    const char* reads;  // each call and how it ended
    bool whole;
  } cases[] = {
      {R"({"Buckets": [{"Name": "a"}], "NextToken": "t"})", "", true},
      {R"({"Buckets": [{"Name": "a"}], "ContinuationToken": "t"})", "", true},
      {R"({"Buckets": [{"Name": "a"}]})", "it names no next page, though a later one is there", false},
      {R"({"Buckets": [{"Name": "a"}], "NextToken": "other"})", "`NextToken` says that there is more", false},
      {R"({"Buckets": [{"Name": "a"}], "IsTruncated": true})", "`IsTruncated` says that there is more", false},
  };
  for (auto& c : cases) {
    TestFolder folder;
    auto writer = must(SnapshotWriter::open(folder.path()));
    auto at = [](SnapshotCall one) {
      one.time = *parse_time("2026-01-01T00:00:00Z");
      return one;
    };
    must(writer->add(at(call("s3:ListBuckets", c.first))));
    must(writer->add(at(call("s3:ListBuckets", R"({"Buckets": [{"Name": "b"}]})", {{"ContinuationToken", "t"}}))));
    must(writer->sync());
    Inputs inputs = find_inputs({folder.path()}, catalogue);
    Heard heard;
    load_unit(inputs.units.at(0), catalogue, heard);
    EXPECT_EQ(heard.uids(), (std::vector<std::string>{"arn:aws:s3:::a", "arn:aws:s3:::b"})) << "what is on either page is there: " << c.first;
    EXPECT_EQ(heard.note_text().empty(), c.whole) << c.first << heard.note_text();
    EXPECT_NE(heard.read_text().find(c.reads), std::string::npos) << heard.read_text();
    if (c.whole) continue;
    EXPECT_EQ(heard.read_text().find("s3:ListBuckets@eu-west-1 ok"), std::string::npos) << "no page passes for the list: " << heard.read_text();
    EXPECT_NE(heard.note_text().find("no page before it names its token `t`"), std::string::npos) << heard.note_text();
    EXPECT_NE(heard.note_text().find("collect it again"), std::string::npos) << heard.note_text();
  }
}

TEST(Snapshot, WhatDoesNotHoldIsNamedAndTheRestIsRead) {
  struct {
    const char* what;
    void (*harm)(const std::string& pair);
    size_t inputs;
    const char* problem;     // of the index
    const char* unreadable;  // of the last frame, when it is read
  } cases[] = {
      {"nothing", [](const std::string&) {}, 2, nullptr, nullptr},
      {"half a frame at the end, of which no index line tells", [](const std::string& pair) { std::ofstream(pair + ".frames", std::ios::app) << "torn"; }, 2, nullptr, nullptr},
      {"half a line at the end", [](const std::string& pair) { std::ofstream(pair + ".index", std::ios::app) << "{\"offset\": 12"; }, 2, ".index:3:1: this line of a snapshot's index is not understood", nullptr},
      {"an index that knows more than there is", [](const std::string& pair) { std::filesystem::resize_file(pair + ".frames", std::filesystem::file_size(pair + ".frames") - 1); }, 1,
       ".index:2:1: the frame that this line names is not in", nullptr},
      {"no frames at all", [](const std::string& pair) { std::filesystem::resize_file(pair + ".frames", 0); }, 0, ".index:1:1: the frame that this line names is not in", nullptr},
      {"no index", [](const std::string& pair) { std::filesystem::remove(pair + ".index"); }, 0, ".index", nullptr},
      {"another frame than the index describes",
       [](const std::string& pair) {
         std::string text = must(read_file(pair + ".index"));
         size_t at = text.rfind("\"sha256\":\"") + 10;
         text[at] = text[at] == '0' ? '1' : '0';
         std::ofstream(pair + ".index", std::ios::trunc) << text;
       },
       2, nullptr, "is not the one its index describes"},
      {"no digest",
       [](const std::string& pair) {
         std::string text = must(read_file(pair + ".index"));
         text.replace(text.rfind("\"sha256\""), 8, "\"sha000\"");
         std::ofstream(pair + ".index", std::ios::trunc) << text;
       },
       1, "this line of a snapshot's index is not understood", nullptr},
      {"a flipped byte",
       [](const std::string& pair) {
         std::string bytes = must(read_file(pair + ".frames"));
         bytes[bytes.size() - 3] ^= 0x55;
         std::ofstream(pair + ".frames", std::ios::trunc | std::ios::binary) << bytes;
       },
       2, nullptr, ""},
      {"offsets from hell", [](const std::string& pair) {
         std::ofstream(pair + ".index", std::ios::app) << "{\"offset\": 9223372036854775807, \"bytes\": 9223372036854775807, \"call\": \"a:B\", \"sha256\": \"" << std::string(64, '0') << "\"}\n"
                                                       << "{\"offset\": -1, \"bytes\": 1, \"call\": \"a:B\", \"sha256\": \"" << std::string(64, '0') << "\"}\n";
       }, 2, ".index:3:1: the frame that this line names is not in", nullptr},
  };
  for (auto& c : cases) {
    TestFolder folder;
    std::string pair = write_two(folder);
    c.harm(pair);
    std::vector<Error> problems;
    auto inputs = inputs_of(pair, problems);
    EXPECT_EQ(inputs.size(), c.inputs) << c.what;
    EXPECT_EQ(problems.empty(), c.problem == nullptr) << c.what;
    EXPECT_TRUE(!c.problem || problems.empty() || problems[0].text().find(c.problem) != std::string::npos) << c.what << ": " << problems[0].text();
    if (inputs.empty()) continue;
    auto text = inputs.back().read(1 << 20);
    EXPECT_EQ(text.has_value(), c.unreadable == nullptr) << c.what;
    EXPECT_TRUE(text || !c.unreadable || text.error().text().find(c.unreadable) != std::string::npos) << c.what << ": " << text.error().text();
  }
}

TEST(Snapshot, ATornEndIsWrittenOverNotGluedTo) {
  TestFolder folder;
  std::string pair = write_two(folder);
  std::ofstream(pair + ".frames", std::ios::app) << "half a frame";
  std::ofstream(pair + ".index", std::ios::app) << "{\"offset\": 12";
  {
    auto writer = must(SnapshotWriter::open(folder.path()));
    must(writer->add(call("s3:ListBuckets", "{}")));
    must(writer->sync());
  }
  std::vector<Error> problems;
  auto inputs = inputs_of(pair, problems);
  EXPECT_TRUE(problems.empty()) << (problems.empty() ? "" : problems[0].text());
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_NE(must(inputs[2].read(1 << 20)).find("\"reply\":{}"), std::string::npos);
}

// Two answers to one request: which frames are left.
TEST(Snapshot, ALaterAnswerReplacesTheEarlierOne) {
  auto reply = [](std::vector<std::pair<std::string, std::string>> parameters = {}) { return call("s3:ListBuckets", "{}", std::move(parameters)); };
  auto error = [](const char* failure) {
    SnapshotCall one = call("s3:ListBuckets", "");
    one.error_code = "Code", one.failure = failure;
    return one;
  };
  const auto page = reply({{"ContinuationToken", "t"}});
  struct {
    const char* what;
    std::vector<SnapshotCall> frames;
    std::vector<size_t> left;  // by their number
  } cases[] = {
      {"a reply after a reply", {reply(), reply()}, {1}},
      {"another request", {reply(), reply({{"Prefix", "p"}})}, {0, 1}},
      {"a list of two pages by one of one", {reply(), page, reply()}, {2}},
      {"a list of one page by one of two", {reply(), reply(), page}, {1, 2}},
      {"a refusal by a reply", {error("denied"), reply()}, {1}},
      {"a refusal by a refusal", {error("denied"), error("timed_out")}, {1}},
      {"a reply by what says that it is gone", {reply(), error("absent")}, {1}},
      {"a reply is still what is known after a refusal", {reply(), page, error("denied")}, {0, 1, 2}},
      {"and a reply after that replaces both", {reply(), error("denied"), reply()}, {2}},
  };
  for (auto& c : cases) {
    TestFolder folder;
    auto writer = must(SnapshotWriter::open(folder.path()));
    for (auto& frame : c.frames) must(writer->add(frame));
    must(writer->sync());
    std::vector<Error> problems;
    std::string pair = folder.path() + "/111122223333/eu-west-1";
    std::vector<uint64_t> offsets;  // of all, from the index itself
    const std::string index = must(read_file(pair + ".index"));
    for (auto line : split(index, '\n'))
      if (!line.empty()) offsets.push_back(static_cast<uint64_t>(*must(read_json(line, Source{}))->root().get("offset").integer()));
    std::vector<size_t> left;
    for (auto& input : inputs_of(pair, problems)) left.push_back(static_cast<size_t>(std::find(offsets.begin(), offsets.end(), input.frame_offset) - offsets.begin()));
    EXPECT_EQ(left, c.left) << c.what;
  }
}

TEST(Snapshot, HalfAPairIsNamed) {
  auto catalogue = catalogue_of_yaml({"type: T\ntitle: t\nscope: global\nreads: [{call: 's3:ListBuckets', set: {Properties.A: A}}]\n"});
  for (const char* gone : {".frames", ".index"}) {
    TestFolder folder;
    std::filesystem::remove(write_two(folder) + gone);
    Inputs inputs = find_inputs({folder.path()}, catalogue);
    ASSERT_EQ(inputs.problems.size(), 1u) << gone;
    EXPECT_NE(inputs.problems[0].text().find(std::string("eu-west-1") + gone), std::string::npos) << inputs.problems[0].text();
  }
}

}  // namespace
}  // namespace reeve
