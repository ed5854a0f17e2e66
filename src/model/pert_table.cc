#include "model/pert_table.h"

#include <algorithm>
#include <cmath>

namespace reeve::model {
namespace {

constexpr uint32_t grid = 4096;
constexpr double step = 1.0 / grid;

// Logarithms of the inner places of the grid, the same for every shape.
const std::vector<double>& logarithms() {
  static const std::vector<double> all = [] {
    std::vector<double> out(grid + 1);
    for (uint32_t i = 1; i <= grid; ++i) out[i] = std::log(i * step);
    return out;
  }();
  return all;
}

// What a beta's density leaves between 0 and h where it is x^a (1 − x)^b, by the first terms of its series: in the outermost cells no polynomial is near x^a.
double outermost(double a, double b, double h) {
  return std::pow(h, a + 1) * (1 / (a + 1) - b * h / (a + 2) + b * (b - 1) / 2 * h * h / (a + 3));
}

}  // namespace

PertShape::PertShape(double mode) {
  const double a = 4 * mode, b = 4 - a;
  // 1. The density and its integral on the grid, by Euler and Maclaurin's rule to the fourth order; the outermost cells by their series.
  const std::vector<double>& logarithm = logarithms();
  std::vector<double> density(grid + 1), slope(grid + 1), sum(grid + 1);
  for (uint32_t i = 1; i < grid; ++i) {
    const double x = i * step;
    density[i] = std::exp(a * logarithm[i] + b * logarithm[grid - i]);
    slope[i] = density[i] * (a / x - b / (1 - x));
  }
  density[0] = a == 0 ? 1 : 0;
  density[grid] = b == 0 ? 1 : 0;
  sum[1] = outermost(a, b, step);
  for (uint32_t i = 1; i + 1 < grid; ++i) sum[i + 1] = sum[i] + step * (density[i] + density[i + 1]) / 2 - step * step * (slope[i + 1] - slope[i]) / 12;
  const double last = outermost(b, a, step);
  sum[grid] = sum[grid - 1] + last;
  const double whole = sum[grid];

  // 2. The places of rising probabilities: the density is a straight line within an inner cell and a power in the outermost.
  uint32_t at = 0;
  const auto place = [&](double probability) {
    const double wanted = probability * whole;
    while (at + 1 < grid && sum[at + 1] < wanted) ++at;
    if (at == 0) return step * std::pow(std::min(1.0, wanted / sum[1]), 1 / (a + 1));
    if (at == grid - 1) return 1 - step * std::pow(std::clamp((whole - wanted) / last, 0.0, 1.0), 1 / (b + 1));
    const double rest = wanted - sum[at], f = density[at], g = (density[at + 1] - f) / step;
    // f t + g t²/2 = rest, in the form that does not cancel.
    const double root = std::sqrt(std::max(0.0, f * f + 2 * g * rest));
    return (at + std::clamp(f + root > 0 ? 2 * rest / (f + root) / step : 0.0, 0.0, 1.0)) * step;
  };
  for (uint32_t i = 0; i <= subcells; ++i) first_[i] = static_cast<float>(place(static_cast<double>(i) / (cells * subcells)));
  edges_[0] = 0;
  for (uint32_t i = 1; i < cells; ++i) edges_[i] = static_cast<float>(place(static_cast<double>(i) / cells));
  for (uint32_t i = 0; i <= subcells; ++i) last_[i] = static_cast<float>(place(1 - static_cast<double>(subcells - i) / (cells * subcells)));
  edges_[cells] = 1;
  first_[0] = 0;
  last_[subcells] = 1;
  for (uint32_t i = 0; i <= places; ++i) cdf_[i] = static_cast<float>(sum[i * (grid / places)] / whole);
}

float PertShape::tail(uint32_t cell, uint32_t rest) const {
  const auto& edges = cell == 0 ? first_ : last_;
  const uint32_t sub = rest >> 12;
  return edges[sub] + (edges[sub + 1] - edges[sub]) * (static_cast<float>(rest & 0xFFF) * 0x1p-12f);
}

PertTable PertTables::of(const Pert& pert) {
  PertTable out;
  out.low = static_cast<float>(pert.low);
  const double width = pert.high - pert.low;
  if (!(width > 0)) return out;
  out.width = static_cast<float>(width);
  const double mode = std::clamp((pert.mode - pert.low) / width, 0.0, 1.0);
  const std::lock_guard lock(mutex_);
  auto& shape = shapes_[mode];
  if (!shape) shape = std::make_shared<const PertShape>(mode);
  out.shape = shape;
  return out;
}

}  // namespace reeve::model
