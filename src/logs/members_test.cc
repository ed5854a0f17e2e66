#include "logs/members.h"

#include <gtest/gtest.h>

#include "logs/reader.h"

namespace reeve {
namespace {

struct Below {
  const char* name;
  std::string identity;
  bool plain;               // one walk tells it all
  const char *arn, *mfa, *context;  // what stands there; empty: nothing
};

const std::vector<Below>& identities() {
  static const std::vector<Below> cases = {
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
  return cases;
}

TEST(MembersAsked, FindsWhatLiesBelowAMember) {
  MembersAsked asked;
  const uint32_t arn = asked.ask(LogField::user_identity, "arn"), mfa = asked.ask(LogField::user_identity, "sessionContext.attributes.mfa"),
                 context = asked.ask(LogField::user_identity, "sessionContext");
  EXPECT_EQ(asked.ask(LogField::user_identity, "arn"), arn);
  EXPECT_EQ(asked.size(), 3u);
  std::vector<std::string_view> slots(asked.size(), "old");
  for (const Below& one : identities()) {
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

// The reader finds it on its way, or leaves it to whoever asks; what it refuses it refuses either way.
struct Early {
  MembersAsked asked;
  uint32_t arn = asked.ask(LogField::user_identity, "arn"), mfa = asked.ask(LogField::user_identity, "sessionContext.attributes.mfa"),
           context = asked.ask(LogField::user_identity, "sessionContext");
  std::vector<std::string_view> slots = std::vector<std::string_view>(asked.size(), "old");
  int found = 0, not_found = 0;
  LogReader reader;
  ObjectAudit read(std::string text, const std::function<void(const LogEvent&)>& each = {}) {
    LogSink sink;
    sink.early = {&asked, LogField::user_identity, slots.data()};
    sink.event = [&](const LogEvent& event) {
      const std::string_view identity = event.raw(LogField::user_identity);
      ++(event.early_at != nullptr && event.early_at == identity.data() ? found : not_found);
      if (each) each(event);
    };
    const size_t bytes = text.size();
    text.append(64, ' ');
    return reader.read_bytes("object", {text.data(), bytes}, sink);
  }
};

TEST(MembersAsked, AreFoundAsTheReaderComesBy) {
  for (const Below& one : identities()) {
    Early early;
    const std::string event = R"({"eventTime":"2026-01-01T00:00:00Z","eventName":"n","userIdentity":)" + one.identity + R"(,"arn":"not this"})";
    for (const std::string& text : {event, R"({"Records":[)" + event + "]}", event + "\n"}) {
      early.found = 0;
      const ObjectAudit audit = early.read(text, [&](const LogEvent&) {
        if (!one.plain) return;
        EXPECT_EQ(early.slots[early.arn], one.arn) << one.name;
        EXPECT_EQ(early.slots[early.mfa], one.mfa) << one.name;
        EXPECT_EQ(early.slots[early.context], one.context) << one.name;
      });
      EXPECT_EQ(audit.judged, 1u) << one.name;
      EXPECT_EQ(early.found, one.plain) << one.name;
    }
  }
}

TEST(MembersAsked, AreFoundEarlyInTheLastOfDuplicatesOnly) {
  for (const auto& [second, found] : {std::pair<std::string, int>{R"({"arn":"b"})", 1}, {R"("text")", 0}, {R"({"a.b":1})", 0}, {"[1]", 0}, {"null", 0}}) {
    Early early;
    std::string arn;
    early.read(R"({"eventName":"n","userIdentity":{"arn":"a"},"userIdentity":)" + second + "}", [&](const LogEvent&) { arn = early.slots[early.arn]; });
    EXPECT_EQ(early.found, found) << second;
    EXPECT_EQ(early.not_found, 1 - found) << second;
    if (found) {
      EXPECT_EQ(arn, R"("b")");
    }
  }
}

TEST(MembersAsked, OfARecordThatIsRefusedNothingIsFound) {
  for (const char* identity : {R"({"arn":"a")", R"({"arn":"a",})", R"({"arn" "a"})", R"({"arn":"a" "b":1})", R"({"arn":tru})", R"({"arn":"a"])", R"({"arn":01})", R"({"sessionContext":{"attributes":{"mfa":1]}})",
                               R"({"x":{"y":[1,]}})", R"({1:2})", R"({"arn":})", R"({"sessionContext":{"attributes":nul}})"}) {
    Early early;
    std::string arn;
    const ObjectAudit audit = early.read(std::string(R"({"eventName":"n","userIdentity":)") + identity + "}\n" R"({"eventName":"n","userIdentity":{"arn":"b"}})" "\n",
                                         [&](const LogEvent&) { arn = early.slots[early.arn]; });
    EXPECT_EQ(audit.judged, 1u) << identity;
    EXPECT_EQ(audit.records, 2u) << identity;
    EXPECT_EQ(early.found, 1) << identity;
    EXPECT_EQ(arn, R"("b")") << identity;
  }
}

// What lies in an envelope is asked for the same; the envelope itself, if it is given, must not be taken for it.
TEST(MembersAsked, AreFoundInEnvelopes) {
  Early early;
  early.read(R"({"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.s3x","userIdentity":{"arn":"outer"},"detail":{"eventTime":"2026-01-01T00:00:00Z","eventName":"n","userIdentity":{"arn":"inner"}}})",
             [&](const LogEvent& event) { EXPECT_EQ(event.early_at == event.raw(LogField::user_identity).data() ? early.slots[early.arn] : R"("inner")", R"("inner")"); });
  EXPECT_EQ(early.found, 1);
  EXPECT_EQ(early.not_found, 0);
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
