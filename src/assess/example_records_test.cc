// The rows of an example: values as SQL sees them, and every slip by place.
#include "assess/example_records.h"

#include <gtest/gtest.h>

#include "formats/yaml.h"

namespace reeve {
namespace {

Content content() {
  Content out;
  RecordView all;
  all.name = "all_types";
  all.filled_by = "reeve:detect";
  using Type = RecordColumn::Type;
  for (auto [name, type] : {std::pair{"a_text", Type::text}, {"a_count", Type::integer}, {"a_share", Type::number}, {"a_flag", Type::boolean}, {"a_time", Type::time}, {"a_list", Type::list}, {"a_map", Type::map}})
    all.columns.push_back({name, type, "m", "not known"});
  RecordView one;
  one.name = "one";
  one.filled_by = "reeve:model";
  one.columns.push_back({"id", Type::text, "m", ""});
  out.record_views = {all, one};
  return out;
}

DocumentPtr yaml(const std::string& text) {
  Source self;
  self.file = "e.yaml";
  auto out = read_yaml(text, self, {});
  EXPECT_TRUE(out) << text;
  return *out;
}

std::string shown(const store::SqlValue& value) {
  if (auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (auto* real = std::get_if<double>(&value)) return "real " + std::to_string(*real);
  if (auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  return "NULL";
}

TEST(ExampleRecords, ValuesAreWhatSqlWillSee) {
  auto document = yaml("all_types:\n  - {a_text: 1.10, a_count: 3, a_share: 0.5, a_flag: true, a_time: 2026-11-22, a_list: [s3, ec2], a_map: {k: v}}\n  - {a_flag: false, a_share: 2}\n");
  auto records = example_records(content(), document->root(), "e.yaml");
  ASSERT_TRUE(records) << records.error().text();
  EXPECT_EQ(records->parts, std::set<std::string>{"reeve:detect"});
  std::vector<std::string> rows;
  for (auto& row : records->rows["all_types"]) {
    std::string line;
    for (auto& value : row) line += shown(value) + " ";
    rows.push_back(line);
  }
  EXPECT_EQ(rows, (std::vector<std::string>{"'1.10' 3 real 0.500000 1 '2026-11-22T00:00:00Z' '[\"s3\",\"ec2\"]' '{\"k\":\"v\"}' ",
                                            "NULL NULL real 2.000000 0 NULL NULL NULL "}));
}

TEST(ExampleRecords, APartHasRunIfOneOfItsViewsIsNamed) {
  EXPECT_EQ(example_records(content(), Value(), "e.yaml")->parts, std::set<std::string>{});
  EXPECT_EQ(example_records(content(), yaml("one: []\n")->root(), "e.yaml")->parts, std::set<std::string>{"reeve:model"});
}

TEST(ExampleRecords, NamesEachSlipByPlace) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"[one]\n", "e.yaml:1:1: `rows` is no map; expected rows: {view: [{column: value}]}"},
      {"ones: []\n", "e.yaml:1:1: there is no record view `ones`; expected `one`?"},
      {"entirely_else: []\n", "e.yaml:1:1: there is no record view `entirely_else`; expected one of content/views"},
      {"one: {id: x}\n", "e.yaml:1:6: the rows of `one` are no list; expected a list of rows, [] for none"},
      {"one: [x]\n", "e.yaml:1:7: a row of `one` is no map; expected {column: value}"},
      {"one: [{id: x, ids: y}]\n", "e.yaml:1:15: `one` has no column `ids`; expected `id`?"},
      {"one: [{}]\n", "e.yaml:1:7: the row of `one` does not say `id`, which is never absent; expected text"},
      {"one: [{id: null}]\n", "e.yaml:1:7: the row of `one` does not say `id`, which is never absent; expected text"},
      {"one: [{id: [x]}]\n", "e.yaml:1:12: `id` of `one` is of another type; expected text"},
      {"all_types: [{a_count: 1.5}]\n", "e.yaml:1:23: `a_count` of `all_types` is of another type; expected a whole number"},
      {"all_types: [{a_share: half}]\n", "e.yaml:1:23: `a_share` of `all_types` is of another type; expected a number"},
      {"all_types: [{a_flag: yes}]\n", "e.yaml:1:22: `a_flag` of `all_types` is of another type; expected true or false"},
      {"all_types: [{a_time: yesterday}]\n", "e.yaml:1:22: `a_time` of `all_types` is of another type; expected a time such as 2026-11-22T04:12:00Z"},
      {"all_types: [{a_list: s3}]\n", "e.yaml:1:22: `a_list` of `all_types` is of another type; expected a list"},
      {"all_types: [{a_map: [s3]}]\n", "e.yaml:1:21: `a_map` of `all_types` is of another type; expected a map"},
  };
  for (const Case& c : cases) {
    auto document = yaml(c.text);
    auto records = example_records(content(), document->root(), "e.yaml");
    ASSERT_FALSE(records) << c.text;
    EXPECT_EQ(records.error().text(), c.error);
  }
}

}  // namespace
}  // namespace reeve
