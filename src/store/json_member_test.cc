// What json_member says is what SQLite's own json_extract says of the texts that the store keeps.
#include "store/json_member.h"

#include "store/store_test_kit.h"

namespace reeve::store {
namespace {

TEST(JsonMember, SaysWhatJsonExtractSays) {
  auto db = must(Db::open_memory());
  must(add_json_member(*db));
  const char* const objects[] = {
      R"({})", R"({"a":1})", R"({"b":true,"a":false,"c":null})", R"({"a":"text","ab":"longer"})", R"({"a":"with \"quotes\", \\ and \u00fc\n"})",
      R"({"x":{"a":1},"a":{"b":[1,2,"}"]}})", R"({"x":["a",{"a":2}],"a":[1,[2],"]"]})", R"({"a":-12.5e3,"b":0.1})", R"({"a":9223372036854775807})",
      R"({"a":-9223372036854775808})", R"({"a":12345678901234567890})", R"({"x":"\\","a":"\\"})", R"({"x":"a\":1,","a":"ü"})", R"({"a":""})", R"({"x":"","b":[],"a":{}})"};
  for (const char* object : objects)
    for (const char* key : {"a", "b", "ab", "x", "nothing"}) {
      auto ask = [&](const std::string& sql) {
        auto row = must(db->prepare("SELECT v, typeof(v) FROM (SELECT " + sql + " AS v)"));
        row.bind(1, object);
        EXPECT_TRUE(must(row.step()));
        return std::string(row.text(0)) + " " + std::string(row.text(1));
      };
      EXPECT_EQ(ask(std::string("json_member(?1, '") + key + "')"), ask(std::string("json_extract(?1, '$.\"") + key + "\"')")) << object << " " << key;
    }
  auto none = must(db->prepare("SELECT json_member(NULL, 'a') IS NULL, json_member('', 'a') IS NULL"));
  ASSERT_TRUE(must(none.step()));
  EXPECT_EQ(none.integer(0) + none.integer(1), 2);
}

TEST(JsonMember, StopsAtTheEndOfWhateverItIsGiven) {
  for (const char* text : {"{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":[", "{\"a\":{\"b\"", "[", "x", "{\"a\":1", "{\"b\":1,\"a\"", "}"})
    for (const char* key : {"a", "b", ""}) json_member(text, key);
}

}  // namespace
}  // namespace reeve::store
