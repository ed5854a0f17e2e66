#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

Source named(const char* file) {
  Source s;
  s.file = file;
  return s;
}

DocumentPtr read(std::string_view text, const JsonOptions& options = {}) {
  auto d = read_json(text, named("f.json"), options);
  EXPECT_TRUE(d) << d.error().text() << " in " << text.substr(0, 100);
  return d ? *d : nullptr;
}

std::string refused(std::string_view text, const JsonOptions& options = {}) {
  auto d = read_json(text, named("f.json"), options);
  EXPECT_FALSE(d) << text.substr(0, 100);
  return d ? "" : d.error().text();
}

TEST(Json, KindsAndRawText) {
  auto d = read(R"({"a": [1, -0, 1.50, 1e3, 12345678901234567890, true, false, null, "x"], "b": {}, "c": []})");
  Value a = d->root().get("a");
  ASSERT_EQ(a.size(), 9u);
  EXPECT_EQ(a.at(0).integer(), 1);
  EXPECT_EQ(a.at(1).integer(), 0);
  EXPECT_EQ(a.at(2).text(), "1.50");
  EXPECT_EQ(a.at(2).number(), 1.5);
  EXPECT_FALSE(a.at(2).integer());
  EXPECT_EQ(a.at(3).kind(), Kind::number);
  EXPECT_EQ(a.at(4).kind(), Kind::integer);
  EXPECT_FALSE(a.at(4).integer());
  EXPECT_EQ(a.at(4).text(), "12345678901234567890");
  EXPECT_EQ(a.at(4).number(), 12345678901234567890.0);
  EXPECT_TRUE(a.at(5).boolean());
  EXPECT_FALSE(a.at(6).boolean());
  EXPECT_TRUE(a.at(7).is_null());
  EXPECT_EQ(a.at(8).text(), "x");
  EXPECT_FALSE(a.at(9));
  EXPECT_TRUE(d->root().get("b").is_map());
  EXPECT_EQ(d->root().get("c").size(), 0u);
  EXPECT_FALSE(d->root().get("none"));
  EXPECT_EQ(*a.at(5).scalar_text(), "true");
  EXPECT_EQ(*a.at(0).scalar_text(), "1");
  EXPECT_FALSE(a.scalar_text());
}

TEST(Json, LineAndColumnOfKeysAndValues) {
  auto d = read("\xEF\xBB\xBF{\r\n\t\"a\" :\n  [ 1,\n\"\\n\\u00e9\", \"\xC3\xA9\", 2 ] }");
  Value root = d->root();
  EXPECT_EQ(root.line(), 1u);
  EXPECT_EQ(root.column(), 1u);
  auto entry = *root.entries().begin();
  EXPECT_EQ(entry.key_node.line(), 2u);
  EXPECT_EQ(entry.key_node.column(), 2u);
  EXPECT_EQ(entry.value.line(), 3u);
  EXPECT_EQ(entry.value.column(), 3u);
  EXPECT_EQ(entry.value.at(0).column(), 5u);
  EXPECT_EQ(entry.value.at(1).line(), 4u);
  EXPECT_EQ(entry.value.at(1).column(), 1u);
  EXPECT_EQ(entry.value.at(1).text(), "\n\xC3\xA9");
  EXPECT_EQ(entry.value.at(3).column(), 19u);  // bytes, not characters
}

TEST(Json, PlacesOfACutOutDocument) {
  JsonOptions options;
  options.first_line = 10;
  options.first_column = 5;
  auto d = read("{\"a\":\n1}", options);
  EXPECT_EQ(d->root().column(), 5u);
  EXPECT_EQ(d->root().line(), 10u);
  EXPECT_EQ(d->root().get("a").line(), 11u);
  EXPECT_EQ(d->root().get("a").column(), 1u);
  EXPECT_EQ((*d->root().entries().begin()).key_node.column(), 6u);
}

TEST(Json, Escapes) {
  auto d = read(
      R"(["\"\\\/\b\f\n\r\t", "\u0041\u00e9\u20ac\ud83d\ude00", "\u0000", "long enough to cross sixteen bytes \" and more text behind"])");
  EXPECT_EQ(d->root().at(0).text(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(d->root().at(1).text(), "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(d->root().at(2).text(), std::string_view("\0", 1));
  EXPECT_EQ(d->root().at(3).text(), "long enough to cross sixteen bytes \" and more text behind");
}

TEST(Json, RefusedByNameAndPlace) {
  struct {
    const char *text, *place, *what;
  } cases[] = {
      {"", "f.json:1:1", "empty"},
      {" \n ", "f.json:2:2", "empty"},
      {"{", "f.json:1:2", "ends inside the map"},
      {"[1", "f.json:1:3", "ends inside the list"},
      {"[1,]", "f.json:1:4", "`]` is not JSON here"},
      {"{\"a\":1,}", "f.json:1:8", "a key in double quotes"},
      {"{\"a\" 1}", "f.json:1:6", "`:` after the key"},
      {"{a:1}", "f.json:1:2", "a key in double quotes"},
      {"[1 2]", "f.json:1:4", "`,` or `]`"},
      {"[1}", "f.json:1:3", "`,` or `]`"},
      {"1 2", "f.json:1:3", "the end of the text"},
      {"{}\n{}", "f.json:2:1", "the end of the text"},
      {"[01]", "f.json:1:2", "begins with a zero"},
      {"[1.]", "f.json:1:4", "a digit"},
      {"[-]", "f.json:1:3", "a digit"},
      {"[1e]", "f.json:1:4", "a digit"},
      {"[+1]", "f.json:1:2", "`+` is not JSON"},
      {"[True]", "f.json:1:2", "`T` is not JSON"},
      {"[tru]", "f.json:1:2", "lower case"},
      {"[truex]", "f.json:1:6", "`x` is not JSON"},
      {"[NaN]", "f.json:1:2", "`N` is not JSON"},
      {"['a']", "f.json:1:2", "`'` is not JSON"},
      {"[\"a", "f.json:1:2", "not closed"},
      {"[\"a\\", "f.json:1:2", "not closed"},
      {"[\"a\\\"]", "f.json:1:2", "not closed"},
      {"[\"a\nb\"]", "f.json:1:4", "raw control character"},
      {"[\"\\x\"]", "f.json:1:3", "`\\x` is no escape"},
      {"[\"\\u12\"]", "f.json:1:3", "four hexadecimal digits"},
      {"[\"\\ud800\"]", "f.json:1:3", "half of a surrogate pair"},
      {"[\"\\ud800\\u0041\"]", "f.json:1:3", "half of a surrogate pair"},
      {"[\"x\\udc00\"]", "f.json:1:4", "second half"},
      {"[\"\\ud8", "f.json:1:2", "not closed"},
      {"[\x01]", "f.json:1:2", "`0x01`"},
      {"// c\n1", "f.json:1:1", "`/` is not JSON"},
      {"[\n\"\xFF\"]", "f.json:2:2", "not UTF-8"},
      {"[\"\xED\xA0\x80\"]", "f.json:1:3", "not UTF-8"},
  };
  for (auto& c : cases) {
    std::string error = refused(c.text);
    EXPECT_TRUE(starts_with(error, std::string(c.place) + ": ")) << c.text << " → " << error;
    EXPECT_TRUE(contains(error, c.what)) << c.text << " → " << error;
  }
}

TEST(Json, EveryPrefixOfADocumentIsRefused) {
  std::string text = R"({"a":[1.5e-3,"x\ud83d\ude00",true,null,{"b":{}}],"c":-12})";
  read(text);
  for (size_t n = 0; n < text.size(); ++n) refused(text.substr(0, n));
}

TEST(Json, DepthIsBounded) {
  std::string deep(10000, '[');
  std::string error = refused(deep);
  EXPECT_TRUE(contains(error, "deeper than 512 levels")) << error;
  EXPECT_TRUE(contains(error, "f.json:1:513")) << error;
  std::string fits = std::string(512, '[') + std::string(512, ']');
  read(fits);
  std::string maps;
  for (int i = 0; i < 600; ++i) maps += "{\"a\":";
  refused(maps);
  JsonOptions options;
  options.depth_max = 0;
  read("1", options);
  refused("[]", options);
}

TEST(Json, LengthIsBounded) {
  JsonOptions options;
  options.bytes_max = 4;
  EXPECT_TRUE(contains(refused("[1,2]", options), "longer than 4 bytes"));
  // The default bound is refused before a byte is read: this view's length is a lie.
  auto d = read_json(std::string_view("1", size_t{1} << 31), nullptr, named("f.json"));
  ASSERT_FALSE(d);
  EXPECT_EQ(d.error().code, Code::limit);
}

TEST(Json, DuplicateKeys) {
  auto d = read("{\"a\":1,\n\"b\":{\"x\":1,\"x\":2},\"a\":3}");
  EXPECT_EQ(d->root().get("a").integer(), 3);
  EXPECT_EQ(d->root().get("b").get("x").integer(), 2);
  ASSERT_EQ(d->duplicate_keys().size(), 2u);
  EXPECT_EQ(d->duplicate_keys()[0].text(), "f.json:2:12");
  EXPECT_EQ(d->duplicate_keys()[1].text(), "f.json:2:19");
  EXPECT_EQ(d->root().size(), 3u);
  EXPECT_EQ(read("{\"a\":1,\"\\u0061\":2}")->duplicate_keys().size(), 1u);  // by meaning, not spelling
  EXPECT_EQ(read("[{\"a\":1},{\"a\":1}]")->duplicate_keys().size(), 0u);
}

TEST(Json, DuplicateKeysInLargeMapsAreFoundAndBounded) {
  std::string text = "{";
  for (int i = 0; i < 3000; ++i) text += "\"abcd" + std::to_string(i) + "wxyz\":0,";  // equal fingerprints on purpose
  EXPECT_EQ(read(text + "\"z\":0}")->duplicate_keys().size(), 0u);
  auto d = read(text + "\"abcd77wxyz\":1,\"abcd5wxyz\":1}");
  EXPECT_EQ(d->duplicate_keys().size(), 2u);
  EXPECT_EQ(d->root().get("abcd77wxyz").integer(), 1);
  std::string many = "{\"a\":0";
  for (int i = 0; i < 5000; ++i) many += ",\"a\":0";
  EXPECT_EQ(read(many + "}")->duplicate_keys().size(), Document::duplicate_keys_max);
}

TEST(Json, StringsAreBorrowedFromTheirOwner) {
  auto text = std::make_shared<const std::string>(R"({"key":"value","n":1,"e":"a\nb"})");
  std::weak_ptr<const std::string> watch = text;
  auto d = read_json(*text, text, named("x"));
  ASSERT_TRUE(d);
  const char* begin = text->data();
  EXPECT_EQ((*d)->root().get("key").text().data(), begin + 8);
  text.reset();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ((*d)->root().get("e").text(), "a\nb");
  d->reset();
  EXPECT_TRUE(watch.expired());
}

TEST(JsonWriter, Shapes) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().member("s", "a\"\\\n\x01\x7f").member("i", int64_t{-5}).member("b", true).key("d").number(0.1).key("n").null();
  w.key("l").begin_array().integer(1).begin_array().end_array().begin_object().end_object().end_array().end_object();
  EXPECT_EQ(out, "{\"s\":\"a\\\"\\\\\\n\\u0001\x7f\",\"i\":-5,\"b\":true,\"d\":0.1,\"n\":null,\"l\":[1,[],{}]}");
  EXPECT_EQ(to_json(read(R"({"a":[1,{"b":2}],"c":{}})")->root(), 2),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {}\n}");
}

TEST(JsonWriter, NumbersAreShortestAndBadBytesReplaced) {
  EXPECT_EQ(to_json(read("[1.50, 1E3, -0, -0.0, 0.1, 123456789012345678901234567890, 1e999, 1e-7]")->root()),
            "[1.5,1000,0,0,0.1,123456789012345678901234567890,1e999,1e-07]");
  std::string out;
  JsonWriter(out)
      .begin_array()
      .string(
          "a\xFF"
          "b\xC3")
      .number(__builtin_nan(""))
      .end_array();
  EXPECT_EQ(out,
            "[\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\",null]");
}

// Random documents for the properties below.
struct Random {
  std::mt19937_64 engine;
  explicit Random(uint64_t seed) : engine(seed) {}
  size_t below(size_t n) { return engine() % n; }
  std::string space() {
    static const char* kinds[] = {"", "", "", " ", "\n", "\r\n  ", "\t", "\n        \n                   "};
    return kinds[below(8)];
  }
  std::string string() {
    static const char* parts[] = {"a",        "key",
                                  "\\\"",     "\\\\",
                                  "\\n",      "\\u00e9",
                                  "\xC3\xA9", "{",
                                  "}",        "[",
                                  "]",        ",",
                                  ":",        "\\ud83d\\ude00",
                                  " ",        "a much longer run of text that fills several blocks of sixteen bytes ",
                                  "\\/"};
    std::string s = "\"";
    for (size_t i = below(6); i > 0; --i) s += parts[below(17)];
    return s + "\"";
  }
  std::string value(int depth) {
    switch (below(depth > 4 ? 5 : 9)) {
      case 0: return string();
      case 1: return std::to_string(static_cast<int64_t>(engine()) >> below(60));
      case 2: return "-1.25e" + std::to_string(below(30));
      case 3: return below(2) ? "true" : "false";
      case 4: return "null";
      case 5:
      case 6: {
        std::string s = "[" + space();
        for (size_t i = 0, n = below(5); i < n; ++i) s += (i ? "," + space() : "") + value(depth + 1) + space();
        return s + "]";
      }
      default: {
        std::string s = "{" + space();
        for (size_t i = 0, n = below(5); i < n; ++i)
          s += (i ? "," + space() : "") + string() + space() + ":" + space() + value(depth + 1) + space();
        return s + "}";
      }
    }
  }
};

TEST(Json, WritingAndReadingAgreeOnRandomDocuments) {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text = random.space() + random.value(0) + random.space();
    auto d = read(text);
    ASSERT_TRUE(d);
    std::string once = to_json(d->root());
    auto again = read(once);
    ASSERT_TRUE(equal(d->root(), again->root())) << text;
    ASSERT_EQ(once, to_json(again->root()));
    ASSERT_TRUE(equal(d->root(), read(to_json(d->root(), 3))->root()));
  }
}

// What a scan of `text` gives when it is cut at random places.
struct Scan {
  std::vector<std::string> items;
  std::vector<std::pair<uint32_t, uint32_t>> places;
  std::vector<std::string> errors;
  std::string envelope;
};

Scan scan(std::string_view text, const char* member, Random& random, size_t piece_max, uint64_t item_max = 1 << 20) {
  Scan result;
  JsonArrayScanner scanner(member, item_max);
  size_t at = 0;
  bool finished = false;
  for (;;) {
    JsonArrayScanner::Item item;
    switch (scanner.next(item)) {
      case JsonArrayScanner::Step::item:
        EXPECT_EQ(item.index, result.items.size() + (result.errors.size()));
        result.items.emplace_back(item.text);
        result.places.emplace_back(item.line, item.column);
        continue;
      case JsonArrayScanner::Step::refused: result.errors.push_back(scanner.error().text()); continue;
      case JsonArrayScanner::Step::done: result.envelope = scanner.envelope(); return result;
      case JsonArrayScanner::Step::need_more: break;
    }
    EXPECT_FALSE(finished);
    if (at == text.size()) {
      scanner.finish();
      finished = true;
      continue;
    }
    // A piece lives in its own allocation, so a scanner that keeps pointing at an old one shows under the sanitizer.
    static thread_local std::unique_ptr<std::string> piece;
    piece = std::make_unique<std::string>(text.substr(at, 1 + random.below(piece_max)));
    at += piece->size();
    scanner.feed(*piece);
  }
}

TEST(JsonArrayScanner, EqualsReadingTheWholeWhereverItIsCut) {
  Random random(2);
  for (int i = 0; i < 1500; ++i) {
    std::string list = "[" + random.space();
    size_t n = random.below(8);
    for (size_t k = 0; k < n; ++k) list += (k ? "," + random.space() : "") + random.value(1) + random.space();
    list += "]";
    bool in_member = random.below(2);
    std::string text = random.space() + list + random.space();
    if (in_member) {
      text = random.space() + "{" + random.space();
      for (size_t k = random.below(3); k > 0; --k)
        text += "\"x" + std::to_string(k) + "\":" + random.value(1) + random.space() + "," + random.space();
      text += "\"Items\"" + random.space() + ":" + random.space() + list + random.space();
      for (size_t k = random.below(3); k > 0; --k) text += ",\"y" + std::to_string(k) + "\":" + random.value(1) + random.space();
      text += "}" + random.space();
    }
    if (random.below(4) == 0) text = "\xEF\xBB\xBF" + text;
    auto whole = read(text);
    Value items = in_member ? whole->root().get("Items") : whole->root();
    for (size_t piece : {size_t{1}, size_t{7}, size_t{100}, size_t{100000}}) {
      Scan got = scan(text, in_member ? "Items" : "", random, piece);
      ASSERT_TRUE(got.errors.empty()) << got.errors[0] << "\n" << text;
      ASSERT_EQ(got.items.size(), items.size()) << text;
      for (size_t k = 0; k < items.size(); ++k) {
        JsonOptions options;
        options.first_line = got.places[k].first;
        options.first_column = got.places[k].second;
        auto one = read(got.items[k], options);
        Value want = items.at(k);
        ASSERT_TRUE(equal(one->root(), want)) << text;
        // Every node has the place it has in the whole.
        for (uint32_t node = 0; node < one->nodes().size(); ++node) {
          ASSERT_EQ(one->nodes()[node].line, whole->nodes()[want.index() + node].line) << text;
          ASSERT_EQ(one->nodes()[node].column, whole->nodes()[want.index() + node].column) << text;
        }
      }
      auto envelope = read(got.envelope);
      if (in_member) ASSERT_EQ(envelope->root().size(), whole->root().size());
      else ASSERT_EQ(got.envelope, "[]");
    }
  }
}

TEST(JsonArrayScanner, OversizeElementIsNamedAndSkipped) {
  Random random(3);
  std::string text = "[1,\n  {\"a\":\"" + std::string(500, 'x') + "\"},\n3]";
  for (size_t piece : {1, 50, 10000}) {
    Scan got = scan(text, "", random, piece, 100);
    EXPECT_EQ(got.items, (std::vector<std::string>{"1", "3"}));
    ASSERT_EQ(got.errors.size(), 1u);
    EXPECT_TRUE(contains(got.errors[0], "item 1 is larger than 100 bytes")) << got.errors[0];
    EXPECT_EQ(got.places[1], (std::pair<uint32_t, uint32_t>{3, 1}));
  }
}

TEST(JsonArrayScanner, BrokenTextsAreNamed) {
  struct {
    const char *text, *member, *what;
    size_t items;
  } cases[] = {
      {"", "", "the text is empty", 0},
      {"", "R", "the text is empty", 0},
      {"[1,{\"a\":", "", "ends inside item 1", 1},
      {"[1,", "", "ends too early", 1},
      {"[1", "", "ends inside item 0", 0},
      {"[1 2]", "", "`2` is not JSON here", 1},
      {"[1,,2]", "", "`,` is not JSON here", 1},
      {"[1,]", "", "`]` is not JSON here", 1},
      {"[1] x", "", "`x` is not JSON here", 1},
      {"{\"R\":[1]}", "", "`{` is not JSON here; expected a list", 0},
      {"[1]", "R", "expected a map with the list `R`", 0},
      {"{\"S\":[1]}", "R", "there is no list `R`", 0},
      {"{\"r\":[1]}", "R", "there is no list `R`", 0},
      {"{\"S\":{\"R\":[1]}}", "R", "there is no list `R`", 0},
      {"{\"R\":{}}", "R", "`R` is no list", 0},
      {"{\"R\":null}", "R", "`R` is no list", 0},
      {"{\"R\":[1],\"R\":[2]}", "R", "`R` stands twice", 1},
      {"{\"R\":[1]", "R", "ends too early", 1},
      {"{\"R\":[1],}", "R", "`}` is not JSON here", 1},
      {"{\"a\":\"", "R", "ends too early", 0},
  };
  Random random(4);
  for (auto& c : cases)
    for (size_t piece : {1, 3, 1000}) {
      Scan got = scan(c.text, c.member, random, piece);
      ASSERT_EQ(got.errors.size(), 1u) << c.text;
      EXPECT_TRUE(contains(got.errors[0], c.what)) << c.text << " → " << got.errors[0];
      EXPECT_EQ(got.items.size(), c.items) << c.text;
    }
}

TEST(JsonArrayScanner, KeysWithEscapesAndNestedNamesakes) {
  Random random(5);
  Scan got = scan(R"({"x":{"Records":[9]},"y":"\"Records\":[8]","\u0052ecords":[1,2],"z":3})", "Records", random, 5);
  EXPECT_TRUE(got.errors.empty());
  EXPECT_EQ(got.items, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(got.envelope, R"({"x":{"Records":[9]},"y":"\"Records\":[8]","\u0052ecords":[],"z":3})");
}

}  // namespace
}  // namespace reeve
