#include "threats/quantify.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/threads.h"
#include "findings/finding.h"
#include "formats/document.h"
#include "threats/ways.h"

namespace reeve::threats {
namespace {

constexpr double attempts_max = 1e6, able_max = 100;

model::Pert pert(const Estimate& of) { return {of.low, of.mode, of.high}; }
bool of_class(int number) { return number >= 1 && number <= 5; }
size_t index_of(int number) { return static_cast<size_t>(number - 1); }

class Quantifying {
 public:
  Quantifying(const State& state, const RiskScale& scale, const Content& content, const QuantifyOptions& options) : state_(state), scale_(scale), content_(content), options_(options) {}

  Money run() {
    out_.currency = scale_.currency;
    if (const auto found = scale_.standing.find(name(Standing::effective)); found != scale_.standing.end()) out_.whole = found->second.mean();
    out_.feeds = options_.feeds;
    out_.threats.resize(state_.threats.size());
    estate_.simulations = options_.simulations;
    estate_.seed = options_.seed;
    for (size_t i = 0; i < state_.threats.size(); ++i) place(i);
    if (estate_.threats.empty()) return std::move(out_);
    out_.engine = std::make_unique<model::FairEngine>(std::move(estate_), options_.workers);
    out_.engine->compute();
    for (uint32_t i = 0; i < out_.engine->estate().controls.size(); ++i) out_.places[out_.engine->estate().controls[i].id].push_back(i);
    for (const auto& [detection, controls] : options_.feeds.of)
      if (out_.places.contains(detection))
        for (const std::string& control : controls) out_.fed[control].push_back(detection);
    for (size_t i = 0; i < out_.stands.size(); ++i) {
      Bound one;
      one.detection = true;
      one.standing = static_cast<Standing>(i);
      out_.stands[i] = factor_of(one, scale_).mean();
    }
    out_.total = out_.engine->total();
    out_.curve = out_.engine->total_curve();
    parallel_for(out_.threats.size(), options_.workers, [&](size_t i, size_t) { tell(i); });
    for (const ThreatMoney& one : out_.threats)
      if (one.quantified) out_.inherent_mean += one.inherent.mean;
    return std::move(out_);
  }

 private:
  // An estimate of the threat's own, else none. What does not hold is named, and the class counts.
  std::optional<Estimate> own(const ThreatState& threat, const char* key, double most) {
    const model::Metadatum* given = threat.record ? threat.record->metadatum(key) : nullptr;
    if (!given) return std::nullopt;
    const std::string_view text = threat.record->meta_text(key);
    auto read = parse_estimate(text, most);
    if (!read)
      out_.errors.push_back({Code::type, "threat `" + redacted_text(threat.id) + "`: " + key + " is `" + redacted_text(text) + "`", {}, "low/mode/high, rising numbers from 0 to " + with_most(most), "its class counts until then"});
    return read;
  }
  static std::string with_most(double most) { return std::to_string(static_cast<uint64_t>(most)); }

  void place(size_t i) {
    const ThreatState& threat = state_.threats[i];
    ThreatMoney& money = out_.threats[i];
    if (!scale_.loaded) return void(money.why_not = "there is no scale of risk that holds");
    if (threat.record && threat.record->text("status") == "threatResolvedNotUseful") return void(money.why_not = "set aside as not useful");
    if (threat.reach_known && threat.reach.resources == 0 && threat.reach.unknown == 0 && threat.reach.unread == 0) return void(money.why_not = "nothing is here that it can happen to");
    const auto frequency = own(threat, "custom:reeve-frequency", attempts_max), capability = own(threat, "custom:reeve-capability", able_max), loss = own(threat, "custom:reeve-loss", risk_money_max);
    if ((!frequency && !of_class(threat.risk.frequency)) || (!capability && !of_class(threat.risk.capability)) || (!loss && !of_class(threat.risk.loss)))
      return void(money.why_not = "nobody said how often, how able or how costly");
    money.own_frequency = frequency.has_value(), money.own_capability = capability.has_value(), money.own_loss = loss.has_value();
    money.frequency = frequency ? *frequency : scale_.frequency[index_of(threat.risk.frequency)];
    money.class_frequency = money.frequency;
    if (!frequency) by_ways(threat, money);
    money.capability = capability ? *capability : scale_.capability[index_of(threat.risk.capability)];
    money.loss = loss ? RiskScale::Loss{*loss, {}, {}} : scale_.loss[index_of(threat.risk.loss)];  // what people say of one threat is all of it
    if (money.frequency.high * (money.loss.primary.high + money.loss.secondary_probability.high * money.loss.secondary.high) > model::fair_loss_max) {
      money.why_not = "its frequency times its loss is beyond a trillion a year";
      out_.errors.push_back({Code::limit, "threat `" + threat.id + "`: " + money.why_not, {}, "estimates whose highest values multiply to 1e12 at most", {}});
      return;
    }
    if (!ids_.insert(threat.id).second) return void(money.why_not = "another threat has its id");
    money.quantified = true;
    money.at = estate_.threats.size();
    model::FairThreat fair{threat.id, pert(money.frequency), pert(money.capability), pert(money.loss.primary), pert(money.loss.secondary_probability), pert(money.loss.secondary), {}, {}, {}};
    for (const Bound& bound : threat.bound) {
      if (!acts(bound)) continue;
      auto& list = bound.duty == Duty::prevent ? fair.prevent : bound.duty == Duty::detect ? fair.detect : fair.respond;
      if (const uint32_t control = control_of(bound); std::find(list.begin(), list.end(), control) == list.end()) list.push_back(control);
    }
    estate_.threats.push_back(std::move(fair));
  }

  // Of several ways the weightiest counts: they are ways of the same attempts.
  void by_ways(const ThreatState& threat, ThreatMoney& money) const {
    for (size_t i = 0; i < threat.ways.size(); ++i) {
      const Way& way = threat.ways[i];
      const Estimate factor = threats::factor_of(way, way.kind == Way::Kind::reached ? scale_.path_reached : scale_.path_escalates);
      if (factor.low == 1 && factor.mode == 1 && factor.high == 1) continue;
      if (!money.way || factor.mean() > money.way_factor.mean()) money.way = i, money.way_factor = factor;
    }
    if (!money.way) return;
    const auto times = [](double frequency, double factor) { return std::min(frequency * factor, attempts_max); };
    money.frequency = {times(money.frequency.low, money.way_factor.low), times(money.frequency.mode, money.way_factor.mode), times(money.frequency.high, money.way_factor.high)};
  }

  // What is no content that is loaded, and what judges nothing here, has no strength and cannot be mended.
  bool acts(const Bound& bound) const { return bound.standing != Standing::absent && (bound.detection || content_.control(bound.id)); }

  // A control that threats see stand differently is there once for each way; the draws are those of its id all the same.
  uint32_t control_of(const Bound& bound) {
    const Estimate factor = factor_of(bound, scale_);
    const auto [at, fresh] = controls_.try_emplace({bound.id, bound.detection, factor.low, factor.mode, factor.high}, static_cast<uint32_t>(estate_.controls.size()));
    if (fresh) {
      const Control* control = content_.control(bound.id);
      const Severity severity = control ? control->severity : Severity::low;
      estate_.controls.push_back({bound.id, pert(scale_.strength[static_cast<size_t>(severity)]), pert(bound.detection ? scale_.detection_rule : scale_.detection_control), pert(scale_.response_control), pert(factor)});
    }
    return at->second;
  }

  void tell(size_t i) {
    ThreatMoney& money = out_.threats[i];
    if (!money.quantified) return;
    const model::FairEngine& engine = *out_.engine;
    const ThreatState& threat = state_.threats[i];
    money.inherent = engine.inherent()[money.at];
    money.residual = engine.residual()[money.at];
    money.events_inherent = money.frequency.mean();
    money.event_inherent = money.loss.primary.mean() + money.loss.secondary_probability.mean() * money.loss.secondary.mean();
    money.events_residual = engine.frequency_mean(money.at);
    money.event_residual = engine.loss_mean(money.at);
    money.inherent_cell = scale_.cell(money.events_inherent, money.event_inherent);
    money.residual_cell = scale_.cell(money.events_residual, money.event_residual);
    if (!options_.levers) return;
    for (size_t b = 0; b < threat.bound.size(); ++b) {
      const Bound& bound = threat.bound[b];
      if (bound.standing == Standing::effective || !acts(bound)) continue;
      const auto lever_of = [&](const std::string& id, const Bound& stands) {
        if (std::any_of(money.levers.begin(), money.levers.end(), [&](const Lever& one) { return one.control == id; })) return;
        Lever lever{b, id, standing_text(stands), engine.mean_if(money.at, out_.mended({id})), 0};
        lever.saved = money.residual.mean - lever.mean;
        if (lever.saved > 1e-6 * money.residual.mean) money.levers.push_back(std::move(lever));
      };
      const std::vector<std::string> feeders = bound.detection ? out_.at_fault(bound.id) : std::vector<std::string>();
      if (feeders.empty() && !(bound.detection && bound.fed > Standing::absent)) lever_of(bound.id, bound);  // its logs are kept: it waits to be run
      for (const std::string& feeder : feeders) {
        Bound stands;
        stands.standing = out_.feeds.controls.at(feeder).standing;
        stands.verdicts = out_.feeds.controls.at(feeder).verdicts;
        lever_of(feeder, stands);
      }
    }
    std::stable_sort(money.levers.begin(), money.levers.end(), [](const Lever& a, const Lever& b) { return a.saved > b.saved; });
  }

  const State& state_;
  const RiskScale& scale_;
  const Content& content_;
  const QuantifyOptions& options_;
  Money out_;
  model::FairEstate estate_;
  std::map<std::tuple<std::string, bool, double, double, double>, uint32_t> controls_;
  std::set<std::string, std::less<>> ids_;
};

}  // namespace

Estimate factor_of(const Bound& bound, const RiskScale& scale) {
  const auto found = scale.standing.find(name(bound.standing));
  Estimate out = found == scale.standing.end() ? Estimate{} : found->second;
  if (bound.standing != Standing::partial) return out;
  const double all = static_cast<double>(bound.verdicts.applicable());
  // Of a detection nobody counts resources: half, and nobody knows.
  const double least = all > 0 ? static_cast<double>(bound.verdicts.pass) / all : 0, most = all > 0 ? static_cast<double>(bound.verdicts.pass + bound.verdicts.unknown) / all : 1;
  out.low *= least;
  out.mode *= all > 0 ? least : 0.5;
  out.high = std::max(out.high * most, out.mode);
  return out;
}

std::string standing_text(const Bound& bound) {
  std::string out(name(bound.standing));
  if (bound.standing == Standing::partial && bound.verdicts.applicable() > 0) out += " " + std::to_string(bound.verdicts.pass) + "/" + std::to_string(bound.verdicts.applicable());
  return out;
}

std::vector<uint32_t> Money::controls_of(std::string_view id) const {
  const auto found = places.find(id);
  return found == places.end() ? std::vector<uint32_t>() : found->second;
}

std::vector<std::string> Money::at_fault(const std::string& detection) const {
  std::vector<std::string> out;
  if (const auto by = feeds.of.find(detection); by != feeds.of.end())
    for (const std::string& control : by->second)
      if (const auto is = feeds.controls.find(control); is != feeds.controls.end() && is->second.standing < Standing::absent) out.push_back(control);
  return out;
}

model::FairEngine::Changes Money::mended(const std::set<std::string>& ids) const {
  model::FairEngine::Changes out;
  std::set<std::string> detections;
  for (const std::string& id : ids) {
    for (uint32_t control : controls_of(id)) out.emplace_back(control, whole);
    if (const auto feeds_these = fed.find(id); feeds_these != fed.end()) detections.insert(feeds_these->second.begin(), feeds_these->second.end());
  }
  for (const std::string& detection : detections) {
    if (ids.contains(detection)) continue;
    Standing was = Standing::effective, is = Standing::effective;
    for (const std::string& control : feeds.of.find(detection)->second) {
      const auto found = feeds.controls.find(control);
      const Standing stands = found == feeds.controls.end() || found->second.standing == Standing::absent ? Standing::unknown : found->second.standing;
      was = std::min(was, stands);
      if (!ids.contains(control)) is = std::min(is, stands);
    }
    if (!feeds.run) was = std::min(was, Standing::unknown), is = std::min(is, Standing::unknown);
    if (is > was)
      for (uint32_t control : controls_of(detection)) out.emplace_back(control, is == Standing::effective ? whole : stands[static_cast<size_t>(is)]);
  }
  return out;
}

Money quantify(const State& state, const RiskScale& scale, const Content& content, const QuantifyOptions& options) { return Quantifying(state, scale, content, options).run(); }

}  // namespace reeve::threats
