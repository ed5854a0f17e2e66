#include <gtest/gtest.h>

#include "formats/json.h"

namespace reeve {
namespace {

Source from(DocumentPtr d, const char* file, const char* prefix = "$") {
  Source s;
  s.document = std::move(d);
  s.file = file;
  s.path_prefix = prefix;
  return s;
}

DocumentPtr read(std::string_view text, const char* file = "f") {
  Source s;
  s.file = file;
  auto d = read_json(text, s);
  EXPECT_TRUE(d) << d.error().text();
  return *d;
}

TEST(Document, Paths) {
  auto d = read(R"({"Buckets":[{"Name":"a"},{"Name":"b","a b":1,"it's":2}],"_x":{}})");
  Value b = d->root().get("Buckets").at(1);
  EXPECT_EQ(d->root().path(), "$");
  EXPECT_EQ(b.get("Name").path(), "$.Buckets[1].Name");
  EXPECT_EQ(b.get("a b").path(), "$.Buckets[1]['a b']");
  EXPECT_EQ(b.get("it's").path(), "$.Buckets[1]['it\\'s']");
  EXPECT_EQ(d->root().get("_x").path(), "$._x");
  EXPECT_EQ((*b.entries().begin()).key_node.path(), "$.Buckets[1].Name");
}

TEST(Document, Iteration) {
  auto d = read(R"({"a":{"x":1},"b":[1,[2,3],4],"c":0})");
  std::string keys;
  for (auto entry : d->root().entries()) keys += entry.key();
  EXPECT_EQ(keys, "abc");
  size_t items = 0;
  for (Value v : d->root().get("b").items()) items += v.is_list() ? v.size() : 1;
  EXPECT_EQ(items, 4u);
  for (Value v : d->root().items()) FAIL() << v.path();
  for (auto e : d->root().get("c").entries()) FAIL() << e.key();
  EXPECT_FALSE(Value().get("a"));
  EXPECT_EQ(Value().kind(), Kind::null);
  EXPECT_FALSE(Value().is_null());
}

TEST(Builder, BuildsAndReadsBack) {
  Builder b;
  b.begin_map();
  b.key("n");
  b.integer(-7);
  b.key("l");
  b.begin_list();
  b.boolean(true);
  b.null();
  b.string("x");
  b.unknown("denied");
  b.begin_map();
  b.open_map("not all read");
  b.key("k");
  b.number_raw(Kind::number, "1.50", Style::built);
  b.end();
  b.end();
  b.end();
  auto d = b.finish();
  EXPECT_EQ(d->root().get("n").integer(), -7);
  Value l = d->root().get("l");
  ASSERT_EQ(l.size(), 5u);
  EXPECT_TRUE(l.at(0).boolean());
  EXPECT_TRUE(l.at(3).is_unknown());
  EXPECT_EQ(l.at(3).text(), "denied");
  EXPECT_TRUE(l.at(4).open());
  EXPECT_EQ(l.at(4).open_reason(), "not all read");
  EXPECT_FALSE(d->root().open());
  EXPECT_EQ(to_json(d->root()), R"({"n":-7,"l":[true,null,"x",{"$unknown":"denied"},{"k":1.5}]})");
  // The builder is ready for another document.
  b.string("again");
  EXPECT_EQ(b.finish()->root().text(), "again");
}

TEST(Builder, OriginsSurviveCopiesOfCopies) {
  auto reply = read("{\"Users\":[\n  {\"Name\":\"ann\",\"Tags\":[1,2]}]}", "users.json");
  Builder first;
  uint16_t slot = first.add_source(from(reply, "users.json"));
  first.begin_map();
  first.key("Properties");
  first.copy(reply->root().get("Users").at(0), slot);
  first.key("Made");
  first.with_origin(slot, reply->root().get("Users").index(), 1, 10);
  first.string("from users");
  first.key("Plain");
  first.string("mine");
  first.end();
  Source self;
  self.file = "built";
  auto built = first.finish(self);
  auto name = built->root().get("Properties").get("Name").origin();
  ASSERT_TRUE(name.source);
  EXPECT_EQ(name.source->file, "users.json");
  EXPECT_EQ(name.path, "$.Users[0].Name");
  EXPECT_EQ(name.line, 2u);
  EXPECT_EQ(name.column, 11u);
  EXPECT_EQ(built->root().get("Made").origin().path, "$.Users");
  EXPECT_EQ(built->root().get("Plain").origin().source->file, "built");
  EXPECT_EQ(built->root().get("Plain").origin().path, "$.Plain");

  // A third document from the second: copied nodes still name the first file, built ones name the second.
  Builder second;
  auto other = read("[0]", "other.json");
  uint16_t slot_other = second.add_source(from(other, "other.json"));
  uint16_t slot_built = second.add_source(from(built, "built", "$.inner"));
  second.begin_list();
  second.copy(other->root().at(0), slot_other);
  second.copy(built->root(), slot_built);
  second.end();
  auto last = second.finish();
  reply.reset();
  built.reset();
  other.reset();
  Value copy = last->root().at(1);
  EXPECT_EQ(copy.get("Properties").get("Tags").at(1).origin().path, "$.Users[0].Tags[1]");
  EXPECT_EQ(copy.get("Properties").get("Tags").at(1).origin().source->file, "users.json");
  EXPECT_EQ(copy.get("Plain").origin().path, "$.inner.Plain");
  EXPECT_EQ(last->root().at(0).origin().source->file, "other.json");
  EXPECT_EQ(copy.get("Properties").get("Name").text(), "ann");  // alive although its document was let go
}

TEST(Builder, ASlotWithoutDocumentLearnsIt) {
  auto reply = read(R"({"a":{"b":1}})");
  Builder b;
  uint16_t slot = b.add_source(from(nullptr, "named.json", "$.items[3]"));
  b.copy(reply->root().get("a"), slot);
  auto d = b.finish();
  EXPECT_EQ(d->root().get("b").origin().path, "$.items[3].a.b");
  EXPECT_EQ(d->root().get("b").origin().source->file, "named.json");
}

TEST(Builder, MoreSourcesThanANodeCanName) {
  Builder b;
  b.begin_list();
  uint16_t slot = 0;
  for (int i = 0; i < 70000; ++i) slot = b.add_source(from(nullptr, "x"));
  auto d = read("[5]");
  b.copy(d->root().at(0), slot);
  b.end();
  auto built = b.finish();
  EXPECT_EQ(built->root().at(0).integer(), 5);
  EXPECT_EQ(built->sources().size(), 65535u);
}

TEST(Document, EqualityIsByMeaning) {
  auto same = [](const char* a, const char* b) { return equal(read(a)->root(), read(b)->root()); };
  EXPECT_TRUE(same(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1.0})"));
  EXPECT_TRUE(same(R"({"a":1,"a":2})", R"({"a":2})"));
  EXPECT_FALSE(same(R"({"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(same(R"({"a":1,"b":1})", R"({"a":1})"));
  EXPECT_FALSE(same(R"({"a":1,"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(same("[1,2]", "[2,1]"));
  EXPECT_FALSE(same("1", "\"1\""));
  EXPECT_FALSE(same("null", "false"));
  EXPECT_FALSE(same("9007199254740993", "9007199254740992"));
  EXPECT_TRUE(same("18446744073709551616", "18446744073709551616"));
  EXPECT_FALSE(same("18446744073709551616", "18446744073709551617"));
  std::string big = "{", shuffled = "{", longer;
  for (int i = 0; i < 100; ++i) big += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  for (int i = 99; i >= 0; --i) shuffled += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_TRUE(same((big + "\"z\":0}").c_str(), (shuffled + "\"z\":0}").c_str()));
  EXPECT_FALSE(same((big + "\"z\":0}").c_str(), (shuffled + "\"y\":0}").c_str()));
  EXPECT_FALSE(equal(Value(), Value()));
  Builder b;
  b.unknown("x");
  auto u = b.finish();
  EXPECT_FALSE(equal(u->root(), u->root()));
}

}  // namespace
}  // namespace reeve
