#include "assess/forecast.h"

#include <gtest/gtest.h>

#include <cmath>

#include "assess/history.h"

namespace reeve {
namespace {

constexpr int64_t kDay = 86'400'000;

std::vector<TrendPoint> runs_of(const std::vector<double>& scores, int64_t days_between = 1) {
  std::vector<TrendPoint> out;
  for (size_t i = 0; i < scores.size(); ++i) {
    TrendPoint run;
    run.run = static_cast<int64_t>(i) + 1;
    run.as_of = Time{1'790'000'000'000 + static_cast<int64_t>(i) * days_between * kDay};
    run.score = scores[i];
    out.push_back(run);
  }
  return out;
}

std::vector<double> rising(size_t n, double by = 1, double wobble = 0) {
  std::vector<double> out;
  for (size_t i = 0; i < n; ++i) out.push_back(20 + by * static_cast<double>(i) + (i % 2 ? wobble : -wobble));
  return out;
}

const ForecastSeries* series(const Forecast& forecast, std::string_view measure) {
  for (auto& one : forecast.series)
    if (one.measure == measure) return &one;
  return nullptr;
}

// By hand: x 0 1 2 3 4, y 1 3 2 5 4; slope 0.8, mean 3 at 2, residual sum 3.6, s² 1.2; at 6 the factor is √(1 + 1/5 + 16/10) = 1.67332,
// and t of three degrees of freedom leaves a tenth above 1.6377.
TEST(Forecast, LineAndBandAreThoseComputedByHand) {
  auto line = line_at({{0, 1}, {1, 3}, {2, 2}, {3, 5}, {4, 4}}, 6);
  ASSERT_TRUE(line);
  EXPECT_NEAR(line->value, 6.2, 1e-9);
  EXPECT_NEAR(line->half_band, 1.6377 * std::sqrt(1.2) * 1.67332, 0.02);
  EXPECT_FALSE(line_at({{0, 1}, {1, 3}}, 6));
  EXPECT_FALSE(line_at({{2, 1}, {2, 3}, {2, 5}}, 6));
}

TEST(Forecast, NeedsFourteenRunsOverAWeek) {
  EXPECT_EQ(forecast_of({}).missing, "no run judged the whole");
  EXPECT_EQ(forecast_of(runs_of(rising(13))).missing, "it needs 14 whole runs in 90 days, there are 13");
  EXPECT_EQ(forecast_of(runs_of(rising(20), 0)).missing, "it needs runs over a week, there are 0 days");
  EXPECT_EQ(forecast_of(runs_of(rising(14))).missing, "");
  EXPECT_EQ(forecast_of(runs_of(rising(40), 9)).missing, "it needs 14 whole runs in 90 days, there are 11");
}

TEST(Forecast, LooksNoFurtherAheadThanBack) {
  auto short_one = forecast_of(runs_of(rising(14)));
  EXPECT_EQ(short_one.until.ms - (short_one.since.ms + 13 * kDay), 13 * kDay);
  EXPECT_EQ(short_one.runs, 14u);
  auto long_one = forecast_of(runs_of(rising(80, 0.1)));
  EXPECT_EQ(long_one.until.ms - (long_one.since.ms + 79 * kDay), 30 * kDay);
}

TEST(Forecast, TellsTheLineAndStaysWithinWhatCanBe) {
  auto straight = forecast_of(runs_of(rising(20)));
  ASSERT_TRUE(series(straight, "score"));
  auto& steps = series(straight, "score")->steps;
  EXPECT_NEAR(steps.front().value, 39, 1e-9);
  EXPECT_NEAR(steps.back().value, 58, 1e-9);
  EXPECT_NEAR(steps.back().high - steps.back().low, 0, 1e-6);
  auto steep = forecast_of(runs_of(rising(20, 4, 3)));
  EXPECT_EQ(series(steep, "score")->steps.back().value, 100);
  EXPECT_EQ(series(steep, "score")->steps.back().high, 100);
  auto wobbling = forecast_of(runs_of(rising(20, 0, 3)));
  auto& band = series(wobbling, "score")->steps;
  EXPECT_LT(band.front().high - band.front().low, band.back().high - band.back().low);
}

TEST(Forecast, BeginsAnewAfterAnEvent) {
  auto runs = runs_of(rising(30));
  runs[10].events = {"other content"};
  auto forecast = forecast_of(runs);
  EXPECT_EQ(forecast.runs, 20u);
  EXPECT_EQ(forecast.since, runs[10].as_of);
  runs[20].events = {"accounts: 7 before, 8 now"};
  EXPECT_EQ(forecast_of(runs).missing, "it needs 14 whole runs in 90 days, there are 10 since 2026-10-11 (accounts: 7 before, 8 now)");
}

TEST(Forecast, LeavesOutWhatNotEveryRunKnows) {
  auto runs = runs_of(rising(20));
  runs[7].score.reset();
  auto forecast = forecast_of(runs);
  EXPECT_FALSE(series(forecast, "score"));
  EXPECT_FALSE(series(forecast, "fail_critical_high"));
  EXPECT_TRUE(series(forecast, "fail"));
}

TEST(Forecast, WholeRunsAloneAreOneLine) {
  auto runs = runs_of(rising(4));
  runs[1].partial = true;
  runs[1].events = {"scope changed: all before, 1 account now"};
  runs[2].events = {"scope changed: 1 account before, all now"};
  runs[3].events = runs[3].events_of_whole = {"other content"};
  auto whole = whole_trend(runs);
  ASSERT_EQ(whole.size(), 3u);
  EXPECT_EQ(whole[1].run, 3);
  EXPECT_TRUE(whole[1].events.empty());
  EXPECT_EQ(whole[2].events, std::vector<std::string>{"other content"});
}

}  // namespace
}  // namespace reeve
