#include "assess/forecast.h"

#include <algorithm>
#include <cmath>

#include "assess/history.h"
#include "base/text.h"
#include "base/words.h"

namespace reeve {
namespace {

constexpr double day_ms = 86'400'000.0;
constexpr int steps_shown = 6;

// The quantile that leaves a tenth above, by the expansion of Student's t about the normal distribution (Abramowitz and Stegun 26.7.5).
double t_tenth(double freedom) {
  const double z = 1.2815515655446004, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

struct Measure {
  const char* name;
  double most;
  std::optional<double> (*of)(const TrendPoint&);
};
double number(uint64_t n) { return static_cast<double>(n); }
const Measure measures[] = {
    {"score", 100, [](const TrendPoint& run) { return run.score; }},
    {"fail", 0, [](const TrendPoint& run) { return std::optional(number(run.verdicts.fail)); }},
    {"fail_critical_high", 0, [](const TrendPoint& run) { return run.split ? std::optional(number(run.fail.of[4] + run.fail.of[3])) : std::nullopt; }},
    {"unknown", 0, [](const TrendPoint& run) { return std::optional(number(run.verdicts.unknown)); }},
    {"critical_age_days", 0, [](const TrendPoint& run) { return run.critical_age_days; }},
};

}  // namespace

std::optional<LinePoint> line_at(const std::vector<std::pair<double, double>>& points, double ahead) {
  const double n = static_cast<double>(points.size());
  if (points.size() < 3) return std::nullopt;
  double x_mean = 0, y_mean = 0;
  for (auto& [x, y] : points) x_mean += x / n, y_mean += y / n;
  double xx = 0, xy = 0;
  for (auto& [x, y] : points) xx += (x - x_mean) * (x - x_mean), xy += (x - x_mean) * (y - y_mean);
  if (xx <= 0) return std::nullopt;
  const double slope = xy / xx;
  double left = 0;
  for (auto& [x, y] : points) {
    const double off = y - y_mean - slope * (x - x_mean);
    left += off * off;
  }
  const double scatter = std::sqrt(left / (n - 2));
  return LinePoint{y_mean + slope * (ahead - x_mean), t_tenth(n - 2) * scatter * std::sqrt(1 + 1 / n + (ahead - x_mean) * (ahead - x_mean) / xx)};
}

Forecast forecast_of(const std::vector<TrendPoint>& runs) {
  Forecast out;
  if (runs.empty()) {
    out.missing = "no run judged the whole";
    return out;
  }
  const Time last = runs.back().as_of;
  size_t first = runs.size() - 1;
  std::string event = runs[first].events.empty() ? "" : runs[first].events.front();
  while (first > 0 && event.empty() && runs[first - 1].as_of <= runs[first].as_of && last.ms - runs[first - 1].as_of.ms <= forecast_window_days * static_cast<int64_t>(day_ms)) {
    --first;
    if (!runs[first].events.empty()) event = runs[first].events.front();
  }
  out.runs = runs.size() - first;
  out.since = runs[first].as_of;
  const int64_t back = (last.ms - out.since.ms) / static_cast<int64_t>(day_ms);
  const std::string since = event.empty() ? "" : " since " + rfc3339(out.since).substr(0, 10) + " (" + event + ")";
  if (out.runs < forecast_runs) out.missing = "it needs " + std::to_string(forecast_runs) + " whole runs in 90 days, there " + (out.runs == 1 ? "is 1" : "are " + std::to_string(out.runs)) + since;
  else if (back < forecast_days_least) out.missing = "it needs runs over a week, there are " + count_text(static_cast<uint64_t>(back), "day") + since;
  if (!out.missing.empty()) return out;
  const int64_t ahead = std::min(back, forecast_days_most);
  out.until = Time{last.ms + ahead * static_cast<int64_t>(day_ms)};
  for (auto& measure : measures) {
    std::vector<std::pair<double, double>> points;
    for (size_t i = first; i < runs.size(); ++i)
      if (auto value = measure.of(runs[i])) points.emplace_back(static_cast<double>(runs[i].as_of.ms - last.ms) / day_ms, *value);
    if (points.size() != out.runs) continue;
    ForecastSeries series;
    series.measure = measure.name;
    auto within = [&](double value) { return std::max(0.0, measure.most > 0 ? std::min(measure.most, value) : value); };
    for (int step = 0; step < steps_shown; ++step) {
      const double days = static_cast<double>(ahead) * step / (steps_shown - 1);
      auto line = line_at(points, days);
      if (!line) break;
      series.steps.push_back({Time{last.ms + static_cast<int64_t>(days * day_ms)}, within(line->value), within(line->value - line->half_band), within(line->value + line->half_band)});
    }
    if (!series.steps.empty()) out.series.push_back(std::move(series));
  }
  return out;
}

}  // namespace reeve
