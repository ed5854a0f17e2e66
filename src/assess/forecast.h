// Where the trend leads if it goes on as it did: a straight line by least squares through the whole runs of the last ninety days, and the
// band in which the next value lies four times out of five if the runs scatter about the line as they did (Student's t).
//
// Runs before an event that makes a jump no progress (another scope, other content, other sources …) are left out: a line through a
// jump tells of the jump. Fewer than `forecast_runs` runs or a week give none, and it never looks further ahead than back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace reeve {

struct TrendPoint;

inline constexpr size_t forecast_runs = 14;
inline constexpr int64_t forecast_window_days = 90, forecast_days_most = 30, forecast_days_least = 7;
inline constexpr std::string_view forecast_method = "straight line through the runs by least squares, 80 % prediction band by Student's t";

struct ForecastStep {
  Time at;
  double value = 0, low = 0, high = 0;
};
struct ForecastSeries {
  std::string measure;  // score, fail, fail_critical_high, unknown, critical_age_days
  std::vector<ForecastStep> steps;  // from the last run to `until`
};
struct Forecast {
  uint64_t runs = 0;    // that the line goes through, or that there are
  Time since, until;    // the first of them; the moment that is told
  std::string missing;  // why there is none; empty: there is one
  std::vector<ForecastSeries> series;  // of what every one of the runs knows
};

// `runs`: whole ones, oldest first, with events told from whole run to whole run.
Forecast forecast_of(const std::vector<TrendPoint>& runs);

// The line and its band at `ahead`, from pairs (x, y); nothing if there are fewer than three or all x are the same.
struct LinePoint {
  double value = 0, half_band = 0;
};
std::optional<LinePoint> line_at(const std::vector<std::pair<double, double>>& points, double ahead);

}  // namespace reeve
