#include "model/fair.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace reeve::model {
namespace {

const Pert full{1, 1, 1}, none{0, 0, 0};

FairControl control(std::string id, Pert strength, Pert factor = full) { return {std::move(id), strength, none, none, factor}; }
FairThreat threat(std::string id, std::vector<uint32_t> prevent) { return {std::move(id), {1, 5, 30}, {20, 50, 90}, {1000, 20000, 500000}, {0, 0.1, 0.4}, {0, 10000, 90000}, std::move(prevent), {}, {}}; }
double loss_mean(const FairThreat& of) { return of.primary.mean() + of.secondary_probability.mean() * of.secondary.mean(); }

FairEngine computed(FairEstate estate, size_t workers = 2) {
  FairEngine engine(std::move(estate), workers);
  engine.compute();
  return engine;
}

std::vector<double> told(const FairEngine& engine) {
  std::vector<double> out;
  const auto add = [&out](const LossFigures& f) { out.insert(out.end(), {f.mean, f.standard_error, f.p50, f.p90, f.p95, f.p99}); };
  for (const auto* list : {&engine.inherent(), &engine.residual()})
    for (const LossFigures& f : *list) add(f);
  add(engine.total());
  for (const CurvePoint& point : engine.total_curve()) out.push_back(point.loss);
  return out;
}

// The distribution function of a PERT by adding up its density: shares nothing with the table.
class Summed {
 public:
  explicit Summed(const Pert& pert, size_t count = 200'000) : cells(count), pert_(pert), sums_(count + 1) {
    const double m = (pert.mode - pert.low) / (pert.high - pert.low), a = 4 * m, b = 4 - a;
    for (size_t i = 0; i < cells; ++i) {
      const double x = (static_cast<double>(i) + 0.5) / static_cast<double>(cells);
      sums_[i + 1] = sums_[i] + std::pow(x, a) * std::pow(1 - x, b);
    }
    for (double& sum : sums_) sum /= sums_.back();
  }
  double below(double value) const {
    const double x = std::clamp((value - pert_.low) / (pert_.high - pert_.low), 0.0, 1.0) * static_cast<double>(cells);
    const size_t at = std::min<size_t>(static_cast<size_t>(x), cells - 1);
    return sums_[at] + (sums_[at + 1] - sums_[at]) * (x - static_cast<double>(at));
  }
  double at(double share) const {
    const size_t place = static_cast<size_t>(std::upper_bound(sums_.begin(), sums_.end(), share) - sums_.begin()) - 1;
    if (place >= cells) return pert_.high;
    return pert_.low + (pert_.high - pert_.low) * (static_cast<double>(place) + (share - sums_[place]) / (sums_[place + 1] - sums_[place])) / static_cast<double>(cells);
  }

 private:
  size_t cells;
  Pert pert_;
  std::vector<double> sums_;
};

TEST(PertTable, HasTheQuantilesAndTheDistributionOfTheDensity) {
  PertTables tables;
  for (const Pert& pert : {Pert{0, 0.5, 1}, Pert{1, 5, 30}, Pert{0, 0, 1}, Pert{0, 1, 1}, Pert{0.05, 0.2, 0.6}, Pert{1000, 20000, 500000}, Pert{0, 0.93, 1}}) {
    const PertTable table = tables.of(pert);
    const Summed summed(pert);
    const double width = pert.high - pert.low;
    for (double share : {1e-6, 1e-4, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1 - 1e-6}) {
      EXPECT_NEAR(table.draw(static_cast<uint32_t>(share * 0x1p32)), summed.at(share), (share < 0.01 || share > 0.99 ? 2e-4 : 1e-5) * width) << pert.mode << " at " << share;
      const double value = summed.at(share);
      EXPECT_NEAR(table.above(static_cast<float>(value)), 1 - share, 3e-5) << pert.mode << " at " << share;
    }
    double sum = 0, squares = 0;
    constexpr uint32_t places = 1u << 20;
    for (uint32_t i = 0; i < places; ++i) {
      const double x = static_cast<double>(table.draw((i << 12) + 2048)) - pert.mean();
      sum += x, squares += x * x;
    }
    EXPECT_NEAR(sum / places, 0, 2e-6 * width) << pert.mode;
    EXPECT_NEAR(squares / places / pert.variance(), 1, 1e-4) << pert.mode;
  }
  EXPECT_EQ(tables.of({3, 3, 3}).draw(12345), 3);
  EXPECT_EQ(tables.of({3, 3, 3}).above(2), 1);
  EXPECT_EQ(tables.of({3, 3, 3}).above(3), 0) << "as able as the control is strong does not get through";
}

TEST(Fair, WithoutControlsIsFrequencyTimesLoss) {
  const FairThreat a = threat("a", {});
  const FairEngine engine = computed({{}, {a}, 400'000, 1});
  const double exact = a.frequency.mean() * loss_mean(a);
  for (const auto& figures : {engine.inherent()[0], engine.residual()[0], engine.total()}) EXPECT_LE(std::abs(figures.mean - exact), 4 * figures.standard_error + 1);
  EXPECT_EQ(engine.inherent()[0].mean, engine.residual()[0].mean);
}

// Capability 20 … 90 against a control in the middle of a symmetric estimate, and layers that are surely or half met.
TEST(Fair, VulnerabilityIsCapabilityAboveTheStrongestLayerMet) {
  FairThreat a = threat("a", {});
  a.capability = {0, 50, 100};
  const auto share = [&](std::vector<FairControl> controls) {
    FairThreat own = a;
    for (uint32_t i = 0; i < controls.size(); ++i) own.prevent.push_back(i);
    const FairEngine engine = computed({std::move(controls), {own}, 1000, 1});
    return engine.residual()[0].mean / engine.inherent()[0].mean;
  };
  const double at_70 = 1 - Summed(a.capability).below(70);
  EXPECT_NEAR(share({control("x", {50, 50, 50})}), 0.5, 1e-5);
  EXPECT_NEAR(share({control("x", {70, 70, 70})}), at_70, 1e-5);
  EXPECT_NEAR(share({control("x", {50, 50, 50}), control("y", {70, 70, 70})}), at_70, 1e-5) << "one attacker, one capability: the strongest decides";
  EXPECT_NEAR(share({control("x", {50, 50, 50}, {0.5, 0.5, 0.5})}), 0.75, 1e-5) << "half of the attempts meet it";
  EXPECT_NEAR(share({control("x", {50, 50, 50}), control("y", {70, 70, 70}, {0.5, 0.5, 0.5})}), 0.5 * 0.5 + 0.5 * at_70, 1e-5);
  EXPECT_NEAR(share({control("y", {70, 70, 70}, {0.5, 0.5, 0.5}), control("x", {50, 50, 50}, {0.5, 0.5, 0.5})}), 0.5 * at_70 + 0.25 * 0.5 + 0.25, 1e-5) << "the order of layers is none";
  EXPECT_EQ(share({control("x", {50, 50, 50}, none)}), 1) << "what has failed is not there";
  EXPECT_EQ(share({control("x", {100, 100, 100})}), 0);
}

TEST(Fair, DetectionAndResponseTakeTheirShares) {
  FairThreat a = threat("a", {});
  a.detect = {0, 1};
  a.respond = {2};
  const auto share = [](double part) { return Pert{part, part, part}; };
  std::vector<FairControl> controls = {{"weak", none, share(0.1), none, full}, {"best", none, share(0.5), none, share(0.8)}, {"respond", none, none, share(0.25), full}};
  const FairEngine engine = computed({controls, {a}, 1000, 1});
  EXPECT_NEAR(engine.residual()[0].mean / engine.inherent()[0].mean, (1 - 0.4) * (1 - 0.25), 1e-5);
  EXPECT_NEAR(engine.loss_mean(0) / loss_mean(a), 0.45, 0.02);
  EXPECT_NEAR(engine.frequency_mean(0), a.frequency.mean(), 0.5) << "they change what an event costs, not how often there is one";
}

// Ten million draws that share nothing with the engine: quantiles and distribution functions that are sums of the density.
TEST(Fair, AgreesWithAReferenceOfTenMillion) {
  FairThreat a = threat("a", {0, 1});
  a.detect = {2};
  const std::vector<FairControl> controls = {control("x", {30, 50, 70}), control("y", {40, 70, 95}, {0, 0.5, 1}), {"z", none, {0.1, 0.2, 0.5}, none, full}};
  constexpr size_t reference_n = 10'000'000;
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> uniform(0, 1);
  const auto naive = [&](const Summed& of) { return of.at(uniform(engine)); };
  constexpr size_t cells = 8000;  // as many as stay in the processor's cache
  const Summed frequency(a.frequency, cells), primary(a.primary, cells), probability(a.secondary_probability, cells), secondary(a.secondary, cells);
  const Summed weak(controls[0].strength, cells), strong(controls[1].strength, cells), half_met(controls[1].factor, cells), shortens(controls[2].detect_share, cells);
  const Summed capability(a.capability, cells);
  std::vector<double> reference(reference_n);
  double sum = 0, squares = 0;
  for (double& drawn : reference) {
    const double x = 1 - capability.below(naive(weak)), y = 1 - capability.below(naive(strong)), met = naive(half_met);
    const double v = met * std::min(x, y) + (1 - met) * x;
    drawn = naive(frequency) * v * (naive(primary) + naive(probability) * naive(secondary)) * (1 - naive(shortens));
    sum += drawn, squares += drawn * drawn;
  }
  const double mean = sum / reference_n, deviation = std::sqrt(squares / reference_n - mean * mean);
  const auto at = [&reference](double share) {
    auto place = reference.begin() + static_cast<std::ptrdiff_t>(share * (reference_n - 1));
    std::nth_element(reference.begin(), place, reference.end());
    return *place;
  };
  const double p95 = at(0.95), slope = (at(0.955) - at(0.945)) / 0.01;
  for (int64_t n : {10'000, 1'000'000})
    for (int64_t seed : {1, 2, -3}) {
      const FairEngine ours = computed({controls, {a}, n, seed});
      const double share = 1.0 / static_cast<double>(n) + 1.0 / reference_n;
      EXPECT_LE(std::abs(ours.residual()[0].mean - mean), 4 * deviation * std::sqrt(share)) << n << " " << seed;
      EXPECT_LE(std::abs(ours.residual()[0].p95 - p95), 4 * std::sqrt(0.95 * 0.05 * share) * slope) << n << " " << seed;
      EXPECT_NEAR(ours.residual()[0].standard_error * std::sqrt(static_cast<double>(n)) / deviation, 1, 0.05);
      EXPECT_NEAR(ours.total().mean / ours.residual()[0].mean, 1, 1e-6);
    }
}

FairEstate forty() {
  FairEstate out{{}, {}, 3000, 5};
  for (uint32_t i = 0; i < 12; ++i) out.controls.push_back({"c" + std::to_string(i), {20, 40.0 + i, 90}, {0.1, 0.2, 0.5}, {0, 0.2, 0.3}, i % 3 == 0 ? Pert{0, 0.5, 1} : i % 3 == 1 ? full : none});
  for (uint32_t i = 0; i < 40; ++i) {
    out.threats.push_back(threat("t" + std::to_string(i), {i % 12, (i * 5 + 1) % 12, (i * 7 + 2) % 12}));
    out.threats.back().detect = {(i + 3) % 12};
    out.threats.back().respond = {(i + 4) % 12};
  }
  return out;
}

TEST(Fair, SaysTheSameOnAnyNumberOfThreads) {
  const auto first = told(computed(forty(), 1));
  for (size_t workers = 2; workers <= 8; ++workers) EXPECT_EQ(told(computed(forty(), workers)), first) << workers;
}

TEST(Fair, AThreatsFiguresDoNotMoveWhenOthersComeOrGo) {
  FairEstate few = forty();
  const FairEngine all = computed(forty());
  few.threats = {few.threats[7]};
  EXPECT_EQ(computed(few).residual()[0].p95, all.residual()[7].p95);
}

TEST(Fair, AfterADriftEverythingIsAsIfComputedAnew) {
  for (const Pert& factor : {none, full, Pert{0.1, 0.2, 0.9}})
    for (uint32_t drifted : {1u, 3u}) {
      FairEngine engine = computed(forty());
      engine.set_factor(drifted, factor);
      engine.set_factor(drifted, factor);
      engine.compute();
      FairEstate fresh = forty();
      fresh.controls[drifted].factor = factor;
      EXPECT_EQ(told(engine), told(computed(fresh)));
    }
  // A control of everything: the sum is added up anew.
  FairEstate shared = forty();
  for (FairThreat& one_of : shared.threats) one_of.prevent = {1};
  FairEngine engine = computed(shared);
  engine.set_factor(1, none);
  engine.set_factor(2, none);
  engine.compute();
  shared.controls[1].factor = shared.controls[2].factor = none;
  EXPECT_EQ(told(engine), told(computed(shared)));
}

TEST(Fair, AWhatIfIsWhatWouldBeComputed) {
  const FairEngine engine = computed(forty());
  FairEstate fresh = forty();
  fresh.controls[2].factor = full;
  fresh.controls[3].factor = none;
  const FairEngine other = computed(fresh);
  for (size_t t = 0; t < 40; ++t) EXPECT_NEAR(engine.mean_if(t, {{2, 1.0}, {3, 0.0}}), other.residual()[t].mean, 1e-6 * other.residual()[t].mean + 1e-9);
}

// Two threats behind one control whose strength nobody knows well are both likely or both unlikely: the sum varies more than for controls apart.
TEST(Fair, ThreatsThatShareAControlVaryTogether) {
  const auto sum_of = [](bool shared) {
    FairEstate estate{{}, {}, 50'000, 1};
    for (uint32_t i = 0; i < 20; ++i) {
      estate.controls.push_back(control("c" + std::to_string(i), {0, 50, 100}));
      FairThreat own = threat("t" + std::to_string(i), {shared ? 0 : i});
      own.frequency = full, own.primary = {100, 100, 100}, own.secondary = none;
      estate.threats.push_back(own);
    }
    return computed(estate).total();
  };
  const LossFigures together = sum_of(true), apart = sum_of(false);
  EXPECT_NEAR(together.mean / apart.mean, 1, 0.02);
  EXPECT_NEAR(together.standard_error / apart.standard_error, std::sqrt(20.0), 0.2) << "of twenty equal ones, by the root of twenty";
  EXPECT_GT(together.p95, 1.3 * apart.p95);
}

TEST(Fair, CurvesFallAndMeetTheQuantiles) {
  const FairEngine engine = computed(forty());
  for (const auto& curve : {engine.total_curve(), engine.curve(3)})
    for (size_t i = 1; i < curve.size(); ++i) {
      EXPECT_LT(curve[i].probability, curve[i - 1].probability);
      EXPECT_GE(curve[i].loss, curve[i - 1].loss);
    }
  for (const CurvePoint& point : engine.curve(3)) {
    if (point.probability == 0.05) {
      EXPECT_NEAR(point.loss, engine.residual()[3].p95, 1e-6 * point.loss);
    }
    if (point.probability == 0.01) {
      EXPECT_NEAR(point.loss, engine.residual()[3].p99, 1e-6 * point.loss);
    }
  }
}

TEST(Fair, TheTornadoSaysHowFarEachInputMovesTheMean) {
  FairEstate estate = forty();
  estate.simulations = 100'000;
  estate.threats = {threat("a", {1, 3})};
  const FairEngine engine = computed(estate);
  const auto bars = engine.tornado(0);
  const Summed frequency(estate.threats[0].frequency);
  bool seen = false, factor = false;
  for (size_t i = 0; i < bars.size(); ++i) {
    if (i) {
      EXPECT_LE(bars[i].width(), bars[i - 1].width());
    }
    if (bars[i].input == TornadoBar::Input::frequency) {
      seen = true;
      EXPECT_NEAR(bars[i].width() / engine.residual()[0].mean, (frequency.at(0.9) - frequency.at(0.1)) / estate.threats[0].frequency.mean(), 0.02);
    }
    if (bars[i].input == TornadoBar::Input::strength || bars[i].input == TornadoBar::Input::factor) {
      EXPECT_GE(bars[i].at_low, bars[i].at_high) << "a stronger control, or more of it, costs nobody money";
      factor |= bars[i].input == TornadoBar::Input::factor && bars[i].control == 3;
    }
    if (bars[i].input == TornadoBar::Input::capability) {
      EXPECT_LT(bars[i].at_low, bars[i].at_high);
    }
  }
  EXPECT_TRUE(seen);
  EXPECT_TRUE(factor) << "how much of control 3 stands is not known, and that is an input";
}

}  // namespace
}  // namespace reeve::model
