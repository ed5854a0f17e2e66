// What threats may cost in a year, given the controls that stand against them: FAIR (the Open Group's O-RT and O-RA) by Monte Carlo.
//
//   risk = loss event frequency × loss magnitude
//   loss event frequency = threat event frequency × vulnerability
//   vulnerability = P(threat capability > control strength)
//   loss magnitude = (primary loss + secondary probability × secondary loss) × what detection and response leave of it
//
// Every estimate is a BetaPERT. A simulation draws frequency, losses, and each control's strength and standing; the threat's capability is not drawn but
// integrated: for a drawn strength s the vulnerability is 1 − F(s), F being the capability's distribution. So a run of 10,000 sees no coin tosses.
//
// Layers. Each preventive control is met by the attempt with probability c (its factor: how much of it stands, drawn), else it is not in the way. One
// attacker, of one capability, tries whatever is met, and succeeds if above the strongest of it: v = E[min over the layers met of 1 − F(s)], 1 where none is met,
// exactly, per draw. Multiplying the layers' vulnerabilities instead would say that who beat one is no abler at the next, and five weak controls
// would add up to a strong one; what several layers are worth here is that one stands where another has a gap, and that the strongest is seldom the
// same in each draw. (O-RT §3 defines vulnerability by one comparison of capability with resistance; FAIR-CAM, the FAIR Institute's model
// of controls, splits a control into how capable it is, how much it covers and how reliably it works: strength here is the first, the factor the other two.)
//
// Detection and response shorten. The best of what detects takes its share off the loss (factor × share, both drawn), the best of what responds takes its own off the rest.
//
// A control's draws come from a stream of the control's id, so that threats which share a control are wrong about it together; a threat's own come
// from a stream of its id. What-ifs share all draws with what they are held against (common random numbers): their difference has no noise of its own.
// The n-th draw depends on seed, id and n alone: the same on any number of threads, and nobody's figures move when others come or go.
//
// Not modelled: the count of events in a year (a risk of one event in ten years costs a tenth of it each year here, as in FAIR's own tree).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/pert.h"
#include "model/pert_table.h"

namespace reeve::model {

struct FairControl {
  std::string id;
  Pert strength;                 // on the scale of capability
  Pert detect_share, respond_share;  // off the loss, 0 to 1
  Pert factor{1, 1, 1};          // how much of it stands, 0 to 1
};

struct FairThreat {
  std::string id;
  Pert frequency;   // attempts a year
  Pert capability;  // any scale that strengths share; Reeve's is 0 to 100, percentiles of all who attack
  Pert primary, secondary_probability, secondary;  // money; a probability; money
  std::vector<uint32_t> prevent, detect, respond;  // indices of controls
};

constexpr double fair_loss_max = 1e12;  // a year's, of one threat at its worst: sums of 10,000 such are still exact
constexpr int64_t fair_simulations_max = 1'000'000;

struct FairEstate {
  std::vector<FairControl> controls;  // two of one id share their draws: one control that stands differently for different threats
  std::vector<FairThreat> threats;    // each id once; frequency.high × all loss at most fair_loss_max
  int64_t simulations = 10'000, seed = 1;
};

// Of a year's loss.
struct LossFigures {
  double mean = 0, standard_error = 0;
  double p50 = 0, p90 = 0, p95 = 0, p99 = 0;
};
struct CurvePoint {
  double probability = 0;  // that a year's loss is at least …
  double loss = 0;
};
// What moves the mean, the widest first: the mean if one input stood at its 10th and at its 90th percentile and all others were drawn.
struct TornadoBar {
  enum class Input : uint8_t { frequency, capability, primary, secondary_probability, secondary, strength, factor, detect_share, respond_share };
  Input input = Input::frequency;
  uint32_t control = 0;  // of the last four
  double at_low = 0, at_high = 0;
  double width() const { return at_high > at_low ? at_high - at_low : at_low - at_high; }
};
std::string_view name(TornadoBar::Input input);

class FairEngine {
 public:
  FairEngine(FairEstate estate, size_t workers);

  // Figures of every threat and of their sum. After `set_factor` only of threats that have the control; the rest stands.
  void compute();
  // A drift: how much of a control stands has changed. Figures are old until `compute`.
  void set_factor(uint32_t control, const Pert& factor);

  const FairEstate& estate() const { return estate_; }
  const std::vector<LossFigures>& inherent() const { return inherent_; }  // with no control at all
  const std::vector<LossFigures>& residual() const { return residual_; }
  const LossFigures& total() const { return total_; }  // of the sum of all threats, draw by draw
  std::vector<CurvePoint> total_curve() const;
  std::vector<CurvePoint> curve(size_t threat) const;
  std::vector<TornadoBar> tornado(size_t threat) const;
  // The mean if these controls stood so; their other draws are those of the residual.
  using Changes = std::vector<std::pair<uint32_t, double>>;  // control, factor
  double mean_if(size_t threat, const Changes& changes) const;
  double frequency_mean(size_t threat) const;  // loss events a year, residual: for classes of likelihood
  double loss_mean(size_t threat) const;       // what one event costs, after detection and response
  // Threats that have a control in any duty, in order.
  const std::vector<uint32_t>& threats_of(uint32_t control) const { return threats_of_[control]; }

 private:
  struct Drawn {  // of one control, n long; empty where the control has no such duty or the estimate is constant
    std::vector<float> strength, factor, detect, respond;
  };
  struct Source;  // a drawn value, or one for all draws
  struct Fixed;   // what a what-if holds still
  struct Desk;    // a worker's buffers
  void draw_control(uint32_t control, bool factor_only);
  void fill(size_t threat, const Fixed* fixed, Desk& desk, bool bare) const;
  void add_to(std::vector<int64_t>& totals, const std::vector<float>& losses, int64_t sign) const;
  LossFigures told(std::vector<float>& losses) const;
  double mean_of(const std::vector<float>& losses) const;
  double mean_fixed(size_t threat, const Fixed& fixed) const;

  FairEstate estate_;
  size_t workers_;
  struct Tables {
    PertTable frequency, capability, primary, secondary_probability, secondary;
  };
  std::unique_ptr<PertTables> shapes_ = std::make_unique<PertTables>();
  std::vector<Tables> tables_;  // by threat
  struct ControlTables {
    PertTable strength, factor, detect, respond;
  };
  std::vector<ControlTables> control_tables_;
  std::vector<Drawn> drawn_;  // by control
  std::vector<std::vector<uint32_t>> threats_of_;
  std::vector<uint8_t> duties_of_;  // bits: prevents, detects, responds somewhere
  std::vector<LossFigures> inherent_, residual_;
  std::vector<char> stale_;
  bool computed_ = false, totals_hold_ = false;
  std::vector<int64_t> totals_;  // in 64ths of the currency, so that no order of adding shows
  LossFigures total_;
};

}  // namespace reeve::model
