#include "model/pert.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace reeve::model {
namespace {

uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

constexpr uint64_t golden = 0x9E3779B97F4A7C15u;
constexpr uint32_t tries_max = 16;  // one in twenty is rejected at worst: sixteen in a row happen to nobody
constexpr uint64_t coin_mask = (uint64_t{1} << 57) - 1;

}  // namespace

uint64_t Random::bits(uint64_t counter) const { return mixed(key + counter * golden); }

Random Random::of(uint64_t seed, std::string_view id, uint64_t input) {
  uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a: the same on every machine
  for (char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return {mixed(mixed(mixed(seed + golden) ^ hash) + (input + 1) * golden)};
}

PertSampler::PertSampler(const Pert& pert) : low_(pert.low), width_(pert.high - pert.low) {
  if (!(width_ > 0)) {
    width_ = 0;
    return;
  }
  const double mode = std::clamp((pert.mode - pert.low) / width_, 0.0, 1.0);
  a_ = 4 * mode;
  b_ = 4 - a_;

  // 1. The staircase: on each step the density's highest and lowest value, which stand at its ends but for the peak.
  std::array<double, steps + 1> at;
  for (uint32_t i = 0; i <= steps; ++i) at[i] = density(static_cast<double>(i) / steps);
  const double peak = density(mode);
  double sum = 0;
  for (uint32_t i = 0; i < steps; ++i) {
    const bool holds_peak = mode * steps >= i && mode * steps <= i + 1;
    Step& step = steps_[i];
    step.top = (holds_peak ? peak : std::max(at[i], at[i + 1])) * (1 + 1e-12);  // what rounding may hide
    step.under = step.top > 0 ? static_cast<uint32_t>(std::min(at[i], at[i + 1]) / step.top * (1 - 1e-6) * (1u << 24)) : 0;
    sum += step.top;
  }

  // 2. The alias table: every step gets the same share, those with too little from those with too much.
  std::array<double, steps> share;
  std::vector<uint32_t> little, much;
  for (uint32_t i = 0; i < steps; ++i) {
    share[i] = steps_[i].top / sum * steps;
    (share[i] < 1 ? little : much).push_back(i);
    steps_[i].other = i;
    steps_[i].stays = coin_mask + 1;
  }
  while (!little.empty() && !much.empty()) {
    const uint32_t poor = little.back(), rich = much.back();
    little.pop_back();
    steps_[poor].stays = static_cast<uint64_t>(share[poor] * static_cast<double>(coin_mask + 1));
    steps_[poor].other = rich;
    share[rich] -= 1 - share[poor];
    if (share[rich] < 1) {
      much.pop_back();
      little.push_back(rich);
    }
  }
}

double PertSampler::density(double x) const { return std::pow(x, a_) * std::pow(1 - x, b_); }

double PertSampler::draw(const Random& random, uint64_t n) const {
  if (width_ == 0) return low_;
  double x = 0;
  for (uint32_t attempt = 0; attempt < tries_max; ++attempt) {
    const uint64_t counter = (n * tries_max + attempt) * 2, which = random.bits(counter), where = random.bits(counter + 1);
    uint32_t i = static_cast<uint32_t>(which >> 57);
    if ((which & coin_mask) >= steps_[i].stays) i = steps_[i].other;
    const Step& step = steps_[i];
    x = (i + (static_cast<double>(where >> 24) + 0.5) * 0x1p-40) * (1.0 / steps);
    const uint32_t height = static_cast<uint32_t>(where) & 0xFFFFFF;
    if (height < step.under || (height + 0.5) * 0x1p-24 * step.top <= density(x)) break;
  }
  return low_ + width_ * x;
}

}  // namespace reeve::model
