// Objects of logs, one row each: what comes out of them and what the account says.
#include "logs/reader.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace reeve {
namespace {

std::string gz(std::string_view text) {
  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> tool(libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  std::string out(libdeflate_gzip_compress_bound(tool.get(), text.size()), '\0');
  out.resize(libdeflate_gzip_compress(tool.get(), text.data(), text.size(), out.data(), out.size()));
  return out;
}

std::string zst(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Outcome {
  ObjectAudit audit;
  std::vector<std::string> ids;
  std::vector<std::string> kinds;
  std::vector<std::string> problems;
};

Outcome read(std::string bytes, LogLimits limits = {}) {
  Outcome out;
  LogReader reader(limits);
  LogSink sink;
  sink.event = [&](const LogEvent& event) {
    out.ids.push_back(event.string(LogField::event_id));
    out.kinds.emplace_back(name(event.kind));
  };
  sink.problem = [&](Error error) { out.problems.push_back(error.text()); };
  size_t size = bytes.size();
  bytes.append(64, '\0');
  out.audit = reader.read_bytes("object", {bytes.data(), size}, sink);
  return out;
}

std::string refusals(const ObjectAudit& audit) {
  std::string out;
  for (const auto& refusal : audit.refused) {
    if (!out.empty()) out += ", ";
    out += refusal.why + " " + std::to_string(refusal.count) + " at " + refusal.first.text();
  }
  return out;
}

struct Case {
  const char* name;
  std::string bytes;
  std::string ids;  // of the events given, with spaces
  std::string format;
  std::string refused;
  std::string broken;
};

class Objects : public testing::TestWithParam<Case> {};

TEST_P(Objects, AreReadAsTheTableSays) {
  Outcome got = read(GetParam().bytes);
  EXPECT_EQ(join(got.ids, " "), GetParam().ids);
  EXPECT_EQ(got.audit.format, GetParam().format);
  EXPECT_EQ(refusals(got.audit), GetParam().refused);
  EXPECT_EQ(got.audit.broken, GetParam().broken);
  uint64_t refused = 0;
  for (const auto& refusal : got.audit.refused) refused += refusal.count;
  EXPECT_EQ(got.audit.records, got.audit.judged + refused);
  EXPECT_EQ(got.audit.judged, got.ids.size());
}

std::string event(std::string_view id, std::string_view more = "") {
  return R"({"eventVersion":"1.10","eventTime":"2026-11-29T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":")" +
         std::string(id) + "\"" + std::string(more) + "}";
}

const std::string kTwo = R"({"Records":[)" + event("a") + "," + event("b") + "]}";

INSTANTIATE_TEST_SUITE_P(
    CloudTrail, Objects,
    testing::Values(
        Case{"plain", kTwo, "a b", "cloudtrail", "", ""},
        Case{"gzip", gz(kTwo), "a b", "cloudtrail", "", ""},
        Case{"several_members", gz(kTwo) + gz(kTwo), "a b a b", "cloudtrail", "", ""},
        Case{"one_document_in_two_members", gz(kTwo.substr(0, 100)) + gz(kTwo.substr(100)), "a b", "cloudtrail", "", ""},
        Case{"zstd", zst(kTwo), "a b", "cloudtrail", "", ""},
        Case{"list", "[" + event("a") + ",\n" + event("b") + "]", "a b", "cloudtrail", "", ""},
        Case{"lines", event("a") + "\n" + event("b") + "\n", "a b", "cloudtrail", "", ""},
        Case{"lines_without_an_end", event("a") + "\r\n" + event("b"), "a b", "cloudtrail", "", ""},
        Case{"one", event("a"), "a", "cloudtrail", "", ""},
        Case{"byte_order_mark", "\xEF\xBB\xBF" + kTwo, "a b", "cloudtrail", "", ""},
        Case{"documents_without_a_gap", kTwo + kTwo, "a b a b", "cloudtrail", "", ""},
        Case{"no_records", R"({"Records":[]})", "", "cloudtrail", "", ""},
        Case{"null_records", R"({"Records":null})", "", "cloudtrail", "", ""},
        Case{"empty", "", "", "unknown", "", ""},
        Case{"other_members_around", R"({"a":{"b":[1]},"Records":[)" + event("a") + R"(],"z":[1,{"c":2}]})", "a", "cloudtrail", "", ""},
        Case{"no_map_among_records", R"({"Records":[1,)" + event("a") + R"(,null,"x"]})", "a", "cloudtrail", "no map 3 at object:1:13", ""},
        Case{"broken_record_in_a_list", R"({"Records":[)" + event("a") + R"(,{"eventName":"x" 1},)" + event("b") + "]}", "a b", "cloudtrail",
             "no JSON 1 at object:1:145", ""},
        Case{"broken_line", event("a") + "\n{\"eventName\":{\"x\":1}\n" + event("b") + "\n", "a b", "cloudtrail", "no JSON 1 at object:2:1", ""},
        Case{"bad_literal_in_a_value_nobody_reads", event("a", R"(,"requestParameters":{"x":[tru]})") + "\n" + event("b"), "b", "cloudtrail",
             "no JSON 1 at object:1:1", ""},
        Case{"number_with_a_leading_zero", event("a", R"(,"requestParameters":{"x":012})") + "\n" + event("b"), "b", "cloudtrail",
             "no JSON 1 at object:1:1", ""},
        Case{"brackets_that_do_not_pair", event("a", R"(,"x":[1})") + "\n" + event("b"), "b", "cloudtrail", "no JSON 1 at object:1:1", ""},
        Case{"no_utf8", event("a", ",\"x\":\"\xFF\"") + "\n" + event("b"), "b", "cloudtrail", "no UTF-8 1 at object:1:1", ""},
        Case{"control_character", event("a", ",\"x\":\"\x01\"") + "\n" + event("b"), "b", "cloudtrail",
             "control character in a string 1 at object:1:1", ""},
        Case{"cut_list", kTwo.substr(0, kTwo.size() - 5), "a", "cloudtrail", "cut off 1 at object:1:145", "the text ends inside a record"},
        Case{"cut_behind_a_record", kTwo.substr(0, kTwo.size() - 2), "a b", "cloudtrail", "", "the text ends inside a list of records"},
        Case{"cut_line", event("a") + "\n" + event("b").substr(0, 30), "a", "cloudtrail", "cut off 1 at object:2:1",
             "the text ends inside a record"}),
    [](const auto& row) { return std::string(row.param.name); });

// The same, however the text is cut into pieces: a file is read in pieces, and so is a pipe.
TEST(Objects, AreTheSameFromAFile) {
  std::string path = testing::TempDir() + "reeve_reader_test.json";
  std::string text = "{\"Records\":[";
  for (int i = 0; i < 20'000; ++i) text += (i ? "," : "") + event(std::to_string(i), R"(,"requestParameters":{"a":[1,2,{"b":"c"}]})");
  text += "]}";
  for (const std::string& bytes : {text, gz(text), zst(text)}) {
    ASSERT_TRUE(write_file(path, bytes));
    LogReader reader;
    uint64_t next = 0;
    LogSink sink;
    sink.event = [&](const LogEvent& e) { EXPECT_EQ(e.string(LogField::event_id), std::to_string(next++)); };
    ObjectAudit audit = reader.read_file(path, sink);
    EXPECT_EQ(next, 20'000u);
    EXPECT_EQ(audit.bytes, bytes.size());
    EXPECT_EQ(audit.text_bytes, text.size());
    EXPECT_EQ(audit.broken, "");
  }
}

}  // namespace
}  // namespace reeve
