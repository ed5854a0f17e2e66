// BetaPERT by its quantiles: a draw is one look into a table, and one draw more costs two nanoseconds. For simulations in which the same
// estimate is drawn for thousands of risks; PertSampler (pert.h) is exact and slower.
//
// The table has 4,096 steps of equal probability, the first and the last cut into 256 more, between which it is linear; the steps come from the density's
// integral over as many cells. A quantile is within one in a hundred thousand of the range of the true one between the 1st and the 99th percentile, within two in
// ten thousand beyond; mean and variance are those of the closed forms to six digits.
//
// Only the shape is tabled, which hangs on m = (mode − low) / (high − low) alone: PertTables keeps each once. Immutable; shared between threads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "model/pert.h"

namespace reeve::model {

// On [0, 1].
class PertShape {
 public:
  explicit PertShape(double mode);
  float quantile(uint32_t u) const {  // u / 2^32 of the probability
    const uint32_t cell = u >> 20, rest = u & 0xFFFFF;
    if (cell - 1 >= cells - 2) [[unlikely]] return tail(cell, rest);
    return edges_[cell] + (edges_[cell + 1] - edges_[cell]) * (static_cast<float>(static_cast<int32_t>(rest)) * 0x1p-20f);  // signed: one instruction
  }
  // The probability of at most x.
  float below(float x) const {
    if (!(x > 0)) return 0;
    if (x >= 1) return 1;
    const float at = x * places;
    const int32_t whole = static_cast<int32_t>(at);
    const size_t cell = static_cast<size_t>(whole);
    return cdf_[cell] + (cdf_[cell + 1] - cdf_[cell]) * (at - static_cast<float>(whole));
  }

 private:
  static constexpr uint32_t cells = 4096, subcells = 256, places = 4096;
  float tail(uint32_t cell, uint32_t rest) const;
  std::array<float, cells + 1> edges_;
  std::array<float, subcells + 1> first_, last_;
  std::array<float, places + 1> cdf_;
};

// An estimate with its shape at hand; a constant has none.
struct PertTable {
  float low = 0, width = 0;
  std::shared_ptr<const PertShape> shape;
  bool constant() const { return shape == nullptr; }
  float draw(uint32_t u) const { return shape ? low + width * shape->quantile(u) : low; }
  // The probability that it is above x; of a constant: 1 or 0.
  float above(float x) const { return shape ? 1 - shape->below((x - low) / width) : (low > x ? 1.0f : 0.0f); }
};

class PertTables {
 public:
  PertTable of(const Pert& pert);

 private:
  std::mutex mutex_;
  std::map<double, std::shared_ptr<const PertShape>> shapes_;
};

}  // namespace reeve::model
