#include "detect/alert.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "detect/alert_json.h"
#include "detect/hit.h"
#include "detect/state.h"
#include "formats/json.h"

namespace reeve {
namespace {

struct Who {
  const char* name;
  std::string identity;
  const char* principal;
};

TEST(Facts, WhoActed) {
  const std::vector<Who> cases = {
      {"a user", R"({"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann","userName":"ann"})", "arn:aws:iam::111122223333:user/ann"},
      {"root", R"({"type":"Root","arn":"arn:aws:iam::111122223333:root"})", "arn:aws:iam::111122223333:root"},
      {"a role's session, by its issuer",
       R"({"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/web/i-1","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/apps/web"}}})",
       "arn:aws:iam::111122223333:role/apps/web"},
      {"a role's session without its issuer", R"({"type":"AssumedRole","arn":"arn:aws-cn:sts::111122223333:assumed-role/web/i-1"})", "arn:aws-cn:iam::111122223333:role/web"},
      {"a federated user keeps their name", R"({"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/eve","sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann"}}})",
       "arn:aws:sts::111122223333:federated-user/eve"},
      {"a service", R"({"type":"AWSService","invokedBy":"ec2.amazonaws.com"})", "ec2.amazonaws.com"},
      {"another account", R"({"type":"AWSAccount","principalId":"AIDAEXAMPLE","accountId":"444455556666"})", "AIDAEXAMPLE"},
      {"a subject of a provider", R"({"type":"WebIdentityUser","userName":"repo:acme/app","principalId":"x"})", "repo:acme/app"},
      {"nobody is named", R"({"type":"Unknown"})", "Unknown"},
      {"no map", "null", ""},
  };
  for (const Who& one : cases) {
    const std::string text = R"({"eventID":"e-1","eventTime":"2026-01-01T00:00:00Z","awsRegion":"eu-west-1","userIdentity":)" + one.identity + "}" + std::string(64, ' ');
    auto event = event_of(text);
    ASSERT_TRUE(event) << one.name;
    const EventFacts facts = facts_of(*event, "x.json");
    EXPECT_EQ(facts.principal, one.principal) << one.name;
    EXPECT_EQ(facts.id, "e-1");
    EXPECT_EQ(facts.region, "eu-west-1");
    EXPECT_EQ(facts.time_ms, 1'767'225'600'000);
  }
}

TEST(Facts, WhereFromAndWhatAbout) {
  const std::string text = R"({"eventID":"e-1","sourceIPAddress":"192.0.2.7","userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root","invokedBy":"ec2.amazonaws.com"},)"
                           R"("requestParameters":{"bucketName":["first","second"]},"resources":[{"ARN":"arn:aws:s3:::a"},{"arn":"arn:aws:s3:::b"},{"ARN":"arn:aws:s3:::a"},{"type":"x"},null]})" +
                           std::string(64, ' ');
  auto event = event_of(text);
  ASSERT_TRUE(event);
  const EventFacts facts = facts_of(*event, "x.json");
  EXPECT_EQ(facts.source_ip, "192.0.2.7");
  EXPECT_EQ(facts.invoked_by, "ec2.amazonaws.com");
  EXPECT_EQ(facts.resources, (std::vector<std::string>{"arn:aws:s3:::a", "arn:aws:s3:::b"}));
  std::string row;
  Packer out(row);
  pack(out, facts);
  Unpacker in(row);
  const EventFacts back = unpack_facts(in);
  EXPECT_TRUE(in.good() && in.at_end());
  EXPECT_EQ(back.resources, facts.resources);
  EXPECT_EQ(back.source_ip + back.invoked_by, facts.source_ip + facts.invoked_by);
  FieldPlan plan;
  const AskedField bucket = plan.ask("requestParameters.bucketName"), absent = plan.ask("requestParameters.absent"), none = plan.ask("");
  EventFields fields(plan);
  fields.begin(*event);
  EXPECT_EQ(entity_of(bucket, fields), (std::pair<std::string, std::string>{"requestParameters.bucketName", "first"}));
  EXPECT_EQ(entity_of(absent, fields).first, "");
  EXPECT_EQ(entity_of(none, fields).first, "");
}

TEST(Facts, ResourcesHoweverTheyAreWritten) {
  std::string many = "[", many_found;
  for (int i = 0; i < 12; ++i) {
    many += std::string(i ? "," : "") + R"({"ARN":"a)" + std::to_string(i) + "\"}";
    if (i < 10) many_found += (i ? " a" : "a") + std::to_string(i);
  }
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", ""},
      {"null", ""},
      {R"({"ARN":"a"})", ""},
      {R"([ { } , { "type" : "x" , "ARN" : "a" } ])", "a"},
      {R"([{"ARN":"a","ARN":"b"}])", "b"},
      {R"([{"arn":"a","ARN":"b"},{"ARN":"","arn":"c"},{"ARN":null,"arn":"d"}])", "b c d"},
      {R"([{"x":{"ARN":"no","y":[{"ARN":"no"}]},"ARN":"a"},"ARN",7,[{"ARN":"no"}],{"ARN":"b","z":[]}])", "a b"},
      {R"([{"ARN":"a"},{"AR\u004e":"b"}])", "a b"},
      {R"([{"ARN":"a\u0062"},{"\u0061rn":"c","type":"}\"]"}])", "ab c"},
      {many + "]", many_found},
  };
  for (const auto& [list, found] : cases) {
    const std::string text = R"({"eventID":"e-1","resources":)" + list + "}" + std::string(64, ' ');
    auto event = event_of(std::string_view(text).substr(0, text.size() - 64));
    ASSERT_TRUE(event) << list;
    EXPECT_EQ(join(facts_of(*event, "x.json").resources, " "), found) << list;
  }
}

// What stands in an event needs no escape if it stands between quotes there, and only then.
TEST(AlertLine, IsTheSameWhetherTheEventIsToldOf) {
  for (const char* more : {R"("eventName":"n","awsRegion":"eu-west-1")", R"("eventName":"a \"quoted\" \\ name","awsRegion":"\u00e9\t")", R"("eventName":{"a":"b"},"awsRegion":["x"])", R"("eventName":7,"awsRegion":true)",
                           R"("eventName":"é — 日本","sourceIPAddress":"")", R"("userIdentity":{"type":"IAMUser","arn":"arn:aws:sts::111122223333:assumed-role/R\"x/s"})",
                           R"("userIdentity":{"arn":{"a":"\"]"}},"recipientAccountId":111122223333)", R"("resources":[{"ARN":"a"},{"ARN":"b\\"},{"ARN":["c"]}])"}) {
    const std::string text = R"({"eventID":"e-1","eventTime":"2026-01-01T00:00:00Z",)" + std::string(more) + R"(,"userAgent":")" + std::string(3000, 'x') + "\"}" + std::string(64, ' ');
    auto event = event_of(std::string_view(text).substr(0, text.size() - 64));
    ASSERT_TRUE(event) << more;
    FieldPlan plan;
    const FactsTaker taker(plan);
    const AskedField agent = plan.ask("userAgent"), name = plan.ask("eventName");
    EventFields fields(plan);
    fields.begin(*event);
    ShownTexts room;
    AlertShown alert;
    taker.take(fields, alert.event, room);
    alert.id = "al-x";
    alert.event.object = "folder \"x\"/a.json";
    for (const AskedField* one : {&agent, &name})
      if (std::string_view token = event->raw(one->whole); !token.empty()) alert.evidence.emplace_back(one->path.name(), room.text(token));
    RuleSet rules;
    rules.rules.emplace_back().head.id = "r";
    const AlertWriter writer(rules);
    Lines without, with;
    writer.write(without, alert);
    std::string object;
    append_json_string(object, alert.event.object);
    alert.read_as = event->text, alert.object_written = object;
    writer.write(with, alert);
    EXPECT_EQ(with.text(), without.text()) << more;
    EXPECT_TRUE(read_json(with.text(), Source{})) << more;
  }
}

TEST(AlertId, FollowsFromRuleAndEventAlone) {
  RuleHead rule, other;
  rule.id = "r", other.id = "s";
  const Sha256 digest = sha256("r");
  EXPECT_EQ(alert_id(rule, "e"), "al-" + base32(sha256(std::string(digest.begin(), digest.begin() + 16) + "e"), 12));
  const std::string unprepared = alert_id(rule, "e");
  rule.mark = mark_of(rule.id);
  EXPECT_EQ(alert_id(rule, "e"), unprepared);
  EXPECT_EQ(alert_id(rule, "e").size(), 23u);
  EXPECT_NE(alert_id(rule, "e"), alert_id(other, "e"));
  EXPECT_NE(alert_id(rule, "e"), alert_id(rule, "f"));
  EXPECT_NE(alert_id(rule, {{"a", "b"}}, 1), alert_id(rule, {{"a", "b"}}, 2));
  EXPECT_NE(alert_id(rule, {{"a", "b"}}, 1), alert_id(rule, {{"ab", ""}}, 1));
  EXPECT_NE(alert_id(rule, {{"a", "b"}}, 1), alert_id(other, {{"a", "b"}}, 1));
}

TEST(AlertLine, SaysTheTimeAndEscapesWhatNeedsIt) {
  RuleHead rule;
  rule.id = "r", rule.title = "A \"rule\"";
  Alert alert;
  alert.id = "al-x";
  const std::vector<std::string> texts = {"", "a", "seven77", "eight888", "fifteen15151515", "sixteen161616161", std::string(40, 'x')};
  for (int64_t ms : {int64_t{0}, int64_t{-1}, int64_t{1'795'320'720'000}, int64_t{1'795'320'720'007}, int64_t{1'795'391'999'000}, int64_t{1'795'392'000'000}, int64_t{253'402'300'800'000}}) {
    alert.event.time_ms = ms;
    std::string line;
    write_alert(line, rule, alert);
    EXPECT_NE(line.find("\"event_time\":\"" + rfc3339(Time{ms}) + "\","), std::string::npos) << line;
  }
  for (const std::string& text : texts)
    for (const std::string& odd : {"", "\"", "\\", "\n", "\xC3\xA9", "\xFF"})
      for (size_t at = 0; at <= text.size(); ++at) {
        alert.event.principal = text.substr(0, at) + odd + text.substr(at);
        std::string line, expected;
        write_alert(line, rule, alert);
        append_json_string(expected, alert.event.principal);
        EXPECT_NE(line.find("\"principal\":" + expected + ",\"account\""), std::string::npos) << line;
      }
}

TEST(DetectState, TellsOncePastItsMemory) {
  auto state = DetectState::open("");
  ASSERT_TRUE(state);
  (*state)->remember_at_most(10);
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 100; ++i) {
      auto first = (*state)->first_told("al-" + std::to_string(i));
      ASSERT_TRUE(first) << first.error().text();
      EXPECT_EQ(*first, round == 0) << i;
    }
}

TEST(DetectState, IsKeptInAFileAndKnowsItsOwn) {
  const std::string path = testing::TempDir() + "/detect_state_test.state";
  std::remove(path.c_str());
  {
    auto state = DetectState::open(path);
    ASSERT_TRUE(state) << state.error().text();
    ASSERT_TRUE((*state)->begin());
    EXPECT_TRUE((*state)->first_told("a").value());
    EXPECT_FALSE((*state)->first_told("a").value());
    ASSERT_TRUE((*state)->set_done("x", "1"));
    ASSERT_TRUE((*state)->commit());
    ASSERT_TRUE((*state)->begin());
    EXPECT_TRUE((*state)->first_told("b").value());  // and never committed
  }
  {
    auto state = DetectState::open(path);
    ASSERT_TRUE(state);
    ASSERT_TRUE((*state)->begin());
    EXPECT_FALSE((*state)->first_told("a").value());
    EXPECT_TRUE((*state)->first_told("b").value());
    EXPECT_TRUE((*state)->done("x", "1").value());
    EXPECT_FALSE((*state)->done("x", "2").value());
  }
  std::remove(path.c_str());
  {
    auto db = store::Db::open_file(path, {});
    ASSERT_TRUE(db);
    ASSERT_TRUE((*db)->exec("CREATE TABLE theirs(x)"));
  }
  auto foreign = DetectState::open(path);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, Code::type);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace reeve
