#include "model/fair.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "base/threads.h"

namespace reeve::model {
namespace {

constexpr double money_unit = 64;
constexpr size_t stretch = 2048;  // draws that are worked on at once, so that they stay near
constexpr double curve_points[] = {0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005, 0.001};
constexpr uint8_t prevents = 1, detects = 2, responds = 4;

float high_part(uint64_t bits, const PertTable& table) { return table.draw(static_cast<uint32_t>(bits >> 32)); }
float low_part(uint64_t bits, const PertTable& table) { return table.draw(static_cast<uint32_t>(bits)); }

// The value of a sorted or partly sorted list at a share of its ranks, between two by their distance.
template <class T>
double at_share(std::vector<T>& drawn, typename std::vector<T>::iterator& from, double share) {
  const double rank = share * static_cast<double>(drawn.size() - 1);
  const auto low = drawn.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(from, low, drawn.end());
  double out = static_cast<double>(*low);
  if (const double rest = rank - std::floor(rank); rest > 0 && low + 1 != drawn.end()) out += rest * (static_cast<double>(*std::min_element(low + 1, drawn.end())) - out);
  from = low;
  return out;
}

// Quantiles of losses that are not negative: counted by their first bits, so that only those near a quantile are put in order. The same values as at_share.
void quantiles_of(const std::vector<float>& drawn, LossFigures& out) {
  constexpr uint32_t first_bits = 12, shift = 31 - first_bits, buckets = 1u << first_bits;
  const auto bucket = [](float value) { return (std::bit_cast<uint32_t>(value) & 0x7FFFFFFFu) >> shift; };
  std::array<uint32_t, buckets> counts{}, others{};  // two, for a count waits for the one before it where both are of one bucket
  size_t pair = 0;
  for (; pair + 1 < drawn.size(); pair += 2) ++counts[bucket(drawn[pair])], ++others[bucket(drawn[pair + 1])];
  if (pair < drawn.size()) ++counts[bucket(drawn[pair])];
  for (uint32_t at = 0; at < buckets; ++at) counts[at] += others[at];
  struct Wanted {
    double* into = nullptr;
    double rest = 0;
    size_t low = 0, high = 0;         // ranks
    uint32_t first = 0, last = 0;     // their buckets
    size_t below = 0;                 // in buckets before the first
    std::vector<float> near;
  };
  std::array<Wanted, 4> wanted;
  std::array<uint8_t, buckets> of{};  // bits: which of them want the bucket
  uint32_t at = 0;
  size_t below = 0, place = 0;
  for (auto [share, into] : {std::pair<double, double*>{0.50, &out.p50}, {0.90, &out.p90}, {0.95, &out.p95}, {0.99, &out.p99}}) {
    Wanted& one = wanted[place];
    const double rank = share * static_cast<double>(drawn.size() - 1);
    one.into = into;
    one.rest = rank - std::floor(rank);
    one.low = static_cast<size_t>(rank);
    one.high = std::min(one.low + 1, drawn.size() - 1);
    while (below + counts[at] <= one.low) below += counts[at++];
    one.first = one.last = at;
    one.below = below;
    for (size_t up_to = below + counts[at]; up_to <= one.high; up_to += counts[one.last]) ++one.last;
    for (uint32_t b = one.first; b <= one.last; ++b) of[b] |= static_cast<uint8_t>(1u << place);
    ++place;
  }
  for (float value : drawn)
    if (const uint8_t who = of[bucket(value)])
      for (size_t i = 0; i < wanted.size(); ++i)
        if (who & (1u << i)) wanted[i].near.push_back(value);
  for (Wanted& one : wanted) {
    const auto low = one.near.begin() + static_cast<std::ptrdiff_t>(one.low - one.below);
    std::nth_element(one.near.begin(), low, one.near.end());
    *one.into = static_cast<double>(*low);
    if (one.rest > 0 && one.high > one.low) *one.into += one.rest * (static_cast<double>(*std::min_element(low + 1, one.near.end())) - *one.into);
  }
}

template <class T>
LossFigures figures_of(std::vector<T>& drawn, double unit) {
  LossFigures out;
  const double n = static_cast<double>(drawn.size());
  double sum = 0, squares = 0;
  for (T one : drawn) sum += static_cast<double>(one);
  out.mean = sum / n;
  for (T one : drawn) squares += (static_cast<double>(one) - out.mean) * (static_cast<double>(one) - out.mean);
  out.standard_error = n > 1 ? std::sqrt(squares / (n - 1) / n) : 0;
  if constexpr (std::is_same_v<T, float>) {
    quantiles_of(drawn, out);
  } else {
    auto from = drawn.begin();
    out.p50 = at_share(drawn, from, 0.50);
    out.p90 = at_share(drawn, from, 0.90);
    out.p95 = at_share(drawn, from, 0.95);
    out.p99 = at_share(drawn, from, 0.99);
  }
  for (double* one : {&out.mean, &out.standard_error, &out.p50, &out.p90, &out.p95, &out.p99}) *one /= unit;
  return out;
}

template <class T>
std::vector<CurvePoint> curve_of(std::vector<T> drawn, double unit) {
  std::vector<CurvePoint> out;
  auto from = drawn.begin();
  for (double probability : curve_points) out.push_back({probability, at_share(drawn, from, 1 - probability) / unit});
  return out;
}

// The 10th and the 90th percentile, between which a bar of the tornado reaches.
constexpr uint32_t tenth = 429'496'730u, nine_tenths = 3'865'470'566u;

}  // namespace

std::string_view name(TornadoBar::Input input) {
  constexpr std::string_view names[] = {"frequency", "capability", "primary loss", "secondary probability", "secondary loss", "strength", "standing", "detection's share", "response's share"};
  return names[static_cast<size_t>(input)];
}

struct FairEngine::Source {
  const float* drawn = nullptr;
  float constant = 0;
  float at(size_t n) const { return drawn ? drawn[n] : constant; }
};

// What is not NaN, or named, is held still.
struct FairEngine::Fixed {
  double frequency = NAN, capability = NAN, primary = NAN, secondary_probability = NAN, secondary = NAN;
  struct OfControl {
    uint32_t control = 0;
    double strength = NAN, factor = NAN, detect = NAN, respond = NAN;
  };
  std::vector<OfControl> controls;
  const OfControl* of(uint32_t control) const {
    for (const OfControl& one : controls)
      if (one.control == control) return &one;
    return nullptr;
  }
};

struct FairEngine::Desk {
  std::vector<float> losses;             // n long
  std::vector<float> open = std::vector<float>(stretch), left = std::vector<float>(stretch), taken = std::vector<float>(stretch);
  std::vector<std::pair<float, float>> met;  // of one draw: 1 − F(s), factor
};

FairEngine::FairEngine(FairEstate estate, size_t workers) : estate_(std::move(estate)), workers_(std::max<size_t>(1, workers)) {
  estate_.simulations = std::clamp<int64_t>(estate_.simulations, 1, fair_simulations_max);
  const size_t threats = estate_.threats.size(), controls = estate_.controls.size();
  tables_.resize(threats);
  inherent_.resize(threats);
  residual_.resize(threats);
  stale_.assign(threats, 1);
  control_tables_.resize(controls);
  drawn_.resize(controls);
  threats_of_.resize(controls);
  duties_of_.assign(controls, 0);
  for (uint32_t t = 0; t < threats; ++t) {
    const FairThreat& threat = estate_.threats[t];
    for (auto [list, duty] : {std::pair{&threat.prevent, prevents}, std::pair{&threat.detect, detects}, std::pair{&threat.respond, responds}})
      for (uint32_t control : *list) {
        duties_of_[control] |= duty;
        if (threats_of_[control].empty() || threats_of_[control].back() != t) threats_of_[control].push_back(t);
      }
  }
  parallel_for(threats, workers_, [&](size_t t, size_t) {
    const FairThreat& threat = estate_.threats[t];
    tables_[t] = {shapes_->of(threat.frequency), shapes_->of(threat.capability), shapes_->of(threat.primary), shapes_->of(threat.secondary_probability), shapes_->of(threat.secondary)};
  });
  parallel_for(controls, workers_, [&](size_t c, size_t) { draw_control(static_cast<uint32_t>(c), false); });
}

void FairEngine::draw_control(uint32_t c, bool factor_only) {
  const FairControl& control = estate_.controls[c];
  ControlTables& tables = control_tables_[c];
  tables.factor = shapes_->of(control.factor);
  if (!factor_only) tables.strength = shapes_->of(control.strength), tables.detect = shapes_->of(control.detect_share), tables.respond = shapes_->of(control.respond_share);
  Drawn& drawn = drawn_[c];
  const size_t n = static_cast<size_t>(estate_.simulations);
  const Random random = Random::of(static_cast<uint64_t>(estate_.seed), "control " + control.id, 0);
  const uint8_t duties = duties_of_[c];
  const auto want = [&](std::vector<float>& into, const PertTable& table, uint8_t duty, auto&& draw) {
    into.clear();
    if (table.constant() || !(duties & duty)) return;
    into.resize(n);
    for (size_t i = 0; i < n; ++i) into[i] = draw(i, table);
  };
  want(drawn.factor, tables.factor, prevents | detects | responds, [&](size_t i, const PertTable& table) { return low_part(random.bits(2 * i), table); });
  if (factor_only) return;
  want(drawn.strength, tables.strength, prevents, [&](size_t i, const PertTable& table) { return high_part(random.bits(2 * i), table); });
  want(drawn.detect, tables.detect, detects, [&](size_t i, const PertTable& table) { return high_part(random.bits(2 * i + 1), table); });
  want(drawn.respond, tables.respond, responds, [&](size_t i, const PertTable& table) { return low_part(random.bits(2 * i + 1), table); });
}

// `bare`: with no control at all.
void FairEngine::fill(size_t t, const Fixed* fixed, Desk& desk, bool bare) const {
  const FairThreat& threat = estate_.threats[t];
  const Tables& tables = tables_[t];
  const size_t n = static_cast<size_t>(estate_.simulations);
  desk.losses.resize(n);
  const Random random = Random::of(static_cast<uint64_t>(estate_.seed), "threat " + threat.id, 0);
  const auto held = [&](double Fixed::*input, const PertTable& table) {
    PertTable out = table;
    if (fixed && !std::isnan(fixed->*input)) out = {static_cast<float>(fixed->*input), 0, nullptr};
    return out;
  };
  const PertTable frequency = held(&Fixed::frequency, tables.frequency), primary = held(&Fixed::primary, tables.primary);
  const PertTable probability = held(&Fixed::secondary_probability, tables.secondary_probability), secondary = held(&Fixed::secondary, tables.secondary);
  const PertTable capability = held(&Fixed::capability, tables.capability);

  const auto source = [&](uint32_t c, const std::vector<float> Drawn::*list, PertTable ControlTables::*table, double Fixed::OfControl::*input) {
    if (const Fixed::OfControl* own = fixed ? fixed->of(c) : nullptr; own && !std::isnan(own->*input)) return Source{nullptr, static_cast<float>(own->*input)};
    const std::vector<float>& drawn = drawn_[c].*list;
    if (!drawn.empty()) return Source{drawn.data(), 0};
    return Source{nullptr, (control_tables_[c].*table).low};
  };
  struct Layer {
    Source strength, factor;
  };
  std::vector<Layer> whole, parts, detect, respond;
  if (!bare) {
    const auto bound = [&](const std::vector<uint32_t>& controls, const std::vector<float> Drawn::*list, PertTable ControlTables::*table, double Fixed::OfControl::*input, std::vector<Layer>& into,
                           std::vector<Layer>& into_whole) {
      for (uint32_t c : controls) {
        const Source factor = source(c, &Drawn::factor, &ControlTables::factor, &Fixed::OfControl::factor);
        if (!factor.drawn && !(factor.constant > 0)) continue;  // nothing of it stands
        (factor.drawn || factor.constant < 1 ? into : into_whole).push_back({source(c, list, table, input), factor});
      }
    };
    bound(threat.prevent, &Drawn::strength, &ControlTables::strength, &Fixed::OfControl::strength, parts, whole);
    bound(threat.detect, &Drawn::detect, &ControlTables::detect, &Fixed::OfControl::detect, detect, detect);
    bound(threat.respond, &Drawn::respond, &ControlTables::respond, &Fixed::OfControl::respond, respond, respond);
  }

  for (size_t first = 0; first < n; first += stretch) {
    const size_t count = std::min(stretch, n - first);
    float* const losses = desk.losses.data() + first;
    // 1. What would be lost if every attempt succeeded.
    for (size_t i = 0; i < count; ++i) {
      const uint64_t one = random.bits(2 * (first + i)), other = random.bits(2 * (first + i) + 1);
      losses[i] = high_part(one, frequency) * (low_part(one, primary) + high_part(other, probability) * low_part(other, secondary));
    }
    // 2. Vulnerability: the strongest of what is surely met, then what may be met.
    if (!whole.empty() || !parts.empty()) {
      float* const open = desk.open.data();
      std::fill(open, open + count, 1.0f);
      for (const Layer& layer : whole)
        for (size_t i = 0; i < count; ++i) open[i] = std::min(open[i], capability.above(layer.strength.at(first + i)));
      if (parts.size() == 1) {
        const Layer& layer = parts[0];
        for (size_t i = 0; i < count; ++i) {
          const float met = std::min(open[i], capability.above(layer.strength.at(first + i)));
          open[i] += layer.factor.at(first + i) * (met - open[i]);
        }
      } else if (parts.size() == 2) {
        const Layer &a = parts[0], &b = parts[1];
        for (size_t i = 0; i < count; ++i) {
          const float x = std::min(open[i], capability.above(a.strength.at(first + i))), y = std::min(open[i], capability.above(b.strength.at(first + i)));
          const float p = a.factor.at(first + i), q = b.factor.at(first + i);
          open[i] = p * q * std::min(x, y) + p * (1 - q) * x + q * (1 - p) * y + (1 - p) * (1 - q) * open[i];
        }
      } else if (!parts.empty()) {
        for (size_t i = 0; i < count; ++i) {
          desk.met.clear();
          for (const Layer& layer : parts) {
            const std::pair<float, float> one{std::min(open[i], capability.above(layer.strength.at(first + i))), layer.factor.at(first + i)};
            auto at = desk.met.end();
            while (at != desk.met.begin() && (at - 1)->first > one.first) --at;
            desk.met.insert(at, one);
          }
          float v = 0, none = 1;  // the strongest first: met, or not met and then the next
          for (const auto& [passes, factor] : desk.met) v += none * factor * passes, none *= 1 - factor;
          open[i] = v + none * open[i];
        }
      }
      for (size_t i = 0; i < count; ++i) losses[i] *= open[i];
    }
    // 3. What detection and response take off.
    for (const std::vector<Layer>* duty : {&detect, &respond}) {
      if (duty->empty()) continue;
      float* const taken = desk.taken.data();
      std::fill(taken, taken + count, 0.0f);
      for (const Layer& layer : *duty)
        for (size_t i = 0; i < count; ++i) taken[i] = std::max(taken[i], layer.factor.at(first + i) * layer.strength.at(first + i));
      for (size_t i = 0; i < count; ++i) losses[i] *= 1 - taken[i];
    }
  }
}

void FairEngine::add_to(std::vector<int64_t>& totals, const std::vector<float>& losses, int64_t sign) const {
  for (size_t i = 0; i < losses.size(); ++i) totals[i] += sign * static_cast<int64_t>(static_cast<double>(losses[i]) * money_unit + 0.5);
}

LossFigures FairEngine::told(std::vector<float>& losses) const { return figures_of(losses, 1); }

double FairEngine::mean_of(const std::vector<float>& losses) const {
  double sum = 0;
  for (float one : losses) sum += static_cast<double>(one);
  return sum / static_cast<double>(losses.size());
}

void FairEngine::compute() {
  const size_t n = static_cast<size_t>(estate_.simulations);
  struct Worker {
    Desk desk;
    std::vector<int64_t> totals;
  };
  std::vector<Worker> workers(workers_);
  const bool afresh = !totals_hold_;
  std::vector<uint32_t> due;
  for (uint32_t t = 0; t < stale_.size(); ++t)
    if (afresh || stale_[t]) due.push_back(t);
  if (afresh) totals_.assign(n, 0);
  parallel_for(due.size(), workers_, [&](size_t i, size_t w) {
    Worker& worker = workers[w];
    worker.totals.resize(n);
    const uint32_t t = due[i];
    if (!computed_) {
      fill(t, nullptr, worker.desk, true);
      inherent_[t] = told(worker.desk.losses);
    }
    fill(t, nullptr, worker.desk, false);
    add_to(worker.totals, worker.desk.losses, 1);
    if (stale_[t]) residual_[t] = told(worker.desk.losses);
    stale_[t] = 0;
  });
  for (const Worker& worker : workers)
    for (size_t i = 0; i < worker.totals.size(); ++i) totals_[i] += worker.totals[i];
  computed_ = totals_hold_ = true;
  std::vector<int64_t> drawn = totals_;
  total_ = figures_of(drawn, money_unit);
}

void FairEngine::set_factor(uint32_t control, const Pert& factor) {
  // Of the sum, what the touched threats put in is taken out while it can still be drawn; where that is most of it, it is added up anew.
  const std::vector<uint32_t>& touched = threats_of_[control];
  if (totals_hold_ && touched.size() * 2 > estate_.threats.size()) totals_hold_ = false;
  if (totals_hold_) {
    struct Worker {
      Desk desk;
      std::vector<int64_t> totals;
    };
    std::vector<Worker> workers(workers_);
    parallel_for(touched.size(), workers_, [&](size_t i, size_t w) {
      if (stale_[touched[i]]) return;  // taken out already
      Worker& worker = workers[w];
      worker.totals.resize(totals_.size());
      fill(touched[i], nullptr, worker.desk, false);
      add_to(worker.totals, worker.desk.losses, -1);
    });
    for (const Worker& worker : workers)
      for (size_t i = 0; i < worker.totals.size(); ++i) totals_[i] += worker.totals[i];
  }
  for (uint32_t t : touched) stale_[t] = 1;
  estate_.controls[control].factor = factor;
  draw_control(control, true);
}

std::vector<CurvePoint> FairEngine::total_curve() const { return curve_of(totals_, money_unit); }

std::vector<CurvePoint> FairEngine::curve(size_t threat) const {
  Desk desk;
  fill(threat, nullptr, desk, false);
  return curve_of(std::move(desk.losses), 1);
}

double FairEngine::mean_fixed(size_t threat, const Fixed& fixed) const {
  Desk desk;
  fill(threat, &fixed, desk, false);
  return mean_of(desk.losses);
}

double FairEngine::mean_if(size_t threat, const Changes& changes) const {
  Fixed fixed;
  for (const auto& [control, factor] : changes) fixed.controls.push_back({.control = control, .factor = factor});
  return mean_fixed(threat, fixed);
}

double FairEngine::frequency_mean(size_t threat) const {
  // The loss held at one, and nothing that shortens it.
  Fixed fixed;
  fixed.primary = 1, fixed.secondary_probability = 0, fixed.secondary = 0;
  const FairThreat& own = estate_.threats[threat];
  for (const auto* list : {&own.detect, &own.respond})
    for (uint32_t control : *list) fixed.controls.push_back({.control = control, .detect = 0, .respond = 0});
  return mean_fixed(threat, fixed);
}

double FairEngine::loss_mean(size_t threat) const {
  // One attempt a year that nobody withstands: capability above every strength.
  Fixed fixed;
  fixed.frequency = 1;
  fixed.capability = 1e30;
  return mean_fixed(threat, fixed);
}

std::vector<TornadoBar> FairEngine::tornado(size_t t) const {
  const FairThreat& threat = estate_.threats[t];
  std::vector<TornadoBar> out;
  const auto input = [&](TornadoBar::Input which, const PertTable& table, double Fixed::*into) {
    if (table.constant()) return;
    Fixed low, high;
    low.*into = static_cast<double>(table.draw(tenth));
    high.*into = static_cast<double>(table.draw(nine_tenths));
    out.push_back({which, 0, mean_fixed(t, low), mean_fixed(t, high)});
  };
  const Tables& tables = tables_[t];
  input(TornadoBar::Input::frequency, tables.frequency, &Fixed::frequency);
  input(TornadoBar::Input::capability, tables.capability, &Fixed::capability);
  input(TornadoBar::Input::primary, tables.primary, &Fixed::primary);
  input(TornadoBar::Input::secondary_probability, tables.secondary_probability, &Fixed::secondary_probability);
  input(TornadoBar::Input::secondary, tables.secondary, &Fixed::secondary);
  const auto of_control = [&](TornadoBar::Input which, uint32_t control, const PertTable& table, double Fixed::OfControl::*into) {
    if (table.constant()) return;
    for (const TornadoBar& bar : out)
      if (bar.input == which && bar.control == control) return;  // its factor, in another duty
    Fixed low, high;
    Fixed::OfControl at_low{.control = control}, at_high{.control = control};
    at_low.*into = static_cast<double>(table.draw(tenth));
    at_high.*into = static_cast<double>(table.draw(nine_tenths));
    low.controls.push_back(at_low);
    high.controls.push_back(at_high);
    out.push_back({which, control, mean_fixed(t, low), mean_fixed(t, high)});
  };
  const auto stands = [&](uint32_t control) { return estate_.controls[control].factor.high > 0; };
  for (uint32_t c : threat.prevent)
    if (stands(c)) of_control(TornadoBar::Input::strength, c, control_tables_[c].strength, &Fixed::OfControl::strength);
  for (uint32_t c : threat.detect)
    if (stands(c)) of_control(TornadoBar::Input::detect_share, c, control_tables_[c].detect, &Fixed::OfControl::detect);
  for (uint32_t c : threat.respond)
    if (stands(c)) of_control(TornadoBar::Input::respond_share, c, control_tables_[c].respond, &Fixed::OfControl::respond);
  for (const auto* list : {&threat.prevent, &threat.detect, &threat.respond})
    for (uint32_t c : *list) of_control(TornadoBar::Input::factor, c, control_tables_[c].factor, &Fixed::OfControl::factor);
  std::stable_sort(out.begin(), out.end(), [](const TornadoBar& a, const TornadoBar& b) { return a.width() > b.width(); });
  return out;
}

}  // namespace reeve::model
