#include "threats/portfolio.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "base/words.h"

namespace reeve::threats {
namespace {

constexpr uint64_t day_minutes = 8 * 60;
constexpr uint64_t minutes_max = uint64_t{1} << 40;
constexpr size_t threats_told = 3;

struct Candidate {
  Pick pick;
  std::vector<size_t> threats;      // in the state, that have it
  std::vector<std::string> before;  // candidates that have to hold first
};

// Controls that keep the logs of one detection, more than one of which does not hold: it sees what the weakest lets through, so only all of them help.
struct Group {
  std::string detection;
  std::vector<std::string> members;  // candidates
  double saved = 0;                  // by all of them, as things stand
};

class Planning {
 public:
  Planning(const Money& money, const State& state, const RiskScale& scale, const Content& content) : money_(money), state_(state), scale_(scale), content_(content) {}

  Plan run(uint64_t budget) {
    Plan plan;
    plan.budget = budget;
    if (!money_.engine) return plan;
    now_.resize(state_.threats.size());
    for (size_t i = 0; i < state_.threats.size(); ++i)
      if (money_.threats[i].quantified) plan.before += now_[i] = money_.threats[i].residual.mean;
    plan.after = plan.before;
    find();
    plan.not_known = not_known_.size();
    for (auto& [id, one] : candidates_) one.pick.alone = saved_by({id}).first;
    std::map<std::string, double> saving;  // of the bundle, as things stand
    std::set<std::string> old;
    for (auto& [id, one] : candidates_) old.insert(id);
    while (!candidates_.empty()) {
      for (const std::string& id : old)
        if (candidates_.contains(id)) saving[id] = saved_by(bundle_of({id})).first;
      for (Group& group : groups_) {
        if (std::none_of(group.members.begin(), group.members.end(), [&](const std::string& id) { return old.contains(id) || !candidates_.contains(id); })) continue;
        std::erase_if(group.members, [&](const std::string& id) { return !candidates_.contains(id); });
        group.saved = group.members.size() > 1 ? saved_by(bundle_of(group.members)).first : 0;
      }
      old.clear();
      const auto rate_of = [&](const std::vector<std::string>& bundle, double saved) {
        const uint64_t minutes = minutes_of(bundle);
        return (budget && plan.minutes + minutes > budget) || !(saved > least * plan.before) ? 0 : saved / static_cast<double>(minutes);
      };
      const std::string* best = nullptr;
      const Group* together = nullptr;
      double best_rate = 0;
      for (const auto& [id, one] : candidates_)
        if (const double rate = rate_of(bundle_of({id}), saving[id]); rate > best_rate) best = &id, best_rate = rate;
      for (const Group& group : groups_)
        if (const double rate = rate_of(bundle_of(group.members), group.saved); rate > best_rate * (1 + synergy_least)) together = &group, best_rate = rate;
      if (!best && !together) break;
      const std::vector<std::string> chosen = together ? together->members : std::vector<std::string>{*best};
      const std::string detection = together ? together->detection : std::string();
      const double saved = together ? together->saved : 0;
      for (const std::string& id : bundle_of(chosen)) {
        const bool itself = std::find(chosen.begin(), chosen.end(), id) != chosen.end();
        take(id, itself ? "" : waiting_for(id, chosen), plan, old);
        if (itself && together) join_in(plan.picks.back(), chosen, detection, saved);
      }
    }
    for (const auto& [id, one] : candidates_) {
      const auto bundle = bundle_of({id});
      const auto [saved, threats] = saved_by(bundle);
      if (!(saved > least * plan.before)) continue;
      Pick pick = one.pick;
      pick.saved = saved, pick.minutes = minutes_of(bundle), pick.threats = threats, pick.left = plan.after - saved;
      plan.beyond.push_back(std::move(pick));
    }
    for (const Group& group : groups_) {
      if (!std::all_of(group.members.begin(), group.members.end(), [&](const std::string& id) { return candidates_.contains(id); })) continue;
      double apart = 0;
      for (const std::string& id : group.members) apart += saving[id];
      if (group.members.size() < 2 || !(group.saved > apart * (1 + synergy_least) + least * plan.before)) continue;
      const auto bundle = bundle_of(group.members);
      Pick pick = candidates_.at(group.members.front()).pick;
      pick.saved = group.saved, pick.minutes = minutes_of(bundle), pick.threats = saved_by(bundle).second, pick.left = plan.after - group.saved;
      join_in(pick, group.members, group.detection, group.saved);
      plan.beyond.push_back(std::move(pick));
    }
    std::stable_sort(plan.beyond.begin(), plan.beyond.end(), [](const Pick& a, const Pick& b) { return a.saved > b.saved; });
    return plan;
  }

 private:
  static constexpr double least = 1e-7;  // of the whole: what saves less saves nothing that anybody can see
  static constexpr double synergy_least = 1e-6;  // of what single ones save: less is how sums are rounded

  void find() {
    for (size_t t = 0; t < state_.threats.size(); ++t) {
      if (!money_.threats[t].quantified) continue;
      for (const Bound& bound : state_.threats[t].bound) {
        if (bound.standing != Standing::failed && bound.standing != Standing::partial && bound.standing != Standing::unknown) continue;
        const Control* control = content_.control(bound.id);
        if (!control && !bound.detection) continue;
        if (bound.detection && bound.fed > Standing::absent) continue;  // its logs are kept: all of them wait for somebody to run them
        // A detection without its logs is mended where they are kept.
        if (const auto feeders = bound.detection ? money_.at_fault(bound.id) : std::vector<std::string>(); !feeders.empty())
          for (const std::string& feeder : feeders) {
            const Feeds::Feeder& is = money_.feeds.controls.at(feeder);
            offer(feeder, content_.control(feeder), false, is.standing, is.verdicts, t);
          }
        else
          offer(bound.id, control, bound.detection, bound.standing, bound.verdicts, t);
        if (control) remember_unknown(bound);
      }
    }
    std::set<std::vector<std::string>> seen;
    for (const auto& [detection, controls] : money_.feeds.of) {
      if (money_.controls_of(detection).empty()) continue;
      Group group{detection, money_.at_fault(detection), 0};
      std::erase_if(group.members, [&](const std::string& id) { return !candidates_.contains(id); });
      std::sort(group.members.begin(), group.members.end());
      if (group.members.size() > 1 && seen.insert(group.members).second) groups_.push_back(std::move(group));
    }
  }

  // What stands of a control once all that is known to fail is mended, where of other resources it is not known: the share that is known to hold.
  void remember_unknown(Bound bound) {
    if (bound.verdicts.unknown == 0) return;
    const Estimate was = factor_of(bound, scale_);
    bound.verdicts.pass += bound.verdicts.fail + bound.verdicts.excepted;
    bound.verdicts.fail = bound.verdicts.excepted = 0;
    bound.standing = Standing::partial;
    const double becomes = factor_of(bound, scale_).mean();
    for (uint32_t at : money_.controls_of(bound.id)) {
      const model::Pert& factor = money_.engine->estate().controls[at].factor;
      if (factor.low != was.low || factor.mode != was.mode || factor.high != was.high) continue;
      const auto [known, fresh] = becomes_.emplace(at, becomes);
      if (!fresh) known->second = std::min(known->second, becomes);
    }
  }

  void offer(const std::string& id, const Control* control, bool detection, Standing standing, const VerdictCounts& verdicts, size_t threat) {
    // What is not known to fail anywhere nobody can mend.
    const uint64_t open = verdicts.fail + verdicts.excepted;
    if (open == 0 && standing == Standing::unknown) return void(not_known_.insert(id));
    Candidate& one = candidates_[id];
    if (one.pick.control.empty()) {
      one.pick.control = id;
      one.pick.detection = detection;
      one.pick.standing = standing;
      if (control) one.before = control->after;
    }
    // Where it is excepted it does not hold, and what it would save counts that it does.
    one.pick.unknown = std::max(one.pick.unknown, verdicts.unknown);
    one.pick.resources = std::max(one.pick.resources, std::max<uint64_t>(1, open));
    const uint64_t each = control ? static_cast<uint64_t>(std::max(1, control->effort_minutes)) : static_cast<uint64_t>(std::max(1, scale_.detection_minutes));
    one.pick.minutes = std::min(minutes_max, each * one.pick.resources);
    if (one.threats.empty() || one.threats.back() != threat) one.threats.push_back(threat);
  }

  // What has to hold first and does not, the first first, then they themselves.
  std::vector<std::string> bundle_of(const std::vector<std::string>& ids) const {
    std::vector<std::string> out;
    std::set<std::string> seen;
    for (const std::string& id : ids) add(id, out, seen);
    return out;
  }
  std::string waiting_for(const std::string& id, const std::vector<std::string>& chosen) const {
    for (const std::string& one : chosen)
      if (const auto bundle = candidates_.contains(one) ? bundle_of({one}) : std::vector<std::string>(); std::find(bundle.begin(), bundle.end(), id) != bundle.end()) return one;
    return chosen.front();
  }
  static void join_in(Pick& pick, const std::vector<std::string>& all, const std::string& detection, double saved) {
    pick.together = detection;
    std::string others;
    for (const std::string& id : all)
      if (id != pick.control) pick.companions.push_back(id), others += (others.empty() ? "`" : ", `") + id + "`";
    pick.why += (pick.why.empty() ? "" : "; ") + std::string("only with ") + others + " does `" + detection + "` get all its logs: together they save " + with_thousands(static_cast<uint64_t>(std::llround(std::max(0.0, std::min(saved, 1e18)))));
  }
  void add(const std::string& id, std::vector<std::string>& out, std::set<std::string>& seen) const {
    const auto found = candidates_.find(id);
    if (found == candidates_.end() || !seen.insert(id).second) return;
    for (const std::string& before : found->second.before) add(before, out, seen);
    out.push_back(id);
  }
  uint64_t minutes_of(const std::vector<std::string>& bundle) const {
    uint64_t out = 0;
    for (const std::string& id : bundle) out = std::min(minutes_max, out + candidates_.at(id).pick.minutes);
    return out;
  }

  std::pair<double, std::vector<std::pair<size_t, double>>> saved_by(const std::vector<std::string>& bundle) const {
    std::set<std::string> mended = taken_;
    std::set<size_t> touched;
    for (const std::string& id : bundle) {
      const Candidate& one = candidates_.at(id);
      mended.insert(id);
      touched.insert(one.threats.begin(), one.threats.end());
    }
    const model::FairEngine::Changes changes = changes_of(mended);
    double sum = 0;
    std::vector<std::pair<size_t, double>> threats;
    for (size_t t : touched) {
      const double saved = now_[t] - money_.engine->mean_if(money_.threats[t].at, changes);
      sum += saved;
      if (saved > 0) threats.emplace_back(t, saved);
    }
    std::stable_sort(threats.begin(), threats.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return {sum, std::move(threats)};
  }

  // As Money::mended, but that nobody mends what nobody knows to be broken.
  model::FairEngine::Changes changes_of(const std::set<std::string>& mended) const {
    model::FairEngine::Changes changes = money_.mended(mended);
    std::set<uint32_t> half_seen;  // detections whose logs are then not known to be kept everywhere
    for (const std::string& id : mended) {
      const auto feeder = money_.feeds.controls.find(id);
      const auto fed = money_.fed.find(id);
      if (feeder == money_.feeds.controls.end() || fed == money_.fed.end() || feeder->second.verdicts.unknown == 0) continue;
      for (const std::string& detection : fed->second)
        for (uint32_t at : money_.controls_of(detection)) half_seen.insert(at);
    }
    for (auto& [at, factor] : changes) {
      if (const auto known = becomes_.find(at); known != becomes_.end()) factor = std::min(factor, known->second);
      if (half_seen.contains(at)) factor = std::min(factor, money_.stands[static_cast<size_t>(Standing::unknown)]);
    }
    return changes;
  }

  void take(const std::string& id, const std::string& with, Plan& plan, std::set<std::string>& old) {
    Candidate one = candidates_.at(id);
    const auto [saved, threats] = saved_by({id});
    Pick pick = one.pick;
    pick.saved = saved;
    pick.with = with;
    pick.threats = threats;
    taken_.insert(id);
    for (const auto& [t, part] : threats) now_[t] -= part;
    plan.minutes += pick.minutes;
    plan.after -= saved;
    pick.left = plan.after;
    pick.why = why_of(pick);
    plan.picks.push_back(std::move(pick));
    candidates_.erase(id);
    // What others save has changed where they stand in the way of the same threats.
    const std::set<size_t> touched(one.threats.begin(), one.threats.end());
    for (const auto& [other, its] : candidates_) {
      const auto bundle = bundle_of({other});
      const bool near = std::find(its.before.begin(), its.before.end(), id) != its.before.end() ||
                        std::any_of(bundle.begin(), bundle.end(), [&](const std::string& part) {
                          const auto& own = candidates_.at(part).threats;
                          return std::any_of(own.begin(), own.end(), [&](size_t t) { return touched.contains(t); });
                        });
      if (near) old.insert(other);
    }
  }

  std::string why_of(const Pick& pick) const {
    std::string out;
    if (pick.threats.empty()) out = "saves nothing by itself";
    else {
      out = "against " + state_.threats[pick.threats[0].first].title;
      if (pick.threats.size() > 1) out += " and " + count_text(pick.threats.size() - 1, "other threat");
    }
    if (pick.unknown) out += "; not known for " + with_thousands(pick.unknown) + " more, which stay as they are";
    if (!pick.with.empty()) out += "; `" + pick.with + "` has to wait for it";
    const double change = pick.alone > 0 ? pick.saved / pick.alone : 1;
    if (change < 0.95) out += "; " + std::to_string(std::lround(100 * (1 - change))) + " % of what it would save alone is saved already";
    if (change > 1.05) out += "; saves " + std::to_string(std::lround(100 * (change - 1))) + " % more than alone, behind those before it";
    return out;
  }

  const Money& money_;
  const State& state_;
  const RiskScale& scale_;
  const Content& content_;
  std::vector<double> now_;  // mean of each threat, as picks have left it
  std::map<std::string, Candidate> candidates_;
  std::vector<Group> groups_;
  std::set<std::string> not_known_;
  std::map<uint32_t, double> becomes_;  // the engine's control → what stands of it after all known fails are mended, where that is not all
  std::set<std::string> taken_;
};

}  // namespace

Plan plan_of(const Money& money, const State& state, const RiskScale& scale, const Content& content, uint64_t budget_minutes) { return Planning(money, state, scale, content).run(budget_minutes); }

std::optional<uint64_t> parse_budget(std::string_view text) {
  text = trim(text);
  size_t digits = 0;
  while (digits < text.size() && ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.')) ++digits;
  const auto number = parse_double(text.substr(0, digits));
  const std::string_view unit = trim(text.substr(digits));
  if (!number || !(*number > 0)) return std::nullopt;
  double minutes = 0;
  if (unit == "d" || unit == "day" || unit == "days") minutes = *number * day_minutes;
  else if (unit == "h") minutes = *number * 60;
  else if (unit == "m" || unit == "min") minutes = *number;
  if (!(minutes >= 1) || minutes > static_cast<double>(minutes_max)) return std::nullopt;
  return static_cast<uint64_t>(minutes);
}

std::string effort_text(uint64_t minutes) {
  const uint64_t days = minutes / day_minutes, hours = minutes % day_minutes / 60, rest = minutes % 60;
  std::string out;
  if (days) out = with_thousands(days) + (days == 1 ? " day" : " days");
  if (hours && days < 20) out += (out.empty() ? "" : " ") + std::to_string(hours) + " h";
  if (rest && !days) out += (out.empty() ? "" : " ") + std::to_string(rest) + " min";
  return out.empty() ? "0 min" : out;
}

}  // namespace reeve::threats
