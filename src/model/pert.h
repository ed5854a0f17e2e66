// BetaPERT: what people mean when they say “at least low, most likely mode, at most high”, drawn by number.
//
// With m = (mode − low) / (high − low) it is low + (high − low) × Beta(1 + 4 m, 5 − 4 m), which is PERT with lambda 4:
//   mean = (low + 4 mode + high) / 6,  variance = (mean − low) (high − mean) / 7.
//
// There is no state: the n-th draw of a stream is a function of the stream and n (Random), so draws come out the same on any number of
// threads and in any order. A draw is exact, by rejection from a staircase above the density whose steps are chosen by Walker's alias method;
// one in thirty needs the density itself.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace reeve::model {

// SplitMix64 (Steele, Lea, Flood 2014) entered at any place: 64 bits that are a function of the key and of the counter alone.
struct Random {
  uint64_t key = 0;
  uint64_t bits(uint64_t counter) const;
  // The stream of one input of one scenario: it depends on nothing else, so other scenarios may come and go.
  static Random of(uint64_t seed, std::string_view id, uint64_t input);
};

struct Pert {
  double low = 0, mode = 0, high = 0;  // low ≤ mode ≤ high, finite
  double mean() const { return (low + 4 * mode + high) / 6; }
  double variance() const { return (mean() - low) * (high - mean()) / 7; }
};

class PertSampler {
 public:
  explicit PertSampler(const Pert& pert);
  double draw(const Random& random, uint64_t n) const;

 private:
  static constexpr uint32_t steps = 128;
  struct Step {
    uint64_t stays = 0;     // of 2^57: how much of its share of the alias table is its own
    uint32_t other = 0;     // whose the rest is
    uint32_t under = 0;     // of 2^24: what is below the density all over the step
    double top = 0;         // the staircase here
  };
  double density(double x) const;  // of the beta distribution, up to a factor
  double low_ = 0, width_ = 0, a_ = 1, b_ = 1;
  std::array<Step, steps> steps_;
};

}  // namespace reeve::model
