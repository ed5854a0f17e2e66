// Charts of the report: inline SVG whose title says the finding, with the same numbers in a table beside (ux.md §5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace reeve {

struct ChartPoint {
  Time time;
  std::optional<double> value;  // nothing: a gap, never zero
};

struct ChartEvent {
  Time time;
  std::string text;
};

struct ChartStep {
  Time time;
  double value = 0, low = 0, high = 0;
};

struct LineChart {
  std::string title;     // the finding: `Score rose by 9 to 61`
  std::string measure;   // and what is drawn: `score, 0–100`
  std::vector<ChartPoint> points;  // oldest first
  std::vector<ChartStep> forecast;  // dashed within its band, from the last point on; empty: none
  Time from, to;         // the axis
  double most = 0;       // the axis begins at zero and reaches at least this
  int places = 0;
};

// A figure element: title, drawing with its last value at the line, ticks of events.
std::string line_chart(const LineChart& chart, const std::vector<ChartEvent>& events);
// A line of 48 × 14 px without axes, for a table; empty with fewer than two points.
std::string spark(const std::vector<ChartPoint>& points);
// ▲ 9, ▼ 6, or – where nothing changed; `more_is_better` says which of them is in which colour.
std::string change_mark(double change, bool more_is_better);
std::string decimal_text(double value, int places);

}  // namespace reeve
