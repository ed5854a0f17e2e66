// Design §6, sentence by sentence.
#include "findings/level.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace reeve {
namespace {

struct StatusCase {
  VerdictCounts counts;
  Verdict status;
};
TEST(ControlStatus, Table) {
  const StatusCase cases[] = {
      {{.pass = 9, .fail = 1, .unknown = 1, .excepted = 1}, Verdict::fail},
      {{.pass = 9, .unknown = 1, .excepted = 1}, Verdict::unknown},
      {{.pass = 1, .excepted = 5, .not_applicable = 5}, Verdict::pass},
      {{.excepted = 1, .not_applicable = 5}, Verdict::excepted},
      {{.not_applicable = 5}, Verdict::not_applicable},
      {{}, Verdict::not_applicable},
  };
  for (const auto& c : cases) EXPECT_EQ(control_status(c.counts), c.status) << name(c.status);
}

Standing at(int level, Verdict status, bool attested = false, Severity severity = Severity::medium, std::string control = "c") {
  Standing standing;
  standing.control = std::move(control);
  standing.level = level;
  standing.severity = severity;
  standing.attested = attested;
  standing.counts.add(status);
  return standing;
}

struct LevelCase {
  const char* what;
  std::vector<std::pair<int, Verdict>> controls;
  int level;
};
TEST(LevelRule, Table) {
  constexpr auto pass = Verdict::pass, failing = Verdict::fail, unknown = Verdict::unknown, excepted = Verdict::excepted,
                 none = Verdict::not_applicable;
  const LevelCase cases[] = {
      {"nothing is known", {}, 0},
      {"one pass at each", {{1, pass}, {2, pass}, {3, pass}, {4, pass}}, 4},
      {"a fail at 1 undoes all", {{1, pass}, {1, failing}, {2, pass}, {3, pass}, {4, pass}}, 0},
      {"an unknown is no better", {{1, pass}, {2, pass}, {2, unknown}, {3, pass}}, 1},
      {"a level without a control is not reached", {{1, pass}, {3, pass}}, 1},
      {"excepted fills nothing", {{1, pass}, {2, excepted}, {3, pass}}, 1},
      {"not applicable fills nothing", {{1, none}}, 0},
      {"excepted beside a pass does no harm", {{1, pass}, {1, excepted}, {1, none}, {2, pass}}, 2},
      {"a fail above the level does no harm below", {{1, pass}, {2, failing}, {4, failing}}, 1},
      {"only unknown", {{1, unknown}, {2, unknown}}, 0},
  };
  for (const auto& c : cases) {
    std::vector<Standing> standings;
    for (const auto& [level, status] : c.controls) standings.push_back(at(level, status));
    EXPECT_EQ(level_of(standings), c.level) << c.what;
    std::reverse(standings.begin(), standings.end());
    EXPECT_EQ(level_of(standings), c.level) << c.what << ", in another order";
  }
}

TEST(LevelRule, TheOrganizationHasItsLowestPracticesLevel) {
  EXPECT_EQ(lowest_level({3, 1, 4}), 1);
  EXPECT_EQ(lowest_level({0, 4}), 0);
  EXPECT_EQ(lowest_level({}), 0);
}

TEST(LevelRule, SaysHowMuchStandsOnAttestations) {
  const std::vector<Standing> standings = {at(1, Verdict::pass), at(2, Verdict::pass, true), at(3, Verdict::pass),
                                           at(4, Verdict::fail, true)};
  const auto found = level_breakdown(standings);
  EXPECT_EQ(found.level, 3);
  EXPECT_EQ(found.level_without_attested, 1);
  EXPECT_EQ(found.passing, 3);
  EXPECT_EQ(found.passing_attested, 1);
  // A contradicted or expired attestation still stands in the way of its level.
  EXPECT_EQ(level_breakdown({at(1, Verdict::pass), at(1, Verdict::fail, true)}).level_without_attested, 0);
}

TEST(Blockers, AreThoseOfTheNextLevelWorstFirst) {
  auto many = at(1, Verdict::fail, false, Severity::high, "high-many");
  many.counts.fail = 7;
  many.counts.unknown = 90;
  const std::vector<Standing> standings = {
      at(1, Verdict::unknown, false, Severity::critical, "unknown-critical"),
      at(1, Verdict::fail, false, Severity::low, "low"),
      at(1, Verdict::fail, false, Severity::high, "high-b"),
      many,
      at(1, Verdict::fail, false, Severity::high, "high-a"),
      at(1, Verdict::pass, false, Severity::high, "passes"),
      at(2, Verdict::fail, false, Severity::critical, "higher-level"),
  };
  std::vector<std::string> order;
  for (const auto& blocker : blockers(standings)) {
    order.push_back(blocker.control);
    EXPECT_EQ(blocker.level, 1);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"high-many", "high-a", "high-b", "low", "unknown-critical"}));
  EXPECT_EQ(blockers(standings)[0].resources, 7u);
  EXPECT_EQ(blockers(standings)[0].why, "7 resources fail");
  EXPECT_EQ(blockers(standings)[4].why, "1 resource is unknown");
}

TEST(Blockers, SayWhenNothingPasses) {
  const auto found = blockers({at(1, Verdict::pass), at(2, Verdict::excepted)});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].control, "");
  EXPECT_EQ(found[0].level, 2);
  EXPECT_TRUE(blockers({at(1, Verdict::pass), at(2, Verdict::pass), at(3, Verdict::pass), at(4, Verdict::pass)}).empty());
}

TEST(Score, WeighsSharesBySeverity) {
  EXPECT_FALSE(score({}));
  EXPECT_FALSE(score({at(1, Verdict::excepted), at(1, Verdict::not_applicable)}));
  EXPECT_FALSE(score({at(1, Verdict::pass, false, Severity::informational)}));
  EXPECT_DOUBLE_EQ(*score({at(1, Verdict::pass)}), 100);
  EXPECT_DOUBLE_EQ(*score({at(1, Verdict::unknown)}), 0);
  // critical all failing, low all passing: 1 of 9.
  EXPECT_DOUBLE_EQ(*score({at(1, Verdict::fail, false, Severity::critical), at(1, Verdict::pass, false, Severity::low)}),
                   100.0 / 9);
  // Shares, not heads: a control over a thousand resources weighs as much as one over a single one.
  Standing wide = at(1, Verdict::pass, false, Severity::high);
  wide.counts = {.pass = 750, .fail = 150, .unknown = 100, .excepted = 5000, .not_applicable = 5000};
  EXPECT_DOUBLE_EQ(*score({wide, at(1, Verdict::fail, false, Severity::high)}), 37.5);
  const int weights[] = {0, 1, 2, 4, 8};
  for (int i = 0; i <= 4; ++i) EXPECT_EQ(weight(static_cast<Severity>(i)), weights[i]);
  EXPECT_DOUBLE_EQ(risk_points(Severity::high, 3), 12);
}

TEST(Severities, HaveNames) {
  for (int i = 0; i <= 4; ++i) EXPECT_EQ(parse_severity(name(static_cast<Severity>(i))), static_cast<Severity>(i));
  EXPECT_FALSE(parse_severity("severe"));
}

}  // namespace
}  // namespace reeve
