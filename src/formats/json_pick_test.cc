// What JsonPicker gives for each way that records are kept in, and for records that are wrong.
#include "formats/json_pick.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

struct Picking {
  std::vector<std::string> records, problems;
};

Picking picked(std::string text) {
  Picking out;
  size_t size = text.size();
  text.append(64, '\0');
  JsonPicker picker({"a", "b.c", "b.d.e", "p"}, "Records");
  picker.each(
      {text.data(), size}, [&](const JsonPicker::Picked& picked) {
        std::vector<std::string> texts;
        for (auto token : picked) texts.push_back(token.empty() ? "-" : json_text(token));
        out.records.push_back(join(texts, " "));
      },
      [&](const Error& error) { out.problems.push_back(std::to_string(error.at.line) + ":" + std::to_string(error.at.column)); });
  return out;
}

TEST(JsonPicker, EveryFormOfALog) {
  const std::string one = R"({"a": "x", "n": [1, {"a": "no"}], "b": {"c": 5, "d": {"e": true, "z": "}"}}, "p": {"q": [1, 2]}})";
  const std::string told = "x 5 true {\"q\": [1, 2]}";
  const struct { std::string text; size_t times; } rows[] = {
      {one, 1},
      {"\xEF\xBB\xBF" + one, 1},
      {one + "\n" + one + "\n", 2},
      {one + "\r\n\r\n" + one, 2},
      {"[" + one + ", " + one + "]", 2},
      {"{\"Records\": [" + one + "]}", 1},
      {"{\n  \"v\": {\"Records\": 3},\n  \"Records\": [\n" + one + ",\n" + one + "\n]\n}\n", 2},
      {"{\"Records\": [" + one + "]}\n{\"Records\": []}\n\r\n{\"Records\": [" + one + "," + one + "]}\n", 3},
      {"{\"Records\": [" + one + "], \"v\": {\"w\": 2}}", 1},
      {"", 0},
      {" \n ", 0},
      {"[]", 0},
      {"{\"Records\": []}", 0},
  };
  for (const auto& row : rows) {
    Picking got = picked(row.text);
    EXPECT_EQ(got.records, std::vector<std::string>(row.times, told)) << row.text;
    EXPECT_TRUE(got.problems.empty()) << row.text << got.problems[0];
  }
}

TEST(JsonPicker, AbsentNullAndOfAnotherKind) {
  EXPECT_EQ(picked(R"({"a": null, "b": {}, "p": null})").records, std::vector<std::string>{"- - - -"});
  EXPECT_EQ(picked(R"({"b": "text", "a": {"b": 1}})").records, std::vector<std::string>{"{\"b\": 1} - - -"});
  EXPECT_EQ(picked(R"({"a": "\u0041\"\\", "ab": 1})").records, std::vector<std::string>{"A\"\\ - - -"});
  EXPECT_EQ(picked(R"({"a": 1, "a": 2})").records, std::vector<std::string>{"2 - - -"}) << "the last of two counts";
}

TEST(JsonPicker, WhatIsWrongIsNamedAndTheRestGoesOn) {
  const struct { std::string text; std::vector<std::string> records, problems; } rows[] = {
      {"{\"a\": 1}\n{\"a\": }\n{\"a\": 3}\n", {"1 - - -", "3 - - -"}, {"2:7"}},
      {"{\"a\": 1}\n{\"a\": 2\n{\"a\": 3}\n", {"1 - - -", "3 - - -"}, {"2:8"}},
      {"{\"a\": 1}\n{\"a\": 2} {\"a\": 9}\n{\"a\": 3}\n", {"1 - - -", "3 - - -"}, {"2:10"}},
      {"[{\"a\": 1}, 7, {\"a\": 3}]", {"1 - - -", "3 - - -"}, {"1:12"}},
      {"{\"Records\": [{\"a\": 1}, {\"a\" 2}, {\"a\": 3}]}", {"1 - - -", "3 - - -"}, {"1:29"}},
      {"{\"Records\": 5}", {}, {"1:13"}},
      {"{\"Records\": [{\"a\": 1}]} x", {"1 - - -"}, {"1:25"}},
      {"[{\"a\": 1}] x", {"1 - - -"}, {"1:12"}},
      {"{\"Records\": [{\"a\": 1}]}\n{\"Records\": [{\"a\": 2}, {\"a\" 3}, {\"a\": 4}]}\n", {"1 - - -", "2 - - -", "4 - - -"}, {"2:29"}},
      {"{\"Records\": [{\"a\": 1}]}\n{\"Records\": [{\"a\": 2}]} x\n", {"1 - - -"}, {"2:1"}},
      {"{\"Records\": [{\"a\": 1}]", {"1 - - -"}, {"1:23"}},
      {"7", {}, {"1:1"}},
      {"{\"a\": 1", {}, {"1:8"}},
  };
  for (const auto& row : rows) {
    Picking got = picked(row.text);
    EXPECT_EQ(got.records, row.records) << row.text;
    EXPECT_EQ(got.problems, row.problems) << row.text;
  }
}

}  // namespace
}  // namespace reeve
