// How what is bound to a threat stands, and the threat with it, over verdicts made by hand. Over whole estates: tests/model_derive.py, tests/model_break.py.
#include "threats/status.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "threats/derive.h"

namespace reeve::threats {
namespace {

VerdictCounts counts(uint64_t pass, uint64_t fail = 0, uint64_t unknown = 0, uint64_t excepted = 0) {
  VerdictCounts out;
  out.pass = pass, out.fail = fail, out.unknown = unknown, out.excepted = excepted;
  return out;
}

TEST(Standing, OfAControlFollowsFromItsVerdicts) {
  struct {
    const char* what;
    VerdictCounts of;
    bool attested;
    Standing is;
    const char* why;
  } cases[] = {
      {"holds everywhere", counts(3), false, Standing::effective, "holds for all 3"},
      {"holds by a word", counts(1), true, Standing::attested, "holds by somebody's word"},
      {"fails somewhere", counts(2, 1), false, Standing::partial, "fails for 1 of 3"},
      {"fails everywhere", counts(0, 2), false, Standing::failed, "fails for 2 of 2"},
      {"fails, the rest is not known", counts(0, 1, 1), false, Standing::failed, "fails for 1 of 2, not known for 1"},
      {"not known somewhere", counts(2, 0, 1), false, Standing::unknown, "not known for 1 of 3"},
      {"not known, by a word", counts(0, 0, 1), true, Standing::unknown, "not known for 1 of 1"},
      {"excepted somewhere: nothing holds there", counts(2, 0, 0, 1), false, Standing::partial, "excepted for 1 of 3"},
      {"excepted everywhere", counts(0, 0, 0, 2), false, Standing::failed, "excepted for 2 of 2"},
      {"excepted, the rest is not known", counts(0, 0, 1, 1), false, Standing::unknown, "excepted for 1 of 2, not known for 1"},
      {"judges nothing", counts(0), false, Standing::absent, "judges nothing that is here"},
      {"a word about nothing", counts(0), true, Standing::absent, "judges nothing that is here"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(standing_of(one.of, one.attested), one.is) << one.what;
    EXPECT_EQ(why_of(one.of, one.attested), one.why) << one.what;
  }
}

struct World {
  std::unique_ptr<store::Db> db;
  Threats threats;
  Reaches reaches;
  Content content;
  Detections detections;
  RiskScale scale;
  ResourceCatalogue catalogue;
  model::Model model;
  bool kept = false;
  StatusInput input;
  std::vector<Error> errors;

  World() {
    auto opened = store::Db::open_memory();
    if (!opened) ADD_FAILURE() << opened.error().text();
    db = std::move(*opened);
    ThreatRule rule;
    rule.id = "rule-a", rule.title = "it happens";
    rule.for_each = Candidates::type, rule.types = {"T::S::Function"};
    rule.risk = {4, 2, 4};
    rule.prevent = {"prevents"}, rule.detect = {"detects"}, rule.respond = {"responds"};
    threats.rules = {rule};
    reaches.of.resize(1);
    reaches.of[0].reach.resources = 1;
    Detection detection;
    detection.id = "detects";
    detections.all = {detection};
    for (const char* id : {"prevents", "responds", "keeps-logs", "other"}) {
      Control control;
      control.id = id;
      content.controls.push_back(control);
    }
    input.fed_by["detects"] = {"keeps-logs"};
    stands("prevents", counts(1)), stands("responds", counts(1)), stands("keeps-logs", counts(1));
  }
  void stands(const std::string& control, VerdictCounts of) {
    ControlStands is;
    is.counts = of;
    input.controls[control] = is;
  }
  State run() {
    input.threats = &threats, input.reaches = &reaches, input.content = &content, input.detections = &detections, input.scale = &scale, input.catalogue = &catalogue;
    input.model = kept ? &model : nullptr;
    if (!input.as_of.known()) input.as_of = *parse_time("2026-11-22");
    auto state = state_of(input, *db, errors);
    if (!state) return ADD_FAILURE() << state.error().text(), State();
    return std::move(*state);
  }
  const Bound& bound(const State& state, const std::string& id) {
    for (const Bound& one : state.threats.at(0).bound)
      if (one.id == id) return one;
    ADD_FAILURE() << id << " is not bound";
    return state.threats.at(0).bound.at(0);
  }
  std::vector<std::string> alarms(const State& state) {
    std::vector<std::string> out;
    for (const Alarm& one : state.alarms) out.emplace_back(name(one.kind));
    return out;
  }
};

TEST(Status, WithoutAModelARuleThatReachesSomethingIsAThreat) {
  World world;
  EXPECT_EQ(world.run().threats.size(), 1u);
  EXPECT_FALSE(world.run().has_model);
  world.reaches.of[0].reach = {};
  world.reaches.of[0].reach.unread = 1;
  EXPECT_TRUE(world.run().threats.empty());
  EXPECT_EQ(unread_of(world.run(), world.threats, world.reaches), 1u) << "and one that may is counted as not known";
}

TEST(Status, ADetectionIsWorthWhatItsLogsAreAndOnlyIfSomebodyRunsIt) {
  struct {
    const char* what;
    std::vector<VerdictCounts> logs;  // of the control that keeps them; none: nothing is known of it
    bool feeds, alerts;
    Standing is, fed;
  } cases[] = {
      {"kept, and run", {counts(1)}, true, true, Standing::effective, Standing::effective},
      {"kept, and nobody is known to run it", {counts(1)}, true, false, Standing::unknown, Standing::effective},
      {"kept in some places", {counts(1, 1)}, true, true, Standing::partial, Standing::partial},
      {"kept nowhere, whoever runs it", {counts(0, 1)}, true, false, Standing::failed, Standing::failed},
      {"not known whether they are", {counts(0, 0, 1)}, true, true, Standing::unknown, Standing::unknown},
      {"the control judges nothing here", {counts(0)}, true, true, Standing::unknown, Standing::absent},
      {"the control is not loaded", {}, true, true, Standing::unknown, Standing::unknown},
      {"no control shows it", {counts(1)}, false, true, Standing::unknown, Standing::unknown},
  };
  for (const auto& one : cases) {
    World world;
    if (one.logs.empty()) world.input.controls.erase("keeps-logs");
    else world.stands("keeps-logs", one.logs[0]);
    if (!one.feeds) world.input.fed_by.clear();
    world.input.alerts_given = one.alerts;
    const State state = world.run();
    EXPECT_EQ(world.bound(state, "detects").standing, one.is) << one.what;
    EXPECT_EQ(world.bound(state, "detects").fed, one.fed) << one.what;
    EXPECT_EQ(state.threats[0].detected, one.is) << one.what;
  }
}

TEST(Status, TheBestOfADutyCountsForTheThreat) {
  struct {
    Standing a, b, is;
  } cases[] = {
      {Standing::failed, Standing::effective, Standing::effective},  {Standing::partial, Standing::unknown, Standing::partial}, {Standing::failed, Standing::unknown, Standing::unknown},
      {Standing::effective, Standing::attested, Standing::effective}, {Standing::failed, Standing::absent, Standing::absent},
  };
  const auto made = [](Standing one) {
    switch (one) {
      case Standing::failed: return counts(0, 1);
      case Standing::partial: return counts(1, 1);
      case Standing::unknown: return counts(0, 0, 1);
      default: return one == Standing::absent ? counts(0) : counts(1);
    }
  };
  for (const auto& one : cases)
    for (const bool turned : {false, true}) {
      World world;
      world.threats.rules[0].prevent = {"prevents", "other"};
      for (const auto& [id, standing] : {std::pair{"prevents", turned ? one.b : one.a}, {"other", turned ? one.a : one.b}}) {
        world.stands(id, made(standing));
        world.input.controls[id].attested = standing == Standing::attested;
      }
      EXPECT_EQ(world.run().threats[0].prevented, one.is) << name(one.a) << " and " << name(one.b);
    }
}

TEST(Status, WhatIsBoundToNothingStandsForNothing) {
  World world;
  world.kept = true;
  model::Record& threat = world.model.sections["threats"].emplace_back();
  threat.fields["id"] = std::string("t1");
  threat.fields["statement"] = std::string("somebody does something");
  model::Record& mitigation = world.model.sections["mitigations"].emplace_back();
  mitigation.fields["id"] = std::string("m1");
  mitigation.fields["content"] = std::string("we are careful");
  model::Record& link = world.model.sections["mitigationLinks"].emplace_back();
  link.fields["mitigationId"] = std::string("m1");
  link.fields["linkedId"] = std::string("t1");
  const State state = world.run();
  ASSERT_EQ(state.threats.size(), 1u);
  ASSERT_EQ(state.threats[0].bound.size(), 1u);
  EXPECT_EQ(state.threats[0].bound[0].standing, Standing::absent);
  EXPECT_NE(state.threats[0].bound[0].why.find("we are careful"), std::string::npos);
  EXPECT_FALSE(state.threats[0].reach_known) << "nobody said what it can happen to";
  EXPECT_FALSE(state.threats[0].inherent) << "nor how grave it is";
}

TEST(Status, AThreatWhoseThingsAreGoneIsAnOrphanAndOneWhoseThingsWereNotReadIsNone) {
  struct {
    const char* what;
    uint64_t resources, unknown, unread;
    bool orphan;
  } cases[] = {{"there", 1, 0, 0, false}, {"may be", 0, 1, 0, false}, {"gone", 0, 0, 0, true}, {"not read", 0, 0, 1, false}};
  for (const auto& one : cases) {
    World world;
    world.kept = true;
    model::Record& threat = world.model.sections["threats"].emplace_back();
    threat.fields["id"] = threat_id("rule-a");
    threat.add_metadata(std::string(meta_rule), std::string("rule-a"));
    world.reaches.of[0].reach.resources = one.resources, world.reaches.of[0].reach.unknown = one.unknown, world.reaches.of[0].reach.unread = one.unread;
    const auto alarms = world.alarms(world.run());
    EXPECT_EQ(std::count(alarms.begin(), alarms.end(), "orphan-threat"), one.orphan ? 1 : 0) << one.what;
  }
}

TEST(Status, AGateFailsWhatIsAboveAppetiteWithNothingEffective) {
  struct {
    const char* what;
    bool accepted, closed;
    RiskWord is;
    Standing prevented, detected, responded;
    bool over;
  } cases[] = {
      {"nothing stands", false, false, RiskWord::high, Standing::failed, Standing::unknown, Standing::absent, true},
      {"partial is not effective", false, false, RiskWord::high, Standing::partial, Standing::partial, Standing::partial, true},
      {"unknown is not effective", false, false, RiskWord::high, Standing::unknown, Standing::unknown, Standing::unknown, true},
      {"a word counts", false, false, RiskWord::high, Standing::attested, Standing::failed, Standing::failed, false},
      {"a response counts", false, false, RiskWord::critical, Standing::failed, Standing::failed, Standing::effective, false},
      {"within appetite", false, false, RiskWord::medium, Standing::failed, Standing::failed, Standing::failed, false},
      {"accepted", true, false, RiskWord::high, Standing::failed, Standing::failed, Standing::failed, false},
      {"called none", false, true, RiskWord::high, Standing::failed, Standing::failed, Standing::failed, false},
  };
  for (const auto& one : cases) {
    State state;
    ThreatState& threat = state.threats.emplace_back();
    threat.inherent = one.is, threat.accepted = one.accepted, threat.closed = one.closed;
    threat.prevented = one.prevented, threat.detected = one.detected, threat.responded = one.responded;
    EXPECT_EQ(above(state, RiskWord::medium).size(), one.over ? 1u : 0u) << one.what;
  }
  State unsaid;
  unsaid.threats.emplace_back();
  EXPECT_EQ(above(unsaid, RiskWord::low).size(), 1u) << "nobody said how grave it is, so it may be as grave as any";
  EXPECT_EQ(above(unsaid, RiskWord::high).size(), 1u);
  EXPECT_TRUE(above(unsaid, RiskWord::critical).empty()) << "nothing is above critical";
  unsaid.threats[0].accepted = true;
  EXPECT_TRUE(above(unsaid, RiskWord::low).empty());
}

TEST(Status, AThreatIsRankedByPeoplesWordAndAnotherWordRanksNothing) {
  struct {
    const char *priority, *severity;
    std::optional<RiskWord> is;
  } cases[] = {{nullptr, nullptr, std::nullopt}, {"High", nullptr, RiskWord::high}, {"Medium", nullptr, RiskWord::medium}, {"Low", nullptr, RiskWord::low}, {"Urgent", nullptr, std::nullopt},
               {"High", "critical", RiskWord::critical}, {"Low", "critical", RiskWord::low}};
  for (const auto& one : cases) {
    World world;
    world.kept = true;
    model::Record& threat = world.model.sections["threats"].emplace_back();
    threat.fields["id"] = std::string("t1");
    if (one.priority) threat.add_metadata("Priority", std::string(one.priority));
    if (one.severity) threat.add_metadata(std::string(meta_severity), std::string(one.severity));
    EXPECT_EQ(world.run().threats[0].inherent, one.is) << (one.priority ? one.priority : "nothing") << (one.severity ? ", critical" : "");
  }
}

}  // namespace
}  // namespace reeve::threats
