// Tokens and events: what stands for what.
#include "logs/token.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/hash.h"
#include "logs/event.h"

namespace reeve {
namespace {

struct TextCase {
  const char* name;
  std::string token, text;
};
class TokenText : public testing::TestWithParam<TextCase> {};
TEST_P(TokenText, IsWhatTheStringStandsFor) {
  std::string room;
  EXPECT_EQ(token_text(GetParam().token, room), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Rows, TokenText,
                         testing::Values(TextCase{"plain", R"("abc")", "abc"}, TextCase{"empty", R"("")", ""},
                                         TextCase{"escapes", R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"}, TextCase{"unit", R"("\u00e9\u20AC")",
                                             "\xC3\xA9\xE2\x82\xAC"},
                                         TextCase{"pair", R"("\ud83d\ude00")", "\xF0\x9F\x98\x80"}, TextCase{"first_half_alone", R"("\ud83dx")",
                                             "\xEF\xBF\xBDx"},
                                         TextCase{"two_first_halves", R"("\ud83d\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
                                             TextCase{"second_half_alone", R"("\ude00")", "\xEF\xBF\xBD"},
                                         TextCase{"no_such_escape", R"("a\qb")", "a\\qb"}, TextCase{"short_unit", R"("\u12")", "\\u12"},
                                         TextCase{"number", "12.50", "12.50"}, TextCase{"boolean", "true", "true"}, TextCase{"map", R"({"a":1})",
                                             R"({"a":1})"},
                                         TextCase{"absent", "", ""}, TextCase{"open_string", R"("abc)", "abc"}),
                         [](const auto& row) { return std::string(row.param.name); });

struct MemberCase {
  const char* name;
  std::string map, member, value;
};
class TokenMember : public testing::TestWithParam<MemberCase> {};
TEST_P(TokenMember, IsFound) { EXPECT_EQ(token_member(GetParam().map, GetParam().member), GetParam().value); }
INSTANTIATE_TEST_SUITE_P(
    Rows, TokenMember,
    testing::Values(MemberCase{"first", R"({"a":1,"b":2})", "a", "1"}, MemberCase{"last", R"({"a":1,"b":"x"})", "b", R"("x")"},
                    MemberCase{"last_of_duplicates", R"({"a":1,"a":2})", "a", "2"}, MemberCase{"escaped_name", R"({"\u0061":1})", "a", "1"},
                    MemberCase{"blanks", "{ \"a\" :\n [ 1 , 2 ] , \"b\":{} }", "a", "[ 1 , 2 ]"},
                    MemberCase{"brackets_in_strings", R"({"a":{"x":"}]\"}"},"b":[["]"]]})", "b", R"([["]"]])"}, MemberCase{"absent", R"({"a":1})",
                        "b", ""},
                    MemberCase{"deeper_only", R"({"a":{"b":1}})", "b", ""}, MemberCase{"no_map", "[1]", "a", ""}, MemberCase{"empty_map", "{}", "a",
                        ""},
                    MemberCase{"longer_than_a_register",
                        R"({"0123456789abcdef0123456789abcdef":{"0123456789abcdef":["0123456789abcdef\\"]},"b":1})", "b", "1"},
                    MemberCase{"cut", R"({"a":1,"b":)", "b", ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(TokenItems, AreGoneThroughInOrder) {
  std::vector<std::string> items;
  for (TokenItems list("[1, \"a,]\" ,{\"b\":[2]},[],null]"); list.next();) items.emplace_back(list.value());
  EXPECT_EQ(items, (std::vector<std::string>{"1", "\"a,]\"", "{\"b\":[2]}", "[]", "null"}));
  TokenItems none("[ ]");
  EXPECT_FALSE(none.next());
  TokenItems no_list("{}");
  EXPECT_FALSE(no_list.next());
}

TEST(TokenKinds, AreToldByTheFirstByte) {
  EXPECT_EQ(token_kind(""), TokenKind::absent);
  EXPECT_EQ(token_kind("null"), TokenKind::null);
  EXPECT_EQ(token_kind("false"), TokenKind::boolean);
  EXPECT_EQ(token_kind("-1"), TokenKind::number);
  EXPECT_EQ(token_kind("\"x\""), TokenKind::string);
  EXPECT_EQ(token_kind("[]"), TokenKind::list);
  EXPECT_EQ(token_kind("{}"), TokenKind::map);
}

struct Read {
  std::string text;
  Result<LogEvent> event;
  explicit Read(std::string json, LogKind kind = LogKind::cloudtrail) : text(std::move(json)), event(fail(Code::internal, "")) {
    size_t size = text.size();
    text.append(64, '\0');
    event = event_of({text.data(), size}, kind);
  }
};

TEST(Events, HaveEveryMemberInItsPlace) {
  for (size_t i = 0; i < static_cast<size_t>(LogField::count); ++i) {
    auto field = static_cast<LogField>(i);
    EXPECT_EQ(field_of(name(field)), field);
    EXPECT_EQ(field_of(std::string(name(field)) + "x"), LogField::count);
    EXPECT_EQ(field_of(name(field).substr(1)), LogField::count);
    Read read("{\"a\":1,\"" + std::string(name(field)) + "\":[2]}");
    ASSERT_TRUE(read.event);
    EXPECT_EQ(read.event->raw(field), "[2]");
    EXPECT_EQ(read.event->raw(name(field)), "[2]");
    EXPECT_EQ(read.event->raw("a"), "1");
  }
  EXPECT_EQ(field_of(""), LogField::count);
  EXPECT_EQ(field_of("eventSourc\"x"), LogField::count);
}

TEST(Events, KeepEscapedNames) {
  Read read(R"({"\u0061b":1,"event\u004eame":"x"})");
  ASSERT_TRUE(read.event);
  EXPECT_EQ(read.event->raw("ab"), "1");
  EXPECT_EQ(read.event->string(LogField::event_name), "x");
}

TEST(Events, AreRefusedWhenTheyAreNone) {
  struct Row {
    const char *text, *why;
  };
  for (Row row : std::vector<Row>{{"", "no JSON"},
                                  {"[]", "no map"},
                                  {"{", "no JSON"},
                                  {"{}x", "no JSON"},
                                  {"{}{}", "no JSON"},
                                  {R"({"a":01})", "no JSON"},
                                  {R"({"a":1.})", "no JSON"},
                                  {R"({"a":1e})", "no JSON"},
                                  {R"({"a":-})", "no JSON"},
                                  {R"({"a":nul})", "no JSON"},
                                  {R"({"a":truex})", "no JSON"},
                                  {R"({"a" 1})", "no JSON"},
                                  {R"({"a":1,})", "no JSON"},
                                  {R"({,})", "no JSON"},
                                  {R"({"a":[1,]})", "no JSON"},
                                  {R"({"a":[1 2]})", "no JSON"},
                                  {R"({"a":{"b"}})", "no JSON"},
                                  {R"({"a":{"b":1])", "no JSON"},
                                  {R"({"a":"x" "y"})", "no JSON"},
                                  {R"({"a":"x"y})", "no JSON"},
                                  {R"({a:1})", "no JSON"},
                                  {"{\"a\":\"\n\"}", "control character in a string"},
                                  {"{\"a\":\"\xC0\xAF\"}", "no UTF-8"}}) {
    Read read(row.text);
    ASSERT_FALSE(read.event) << row.text;
    EXPECT_NE(read.event.error().what.find(row.why), std::string::npos) << row.text << ": " << read.event.error().what;
  }
}

struct IdCase {
  const char* name;
  std::string text, form;  // what is hashed; begins with `=`: the id itself
};
class EventIds : public testing::TestWithParam<IdCase> {};
TEST_P(EventIds, AreTheEventsOwnOrOfTheCanonicalForm) {
  Read read(GetParam().text);
  ASSERT_TRUE(read.event);
  std::string form = GetParam().form;
  EXPECT_EQ(event_id(*read.event), form[0] == '=' ? form.substr(1) : hex(sha256(form)));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, EventIds,
    testing::Values(IdCase{"own", R"({"eventID":"e-1"})", "=e-1"}, IdCase{"own_number", R"({"eventID":12})", "=12"}, IdCase{"empty",
        R"({"eventID":"","a":1})", R"({"a":1,"eventID":""})"},
                    IdCase{"null_id", R"({"eventID":null})", R"({"eventID":null})"}, IdCase{"sorted_at_every_depth",
                        R"({ "b" : {"z":1,"y":[ {"d":1,"c":2} ]}, "a" : true })", R"({"a":true,"b":{"y":[{"c":2,"d":1}],"z":1}})"},
                    IdCase{"last_of_duplicates", R"({"a":1,"b":2,"a":3})", R"({"a":3,"b":2})"}, IdCase{"escapes",
                        R"({"a":"\u0041\/\u00e9\u001f\n\""})", "{\"a\":\"A/\xC3\xA9\\u001f\\n\\\"\"}"},
                    IdCase{"numbers", R"({"a":[1,-0,1.0,1.50,1e3,1E-7,1e21,0.000001,123456789012345678901,-2.5e-3]})",
                           R"({"a":[1,0,1,1.5,1000,1e-7,1e+21,0.000001,123456789012345678901,-0.0025]})"},
                    IdCase{"names_in_utf16_order", "{\"\xEE\x80\x80\":1,\"\xF0\x9F\x98\x80\":2,\"a\":3}",
                        "{\"a\":3,\"\xF0\x9F\x98\x80\":2,\"\xEE\x80\x80\":1}"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EventTimes, AreReadAsTheirLogWritesThem) {
  struct Row {
    const char* text;
    LogKind kind;
    int64_t ms;
  };
  for (Row row : std::vector<Row>{{R"({"eventTime":"2026-11-29T22:37:16Z"})", LogKind::cloudtrail, 1795991836000},
                                  {R"({"eventTime":"2024-02-29T00:00:00Z"})", LogKind::cloudtrail, 1709164800000},
                                  {R"({"eventTime":"2026-11-29T22:37:16.250Z"})", LogKind::cloudtrail, 1795991836250},
                                  {R"({"eventTime":"2026-13-29T22:37:16Z"})", LogKind::cloudtrail, 0},
                                  {R"({"eventTime":"2026-02-30T22:37:16Z"})", LogKind::cloudtrail, 0},
                                  {R"({"eventTime":null})", LogKind::cloudtrail, 0},
                                  {R"({"eventTime":17})", LogKind::cloudtrail, 0},
                                  {R"({"start":"1418530010"})", LogKind::vpc_flow, 1418530010000},
                                  {R"({"start":9999999999999999})", LogKind::vpc_flow, 0},
                                  {R"({"@timestamp":"2026-01-01T00:00:00Z"})", LogKind::other, 1767225600000},
                                  {R"({"timestamp":1767225600000})", LogKind::other, 1767225600000}}) {
    Read read(row.text, row.kind);
    ASSERT_TRUE(read.event) << row.text;
    EXPECT_EQ(event_time_ms(*read.event), row.ms) << row.text;
  }
}

}  // namespace
}  // namespace reeve
