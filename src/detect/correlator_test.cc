// What tests/detect_correlation.py cannot see from outside: the same alerts when hits lie in a table, and when the state is put down and taken
// up between any two of them.
#include "detect/correlator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace reeve {
namespace {

constexpr const char* rules_text = R"(title: one
name: one
id: 00000000-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: One}, condition: selection}
---
title: two
name: two
id: 00000000-0000-4000-8000-000000000002
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: Two}, condition: selection}
---
title: three ones
name: ones
id: 00000000-0000-4000-8000-000000000003
correlation: {type: event_count, rules: [one], group-by: [user], timespan: 40s, condition: {gte: 3}}
---
title: then two
id: 00000000-0000-4000-8000-000000000004
correlation: {type: temporal_ordered, rules: [ones, two], group-by: [user], timespan: 60s}
---
title: few in a minute
id: 00000000-0000-4000-8000-000000000005
correlation: {type: event_count, rules: [one, two], group-by: [user], timespan: 1m, condition: {lte: 3}}
---
title: many values
id: 00000000-0000-4000-8000-000000000006
correlation: {type: value_count, rules: [one, two], group-by: [user], timespan: 30s, condition: {field: n, gte: 4}}
---
title: high on average
id: 00000000-0000-4000-8000-000000000007
correlation: {type: value_avg, rules: [two], group-by: [user], timespan: 50s, condition: {field: n, gt: 5}}
)";

RuleSet rules_of(const char* text) {
  RuleSet rules;
  load_rule_text(text, "rules.yml", {}, rules);
  link_rules(rules);
  return rules;
}

std::vector<Hit> hits_of(const RuleSet& rules, unsigned seed, size_t count) {
  std::mt19937 chance(seed);
  std::vector<Hit> out;
  for (size_t i = 0; i < count; ++i) {
    Hit hit;
    const bool two = chance() % 3 == 0;
    for (uint32_t rule = 0; rule < rules.rules.size(); ++rule)
      if (rules.rules[rule].head.title == (two ? "two" : "one")) hit.rule = rule;
    hit.time_ms = 1'767'225'600'000 + static_cast<int64_t>(chance() % 600) * 1000;
    hit.id = hit.facts.id = "event-" + std::to_string(i);
    hit.facts.time_ms = hit.time_ms;
    hit.facts.account = "111122223333";
    hit.values = {{"user", {"u" + std::to_string(chance() % 2)}}, {"n", {std::to_string(chance() % 10)}}};
    out.push_back(std::move(hit));
  }
  return out;
}

using Told = std::vector<std::string>;
std::function<void(Alert)> into(Told& told) {
  return [&told](const Alert& alert) { told.push_back(alert.id + " " + std::to_string(alert.count) + " " + alert.event.id + " " + std::to_string(alert.events.size())); };
}

Told at_once(const RuleSet& rules, const std::vector<Hit>& hits) {
  Correlator correlator(rules);
  for (const Hit& hit : hits) EXPECT_TRUE(correlator.add(hit));
  Told told;
  EXPECT_TRUE(correlator.advance(Correlator::whole, into(told)));
  return told;
}

TEST(Correlator, RulesHoldAndFire) {
  const RuleSet rules = rules_of(rules_text);
  ASSERT_TRUE(rules.refused.empty()) << rules.refused[0].text();
  ASSERT_EQ(rules.rules.size(), 7u);
  EXPECT_GT(at_once(rules, hits_of(rules, 1, 300)).size(), 20u);
}

TEST(Correlator, AnyOrderAndATableTellTheSame) {
  const RuleSet rules = rules_of(rules_text);
  for (unsigned seed = 1; seed < 6; ++seed) {
    std::vector<Hit> hits = hits_of(rules, seed, 200);
    const Told expected = at_once(rules, hits);
    std::shuffle(hits.begin(), hits.end(), std::mt19937(seed));
    hits.insert(hits.end(), hits.begin(), hits.begin() + 50);  // delivered twice
    EXPECT_EQ(at_once(rules, hits), expected);
    Correlator correlator(rules);
    correlator.hold_at_most(7);
    for (const Hit& hit : hits) ASSERT_TRUE(correlator.add(hit));
    Told told;
    ASSERT_TRUE(correlator.advance(Correlator::whole, into(told)));
    EXPECT_EQ(told, expected);
  }
}

TEST(Correlator, StepByStepIsAsAtOnce) {
  const RuleSet rules = rules_of(rules_text);
  for (unsigned seed = 1; seed < 6; ++seed) {
    std::vector<Hit> hits = hits_of(rules, seed, 200);
    const Told expected = at_once(rules, hits);
    std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.time_ms < b.time_ms; });
    // Each hit at most 20 seconds late, the time closed 20 seconds behind the newest.
    std::mt19937 chance(seed);
    std::vector<std::pair<int64_t, size_t>> arrival;
    for (size_t i = 0; i < hits.size(); ++i) arrival.emplace_back(hits[i].time_ms + static_cast<int64_t>(chance() % 19'000), i);
    std::sort(arrival.begin(), arrival.end());
    Correlator correlator(rules);
    Told told;
    for (const auto& [at, index] : arrival) {
      ASSERT_TRUE(correlator.add(hits[index]));
      ASSERT_TRUE(correlator.advance(correlator.newest_ms() - 20'000, into(told)));
    }
    EXPECT_EQ(correlator.late(), 0u);
    ASSERT_TRUE(correlator.advance(Correlator::whole, into(told)));
    EXPECT_EQ(told, expected);
    ASSERT_TRUE(correlator.add(hits[0]));
    EXPECT_EQ(correlator.late(), 1u);
  }
}

TEST(Correlator, PutDownAndTakenUpAgain) {
  const RuleSet rules = rules_of(rules_text);
  for (unsigned seed = 1; seed < 4; ++seed) {
    std::vector<Hit> hits = hits_of(rules, seed, 120);
    const Told expected = at_once(rules, hits);
    std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.time_ms < b.time_ms; });
    auto db = store::Db::open_temporary({});
    ASSERT_TRUE(db);
    Told told;
    for (size_t i = 0; i < hits.size(); ++i) {
      Correlator correlator(rules);
      ASSERT_TRUE(correlator.load(**db));
      ASSERT_TRUE(correlator.add(hits[i]));
      ASSERT_TRUE(correlator.advance(correlator.newest_ms() - 1000 * static_cast<int64_t>(seed), into(told)));
      ASSERT_TRUE(correlator.save(**db));
    }
    Correlator last(rules);
    ASSERT_TRUE(last.load(**db));
    ASSERT_TRUE(last.advance(Correlator::whole, into(told)));
    EXPECT_EQ(told, expected) << seed;
  }
}

TEST(Correlator, ADamagedStateIsNamed) {
  const RuleSet rules = rules_of(rules_text);
  auto db = store::Db::open_temporary({});
  ASSERT_TRUE(db);
  {
    Correlator correlator(rules);
    ASSERT_TRUE(correlator.load(**db));
    for (const Hit& hit : hits_of(rules, 1, 20)) ASSERT_TRUE(correlator.add(hit));
    ASSERT_TRUE(correlator.save(**db));
  }
  ASSERT_TRUE((*db)->exec("UPDATE correlation_hit SET body = substr(body, 1, length(body) / 2)"));
  Correlator correlator(rules);
  ASSERT_TRUE(correlator.load(**db));
  Told told;
  const Status advanced = correlator.advance(Correlator::whole, into(told));
  ASSERT_FALSE(advanced);
  EXPECT_EQ(advanced.error().code, Code::parse);
}

TEST(Packer, HitsComeBackAndCutOnesDoNot) {
  const RuleSet rules = rules_of(rules_text);
  const Hit hit = hits_of(rules, 3, 1)[0];
  std::string bytes;
  Packer packer(bytes);
  pack(packer, hit);
  Unpacker whole(bytes);
  const Hit back = unpack_hit(whole);
  EXPECT_TRUE(whole.good() && whole.at_end());
  EXPECT_EQ(back.id, hit.id);
  EXPECT_EQ(back.values, hit.values);
  for (size_t length = 0; length < bytes.size(); ++length) {
    Unpacker cut(std::string_view(bytes).substr(0, length));
    (void)unpack_hit(cut);
    EXPECT_FALSE(cut.good()) << length;
  }
}

}  // namespace
}  // namespace reeve
