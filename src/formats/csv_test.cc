#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/csv.h"
#include "formats/json.h"

namespace reeve {
namespace {

Source named() {
  Source s;
  s.file = "f.csv";
  return s;
}

std::string json(std::string_view text, char separator = ',') {
  auto d = read_csv(text, named(), separator);
  EXPECT_TRUE(d) << d.error().text();
  return d ? to_json((*d)->root()) : "";
}

std::string refused(std::string_view text) {
  auto d = read_csv(text, named());
  EXPECT_FALSE(d) << text;
  return d ? "" : d.error().text();
}

TEST(Csv, Rows) {
  EXPECT_EQ(json("a,b\n1,2\n3,4\n"), R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])");
  EXPECT_EQ(json("\xEF\xBB\xBF"
                 "a;b\r\n1;x,y\r\n;\r\n",
                 ';'),
            R"([{"a":"1","b":"x,y"},{"a":"","b":""}])");
  EXPECT_EQ(json("a,b\n\"x, \"\"y\"\"\nz\",\"\"\n"), R"([{"a":"x, \"y\"\nz","b":""}])");
  EXPECT_EQ(json("a,b\n1,2"), R"([{"a":"1","b":"2"}])");
  EXPECT_EQ(json("a,b\n\n1,\n\r\n"), R"([{"a":"1","b":""}])");
  EXPECT_EQ(json("a\n"), "[]");
  EXPECT_EQ(json("\"a\"\"b\"\nx"), R"([{"a\"b":"x"}])");
}

TEST(Csv, Places) {
  auto d = *read_csv("a,b\n\"x\ny\",2\n3,4\n", named());
  EXPECT_EQ(d->root().at(0).line(), 2u);
  EXPECT_EQ(d->root().at(0).get("b").line(), 3u);
  EXPECT_EQ(d->root().at(0).get("b").column(), 4u);
  EXPECT_EQ(d->root().at(1).get("b").line(), 4u);
  EXPECT_EQ(d->root().at(1).get("b").column(), 3u);
}

TEST(Csv, RefusedByNameAndPlace) {
  struct {
    const char *text, *place, *what;
  } cases[] = {
      {"", "f.csv: ", "empty"},
      {"a,b\n1\n", "f.csv:2:1", "the row has 1 fields, the first row names 2 columns"},
      {"a\n1,2\n", "f.csv:2:1", "the row has 2 fields"},
      {"a,b,a\n", "f.csv:1:5", "the column `a` is named twice"},
      {"a\n\"x", "f.csv:2:1", "not closed"},
      {"a\n\"x\"y\n", "f.csv:2:4", "text follows a closing quote"},
      {"a\nx\"y\n", "f.csv:2:2", "a quote stands inside a field"},
      {"a\n\xFF\n", "f.csv:2:1", "not UTF-8"},
  };
  for (auto& c : cases) {
    std::string error = refused(c.text);
    EXPECT_TRUE(starts_with(error, c.place)) << error;
    EXPECT_TRUE(contains(error, c.what)) << error;
  }
}

TEST(Csv, BadRowsDoNotHideTheGoodOnes) {
  struct {
    const char *text, *rows, *places;
  } cases[] = {
      {"a,b\n1,2\n", R"([{"a":"1","b":"2"}])", ""},
      {"a,b\n1\n3,4\n", R"([{"a":"3","b":"4"}])", "2:1 "},
      {"a,b\nx\"y,2\n3,4\n5,6,7\n", R"([{"a":"3","b":"4"}])", "2:2 4:1 "},
      {"a,b\n\"x\"y,2\n3,4\n", R"([{"a":"3","b":"4"}])", "2:4 "},
      {"a,b\n\"x,2\n3,4\n", R"([{"a":"3","b":"4"}])", "2:1 "},
      {"a,b\n1,2\n\"x", R"([{"a":"1","b":"2"}])", "3:1 "},
  };
  for (auto& c : cases) {
    std::vector<Error> errors;
    auto rows = read_csv_rows(c.text, named(), ',', errors);
    ASSERT_TRUE(rows) << c.text;
    EXPECT_EQ(to_json((*rows)->root()), c.rows) << c.text;
    std::string places;
    for (auto& error : errors) places += std::to_string(error.at.line) + ":" + std::to_string(error.at.column) + " ";
    EXPECT_EQ(places, c.places) << c.text;
  }
  std::vector<Error> errors;
  EXPECT_FALSE(read_csv_rows("a,a\n", named(), ',', errors));
  EXPECT_FALSE(read_csv_rows("a\n\xFF\n", named(), ',', errors));
}

}  // namespace
}  // namespace reeve
