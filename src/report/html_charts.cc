#include "report/html_charts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report/html_page.h"

namespace reeve {
namespace {

constexpr double kWidth = 260, kHeight = 84, kLeft = 4, kRight = 40, kTop = 8, kFoot = 16;

std::string at(double value) { return decimal_text(value, 1); }

// The next round number from which an axis can hang.
double round_up(double value) {
  if (value <= 0) return 1;
  double unit = std::pow(10, std::floor(std::log10(value)));
  for (double step : {1.0, 2.0, 5.0, 10.0})
    if (value <= step * unit) return step * unit;
  return value;
}

}  // namespace

std::string decimal_text(double value, int places) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", places, value);
  return buffer;
}

std::string change_mark(double change, bool more_is_better) {
  if (std::fabs(change) < 0.5) return "<span class=\"chg\">± 0</span>";
  bool better = (change > 0) == more_is_better;
  return std::string("<span class=\"chg ") + (better ? "up" : "down") + "\">" + (change > 0 ? "▲ " : "▼ ") + decimal_text(std::fabs(change), 0) + "<span class=\"vh\">" + (change > 0 ? " more" : " less") + "</span></span>";
}

std::string spark(const std::vector<ChartPoint>& points) {
  double least = 1e300, most = -1e300;
  size_t n = 0;
  for (auto& point : points)
    if (point.value) least = std::min(least, *point.value), most = std::max(most, *point.value), ++n;
  if (n < 2) return "";
  int64_t first = points.front().time.ms, span = std::max<int64_t>(1, points.back().time.ms - first);
  double range = std::max(8.0, most - least);
  std::string path, end;
  bool pen = false;
  for (auto& point : points) {
    if (!point.value) {
      pen = false;
      continue;
    }
    double x = 2 + 43.0 * static_cast<double>(point.time.ms - first) / static_cast<double>(span), y = 12 - 10 * (*point.value - least) / range;
    path += (pen ? "L" : "M") + at(x) + " " + at(y);
    end = "<circle cx=\"" + at(x) + "\" cy=\"" + at(y) + "\" r=\"1.8\"/>";
    pen = true;
  }
  return "<svg class=\"spark\" viewBox=\"0 0 48 14\" aria-hidden=\"true\"><path d=\"" + path + "\"/>" + end + "</svg>";
}

std::string line_chart(const LineChart& chart, const std::vector<ChartEvent>& events) {
  double most = chart.most;
  for (auto& point : chart.points)
    if (point.value) most = std::max(most, *point.value);
  for (auto& step : chart.forecast) most = std::max(most, step.high);
  most = round_up(most);
  double right = kWidth - kRight, foot = kHeight - kFoot;
  double span = static_cast<double>(std::max<int64_t>(1, chart.to.ms - chart.from.ms));
  auto x = [&](Time time) { return kLeft + (right - kLeft) * static_cast<double>(time.ms - chart.from.ms) / span; };
  auto y = [&](double value) { return foot - (foot - kTop) * value / most; };
  std::string out = "<figure class=\"chart\"><figcaption><b>" + esc(chart.title) + "</b> <span>" + esc(chart.measure) + "</span></figcaption><svg viewBox=\"0 0 " + decimal_text(kWidth, 0) + " " + decimal_text(kHeight, 0) +
                    "\" role=\"img\" aria-label=\"" + esc(chart.title) + "\"><path class=\"axis\" d=\"M" + at(kLeft) + " " + at(foot) + "H" + at(right) + "\"/><path class=\"grid1\" d=\"M" + at(kLeft) + " " + at(kTop) + "H" + at(right) +
                    "\"/><text class=\"ax\" x=\"" + at(kLeft) + "\" y=\"" + at(kTop + 9) + "\">" + decimal_text(most, most < 1 ? 1 : 0) + "</text>";
  for (auto& event : events)
    if (event.time >= chart.from && event.time <= chart.to)
      out += "<path class=\"tick\" d=\"M" + at(x(event.time)) + " " + at(kTop) + "V" + at(foot) + "\"><title>" + esc(event.text) + "</title></path>";
  std::string path, end;
  bool pen = false;
  for (auto& point : chart.points) {
    if (!point.value || point.time < chart.from) {
      pen = false;
      continue;
    }
    path += (pen ? "L" : "M") + at(x(point.time)) + " " + at(y(*point.value));
    // At the line's end, or over it where the forecast goes on.
    const bool on = !chart.forecast.empty();
    end = "<circle cx=\"" + at(x(point.time)) + "\" cy=\"" + at(y(*point.value)) + "\" r=\"2.6\"/><text class=\"last\"" + (on ? " text-anchor=\"end\"" : "") + " x=\"" + at(x(point.time) + (on ? -3 : 6)) + "\" y=\"" +
          at(on ? std::max(kTop + 10, y(*point.value) - 6) : y(*point.value) + 4) + "\">" + decimal_text(*point.value, chart.places) + "</text>";
    pen = true;
  }
  if (!chart.forecast.empty()) {
    std::string band, back, line;
    for (auto& step : chart.forecast) {
      band += (band.empty() ? "M" : "L") + at(x(step.time)) + " " + at(y(step.high));
      back = "L" + at(x(step.time)) + " " + at(y(step.low)) + back;
      line += (line.empty() ? "M" : "L") + at(x(step.time)) + " " + at(y(step.value));
    }
    const ChartStep& last = chart.forecast.back();
    out += "<path class=\"band\" d=\"" + band + back + "Z\"/><path class=\"ahead\" d=\"" + line + "\"/><text class=\"ax\" x=\"" + at(right + 4) + "\" y=\"" + at(y(last.value) + 4) + "\">" + decimal_text(last.value, chart.places) + "</text>";
  }
  out += "<path class=\"run\" d=\"" + path + "\"/>" + end + "<text class=\"ax\" x=\"" + at(kLeft) + "\" y=\"" + at(kHeight - 3) + "\">" + day_text(chart.from) + "</text><text class=\"ax\" text-anchor=\"end\" x=\"" + at(right) + "\" y=\"" +
         at(kHeight - 3) + "\">" + day_text(chart.to) + "</text></svg></figure>";
  return out;
}

}  // namespace reeve
