#include "detect/incidents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace reeve {
namespace {

constexpr int64_t hour = 3'600'000, begin = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

ToldAlert alert_of(const std::string& id, int64_t at, RuleLevel level, const std::string& principal, const std::string& ip = "", std::vector<std::string> resources = {}) {
  ToldAlert out;
  out.id = id, out.rule_id = "rule " + id, out.title = id, out.level = level, out.time_ms = begin + at;
  out.account = "111122223333", out.principal = principal, out.source_ip = ip, out.resources = std::move(resources);
  return out;
}

std::string told(const Story& story) {
  std::string out;
  for (const Incident& one : story.incidents) write_incident(out, story, one, {});
  for (const EntityRisk& one : story.entities) write_entity(out, one);
  return out;
}

std::vector<std::string> ids_of(const Story& story, const Incident& incident) {
  std::vector<std::string> out;
  for (size_t i : incident.alerts) out.push_back(story.alerts[i].id);
  return out;
}

const std::string ann = "arn:aws:iam::111122223333:user/ann", bob = "arn:aws:iam::111122223333:user/bob", role = "arn:aws:iam::444455556666:role/Deploy";

// Ann takes a role in another account, which does things there; Bob has nothing to do with it until he comes from her address.
std::vector<ToldAlert> over_two_accounts() {
  std::vector<ToldAlert> out = {
      alert_of("a", 0, RuleLevel::medium, ann, "198.51.100.7"),
      alert_of("b", hour, RuleLevel::medium, ann, "198.51.100.7", {role}),
      alert_of("c", 2 * hour, RuleLevel::high, role, "10.0.0.1"),
      alert_of("d", 3 * hour, RuleLevel::high, bob, "203.0.113.9"),
  };
  out[2].account = "444455556666";
  out[0].tags = {"attack.initial-access", "attack.t1078.004"};
  out[1].tags = {"attack.lateral-movement"};
  out[2].tags = {"attack.defense-evasion", "attack.initial-access"};
  return out;
}

TEST(Incidents, AreJoinedByWhatAlertsShareAlsoOverAccounts) {
  const Story story = story_of(over_two_accounts(), {});
  ASSERT_EQ(story.incidents.size(), 2u);
  const Incident& one = story.incidents[0];
  EXPECT_EQ(ids_of(story, one), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(one.accounts, (std::vector<std::string>{"111122223333", "444455556666"}));
  EXPECT_EQ(one.principals, (std::vector<std::string>{ann, role}));
  ASSERT_EQ(one.tactics.size(), 3u);
  EXPECT_EQ(one.tactics[0].tactic + ", " + one.tactics[1].tactic + ", " + one.tactics[2].tactic, "Initial Access, Lateral Movement, Defense Evasion");
  EXPECT_EQ(one.tactics[2].first_ms, begin + 2 * hour);
  EXPECT_EQ(one.techniques, (std::vector<std::string>{"T1078.004"}));
  EXPECT_TRUE(one.raised);
  EXPECT_FALSE(story.incidents[1].raised) << "one high alert is work of the day, no incident";
}

TEST(Incidents, AreTheSameInAnyOrderAndHoweverOftenAlertsCome) {
  auto alerts = over_two_accounts();
  for (int i = 0; i < 60; ++i) alerts.push_back(alert_of("x" + std::to_string(i), (i % 7) * 5 * hour, static_cast<RuleLevel>(i % 4), i % 3 ? ann : bob, "203.0.113." + std::to_string(i % 11)));
  const std::string want = told(story_of(alerts, {}));
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    auto shuffled = alerts;
    for (int twice = 0; twice < 20; ++twice) shuffled.push_back(alerts[random() % alerts.size()]);
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const Story story = story_of(shuffled, {});
    EXPECT_EQ(story.repeated, 20u);
    ASSERT_EQ(told(story), want) << "round " << round;
  }
}

TEST(Incidents, KeepTheirIdWhenMoreJoins) {
  auto alerts = over_two_accounts();
  const Story before = story_of(alerts, {});
  alerts.push_back(alert_of("e", 4 * hour, RuleLevel::low, bob, "198.51.100.7"));  // joins the two
  const Story after = story_of(alerts, {});
  ASSERT_EQ(before.incidents.size(), 2u);
  ASSERT_EQ(after.incidents.size(), 1u);
  EXPECT_EQ(after.incidents[0].id, before.incidents[0].id) << "the id of the one that began first stands";
  EXPECT_EQ(after.incidents[0].was, (std::vector<std::string>{before.incidents[1].id}));
  alerts.push_back(alert_of("f", 5 * hour, RuleLevel::low, bob));
  EXPECT_EQ(story_of(alerts, {}).incidents[0].id, before.incidents[0].id);
}

struct Pair {
  const char* name;
  ToldAlert first, second;
  size_t incidents;
};

TEST(Incidents, WhatJoinsTwoAlertsAndWhatDoesNot) {
  auto entity = [](ToldAlert alert, const char* field, const char* value) {
    alert.entity = {field, value};
    return alert;
  };
  auto in = [](ToldAlert alert, const char* account) {
    alert.account = account;
    return alert;
  };
  const RuleLevel low = RuleLevel::low;
  const std::vector<Pair> cases = {
      {"the principal", alert_of("a", 0, low, ann), alert_of("b", hour, low, ann), 1},
      {"just within the window", alert_of("a", 0, low, ann), alert_of("b", 24 * hour, low, ann), 1},
      {"just outside of it", alert_of("a", 0, low, ann), alert_of("b", 24 * hour + 1, low, ann), 2},
      {"the account alone", alert_of("a", 0, low, ann), alert_of("b", hour, low, bob), 2},
      {"a public address", alert_of("a", 0, low, ann, "198.51.100.7"), alert_of("b", hour, low, bob, "198.51.100.7"), 1},
      {"a public address of IPv6", alert_of("a", 0, low, ann, "2001:db8::1"), alert_of("b", hour, low, bob, "2001:db8::1"), 1},
      {"a private address", alert_of("a", 0, low, ann, "10.1.2.3"), alert_of("b", hour, low, bob, "10.1.2.3"), 2},
      {"another private one", alert_of("a", 0, low, ann, "172.31.2.3"), alert_of("b", hour, low, bob, "172.31.2.3"), 2},
      {"a service in the place of an address", alert_of("a", 0, low, ann, "ec2.amazonaws.com"), alert_of("b", hour, low, bob, "ec2.amazonaws.com"), 2},
      {"a service as principal", alert_of("a", 0, low, "ec2.amazonaws.com"), alert_of("b", hour, low, "ec2.amazonaws.com"), 2},
      {"a resource", alert_of("a", 0, low, ann, "", {"arn:aws:s3:::x"}), alert_of("b", hour, low, bob, "", {"arn:aws:s3:::y", "arn:aws:s3:::x"}), 1},
      {"a role taken, then acting", alert_of("a", 0, low, ann, "", {role}), alert_of("b", hour, low, role), 1},
      {"a name of one account", entity(alert_of("a", 0, low, ann), "requestParameters.userName", "eve"), entity(alert_of("b", hour, low, bob), "requestParameters.userName", "eve"), 1},
      {"the same name in another account", entity(alert_of("a", 0, low, ann), "requestParameters.userName", "eve"),
       in(entity(alert_of("b", hour, low, bob), "requestParameters.userName", "eve"), "444455556666"), 2},
      {"nothing is known of either", alert_of("a", 0, low, ""), alert_of("b", hour, low, ""), 2},
  };
  for (const Pair& one : cases) EXPECT_EQ(story_of({one.first, one.second}, {}).incidents.size(), one.incidents) << one.name;
  StoryOptions office;
  office.shared = {"198.51.100.*"};
  EXPECT_EQ(story_of({cases[4].first, cases[4].second}, office).incidents.size(), 2u) << "an address that many share";
}

TEST(Incidents, AreRaisedByRiskOrByProgress) {
  auto raised = [](const std::vector<ToldAlert>& alerts, double threshold = 100) {
    StoryOptions options;
    options.threshold = threshold;
    const Story story = story_of(alerts, options);
    return story.incidents.at(0).raised;
  };
  EXPECT_TRUE(raised({alert_of("a", 0, RuleLevel::critical, ann)}));
  EXPECT_TRUE(raised({alert_of("a", 0, RuleLevel::critical, ann)}, 1000)) << "whatever the threshold";
  EXPECT_FALSE(raised({alert_of("a", 0, RuleLevel::high, ann)}));
  EXPECT_TRUE(raised({alert_of("a", 0, RuleLevel::high, ann), alert_of("b", hour, RuleLevel::high, ann)}));
  EXPECT_FALSE(raised({alert_of("a", 0, RuleLevel::high, ann), alert_of("b", 23 * hour, RuleLevel::high, ann)})) << "60 has become 31 by then";
  // Of one rule the n-th in a row adds a n-th: a rule that fires all day does not make an incident of itself.
  std::vector<ToldAlert> noise;
  for (int i = 0; i < 100; ++i) noise.push_back(alert_of("n" + std::to_string(i), i * 60'000, RuleLevel::low, ann)), noise.back().rule_id = "noise";
  EXPECT_FALSE(raised(noise));
  EXPECT_NEAR(story_of(noise, {}).incidents[0].score, 25.3, 0.5);
  std::vector<ToldAlert> steps;
  const char* tactics[] = {"attack.discovery", "attack.persistence", "attack.exfiltration", "attack.exfiltration"};
  for (int i = 0; i < 4; ++i) steps.push_back(alert_of("s" + std::to_string(i), i * hour, RuleLevel::low, ann)), steps.back().tags = {tactics[i]};
  EXPECT_FALSE(raised(steps)) << "context alone wakes nobody";
  steps[2].level = RuleLevel::medium;
  EXPECT_TRUE(raised(steps));
  steps.pop_back();
  EXPECT_FALSE(raised(steps)) << "three rules";
}

TEST(EntityRisk, HalvesInEachHalfLife) {
  struct Row {
    int64_t half_life, after;
    double risk;
  };
  for (const Row& row : {Row{24 * hour, 0, 60}, Row{24 * hour, 24 * hour, 30}, Row{24 * hour, 48 * hour, 15}, Row{24 * hour, 12 * hour, 42.426}, Row{hour, 24 * hour, 0}, Row{48 * hour, 24 * hour, 42.426}}) {
    StoryOptions options;
    options.half_life_ms = row.half_life;
    const Story story = story_of({alert_of("a", 0, RuleLevel::high, ann), alert_of("b", row.after, RuleLevel::informational, bob)}, options);
    const auto found = std::find_if(story.entities.begin(), story.entities.end(), [](const EntityRisk& one) { return one.value == ann; });
    ASSERT_NE(found, story.entities.end());
    EXPECT_NEAR(found->now, row.risk, 0.001) << row.after / hour << " h of " << row.half_life / hour;
    EXPECT_EQ(found->peak, 60);
    EXPECT_EQ(found->peak_ms, begin);
  }
}

TEST(EntityRisk, GoesToAllThatAnAlertNames) {
  const Story story = story_of(over_two_accounts(), {});
  std::map<std::string, const EntityRisk*> by_name;
  for (const EntityRisk& one : story.entities) by_name[std::string(name(one.kind)) + " " + one.value] = &one;
  for (const std::string& want : {"principal " + ann, "principal " + bob, "principal " + role, "resource " + role, std::string("source_ip 198.51.100.7"), std::string("source_ip 10.0.0.1"),
                                  std::string("account 111122223333"), std::string("account 444455556666")})
    EXPECT_TRUE(by_name.count(want)) << want;
  EXPECT_EQ(by_name["principal " + ann]->alerts, 2u);
  EXPECT_EQ(by_name["account 111122223333"]->alerts, 3u);
}

TEST(ToldAlerts, AreReadLineByLineAndWhatIsNoneIsNamed) {
  const std::string good = R"({"alert_id":"al-1","rule_id":"r","rule_title":"T","level":"high","tags":["attack.t1078"],"event_time":"2026-01-01T00:00:00Z","principal":"p","account":"1","entity":{"a.b":"c"},"resources":["x"],"outcome":"true"})";
  const std::string text = good + "\n\n" + R"({"object":"x","refusals":[]})" + "\nno json\n" + R"({"alert_id":"al-2","rule_id":"r","level":"loud","event_time":"2026-01-01T00:00:00Z"})" + "\n" +
                           R"({"alert_id":"al-3","rule_id":"r","level":"low","event_time":"then"})" + "\n[]\n" + R"({"alert_id":"al-4","rule_id":"r","level":"low","event_time":"2026-01-01T00:00:00Z","outcome":"maybe"})" + "\n" + good;
  std::vector<ToldAlert> alerts;
  std::vector<uint32_t> refused;
  read_alerts(text, "f", [&](ToldAlert one) { alerts.push_back(std::move(one)); }, [&](Error error) { refused.push_back(error.at.line); });
  ASSERT_EQ(alerts.size(), 2u);
  EXPECT_EQ(refused, (std::vector<uint32_t>{4, 5, 6, 7, 8}));
  EXPECT_EQ(alerts[0].entity, (std::pair<std::string, std::string>{"a.b", "c"}));
  EXPECT_EQ(alerts[0].resources, (std::vector<std::string>{"x"}));
  EXPECT_EQ(alerts[0].time_ms, begin);
  EXPECT_EQ(alerts[0].outcome, "true");
  EXPECT_EQ(alerts[1].at.line, 9u);
}

}  // namespace
}  // namespace reeve
