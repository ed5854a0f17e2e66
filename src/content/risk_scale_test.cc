#include "content/risk_scale.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"

namespace reeve {
namespace {

std::string folder_with(const std::string& name, const std::string& text) {
  const std::string dir = testing::TempDir() + "risk_scale_" + name;
  std::filesystem::create_directories(dir);
  std::ofstream(dir + "/risk.yaml") << text;
  return dir;
}
std::string all_of(const std::vector<Error>& errors) {
  std::string out;
  for (const Error& error : errors) out += error.text() + "\n";
  return out;
}

TEST(RiskScale, OfTheBuiltInContentHoldsAndRises) {
  const RiskScale scale = load_risk_scale({});
  ASSERT_TRUE(scale.loaded) << all_of(scale.errors);
  EXPECT_TRUE(scale.errors.empty()) << all_of(scale.errors);
  EXPECT_EQ(scale.currency, "USD");
  for (size_t i = 1; i < 5; ++i) {
    EXPECT_GT(scale.frequency[i].mean(), scale.frequency[i - 1].mean());
    EXPECT_GT(scale.capability[i].mean(), scale.capability[i - 1].mean());
    EXPECT_GT(scale.loss[i].primary.mean(), scale.loss[i - 1].primary.mean());
    EXPECT_GT(scale.strength[i].mean(), scale.strength[i - 1].mean()) << "a severer control is a stronger one";
  }
  EXPECT_EQ(scale.standing.at("failed").high, 0);
  EXPECT_EQ(scale.standing.at("effective").low, scale.standing.at("effective").high) << "so that a what-if is what would be reckoned";
  EXPECT_EQ(scale.standing.at("unknown").low, 0);
  EXPECT_EQ(scale.standing.at("unknown").high, 1);
  EXPECT_FALSE(scale.because.at("loss.4").empty());
}

TEST(RiskScale, PutsEventsAndLossesIntoCells) {
  const RiskScale scale = load_risk_scale({});
  EXPECT_EQ(scale.cell(0, 0), (RiskCell{1, 1, RiskWord::low}));
  EXPECT_EQ(scale.cell(0.02, 9999), (RiskCell{2, 1, RiskWord::low})) << "a bound belongs to the class above it";
  EXPECT_EQ(scale.cell(1e9, 1e12), (RiskCell{5, 5, RiskWord::critical}));
  EXPECT_EQ(scale.cell(1, 500000), (RiskCell{4, 3, RiskWord::high}));
}

TEST(RiskScale, AWorkspaceChangesWhatItKnowsBetter) {
  const std::string dir = folder_with("good", "currency: EUR\nloss:\n  4: {primary: {low: 1, mode: 2, high: 3}, secondary_probability: {low: 0, mode: 0, high: 0}, secondary: {low: 0, mode: 0, high: 0}, because: we are insured}\n");
  const RiskScale scale = load_risk_scale({.workspace_dir = dir}), standard = load_risk_scale({});
  EXPECT_TRUE(scale.errors.empty()) << all_of(scale.errors);
  EXPECT_EQ(scale.currency, "EUR");
  EXPECT_EQ(scale.loss[3].primary.high, 3);
  EXPECT_EQ(scale.loss[2].primary.high, standard.loss[2].primary.high);
  EXPECT_EQ(scale.because.at("loss.4"), "we are insured");
  EXPECT_EQ(scale.changed, (std::vector<std::string>{"loss.4", "currency"}));
}

TEST(RiskScale, WhatDoesNotHoldIsNamedAndChangesNothing) {
  const struct {
    const char *text, *says;
  } cases[] = {
      {"loss: {6: {}}", "`6`"},
      {"frequency:\n  3: {low: 5, mode: 1, high: 9, because: x}", "does not rise"},
      {"frequency:\n  3: {low: 1, mode: 5, high: 9}", "`because`"},
      {"capability:\n  3: {low: 1, mode: 5, high: 101, because: x}", "`capability.3.high` is `101`"},
      {"strength:\n  high: {low: -1, mode: 5, high: 10, because: x}", "-1"},
      {"standing:\n  partial: {low: 0, mode: .nan, high: 1, because: x}", "partial.mode"},
      {"currency: dollars", "currency"},
      {"likelihood: [1, 2, 2, 3]", "does not divide"},
      {"matrix: [[low]]", "five by five"},
      {"matrix:\n  - [high, low, low, low, low]\n  - [low, low, low, low, low]\n  - [low, low, low, low, low]\n  - [low, low, low, low, low]\n  - [low, low, low, low, low]", "falls"},
      {"due_days: {high: 0}", "due_days.high"},
      {"apetite: 3", "apetite"},
      {"- 1", "scale of risk"},
  };
  const RiskScale standard = load_risk_scale({});
  for (const auto& one : cases) {
    const RiskScale scale = load_risk_scale({.workspace_dir = folder_with("bad", std::string("review_days: 7\n") + (one.text[0] == '-' ? "" : one.text))});
    const RiskScale bad = one.text[0] == '-' ? load_risk_scale({.workspace_dir = folder_with("bad", one.text)}) : scale;
    EXPECT_NE(all_of(bad.errors).find(one.says), std::string::npos) << one.text << "\n" << all_of(bad.errors);
    EXPECT_TRUE(bad.loaded);
    EXPECT_EQ(bad.review_days, standard.review_days) << "all of it or nothing: " << one.text;
  }
}

TEST(RiskScale, ReadsEstimatesOfOneThreat) {
  EXPECT_EQ(parse_estimate("0.1/1/5", 10)->mode, 1);
  EXPECT_EQ(parse_estimate(" 2 ", 10)->high, 2);
  for (const char* wrong : {"", "1/2", "1/2/3/4", "3/2/1", "-1/2/3", "1/2/11", "a/b/c", "1/nan/3", "1/2/inf", "1//3"}) EXPECT_FALSE(parse_estimate(wrong, 10)) << wrong;
}

}  // namespace
}  // namespace reeve
