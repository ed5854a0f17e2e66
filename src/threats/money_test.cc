// What threats cost, what to mend first, and the register of it, over states made by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "formats/json.h"
#include "threats/person.h"
#include "threats/portfolio.h"
#include "threats/register_out.h"

namespace reeve::threats {
namespace {

const Time day_one = *parse_time("2026-11-01"), day_two = *parse_time("2026-11-02");

Bound bound(std::string id, Standing standing, Duty duty = Duty::prevent, uint64_t pass = 0, uint64_t fail = 0, uint64_t unknown = 0) {
  Bound out;
  out.id = std::move(id);
  out.duty = duty;
  out.standing = standing;
  out.verdicts.pass = pass, out.verdicts.fail = fail, out.verdicts.unknown = unknown;
  return out;
}

Control control(std::string id, Severity severity, int minutes, std::vector<std::string> after = {}) {
  Control out;
  out.id = std::move(id);
  out.severity = severity;
  out.effort_minutes = minutes;
  out.after = std::move(after);
  return out;
}

// Records live as long as the model.
struct World {
  Content content;
  RiskScale scale = load_risk_scale({});
  model::Model model;
  State state;
  std::vector<std::vector<Bound>> bounds;

  World() {
    content.controls = {control("a-critical", Severity::critical, 30), control("b-high", Severity::high, 60), control("c-low", Severity::low, 10), control("d-medium", Severity::medium, 480, {"e-first"}), control("e-first", Severity::informational, 60)};
  }
  ThreatState& threat(std::string id, int frequency, int capability, int loss, std::vector<Bound> bounds_of) {
    ThreatState out;
    out.id = std::move(id);
    out.title = "threat " + out.id;
    out.risk = {frequency, capability, loss};
    out.reach_known = true;
    out.reach.resources = 3;
    out.bound = std::move(bounds_of);
    state.threats.push_back(std::move(out));
    return state.threats.back();
  }
  // To be called when all threats are there.
  void record(size_t at, model::Metadata metadata, std::string status = {}) {
    auto& records = model.sections["threats"];
    records.reserve(100);
    model::Record record;
    record.fields["id"] = state.threats[at].id;
    if (!metadata.empty()) record.fields["metadata"] = std::move(metadata);
    if (!status.empty()) record.fields["status"] = std::move(status);
    records.push_back(std::move(record));
    state.threats[at].record = &records.back();
  }
  Money money(int64_t simulations = 2000, size_t workers = 2) const { return quantify(state, scale, content, {.simulations = simulations, .seed = 1, .workers = workers}); }
};

TEST(Money, WhatFailsCostsAsIfItWereNotThereAndWhatStandsTakesMostAway) {
  double means[6];
  for (int standing = 0; standing < 6; ++standing) {
    World world;
    world.threat("t", 4, 3, 4, {bound("a-critical", static_cast<Standing>(standing), Duty::prevent, 3, 1)});
    const Money money = world.money();
    ASSERT_TRUE(money.threats[0].quantified) << money.threats[0].why_not;
    means[standing] = money.threats[0].residual.mean;
    if (standing == static_cast<int>(Standing::failed) || standing == static_cast<int>(Standing::absent)) EXPECT_EQ(money.threats[0].residual.mean, money.threats[0].inherent.mean);
    else EXPECT_LT(money.threats[0].residual.mean, money.threats[0].inherent.mean);
  }
  const auto of = [&](Standing standing) { return means[static_cast<int>(standing)]; };
  EXPECT_LT(of(Standing::effective), of(Standing::attested));
  EXPECT_LT(of(Standing::attested), of(Standing::unknown)) << "somebody's word is worth more than nobody's";
  EXPECT_LT(of(Standing::unknown), of(Standing::failed)) << "not known is something between";
  EXPECT_LT(of(Standing::effective), of(Standing::partial));
}

TEST(Money, OfAPartialControlStandsTheShareForWhichItHolds) {
  const World world;
  const Estimate half = factor_of(bound("x", Standing::partial, Duty::prevent, 5, 5), world.scale);
  EXPECT_DOUBLE_EQ(half.high, 0.5);
  EXPECT_LE(half.low, half.mode);
  const Estimate not_all_known = factor_of(bound("x", Standing::partial, Duty::prevent, 5, 2, 3), world.scale);
  EXPECT_DOUBLE_EQ(not_all_known.high, 0.8) << "what was not read may hold";
  EXPECT_DOUBLE_EQ(not_all_known.mode, half.mode) << "and is not taken to";
  EXPECT_EQ(factor_of(bound("x", Standing::partial), world.scale).low, 0);
  EXPECT_EQ(standing_text(bound("x", Standing::partial, Duty::prevent, 5, 2, 3)), "partial 5/10");
}

TEST(Money, AThreatsOwnEstimatesComeBeforeItsClasses) {
  World world;
  world.threat("own", 1, 1, 1, {});
  world.threat("wrong", 1, 1, 1, {});
  world.threat("nobody", 0, 0, 0, {});
  world.threat("people", 0, 0, 0, {});
  world.record(0, {{"custom:reeve-frequency", "2"}, {"custom:reeve-loss", "1000/1000/1000"}});
  world.record(1, {{"custom:reeve-loss", "9/1/2"}});
  world.record(2, {});
  world.record(3, {{"custom:reeve-frequency", "1/2/3"}, {"custom:reeve-capability", "10/20/30"}, {"custom:reeve-loss", "5"}});
  const Money money = world.money();
  EXPECT_DOUBLE_EQ(money.threats[0].inherent.mean, 2000);
  EXPECT_TRUE(money.threats[0].own_loss);
  EXPECT_FALSE(money.threats[0].own_capability);
  ASSERT_EQ(money.errors.size(), 1u);
  EXPECT_NE(money.errors[0].text().find("`wrong`: custom:reeve-loss is `9/1/2`"), std::string::npos) << money.errors[0].text();
  EXPECT_TRUE(money.threats[1].quantified) << "its class counts";
  EXPECT_FALSE(money.threats[2].quantified) << "unknown is not nought";
  EXPECT_EQ(money.threats[2].why_not, "nobody said how often, how able or how costly");
  EXPECT_TRUE(money.threats[3].quantified);
}

TEST(Money, WhatIsNotHereCostsNothingAndWhatWasNotReadIsReckoned) {
  World world;
  world.threat("gone", 3, 3, 3, {}).reach = {};
  ThreatState& unread = world.threat("unread", 3, 3, 3, {});
  unread.reach = {};
  unread.reach.unread = 1;
  world.threat("dismissed", 3, 3, 3, {});
  world.record(2, {}, "threatResolvedNotUseful");
  const Money money = world.money();
  EXPECT_FALSE(money.threats[0].quantified);
  EXPECT_TRUE(money.threats[1].quantified);
  EXPECT_FALSE(money.threats[2].quantified);
  EXPECT_EQ(money.total.mean > 0, true);
}

TEST(Money, LeversSayWhatMendingSaves) {
  World world;
  world.threat("t", 4, 3, 4, {bound("a-critical", Standing::failed, Duty::prevent, 0, 4), bound("c-low", Standing::failed, Duty::prevent, 0, 1), bound("b-high", Standing::effective, Duty::prevent, 1)});
  const Money money = world.money();
  const ThreatMoney& one = money.threats[0];
  ASSERT_EQ(one.levers.size(), 2u) << "what stands is no lever";
  EXPECT_EQ(world.state.threats[0].bound[one.levers[0].bound].id, "a-critical");
  EXPECT_GT(one.levers[0].saved, one.levers[1].saved);
  World mended = world;
  mended.state.threats[0].bound[0].standing = Standing::effective;
  EXPECT_NEAR(mended.money().threats[0].residual.mean, one.levers[0].mean, 1e-6 * one.levers[0].mean) << "before and after share their draws";
}

TEST(Money, WhatIsNotThereHasNeitherStrengthNorLever) {
  World world;
  // A mitigation that names no control, an id that nothing loaded has, a control that judges nothing here; one that some word of a scale would give a strength.
  world.threat("t", 4, 3, 4, {bound("6f1c2f1a-0000-4000-8000-000000000001", Standing::absent), bound("no-such-control", Standing::unknown), bound("a-critical", Standing::absent), bound("b-high", Standing::failed, Duty::prevent, 0, 1)});
  world.scale.standing["absent"] = {0.9, 0.9, 0.9};
  const Money money = world.money();
  const ThreatMoney& one = money.threats[0];
  EXPECT_EQ(one.residual.mean, one.inherent.mean);
  ASSERT_EQ(one.levers.size(), 1u);
  EXPECT_EQ(world.state.threats[0].bound[one.levers[0].bound].id, "b-high");
  EXPECT_TRUE(money.controls_of("no-such-control").empty());
  const Plan plan = plan_of(money, world.state, world.scale, world.content, 0);
  ASSERT_EQ(plan.picks.size(), 1u);
  EXPECT_EQ(plan.picks[0].control, "b-high");
}

TEST(Money, SaysTheSameOnAnyNumberOfThreads) {
  World world;
  for (int i = 0; i < 30; ++i) world.threat("t" + std::to_string(i), 1 + i % 5, 1 + i % 4, 1 + i % 5, {bound(i % 2 ? "a-critical" : "b-high", static_cast<Standing>(i % 6), Duty::prevent, 2, 1)});
  const Money one = world.money(1000, 1);
  for (size_t workers = 2; workers <= 8; ++workers) {
    const Money other = world.money(1000, workers);
    EXPECT_EQ(other.total.p95, one.total.p95);
    for (size_t i = 0; i < 30; ++i) EXPECT_EQ(other.threats[i].residual.p90, one.threats[i].residual.p90);
  }
}

TEST(Budget, IsReadAndTold) {
  EXPECT_EQ(parse_budget("10d"), 4800u);
  EXPECT_EQ(parse_budget("1 day"), 480u);
  EXPECT_EQ(parse_budget("4 h"), 240u);
  EXPECT_EQ(parse_budget("1.5h"), 90u);
  EXPECT_EQ(parse_budget("90min"), 90u);
  for (const char* wrong : {"", "0d", "-1d", "10", "ten days", "10 weeks", "1e99d", "1d 4h"}) EXPECT_FALSE(parse_budget(wrong)) << wrong;
  EXPECT_EQ(effort_text(480 * 3 + 240), "3 days 4 h");
  EXPECT_EQ(effort_text(15), "15 min");
}

TEST(Plan, TakesWhatSavesMostForItsEffortAndReckonsAnew) {
  World world;
  const auto twins = [](Standing standing) { return std::vector<Bound>{bound("a-critical", standing, Duty::prevent, 0, 10), bound("b-high", standing, Duty::prevent, 0, 1)}; };
  world.threat("t", 4, 3, 4, twins(Standing::failed));
  world.threat("u", 1, 1, 1, {bound("c-low", Standing::failed, Duty::prevent, 0, 1)});
  const Money money = world.money();
  const Plan plan = plan_of(money, world.state, world.scale, world.content, 0);
  ASSERT_EQ(plan.picks.size(), 3u);
  EXPECT_EQ(plan.picks[0].control, "b-high") << "an hour, against five for the stronger one";
  EXPECT_EQ(plan.picks[0].minutes, 60u);
  EXPECT_EQ(plan.picks[0].saved, plan.picks[0].alone);
  const Pick& second = plan.picks[1].control == "a-critical" ? plan.picks[1] : plan.picks[2];
  EXPECT_LT(second.saved, 0.6 * second.alone) << "two in one way do not save twice";
  EXPECT_NE(second.why.find("is saved already"), std::string::npos) << second.why;
  double saved = 0;
  for (const Pick& pick : plan.picks) saved += pick.saved;
  EXPECT_NEAR(plan.before - saved, plan.after, 1e-6 * plan.before);
  World mended = world;
  for (ThreatState& threat : mended.state.threats)
    for (Bound& one : threat.bound) one.standing = Standing::effective;
  const Money after = mended.money();
  EXPECT_NEAR(plan.after, after.threats[0].residual.mean + after.threats[1].residual.mean, 1e-6 * plan.after);
}

TEST(Plan, WhatIsExceptedIsWorkToo) {
  World world;
  Bound excepted = bound("a-critical", Standing::partial, Duty::prevent, 3, 1);
  excepted.verdicts.excepted = 4;
  world.threat("t", 4, 3, 4, {excepted});
  const Plan plan = plan_of(world.money(), world.state, world.scale, world.content, 0);
  ASSERT_EQ(plan.picks.size(), 1u);
  EXPECT_EQ(plan.picks[0].resources, 5u) << "it saves as if it held for them";
  EXPECT_EQ(plan.picks[0].minutes, 150u);
}

// Two threats that only detections stand against, and those have no events since nothing keeps the logs.
struct Blind : World {
  Feeds feeds;
  Blind() {
    const auto detection = [](std::string id, Standing standing) {
      Bound out = bound(std::move(id), standing, Duty::detect);
      out.detection = true;
      return out;
    };
    threat("t", 4, 3, 4, {detection("rule-one", Standing::failed), detection("rule-alone", Standing::unknown)});
    threat("u", 4, 3, 4, {detection("rule-one", Standing::failed), detection("rule-two", Standing::failed)});
    feeds.of = {{"rule-one", {"b-high"}}, {"rule-two", {"a-critical", "b-high"}}, {"rule-alone", {}}};
    feeds.run = true;
    feeds.controls["a-critical"].standing = Standing::effective;
    feeds.controls["b-high"] = {Standing::failed, {.fail = 2}};
  }
  Money money() const { return quantify(state, scale, content, {.simulations = 2000, .seed = 1, .workers = 2, .feeds = feeds}); }
};

TEST(Plan, PromisesNothingOfDetectionsThatNobodyIsKnownToRun) {
  Blind world;
  world.feeds.run = false;
  const Money money = world.money();
  Blind mended = world;  // as the next run would see it: the logs are kept, and no alerts were given
  for (ThreatState& threat : mended.state.threats)
    for (Bound& one : threat.bound)
      if (one.id != "rule-alone") one.standing = Standing::unknown, one.fed = Standing::effective;
  const Money after = mended.money();
  const Plan plan = plan_of(money, world.state, world.scale, world.content, 0);
  ASSERT_FALSE(plan.picks.empty());
  EXPECT_EQ(plan.picks[0].control, "b-high");
  // Near it: what will be unknown is reckoned by its middle.
  EXPECT_NEAR(plan.picks[0].saved, money.total.mean - after.total.mean, 0.15 * (money.total.mean - after.total.mean));
  mended.feeds.controls["b-high"].standing = Standing::effective;
  for (const Pick& pick : plan_of(mended.money(), mended.state, mended.scale, mended.content, 0).picks) EXPECT_EQ(pick.control, "rule-alone") << pick.control << " has its logs: running it is no repair of its own";
}

TEST(Plan, MendsWhatFeedsDetectionsAndNotTheDetections) {
  Blind world;
  const Money money = world.money();
  Blind mended = world;
  for (ThreatState& threat : mended.state.threats)
    for (Bound& one : threat.bound)
      if (one.id != "rule-alone") one.standing = Standing::effective;
  const double all = money.total.mean - mended.money().total.mean;
  const Plan plan = plan_of(money, world.state, world.scale, world.content, 0);
  ASSERT_FALSE(plan.picks.empty());
  EXPECT_EQ(plan.picks[0].control, "b-high") << "which is bound to no threat itself";
  EXPECT_FALSE(plan.picks[0].detection);
  EXPECT_EQ(plan.picks[0].minutes, 120u) << "an hour for each of two accounts";
  EXPECT_NEAR(plan.picks[0].saved, all, 1e-3 * all);
  for (const Pick& pick : plan.picks) EXPECT_TRUE(pick.control == "b-high" || pick.control == "rule-alone") << pick.control << " would find nothing: it gets no events";
  ASSERT_FALSE(money.threats[1].levers.empty());
  EXPECT_EQ(money.threats[1].levers[0].control, "b-high");
  EXPECT_EQ(money.threats[1].levers.size(), 1u);
  // Where something else that feeds a detection is not known, mending one makes it as good as the other.
  world.feeds.controls["a-critical"].standing = Standing::unknown;
  const Plan partly = plan_of(world.money(), world.state, world.scale, world.content, 0);
  EXPECT_EQ(partly.picks[0].control, "b-high");
  EXPECT_LE(partly.picks[0].saved, plan.picks[0].saved);
}

TEST(Plan, MendsOnlyWhatIsKnownToFail) {
  World world;
  world.threat("t", 4, 3, 4, {bound("a-critical", Standing::partial, Duty::prevent, 3, 1, 6), bound("b-high", Standing::unknown, Duty::prevent, 0, 0, 5)});
  const Plan plan = plan_of(world.money(), world.state, world.scale, world.content, 0);
  ASSERT_EQ(plan.picks.size(), 1u);
  EXPECT_EQ(plan.picks[0].control, "a-critical");
  EXPECT_EQ(plan.picks[0].resources, 1u);
  EXPECT_EQ(plan.picks[0].minutes, 30u) << "one resource's work";
  EXPECT_EQ(plan.picks[0].unknown, 6u);
  EXPECT_NE(plan.picks[0].why.find("not known for 6 more"), std::string::npos) << plan.picks[0].why;
  EXPECT_EQ(plan.not_known, 1u) << "of the other nothing is known to fail";
  World mended = world;
  mended.state.threats[0].bound[0].verdicts = bound("", Standing::partial, Duty::prevent, 4, 0, 6).verdicts;
  EXPECT_NEAR(plan.after, mended.money().total.mean, 0.05 * plan.after) << "what is not known stays as it is";
  mended.state.threats[0].bound[0].standing = Standing::effective;
  EXPECT_GT(plan.after, 1.2 * mended.money().total.mean);
  Blind blind;
  const double wholly = plan_of(blind.money(), blind.state, blind.scale, blind.content, 0).picks.at(0).saved;
  blind.feeds.controls["b-high"].verdicts.unknown = 3;
  const Plan half = plan_of(blind.money(), blind.state, blind.scale, blind.content, 0);
  EXPECT_LT(half.picks.at(0).saved, 0.9 * wholly) << "logs that may be missing elsewhere feed nobody for certain";
  EXPECT_EQ(half.picks.at(0).resources, 2u);
}

TEST(Plan, SeesWhatOnlyTwoFeedersTogetherSave) {
  Blind world;
  world.feeds.of = {{"rule-one", {"a-critical", "b-high"}}, {"rule-two", {"a-critical", "b-high"}}, {"rule-alone", {}}};
  world.feeds.controls["a-critical"] = {Standing::failed, {.fail = 1}};
  const Plan plan = plan_of(world.money(), world.state, world.scale, world.content, 0);
  ASSERT_EQ(plan.picks.size(), 2u);
  EXPECT_EQ(plan.picks[0].alone + plan.picks[1].alone, 0) << "neither saves anything alone";
  EXPECT_GT(plan.picks[1].saved, 0.01 * plan.before);
  for (const Pick& pick : plan.picks) {
    EXPECT_EQ(pick.together, "rule-one");
    EXPECT_EQ(pick.companions, std::vector<std::string>{pick.control == "b-high" ? "a-critical" : "b-high"});
    EXPECT_NE(pick.why.find("together they save"), std::string::npos) << pick.why;
  }
  EXPECT_NEAR(plan.before - plan.picks[0].saved - plan.picks[1].saved, plan.after, 1e-6 * plan.before);
  const Plan poor = plan_of(world.money(), world.state, world.scale, world.content, 60);
  EXPECT_TRUE(poor.picks.empty()) << "half of it is worth nothing";
  ASSERT_EQ(poor.beyond.size(), 1u);
  EXPECT_EQ(poor.beyond[0].minutes, 150u);
  EXPECT_EQ(poor.beyond[0].companions.size(), 1u);
}

TEST(Plan, KeepsToItsBudgetAndNamesWhatIsBeyond) {
  World world;
  world.threat("t", 4, 3, 4, {bound("a-critical", Standing::failed, Duty::prevent, 0, 10), bound("c-low", Standing::failed, Duty::prevent, 0, 2)});
  const Money money = world.money();
  const Plan plan = plan_of(money, world.state, world.scale, world.content, 60);
  ASSERT_EQ(plan.picks.size(), 1u);
  EXPECT_EQ(plan.picks[0].control, "c-low");
  EXPECT_LE(plan.minutes, 60u);
  ASSERT_EQ(plan.beyond.size(), 1u);
  EXPECT_EQ(plan.beyond[0].control, "a-critical");
  EXPECT_EQ(plan.beyond[0].minutes, 300u);
}

TEST(Plan, TakesWithAControlWhatItHasToWaitFor) {
  World world;
  world.threat("t", 4, 2, 4, {bound("d-medium", Standing::failed, Duty::prevent, 0, 1), bound("e-first", Standing::failed, Duty::prevent, 0, 1)});
  const Plan plan = plan_of(world.money(), world.state, world.scale, world.content, 0);
  ASSERT_EQ(plan.picks.size(), 2u);
  EXPECT_EQ(plan.picks[0].control, "e-first");
  EXPECT_EQ(plan.picks[1].control, "d-medium");
  const Plan small = plan_of(world.money(), world.state, world.scale, world.content, 500);
  for (const Pick& pick : small.picks) EXPECT_NE(pick.control, "d-medium") << "an hour more is needed for what comes first";
}

Register registered(World& world, History& history, Time as_of) {
  const Money money = world.money();
  return register_of(world.state, money, world.scale, history, as_of);
}

TEST(Register, SaysWhichControlChangedANumber) {
  World world;
  world.threat("t", 4, 3, 4, {bound("a-critical", Standing::effective, Duty::prevent, 4)});
  world.threat("u", 3, 3, 3, {});
  History history;
  Register all = registered(world, history, day_one);
  EXPECT_EQ(all.entries[0].trend, "new");
  EXPECT_EQ(all.entries[0].first_seen, day_one);
  world.state.threats[0].bound[0] = bound("a-critical", Standing::partial, Duty::prevent, 3, 1);
  all = registered(world, history, day_two);
  EXPECT_EQ(all.entries[0].trend, "up");
  EXPECT_EQ(all.entries[0].why, "`a-critical` was effective and is partial 3/4");
  EXPECT_EQ(all.entries[0].changed, day_two);
  EXPECT_EQ(all.entries[0].first_seen, day_one);
  EXPECT_EQ(all.entries[1].changed, day_one) << "nothing happened to it";
  const auto again = read_history(history_text(history), "risks.json");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(history_text(*again), history_text(history));
  // A run of an earlier day changes nothing.
  const std::string before = history_text(history);
  world.state.threats[0].bound[0] = bound("a-critical", Standing::failed);
  registered(world, history, day_one);
  EXPECT_EQ(history_text(history), before);
  EXPECT_FALSE(read_history("{\"version\": 2}", "risks.json"));
}

TEST(Register, AnAcceptanceHoldsUntilItsEndAndNobodyGrantsTheirOwn) {
  const model::Metadata good = {{"custom:reeve-treatment", "accept"}, {"custom:reeve-requester", "Ada"}, {"custom:reeve-approver", "Grace"}, {"custom:reeve-accept-until", "2026-11-02"}};
  World world;
  world.threat("t", 4, 3, 4, {});
  world.record(0, good);
  History history;
  EXPECT_EQ(registered(world, history, day_one).entries[0].state, RiskState::accepted);
  const Register after = registered(world, history, day_two);
  EXPECT_EQ(after.entries[0].state, RiskState::reopened) << "until the day, not through it";
  model::Metadata own = good;
  own[2].value = " ADA ";
  World other;
  other.threat("t", 4, 3, 4, {});
  other.record(0, own);
  const Register refused = registered(other, history, day_one);
  EXPECT_EQ(refused.entries[0].state, RiskState::refused);
  ASSERT_EQ(refused.errors.size(), 1u);
  EXPECT_NE(refused.errors[0].text().find("one person"), std::string::npos);
}

TEST(Register, AnAcceptanceEndsBeItReckonedOrNot) {
  World world;
  world.threat("nobody", 0, 0, 0, {});
  world.record(0, {{"custom:reeve-treatment", "accept"}, {"custom:reeve-requester", "Ada"}, {"custom:reeve-approver", "Grace"}, {"custom:reeve-accept-until", "2026-11-02"}});
  History history;
  EXPECT_EQ(registered(world, history, day_one).entries[0].state, RiskState::accepted);
  EXPECT_EQ(registered(world, history, day_two).entries[0].state, RiskState::reopened);
}

TEST(Register, ACauseThatMovedNoNumberIsNamedWithTheNextThatDoes) {
  World world;
  world.threat("t", 4, 3, 4, {bound("a-critical", Standing::effective, Duty::prevent, 4)});
  world.record(0, {{"custom:reeve-loss", "1000000/1000000/1000000"}});
  History history;
  registered(world, history, day_one);
  auto* metadata = std::get_if<model::Metadata>(&world.model.sections["threats"][0].fields["metadata"]);
  (*metadata)[0].value = "1001000/1001000/1001000";  // a thousandth more: no step
  EXPECT_EQ(registered(world, history, day_two).entries[0].changed, day_one);
  (*metadata)[0].value = "1001000/1001000/1001000";
  world.state.threats[0].bound[0] = bound("a-critical", Standing::failed, Duty::prevent, 0, 4);
  const Register after = registered(world, history, *parse_time("2026-11-03"));
  EXPECT_NE(after.entries[0].why.find("its estimates changed"), std::string::npos) << after.entries[0].why;
}

TEST(Register, ItsTotalsAreThoseOfItsRows) {
  World world;
  world.threat("t", 4, 3, 4, {});
  world.threat("of-a-rule", 4, 3, 4, {});
  world.record(0, {});
  world.state.has_model = true;
  History history;
  const Money money = world.money();
  const Register all = register_of(world.state, money, world.scale, history, day_one);
  double sum = 0;
  for (const RegisterEntry& entry : all.entries) sum += money.threats[entry.at].residual.mean;
  EXPECT_NEAR(sum, money.total.mean, 1e-6 * sum);
}

TEST(Register, AWhatIfLeavesTheHistory) {
  World world;
  world.threat("t", 4, 3, 4, {bound("a-critical", Standing::effective, Duty::prevent, 4)});
  History history;
  EXPECT_TRUE(simulated_alike(history, 500, 7)) << "the first may be of any";
  registered(world, history, day_one);
  EXPECT_TRUE(simulated_alike(history, 2000, 1));
  EXPECT_FALSE(simulated_alike(history, 10, 7));
  EXPECT_TRUE(simulated_alike(history, 10'000, 1)) << "the default always";
  history.simulations = 0;
  EXPECT_FALSE(simulated_alike(history, 2000, 1)) << "of a history that does not say it, only the default is";
  const std::string before = history_text(history);
  world.state.threats[0].bound[0] = bound("a-critical", Standing::failed, Duty::prevent, 0, 4);
  const Money money = world.money();
  const Register all = register_of(world.state, money, world.scale, history, day_two, false);
  EXPECT_EQ(history_text(history), before);
  EXPECT_EQ(all.entries[0].first_seen, day_one);
}

TEST(Person, IsTheSameWhateverTheCaseAndTheBlanks) {
  for (const auto& [a, b] : {std::pair{"Ada Lovelace", " ada  lovelace\t"}, {"Ada Lovelace", "Ada\xC2\xA0" "Lovelace"}, {"Ada Lovelace", "Ada\xE2\x80\xAFLOVELACE"}, {"Zoe", "Zo\xE2\x80\x8B" "e"}, {"J\xC3\xBCrgen", "J\xC3\x9CRGEN"},
                             {"\xC5\x81ukasz", "\xC5\x82ukasz"}, {"\xC5\xBDi\xC5\xBEka", "\xC5\xBEi\xC5\xBDKA"}, {"\xCE\x91\xCE\xBB\xCE\xAD\xCE\xBE\xCE\xB7\xCF\x82", "\xCE\xB1\xCE\x9B\xCE\x88\xCE\x9E\xCE\x97\xCE\xA3"},
                             {"\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD", "\xD0\xB8\xD0\x92\xD0\x90\xD0\x9D"}, {"\xD0\x81", "\xD1\x91"}})
    EXPECT_TRUE(same_person(a, b)) << a << " " << b;
  for (const auto& [a, b] : {std::pair{"", ""}, {" ", "\xC2\xA0"}, {"Ada", "Grace"}, {"Ada Lovelace", "AdaLovelace"}, {"\xFF", "\xFE"}, {"\xC3\x97", "\xC3\xB7"}, {"Ad\xC3\xA1", "Ada"}}) EXPECT_FALSE(same_person(a, b)) << a << " " << b;
}

TEST(Register, WhatIsNotDoneInTimeIsOverdue) {
  World world;
  world.threat("t", 5, 4, 5, {});
  History history;
  const Register first = registered(world, history, day_one);
  EXPECT_EQ(first.entries[0].due.ms - day_one.ms, int64_t{14} * 86'400'000) << "critical: two weeks";
  EXPECT_FALSE(first.entries[0].overdue);
  EXPECT_TRUE(registered(world, history, *parse_time("2026-11-15")).entries[0].overdue);
  world.record(0, {{"custom:reeve-due", "2027-01-01"}});
  const Register decided = registered(world, history, *parse_time("2026-11-16"));
  EXPECT_FALSE(decided.entries[0].overdue);
  EXPECT_TRUE(decided.entries[0].due_decided);
}

TEST(Register, DecisionsGoOutAndComeBackWithoutLoss) {
  World world;
  for (const char* id : {"t", "u", "v"}) world.threat(id, 3, 3, 3, {bound("a-critical", Standing::failed)});
  const model::Metadata hard = {{"custom:others", "kept"}, {"custom:reeve-decision", "=1+1, \"quoted\" and 'so' on"}, {"custom:reeve-owner", "'=cmd"}, {"custom:reeve-ticket", "'"}, {"custom:reeve-service", "two\nlines\tand a tab"},
                                {"custom:reeve-treatment", "reduce"}, {"custom:reeve-due", "2027-02-01"}};
  world.record(0, hard);
  world.record(1, {{"custom:reeve-owner", "<b>& @SUM \xC3\xA9"}});
  world.record(2, {});
  History history;
  const Money money = world.money();
  const Register all = register_of(world.state, money, world.scale, history, day_one);
  const RegisterText text{world.state, money, all, "Example & Sons", "1"};
  for (const std::string& out : {register_csv(text), register_poam(text)}) {
    model::Model back = world.model;
    auto read = read_decisions(out, "file");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_TRUE(read->errors.empty()) << read->errors[0].text();
    EXPECT_TRUE(read->notes.empty()) << read->notes[0].text();
    EXPECT_EQ(read->decided.size(), 3u);
    const Taken taken = take(back, read->decided);
    EXPECT_TRUE(taken.errors.empty()) << taken.errors[0].text();
    EXPECT_EQ(taken.fields, 0u) << out;
    EXPECT_TRUE(back == world.model) << "what comes back unchanged changes nothing";
    // Into a model that has none of it.
    model::Model empty = world.model;
    for (model::Record& record : empty.sections["threats"]) record.fields.erase("metadata");
    EXPECT_EQ(take(empty, read->decided).errors.size(), 2u) << "decided otherwise since";
    for (Decided& one : read->decided) one.as_decided.clear();
    EXPECT_EQ(take(empty, read->decided).threats, 2u);
    EXPECT_EQ(empty.records("threats")[0].meta_text("custom:reeve-decision"), "=1+1, \"quoted\" and 'so' on");
    EXPECT_EQ(empty.records("threats")[0].meta_text("custom:reeve-owner"), "'=cmd");
    EXPECT_EQ(empty.records("threats")[0].meta_text("custom:reeve-ticket"), "'");
    EXPECT_EQ(empty.records("threats")[1].meta_text("custom:reeve-owner"), "<b>& @SUM \xC3\xA9");
  }
  const std::string csv = register_csv(text);
  EXPECT_NE(csv.find("'=1+1, "), std::string::npos) << csv;
  EXPECT_NE(csv.find(",''=cmd,"), std::string::npos) << csv;
  for (const char* formula : {",=1", ",\"=1", ",=cmd", ",@SUM"}) EXPECT_EQ(csv.find(formula), std::string::npos) << formula;
}

TEST(Register, WhatComesBackWrongIsRefusedByItsRow) {
  World world;
  world.threat("t", 3, 3, 3, {});
  world.threat("u", 3, 3, 3, {});
  world.record(0, {{"custom:reeve-owner", "Ada"}});
  world.record(1, {});
  const struct {
    const char *csv, *says;
  } cases[] = {
      {"id,owner\nt,Ada\nnobody,x\n", "file:3: there is no threat `nobody`"},
      {"id,requester,approver\nu,Ada,ada\n", "file:2: threat `u`: approver and requester are one person"},
      {"id,due\nu,soon\n", "due is `soon`, which is no date"},
      {"id,treatment\nu,ignore\n", "none of avoid, reduce"},
      {"id,treatment,requester,approver\nu,accept,a,b\n", "accept_until"},
      {"id,owner\nu,a\nu,b\n", "comes twice"},
      {"id,owner\n,a\n", "without an id"},
  };
  for (const auto& one : cases) {
    model::Model model = world.model;
    auto read = read_decisions(one.csv, "file");
    ASSERT_TRUE(read) << one.csv;
    const Taken taken = take(model, read->decided);
    std::string all;
    for (const std::vector<Error>* errors : {static_cast<const std::vector<Error>*>(&read->errors), &taken.errors})
      for (const Error& error : *errors) all += error.text() + "\n";
    EXPECT_NE(all.find(one.says), std::string::npos) << one.csv << all;
  }
  EXPECT_FALSE(read_decisions("owner\nx\n", "file")) << "no ids";
  EXPECT_FALSE(read_decisions("{\"a\": 1}", "file"));
  EXPECT_FALSE(read_decisions("{", "file"));
  // An empty cell takes a word back; a column that is not there leaves it.
  model::Model model = world.model;
  take(model, read_decisions("id,owner\nt,\n", "file")->decided);
  EXPECT_EQ(model.records("threats")[0].meta_text("custom:reeve-owner"), "");
  model = world.model;
  EXPECT_EQ(take(model, read_decisions("id,ticket\nt,\n", "file")->decided).fields, 0u);
  EXPECT_EQ(read_decisions("id,ownr\nt,\n", "file")->notes.size(), 1u);
}

TEST(Register, WhatStandsSeveralTimesInTheModelIsRefusedAndStays) {
  World world;
  for (const char* id : {"t", "u"}) world.threat(id, 3, 3, 3, {});
  world.record(0, {{"custom:reeve-owner", model::Texts{"Ada", "Grace"}}});
  world.record(1, {{"custom:reeve-ticket", "A-1"}, {"custom:others", "kept"}, {"custom:reeve-ticket", "A-2"}});
  const model::Model before = world.model;
  const struct {
    const char *csv, *says;
  } cases[] = {{"id,owner\nt,Joan\n", "file:2: threat `t`: owner stands 2 times"}, {"id,owner\nt,\n", "file:2: threat `t`: owner stands 2 times"}, {"id,ticket\nu,\n", "file:2: threat `u`: ticket stands 2 times"}, {"id,ticket\nu,A-3\n", "file:2: threat `u`: ticket stands 2 times"}};
  for (const auto& one : cases) {
    const Taken taken = take(world.model, read_decisions(one.csv, "file")->decided);
    ASSERT_EQ(taken.errors.size(), 1u) << one.csv;
    EXPECT_NE(taken.errors[0].text().find(one.says), std::string::npos) << taken.errors[0].text();
    EXPECT_TRUE(world.model == before) << one.csv;
  }
  EXPECT_TRUE(take(world.model, read_decisions("id,owner,ticket\nt,Ada,\nu,,A-1\n", "file")->decided).errors.empty()) << "as it was printed changes nothing";
  EXPECT_TRUE(world.model == before);
}

TEST(Register, WithholdsSecretsAndTakesNoneOfTheMaskBack) {
  World world;
  world.threat("t", 3, 3, 3, {});
  const std::string secret = "see AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  world.record(0, {{"custom:reeve-decision", secret}});
  History history;
  const Money money = world.money();
  const Register all = register_of(world.state, money, world.scale, history, day_one);
  const RegisterText text{world.state, money, all, "", "1"};
  for (const std::string& out : {register_csv(text), register_poam(text), register_json(text)}) EXPECT_EQ(out.find("wJalrXUtnFEMI"), std::string::npos);
  model::Model back = world.model;
  EXPECT_EQ(take(back, read_decisions(register_csv(text), "file")->decided).fields, 0u);
  EXPECT_EQ(back.records("threats")[0].meta_text("custom:reeve-decision"), secret);
}

}  // namespace
}  // namespace reeve::threats
