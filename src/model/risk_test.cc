#include "model/risk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "formats/json.h"

namespace reeve::model {
namespace {

// The shapes that a PERT can take: symmetric, leaning, its mode at an end, narrow, far from zero, a constant.
const Pert shapes[] = {{0, 0.5, 1}, {1, 5, 30}, {0, 0, 1}, {0, 1, 1}, {0.05, 0.2, 0.6}, {1000, 20000, 500000}, {7, 7.001, 7.002}, {1e9, 1e9 + 1, 2e9}, {3, 3, 3}};

TEST(Pert, HasTheMeanAndTheVarianceOfItsClosedForms) {
  constexpr size_t n = 400000;
  for (const Pert& pert : shapes) {
    const PertSampler sampler(pert);
    const Random random = Random::of(11, "closed forms", 0);
    double sum = 0, squares = 0, fourth = 0, least = 1e300, most = -1e300;
    for (size_t i = 0; i < n; ++i) {
      const double x = sampler.draw(random, i), d = x - pert.mean();
      sum += d, squares += d * d, fourth += d * d * d * d;
      least = std::min(least, x), most = std::max(most, x);
    }
    SCOPED_TRACE(testing::Message() << pert.low << " " << pert.mode << " " << pert.high);
    EXPECT_GE(least, pert.low);
    EXPECT_LE(most, pert.high);
    const double variance = squares / n;
    EXPECT_LE(std::abs(sum / n), 4 * std::sqrt(pert.variance() / n) + 1e-9 * pert.high);
    EXPECT_LE(std::abs(variance - pert.variance()), 4 * std::sqrt((fourth / n - variance * variance) / n) + 1e-9 * pert.high);
  }
}

// The distribution itself, not only two moments of it: as many draws below each of 50 places as the integral of the density says.
TEST(Pert, IsTheBetaDistribution) {
  constexpr size_t n = 400000, cells = 50;
  for (const Pert& pert : {Pert{0, 0.5, 1}, Pert{0, 0, 1}, Pert{0, 0.1, 1}, Pert{0, 0.93, 1}}) {
    const double a = 4 * pert.mode, b = 4 - a;
    double whole = 0;
    std::vector<double> expected(cells);
    for (size_t i = 0; i < cells * 2000; ++i) {
      const double x = (static_cast<double>(i) + 0.5) / (cells * 2000), density = std::pow(x, a) * std::pow(1 - x, b);
      expected[i / 2000] += density;
      whole += density;
    }
    std::vector<double> seen(cells);
    const PertSampler sampler(pert);
    const Random random = Random::of(5, "cells", 1);
    for (size_t i = 0; i < n; ++i) ++seen[static_cast<size_t>(sampler.draw(random, i) * cells)];
    double chi = 0;
    for (size_t i = 0; i < cells; ++i) {
      const double wanted = expected[i] / whole * n;
      if (wanted > 5) chi += (seen[i] - wanted) * (seen[i] - wanted) / wanted;
    }
    EXPECT_LT(chi, 49 + 5 * std::sqrt(2 * 49.0)) << pert.mode;
  }
}

// A reference that shares nothing with the sampler: betas as quotients of the library's gammas, quantiles of a sorted sample.
TEST(Simulation, AgreesWithAReferenceOfTenMillion) {
  const Scenario scenario{"a", {1, 5, 30}, {0.05, 0.2, 0.6}, {1000, 20000, 500000}};
  constexpr size_t reference_n = 10'000'000;
  std::mt19937_64 engine(1);
  auto naive = [&engine](const Pert& pert) {
    const double m = (pert.mode - pert.low) / (pert.high - pert.low);
    std::gamma_distribution<double> left(1 + 4 * m, 1), right(5 - 4 * m, 1);
    const double x = left(engine), y = right(engine);
    return pert.low + (pert.high - pert.low) * x / (x + y);
  };
  std::vector<double> reference(reference_n);
  double sum = 0, squares = 0;
  for (double& one : reference) {
    one = naive(scenario.tef) * naive(scenario.vulnerability) * naive(scenario.loss);
    sum += one, squares += one * one;
  }
  const double mean = sum / reference_n, deviation = std::sqrt(squares / reference_n - mean * mean);
  auto at = [&reference](double share) {
    auto place = reference.begin() + static_cast<std::ptrdiff_t>(share * (reference_n - 1));
    std::nth_element(reference.begin(), place, reference.end());
    return *place;
  };
  const double p95 = at(0.95), slope = (at(0.955) - at(0.945)) / 0.01;  // of the quantile: 1 / density
  const double closed = scenario.tef.mean() * scenario.vulnerability.mean() * scenario.loss.mean();
  EXPECT_LE(std::abs(mean - closed), 4 * deviation / std::sqrt(reference_n)) << "the reference itself is wrong";
  for (int64_t n : {10'000, 1'000'000, 3'000'000}) {
    for (int64_t seed : {1, 2, -3}) {
      const Risk risk = simulate({.simulations = n, .seed = seed, .scenarios = {scenario}}, 2)[0];
      const double share = 1.0 / static_cast<double>(n) + 1.0 / reference_n;
      EXPECT_LE(std::abs(risk.mean - mean), 4 * deviation * std::sqrt(share)) << n << " " << seed;
      EXPECT_LE(std::abs(risk.p95 - p95), 4 * std::sqrt(0.95 * 0.05 * share) * slope) << n << " " << seed;
      EXPECT_NEAR(risk.standard_error, deviation / std::sqrt(static_cast<double>(n)), 0.1 * deviation / std::sqrt(static_cast<double>(n)));
    }
  }
}

TEST(Simulation, SaysTheSameOnAnyNumberOfThreads) {
  Scenarios all{.simulations = 10'001, .seed = 3};
  for (int i = 0; i < 20; ++i) all.scenarios.push_back({"s" + std::to_string(i), {1, 5, 30}, {0.1, 0.2, 0.3}, {10, 1000, 5000}});
  auto texts = [](const Scenarios& scenarios, size_t threads) {
    std::vector<double> out;
    for (const Risk& risk : simulate(scenarios, threads)) out.insert(out.end(), {risk.mean, risk.standard_error, risk.p50, risk.p90, risk.p95, risk.p99});
    return out;
  };
  const auto one = texts(all, 1);
  EXPECT_EQ(one, texts(all, 2));
  EXPECT_EQ(one, texts(all, 7));
  Scenarios large{.simulations = (1 << 20) + 77, .seed = 3, .scenarios = {all.scenarios[0]}};
  EXPECT_EQ(texts(large, 1), texts(large, 5));
  // One scenario alone has the figures that it has among others.
  Scenarios alone{.simulations = 10'001, .seed = 3, .scenarios = {all.scenarios[4]}};
  EXPECT_EQ(texts(alone, 1), std::vector<double>(one.begin() + 24, one.begin() + 30));
}

TEST(Simulation, QuantilesAreThoseOfTheSortedDraws) {
  const Scenario scenario{"q", {1, 5, 30}, {1, 1, 1}, {2, 2, 2}};
  for (int64_t n : {1, 2, 3, 10, 101, 5000}) {
    const Risk risk = simulate({.simulations = n, .seed = 9, .scenarios = {scenario}}, 1)[0];
    std::vector<double> draws;
    const PertSampler sampler(scenario.tef);
    for (int64_t i = 0; i < n; ++i) draws.push_back(sampler.draw(Random::of(9, "q", 0), static_cast<uint64_t>(i)) * 1 * 2);
    std::sort(draws.begin(), draws.end());
    auto quantile = [&draws](double share) {
      const double rank = share * static_cast<double>(draws.size() - 1);
      const size_t low = static_cast<size_t>(rank), high = std::min(low + 1, draws.size() - 1);
      return draws[low] + (rank - std::floor(rank)) * (draws[high] - draws[low]);
    };
    EXPECT_EQ((std::vector<double>{risk.p50, risk.p90, risk.p95, risk.p99}), (std::vector<double>{quantile(0.5), quantile(0.9), quantile(0.95), quantile(0.99)})) << n;
  }
}

}  // namespace
}  // namespace reeve::model
