#include "logs/members.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

struct Below {
  const char* name;
  std::string identity;
  bool plain;               // one walk tells it all
  const char *arn, *mfa, *context;  // what stands there; empty: nothing
};

TEST(MembersAsked, FindsWhatLiesBelowAMember) {
  const std::vector<Below> cases = {
      {"nothing", "{}", true, "", "", ""},
      {"a member", R"({"type":"x","arn":"a"})", true, R"("a")", "", ""},
      {"deep ones, white space around", R"({ "arn" : "a" , "sessionContext" : { "attributes" : { "x":[1,{"mfa":2}], "mfa" : true } } })", true, R"("a")", "true",
       R"({ "attributes" : { "x":[1,{"mfa":2}], "mfa" : true } })"},
      {"of duplicates the last", R"({"arn":"a","sessionContext":{"attributes":{"mfa":1}},"arn":2,"sessionContext":{}})", true, "2", "", "{}"},
      {"a map where a text was", R"({"arn":{"deep":[{}]},"sessionContext":7})", true, R"({"deep":[{}]})", "", "7"},
      {"names that begin alike", R"({"ar":1,"arns":2,"sessionContexts":{"attributes":{"mfa":1}},"sessionContext":{"attributesX":{"mfa":1}}})", true, "", "",
       R"({"attributesX":{"mfa":1}})"},
      {"a quote and a bracket in a text", R"({"x":"}\"{","arn":"]["})", true, R"("][")", "", ""},
      {"a name with a dot", R"({"sessionContext.attributes":{"mfa":1}})", false, "", "", ""},
      {"a name with an escape", R"({"a\u0072n":"a"})", false, "", "", ""},
      {"a list on the way", R"({"sessionContext":[{"attributes":{"mfa":1}}]})", false, "", "", ""},
  };
  MembersAsked asked;
  const uint32_t arn = asked.ask(LogField::user_identity, "arn"), mfa = asked.ask(LogField::user_identity, "sessionContext.attributes.mfa"),
                 context = asked.ask(LogField::user_identity, "sessionContext");
  EXPECT_EQ(asked.ask(LogField::user_identity, "arn"), arn);
  EXPECT_EQ(asked.size(), 3u);
  std::vector<std::string_view> slots(asked.size(), "old");
  for (const Below& one : cases) {
    const std::string text = R"({"eventID":"e","userIdentity":)" + one.identity + R"(,"arn":"not this"})" + std::string(64, ' ');
    auto event = event_of(std::string_view(text).substr(0, text.size() - 64));
    ASSERT_TRUE(event) << one.name;
    ASSERT_EQ(asked.find(*event, LogField::user_identity, slots.data()), one.plain) << one.name;
    if (!one.plain) continue;
    EXPECT_EQ(slots[arn], one.arn) << one.name;
    EXPECT_EQ(slots[mfa], one.mfa) << one.name;
    EXPECT_EQ(slots[context], one.context) << one.name;
  }
  EXPECT_FALSE(asked.find(LogEvent{}, LogField::user_identity, slots.data()));  // nobody has walked it
}

TEST(MembersAsked, TellsNamesApartByEveryByte) {
  // Eight bytes at a time are compared: names of every size that differ in one byte, and one that has a backslash, which no raw name is held against.
  MembersAsked asked;
  std::string text = R"({"eventID":"e","requestParameters":{)";
  std::vector<std::pair<uint32_t, std::string>> expected;
  for (size_t bytes = 1; bytes <= 40; ++bytes) {
    const std::string name(bytes, 'n');
    expected.emplace_back(asked.ask(LogField::request_parameters, name), std::to_string(bytes));
    for (size_t i = 0; i < bytes; ++i) {
      std::string other = name;
      other[i] = 'm';
      text += "\"" + other + "\":\"no\",";
    }
    text += "\"" + name + "\":" + std::to_string(bytes) + ",";
  }
  std::vector<std::string_view> slots(asked.size() + 1, "old");
  const std::string whole = text + R"("last":0}})" + std::string(64, ' ');
  auto event = event_of(std::string_view(whole).substr(0, whole.size() - 64));
  ASSERT_TRUE(event);
  ASSERT_TRUE(asked.find(*event, LogField::request_parameters, slots.data()));
  for (const auto& [slot, value] : expected) EXPECT_EQ(slots[slot], value);
  asked.ask(LogField::request_parameters, "back\\slash");
  const std::string odd = text + R"("back\\slash":0}})" + std::string(64, ' ');
  auto escaped = event_of(std::string_view(odd).substr(0, odd.size() - 64));
  ASSERT_TRUE(escaped);
  EXPECT_FALSE(asked.find(*escaped, LogField::request_parameters, slots.data()));
}

}  // namespace
}  // namespace reeve
