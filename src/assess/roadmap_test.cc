#include "assess/roadmap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace reeve {
namespace {

// A handful of controls, in a line each: id, phase, level, severity, minutes, counts, what it comes after.
class Plan {
 public:
  Plan& add(const std::string& id, int phase, int level, Severity severity, int minutes, VerdictCounts counts, std::vector<std::string> after = {},
            std::vector<std::string> causes = {}, const std::string& practice = "one", Judge judge = Judge::guard) {
    auto control = std::make_unique<Control>();
    control->id = id;
    control->practice = practice;
    control->phase = phase;
    control->level = level;
    control->severity = severity;
    control->effort_minutes = minutes;
    control->owner = "platform";
    control->after = std::move(after);
    control->judge = judge;
    inputs.push_back({control.get(), counts, {}, std::move(causes)});
    controls.push_back(std::move(control));
    std::sort(inputs.begin(), inputs.end(), [](auto& a, auto& b) { return a.control->id < b.control->id; });
    return *this;
  }
  std::vector<RoadmapItem> make(std::vector<std::string> practices = {"one"}) { return make_roadmap(inputs, practices, owners, summary); }
  std::string order(std::vector<std::string> practices = {"one"}) {
    std::string out;
    for (auto& item : make(practices)) out += (out.empty() ? "" : " ") + item.control;
    return out;
  }

  std::vector<std::unique_ptr<Control>> controls;
  std::vector<RoadmapInput> inputs;
  std::map<std::string, std::string> owners;
  RoadmapSummary summary;
};

VerdictCounts fails(uint64_t n, uint64_t pass = 0) { return {pass, n, 0, 0, 0}; }
VerdictCounts unknowns(uint64_t n, uint64_t pass = 0) { return {pass, 0, n, 0, 0}; }
VerdictCounts passes(uint64_t n) { return {n, 0, 0, 0, 0}; }

TEST(Roadmap, MostRiskForEffortFirstWithinAPhase) {
  Plan plan;
  plan.add("cheap", 1, 1, Severity::low, 15, fails(1))           // 1 point in 15 min
      .add("critical", 1, 1, Severity::critical, 30, fails(1))   // 8 in 30
      .add("early", 1, 1, Severity::low, 480, fails(1))          // 1 in 480
      .add("later", 2, 1, Severity::critical, 1, fails(100))     // a phase behind
      .add("mended", 1, 1, Severity::critical, 15, passes(3))
      .add("not-about-us", 1, 1, Severity::critical, 15, {});
  EXPECT_EQ(plan.order(), "critical cheap early later");
}

TEST(Roadmap, NothingBeforeWhatItNeeds) {
  Plan plan;
  plan.add("fruit", 1, 1, Severity::critical, 15, fails(4), {"trunk"})
      .add("root", 1, 1, Severity::low, 60, fails(1))
      .add("trunk", 1, 1, Severity::low, 60, fails(1), {"root"})
      .add("weed", 1, 1, Severity::high, 60, fails(1));
  // The chain removes 34 points in 135 min, the weed 4 in 60.
  EXPECT_EQ(plan.order(), "root trunk fruit weed");
  auto items = plan.make();
  EXPECT_EQ(items[2].after, std::vector<std::string>{"trunk"});
}

TEST(Roadmap, EffortOfAVeryLargeEstateIsCounted) {
  Plan plan;
  const int64_t forty_days = int64_t{40} * 8 * 60;
  plan.add("fruit", 1, 1, Severity::critical, 40 * 8 * 60, fails(1'000'000), {"root"})
      .add("root", 1, 1, Severity::low, 40 * 8 * 60, fails(1'000'000))
      .add("weed", 1, 1, Severity::low, 15, fails(1));
  EXPECT_EQ(plan.order(), "weed root fruit");
  auto items = plan.make();
  EXPECT_EQ(items[1].effort_minutes, forty_days * 1'000'000);
  EXPECT_EQ(items[2].minutes_so_far, 2 * forty_days * 1'000'000 + 15);
  EXPECT_FALSE(items[2].quick_win);
  EXPECT_EQ(plan.summary.effort_minutes, 2 * forty_days * 1'000'000 + 15);
}

TEST(Roadmap, WhatIsDoneHoldsNothingUp) {
  Plan plan;
  plan.add("fruit", 1, 1, Severity::critical, 15, fails(4), {"root"}).add("root", 1, 1, Severity::low, 60, passes(1));
  auto items = plan.make();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(items[0].after.empty());
}

TEST(Roadmap, WhatAnEarlyStepNeedsIsDoneAsEarly) {
  Plan plan;
  plan.add("early", 1, 1, Severity::high, 60, fails(1), {"late"}).add("late", 3, 1, Severity::low, 60, fails(1), {"latest"}).add("latest", 4, 1, Severity::low, 60, fails(1));
  auto items = plan.make();
  EXPECT_EQ(plan.order(), "latest late early");
  for (auto& item : items) EXPECT_EQ(item.phase, 1) << item.control;
}

TEST(Roadmap, ACallIsPaidForOnce) {
  Plan plan;
  plan.add("a", 1, 1, Severity::high, 480, unknowns(1), {}, {"iam:GetAccountSummary AccessDenied", "iam:GetAccountSummary not read"})
      .add("b", 1, 1, Severity::high, 480, unknowns(1), {}, {"iam:GetAccountSummary not read"})
      .add("c", 1, 1, Severity::low, 30, {1, 1, 2, 0, 0}, {}, {"s3:ListBuckets not read", "no resource tells its environment"})
      .add("d", 1, 1, Severity::low, 120, unknowns(1), {}, {"no resource tells its environment"})
      .add("e", 1, 1, Severity::low, 240, unknowns(1), {}, {"iam:NobodyAsked not read"}, "one", Judge::attested);
  struct Row {
    std::string control;
    StepKind kind;
    std::vector<std::string> reads, shared, causes;
    int minutes;
  };
  const std::vector<Row> expected = {
      {"a", StepKind::read, {"iam:GetAccountSummary"}, {}, {}, 15},
      {"b", StepKind::read, {}, {"iam:GetAccountSummary"}, {}, 0},
      {"c", StepKind::mend, {"s3:ListBuckets"}, {}, {"no resource tells its environment"}, 45},
      {"d", StepKind::find_out, {}, {}, {"no resource tells its environment"}, 120},
      {"e", StepKind::attest, {}, {}, {}, 240},
  };
  auto items = plan.make();
  ASSERT_EQ(items.size(), expected.size());
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].control, expected[i].control);
    EXPECT_EQ(items[i].kind, expected[i].kind) << items[i].control;
    EXPECT_EQ(items[i].reads, expected[i].reads) << items[i].control;
    EXPECT_EQ(items[i].shared_reads, expected[i].shared) << items[i].control;
    EXPECT_EQ(items[i].causes, expected[i].causes) << items[i].control;
    EXPECT_EQ(items[i].effort_minutes, expected[i].minutes) << items[i].control;
  }
}

TEST(Roadmap, WhatALaterPartJudgesIsNobodysStep) {
  Plan plan;
  plan.add("a", 1, 1, Severity::critical, 15, unknowns(1), {}, {"judged by reeve detect, which has not run"}).add("b", 4, 1, Severity::low, 480, fails(1), {"a"});
  plan.inputs[0].parts = {"detect"};
  auto items = plan.make();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].control, "b");  // waits for nothing that nobody can do
  EXPECT_TRUE(items[0].after.empty());
  EXPECT_EQ(items[0].level, 0);
  EXPECT_EQ(items[1].kind, StepKind::later);
  EXPECT_EQ(items[1].effort_minutes, 0);
  EXPECT_EQ(items[1].level, 1);
  EXPECT_EQ(plan.summary.steps, 1u);
  EXPECT_EQ(plan.summary.later, 1u);
  EXPECT_EQ(plan.summary.level, 0);
  EXPECT_EQ(plan.summary.held, std::vector<std::string>{"one"});
}

TEST(Roadmap, AnUnknownRemovesNoPoints) {
  Plan plan;
  plan.add("known", 1, 1, Severity::high, 15, {3, 1, 0, 0, 0}).add("not-known", 1, 1, Severity::high, 15, unknowns(2), {}, {"s3:ListBuckets not read"});
  auto items = plan.make();
  EXPECT_EQ(plan.summary.unknown_share, 0.25);  // one of four that were judged
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].control, "known");  // 4 points against a quarter of 8
  EXPECT_EQ(items[1].points, 0);
  EXPECT_EQ(items[1].points_in_doubt, 8);
  EXPECT_EQ(plan.summary.points, 4);
}

TEST(Roadmap, QuickWins) {
  struct Row {
    const char* what;
    Severity severity;
    int minutes;
    VerdictCounts counts;
    bool waits, quick;
  };
  const Row rows[] = {
      {"high, an hour", Severity::high, 60, fails(1), false, true},
      {"an hour and a minute", Severity::high, 61, fails(1), false, false},
      {"an hour for each of two", Severity::high, 60, fails(2), false, false},
      {"few points", Severity::medium, 15, fails(1), false, false},
      {"few points twice", Severity::medium, 15, fails(2), false, true},
      {"not known", Severity::critical, 15, unknowns(4), false, false},
      {"waits for another", Severity::critical, 15, fails(1), true, false},
  };
  for (auto& row : rows) {
    Plan plan;
    plan.add("one", 1, 1, row.severity, row.minutes, row.counts, row.waits ? std::vector<std::string>{"first"} : std::vector<std::string>{}, {"s3:ListBuckets not read"});
    plan.add("first", 1, 1, Severity::low, 480, fails(1));
    bool quick = false;
    for (auto& item : plan.make())
      if (item.control == "one") quick = item.quick_win;
    EXPECT_EQ(quick, row.quick) << row.what;
  }
}

TEST(Roadmap, WhereOneStandsAfterEachStep) {
  Plan plan;
  plan.add("a", 1, 1, Severity::critical, 15, fails(1, 1))
      .add("b", 2, 2, Severity::low, 15, unknowns(1), {}, {"s3:ListBuckets not read"})
      .add("c", 2, 3, Severity::low, 15, passes(1))
      .add("d", 4, 4, Severity::low, 15, fails(1), {}, {}, "two")
      .add("e", 1, 1, Severity::low, 15, passes(1), {}, {}, "two")
      .add("f", 1, 2, Severity::low, 15, passes(1), {}, {}, "two")
      .add("g", 1, 3, Severity::low, 15, passes(1), {}, {}, "two");
  plan.owners["platform"] = "j.okafor";
  auto items = plan.make({"one", "two"});
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].person, "j.okafor");
  // a: practice one at level 1; b: at level 3, so the organization too; d changes practice two alone, one has nothing at level 4.
  EXPECT_EQ((std::vector<int>{items[0].practice_level, items[1].practice_level, items[2].practice_level}), (std::vector<int>{1, 3, 4}));
  EXPECT_EQ((std::vector<int>{items[0].level, items[1].level, items[2].level}), (std::vector<int>{1, 3, 3}));
  EXPECT_DOUBLE_EQ(*items[0].score, 100.0 * 12 / 14);
  EXPECT_DOUBLE_EQ(*items[2].score, 100);
  EXPECT_EQ(plan.summary.held, std::vector<std::string>{"one"});
  EXPECT_EQ(plan.summary.phases[0].level, 1);
  EXPECT_EQ(plan.summary.phases[2].level, 3);  // no step of its own
  EXPECT_EQ(plan.summary.phases[0].controls, 4u);
  EXPECT_EQ(plan.summary.phases[0].passing, 3u);
  EXPECT_EQ(items[2].minutes_so_far, 45);
  EXPECT_EQ(items[2].points_so_far, 9);
  EXPECT_EQ(items[2].share_so_far, 1);
}

// Whatever the counts: every open control once, what is needed first, the score never falls, and after each step the level and score
// are what the rules say of the same counts with those controls mended.
TEST(Roadmap, HoldsOnAnyEstate) {
  std::mt19937 random(20261128);
  auto draw = [&](uint64_t below) { return static_cast<uint64_t>(random() % below); };
  const std::vector<std::string> practices = {"one", "three", "two"};
  for (int round = 0; round < 200; ++round) {
    Plan plan;
    const size_t count = 1 + draw(30);
    for (size_t i = 0; i < count; ++i) {
      std::string id = std::to_string(100 + i);
      VerdictCounts counts{draw(3), draw(3) * draw(2), draw(3) * draw(2), draw(2), draw(2)};
      std::vector<std::string> after;  // of greater or lesser number, but always the same way round: no circles
      for (size_t j = i + 1; j < count; ++j)
        if (draw(8) == 0) after.push_back(std::to_string(100 + j));
      plan.add(id, 1 + static_cast<int>(draw(4)), 1 + static_cast<int>(draw(4)), static_cast<Severity>(draw(5)), 15 * static_cast<int>(1 + draw(40)), counts, after,
               draw(2) ? std::vector<std::string>{"s3:Call" + std::to_string(draw(4)) + " not read"} : std::vector<std::string>{}, practices[draw(3)],
               draw(5) ? Judge::guard : Judge::attested);
    }
    auto items = plan.make(practices);
    std::vector<Standing> now;
    std::map<std::string, size_t> index;
    size_t open = 0;
    for (auto& input : plan.inputs) {
      index[input.control->id] = now.size();
      now.push_back(standing_of(*input.control, input.counts));
      open += input.counts.fail + input.counts.unknown > 0;
    }
    ASSERT_EQ(items.size(), open);
    double last = score(now).value_or(0);
    int last_level = 0, phase = 1;
    std::map<std::string, bool> done;
    for (auto& item : items) {
      ASSERT_FALSE(done[item.control]);
      for (auto& need : item.after) ASSERT_TRUE(done[need]) << item.control << " before " << need;
      for (auto& id : plan.inputs[index[item.control]].control->after) ASSERT_TRUE(done[id] || now[index[id]].counts.fail + now[index[id]].counts.unknown == 0);
      done[item.control] = true;
      ASSERT_GE(item.phase, phase);
      phase = item.phase;
      auto& counts = now[index[item.control]].counts;
      counts = {counts.pass + counts.fail + counts.unknown, 0, 0, counts.excepted, counts.not_applicable};
      std::vector<int> levels;
      for (auto& practice : practices) {
        std::vector<Standing> own;
        for (auto& one : now)
          if (one.practice == practice) own.push_back(one);
        levels.push_back(level_of(own));
        if (practice == item.practice) {
          ASSERT_EQ(item.practice_level, levels.back());
          ASSERT_EQ(item.practice_score, score(own));
        }
      }
      ASSERT_EQ(item.level, lowest_level(levels));
      ASSERT_EQ(item.score, score(now));
      ASSERT_GE(item.score.value_or(0) + 1e-9, last);
      ASSERT_GE(item.level, last_level);
      last = item.score.value_or(0);
      last_level = item.level;
    }
    EXPECT_EQ(plan.order(practices), plan.order(practices));
  }
}

}  // namespace
}  // namespace reeve
