#include "assess/history_steps.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

using enum store::FindingStatus;
using store::FindingStatus;

TEST(History, WhatAStepIsCalled) {
  struct {
    std::optional<FindingStatus> was;
    FindingStatus became;
    bool failed_before;
    const char* called;
  } cases[] = {
      {std::nullopt, fail, false, "new"},   {pass, fail, false, "new"},         {pass, fail, true, "reopened"},    {deleted, fail, true, "reopened"},
      {unknown, fail, true, "found"},       {excepted, fail, true, "exception_ended"}, {fail, pass, false, "mended"}, {fail, deleted, false, "gone"},
      {fail, not_applicable, false, "no_longer_applies"}, {fail, excepted, false, "excepted"}, {fail, unknown, false, "out_of_sight"},
      {fail, fail, false, ""},              {std::nullopt, unknown, false, ""}, {unknown, pass, true, ""},         {excepted, unknown, true, ""},
  };
  for (auto& c : cases) {
    auto move = move_of(c.was, c.became, c.failed_before);
    EXPECT_EQ(move ? name(*move) : "", c.called);
    if (move) EXPECT_FALSE(meaning(*move).empty());
  }
}

// Letters: f fail, u unknown, e excepted, p pass, d gone. Each is one run, from 1 on; a state that stays is no step.
TEST(History, AnEpisodeLastsUntilAPassOrTheEnd) {
  struct {
    const char *line, *episodes;
  } cases[] = {
      {"fp", "1-2 "}, {"ffp", "1-3 "}, {"fufp", "1-4 "}, {"fep", "1-3 "}, {"up", ""}, {"ufp", "2-3 "}, {"fpfd", "1-2 3-4 "}, {"fu", "1- "}, {"fpu", "1-2 "}, {"e", ""}, {"efe", "2- "}, {"pf", "2- "},
  };
  for (auto& c : cases) {
    Episodes episodes;
    std::string said;
    for (int64_t run = 1; c.line[run - 1]; ++run) {
      const char letter = c.line[run - 1];
      const FindingStatus became = letter == 'f' ? fail : letter == 'u' ? unknown : letter == 'e' ? excepted : letter == 'd' ? deleted : pass;
      if (episodes.status == became || (!episodes.status && became == pass)) continue;
      if (auto begun = episodes.step({run, episodes.status, became})) said += std::to_string(*begun) + "-" + std::to_string(run) + " ";
    }
    if (episodes.failing) said += std::to_string(episodes.begun) + "- ";
    EXPECT_EQ(said, c.episodes) << c.line;
  }
}

TEST(History, TheMiddleOfWeightedValues) {
  EXPECT_EQ(weighted_median({}, 0), 0);
  EXPECT_EQ(weighted_median({{5, 1}}, 1), 5);
  EXPECT_EQ(weighted_median({{1, 1}, {3, 1}}, 2), 2);
  EXPECT_EQ(weighted_median({{1, 2}, {9, 1}}, 3), 1);
  EXPECT_EQ(weighted_median({{1, 1}, {2, 1}, {9, 5}}, 7), 9);
  EXPECT_EQ(weighted_median({{1, 2}, {9, 2}}, 4), 5);
}

}  // namespace
}  // namespace reeve
