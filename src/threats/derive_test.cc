// What a derivation makes of rules and reaches, and what it says of threats that are not derived any more. Over whole estates: tests/model_derive.py.
#include "threats/derive.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace reeve::threats {
namespace {

ThreatRule rule(std::string id, std::vector<std::string> prevent = {"control-a"}) {
  ThreatRule out;
  out.id = id;
  out.title = "title of " + id;
  out.source = "an intruder", out.action = "does it", out.impact = "harm";
  out.stride = "TI";
  out.for_each = Candidates::type;
  out.types = {"T::S::Function"};
  out.risk = {3, 3, 3};
  out.prevent = std::move(prevent);
  return out;
}

RuleReach reach(uint64_t resources, uint64_t unknown = 0, uint64_t unread = 0, bool known = true) {
  RuleReach out;
  out.reach.resources = resources, out.reach.unknown = unknown, out.reach.unread = unread;
  out.known = known;
  return out;
}

struct World {
  Threats threats;
  Reaches reaches;
  Content content;
  Detections detections;
  RiskScale scale;

  World() {
    threats.rules = {rule("rule-a"), rule("rule-b", {"control-a", "control-b"})};
    reaches.of = {reach(1), reach(1)};
  }
  Derived run(const model::Model& base = {}, const model::Model& current = {}) { return derive({threats, reaches, content, detections, scale, "the application", "what is there", "what leads where"}, base, current); }
};

std::vector<std::string> ids(const model::Model& model, const char* section) {
  std::vector<std::string> out;
  for (const model::Record& record : model.records(section)) out.emplace_back(record.text("id"));
  std::sort(out.begin(), out.end());
  return out;
}
std::vector<std::string> sorted(std::vector<std::string> all) {
  std::sort(all.begin(), all.end());
  return all;
}
model::Record& threat(model::Model& model, const std::string& rule) {
  for (model::Record& record : model.sections["threats"])
    if (record.text("id") == threat_id(rule)) return record;
  ADD_FAILURE() << "no threat of " << rule;
  return model.sections["threats"].front();
}
const Change* change(const Derived& derived, Change::Kind kind, const std::string& id = {}) {
  for (const Change& one : derived.changes)
    if (one.kind == kind && (id.empty() || one.id == id)) return &one;
  return nullptr;
}

TEST(Derive, AReachIsAThreatOrNoneOrNotKnown) {
  struct {
    const char* what;
    RuleReach of;
    bool there, open;
  } cases[] = {
      {"something that is meant", reach(1), true, false},
      {"something that may be meant", reach(0, 1), true, false},
      {"something, and more may be there", reach(1, 0, 1), true, false},
      {"nothing anywhere", reach(0), false, false},
      {"nothing where it was read, and not all was", reach(0, 0, 1), false, true},
      {"a condition that could not be asked", reach(0, 0, 0, false), false, true},
      {"one that could not, of which counts are left over", reach(4, 0, 0, false), false, true},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(found(one.of), one.there) << one.what;
    EXPECT_EQ(open(one.of), one.open) << one.what;
    World world;
    world.reaches.of[0] = one.of;
    const Derived derived = world.run();
    EXPECT_EQ(ids(derived.model, "threats").size(), one.there ? 2u : 1u) << one.what;
    EXPECT_EQ(derived.unread, one.open ? 1u : 0u) << one.what;
  }
}

TEST(Derive, MakesOneMitigationOfAControlWhateverTheNumberOfThreats) {
  World world;
  const Derived derived = world.run();
  EXPECT_EQ(derived.threats, 2u);
  EXPECT_EQ(ids(derived.model, "threats"), sorted({threat_id("rule-a"), threat_id("rule-b")}));
  EXPECT_EQ(ids(derived.model, "mitigations"), sorted({mitigation_id("control-a"), mitigation_id("control-b")}));
  EXPECT_EQ(derived.model.records("mitigationLinks").size(), 3u);
  EXPECT_EQ(derived.model.single("applicationInfo").text("name"), "the application");
  const Derived again = world.run(derived.base, derived.model);
  EXPECT_TRUE(again.changes.empty());
  EXPECT_TRUE(again.model == derived.model);
}

TEST(Derive, KeepsWhatPeopleWroteAndWhatTheyTookOut) {
  World world;
  const Derived first = world.run();
  model::Model current = first.model;
  threat(current, "rule-a").fields["statement"] = std::string("in our words");
  auto& threats = current.sections["threats"];
  std::erase_if(threats, [](const model::Record& record) { return record.text("id") == threat_id("rule-b"); });
  world.threats.rules[0].impact = "more harm";
  const Derived second = world.run(first.base, current);
  EXPECT_EQ(threat(const_cast<model::Model&>(second.model), "rule-a").text("statement"), "in our words");
  EXPECT_EQ(threat(const_cast<model::Model&>(second.model), "rule-a").text("threatImpact"), "more harm");
  EXPECT_EQ(ids(second.model, "threats"), std::vector<std::string>{threat_id("rule-a")});
  EXPECT_NE(change(second, Change::Kind::changed, threat_id("rule-a")), nullptr);
  // Taken out stays out, however often.
  EXPECT_EQ(ids(world.run(second.base, second.model).model, "threats"), std::vector<std::string>{threat_id("rule-a")});
}

TEST(Derive, AThreatThatIsNotDerivedAnyMoreStaysAndSaysWhy) {
  struct {
    const char* what;
    RuleReach now;
    Change::Kind kind;
    const char* says;
  } cases[] = {
      {"its things are gone", reach(0), Change::Kind::gone, "reaches nothing here"},
      {"they were not read", reach(0, 0, 2), Change::Kind::unknown, "2 accounts"},
      {"its condition could not be asked", reach(0, 0, 0, false), Change::Kind::unknown, ""},
  };
  for (const auto& one : cases) {
    World world;
    const Derived first = world.run();
    world.reaches.of[0] = one.now;
    const Derived second = world.run(first.base, first.model);
    EXPECT_EQ(ids(second.model, "threats"), ids(first.model, "threats")) << one.what;
    const Change* told = change(second, one.kind, threat_id("rule-a"));
    ASSERT_NE(told, nullptr) << one.what;
    EXPECT_NE(told->what.find(one.says), std::string::npos) << one.what << ": " << told->what;
    // And is as it was once they are there again.
    world.reaches.of[0] = reach(1);
    EXPECT_TRUE(world.run(second.base, second.model).model == first.model) << one.what;
  }
  World world;
  const Derived first = world.run();
  world.threats.rules.erase(world.threats.rules.begin());
  world.reaches.of.erase(world.reaches.of.begin());
  const Derived second = world.run(first.base, first.model);
  EXPECT_EQ(ids(second.model, "threats"), ids(first.model, "threats"));
  EXPECT_NE(change(second, Change::Kind::gone, threat_id("rule-a")), nullptr) << "its rule is gone";
}

TEST(Derive, CountsWhatMayBeThereBesidesTheThreatsOfAState) {
  World world;
  world.reaches.of = {reach(0, 0, 1), reach(0, 0, 1)};
  State state;
  EXPECT_EQ(unread_of(state, world.threats, world.reaches), 2u);
  ThreatState told;
  told.rule = &world.threats.rules[0];
  state.threats.push_back(told);
  EXPECT_EQ(unread_of(state, world.threats, world.reaches), 1u) << "one that stands in the state is told there";
  world.reaches.of[1] = reach(0);
  EXPECT_EQ(unread_of(state, world.threats, world.reaches), 0u);
}

}  // namespace
}  // namespace reeve::threats
