#include "assess/roadmap.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace reeve {
namespace {

constexpr double unknown_share_of_nothing = 0.5;  // of a fail, where nothing was judged
constexpr int64_t minutes_for_a_call = 15;  // to permit or make one that was denied or missing
constexpr int64_t quick_minutes_max = 60;
constexpr double quick_points_min = 4;
constexpr uint64_t resources_max = 1'000'000;  // for which effort is counted

// `iam:GetAccountSummary` of `iam:GetAccountSummary AccessDenied`; nothing if the cause names no call.
std::string call_of(std::string_view cause) {
  std::string_view word = cause.substr(0, cause.find(' '));
  size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 >= word.size()) return "";
  std::string_view service = word.substr(0, colon), operation = word.substr(colon + 1);
  auto plain = [](std::string_view text, bool dash) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (dash && c == '-');
    });
  };
  if (service.front() < 'a' || service.front() > 'z' || operation.front() < 'A' || operation.front() > 'Z') return "";
  return plain(service, true) && plain(operation, false) ? std::string(word) : "";
}

struct Step {
  const RoadmapInput* input = nullptr;
  size_t standing = 0;
  RoadmapItem item;
  std::set<std::string> calls;
  int64_t own_minutes = 0;     // without the calls
  std::vector<size_t> needs;   // steps that come before
  bool done = false;

  bool later() const { return item.kind == StepKind::later; }

  double worth = 0;  // points, and those in doubt for what they may be
};

class Planning {
 public:
  Planning(const std::vector<RoadmapInput>& controls, const std::vector<std::string>& practices, const std::map<std::string, std::string>& owners)
      : controls_(controls), practices_(practices), owners_(owners) {}

  std::vector<RoadmapItem> all(RoadmapSummary& summary) {
    for (auto& input : controls_) {
      standings_.push_back(standing_of(*input.control, input.counts));
      of_practice_[input.control->practice].push_back(standings_.size() - 1);
    }
    for (auto& practice : practices_) levels_[practice] = practice_level(practice);
    for (size_t i = 0; i < controls_.size(); ++i) add_step(i);
    bind();
    begin(summary);
    std::vector<RoadmapItem> out;
    for (std::vector<size_t> chain; !(chain = next_chain()).empty();)
      for (size_t index : chain) out.push_back(do_step(index));
    finish(summary, out);
    for (size_t i = 0; i < steps_.size(); ++i)
      if (!steps_[i].done) out.push_back(do_step(i));
    return out;
  }

 private:
  void add_step(size_t index) {
    const RoadmapInput& input = controls_[index];
    const Control& control = *input.control;
    const VerdictCounts& counts = input.counts;
    if (counts.fail + counts.unknown == 0) return;
    Step step;
    step.input = &input;
    step.standing = index;
    RoadmapItem& item = step.item;
    item.phase = control.phase;
    item.control = control.id;
    item.title = control.title;
    item.effort = control.effort;
    item.owner = control.owner;
    if (auto person = owners_.find(control.owner); person != owners_.end()) item.person = person->second;
    item.fix = control.fix;
    item.practice = control.practice;
    item.severity = control.severity;
    item.resources = counts.fail;
    item.unknown = counts.unknown;
    item.applicable = counts.applicable();
    item.first_resources = input.resources;
    item.points = risk_points(control.severity, counts.fail);
    item.points_in_doubt = risk_points(control.severity, counts.unknown);
    bool attested = control.judge == Judge::attested;
    if (!attested && counts.unknown)
      for (auto& cause : input.causes) {
        std::string call = call_of(cause);
        if (!call.empty()) step.calls.insert(call);
        else if (std::find(item.causes.begin(), item.causes.end(), cause) == item.causes.end()) item.causes.push_back(cause);
      }
    if (counts.fail == 0) item.parts = input.parts;
    item.kind = !item.parts.empty() ? StepKind::later : counts.fail ? StepKind::mend : attested ? StepKind::attest : step.calls.empty() ? StepKind::find_out : StepKind::read;
    if (item.kind == StepKind::later) step.calls.clear(), item.causes.clear();
    else if (item.kind != StepKind::read) step.own_minutes = int64_t{control.effort_minutes} * static_cast<int64_t>(std::clamp<uint64_t>(counts.fail, 1, resources_max));
    steps_.push_back(std::move(step));
  }

  // Who waits for whom; and what an early step needs is done as early.
  void bind() {
    std::map<std::string, size_t, std::less<>> index;
    for (size_t i = 0; i < steps_.size(); ++i) index[steps_[i].item.control] = i;
    for (auto& step : steps_)
      for (auto& id : step.input->control->after)
        if (auto found = index.find(id); found != index.end() && !step.later() && !steps_[found->second].later()) {
          step.needs.push_back(found->second);
          step.item.after.push_back(id);
        }
    // As often as there are steps is enough for the longest chain; more would be a circle, which content refuses.
    for (size_t round = 0, changed = 1; changed && round < steps_.size(); ++round) {
      changed = 0;
      for (auto& step : steps_)
        for (size_t need : step.needs)
          if (steps_[need].item.phase > step.item.phase) steps_[need].item.phase = step.item.phase, changed = 1;
    }
  }

  void begin(RoadmapSummary& summary) {
    summary = {};
    for (int phase = 1; phase <= 4; ++phase) summary.phases.push_back({phase, 0, 0, 0, 0, 0, 0, 0, 0, {}});
    for (auto& input : controls_) {
      RoadmapPhase& phase = summary.phases[static_cast<size_t>(input.control->phase - 1)];
      if (input.counts.pass + input.counts.fail + input.counts.unknown == 0) continue;
      ++phase.controls;
      phase.passing += control_status(input.counts) == Verdict::pass;
      phase.points_removed += risk_points(input.control->severity, input.counts.pass);
    }
    double failing = 0, judged = 0;
    for (auto& input : controls_) failing += static_cast<double>(input.counts.fail), judged += static_cast<double>(input.counts.fail + input.counts.pass);
    summary.unknown_share = judged > 0 ? failing / judged : unknown_share_of_nothing;
    for (auto& step : steps_) {
      summary.points = all_points_ += step.item.points;
      summary.later += step.later();
      step.worth = step.item.points + summary.unknown_share * step.item.points_in_doubt;
    }
  }

  int64_t minutes_of(const Step& step, const std::set<std::string>& also_made) const {
    int64_t minutes = step.own_minutes;
    for (auto& call : step.calls)
      if (!made_.count(call) && !also_made.count(call)) minutes += minutes_for_a_call;
    return minutes;
  }

  // The step and all that must come before it and is not done, in an order in which it can be done.
  void gather(size_t index, std::vector<size_t>& chain, std::vector<bool>& seen) const {
    if (seen[index] || steps_[index].done) return;
    seen[index] = true;
    std::vector<size_t> needs = steps_[index].needs;
    std::sort(needs.begin(), needs.end(), [&](size_t a, size_t b) { return before(a, b); });
    for (size_t need : needs) gather(need, chain, seen);
    chain.push_back(index);
  }

  static bool better(double worth, int64_t minutes, double other_worth, int64_t other_minutes) {
    // What takes no time of its own comes at once; else by worth for a minute.
    if ((minutes == 0) != (other_minutes == 0)) return minutes == 0;
    double mine = minutes ? worth / static_cast<double>(minutes) : worth;
    double theirs = other_minutes ? other_worth / static_cast<double>(other_minutes) : other_worth;
    return mine > theirs;
  }

  bool before(size_t a, size_t b) const {
    const Step &x = steps_[a], &y = steps_[b];
    int64_t mx = minutes_of(x, {}), my = minutes_of(y, {});
    if (better(x.worth, mx, y.worth, my)) return true;
    if (better(y.worth, my, x.worth, mx)) return false;
    return x.item.control < y.item.control;
  }

  // Of the earliest phase that has steps left, the chain that removes most risk for its effort.
  std::vector<size_t> next_chain() const {
    int phase = 5;
    for (auto& step : steps_)
      if (!step.done && !step.later()) phase = std::min(phase, step.item.phase);
    std::vector<size_t> best;
    double best_worth = 0;
    int64_t best_minutes = 0;
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].done || steps_[i].later() || steps_[i].item.phase != phase) continue;
      std::vector<size_t> chain;
      std::vector<bool> seen(steps_.size());
      gather(i, chain, seen);
      double worth = 0;
      int64_t minutes = 0;
      std::set<std::string> made;
      for (size_t one : chain) {
        worth += steps_[one].worth;
        minutes += minutes_of(steps_[one], made);
        made.insert(steps_[one].calls.begin(), steps_[one].calls.end());
      }
      // Equal ones in the order of their ids, which is that of the steps.
      if (!best.empty() && !better(worth, minutes, best_worth, best_minutes)) continue;
      best = std::move(chain);
      best_worth = worth;
      best_minutes = minutes;
    }
    return best;
  }

  int practice_level(const std::string& practice) const { return level_of(of(practice)); }
  std::vector<Standing> of(const std::string& practice) const {
    std::vector<Standing> out;
    if (auto found = of_practice_.find(practice); found != of_practice_.end())
      for (size_t index : found->second) out.push_back(standings_[index]);
    return out;
  }
  int organization_level() const {
    std::vector<int> levels;
    for (auto& [practice, level] : levels_) levels.push_back(level);
    return lowest_level(levels);
  }

  RoadmapItem do_step(size_t index) {
    Step& step = steps_[index];
    step.done = true;
    RoadmapItem& item = step.item;
    item.effort_minutes = minutes_of(step, {});
    for (auto& call : step.calls) (made_.insert(call).second ? item.reads : item.shared_reads).push_back(call);
    item.quick_win = item.kind == StepKind::mend && item.after.empty() && item.effort_minutes <= quick_minutes_max && item.points >= quick_points_min;

    VerdictCounts& counts = standings_[step.standing].counts;
    counts.pass += counts.fail + counts.unknown;
    counts.fail = counts.unknown = 0;
    item.rank = ++rank_;
    points_ += item.points;
    minutes_ += item.effort_minutes;
    item.points_so_far = points_;
    item.share_so_far = all_points_ > 0 ? points_ / all_points_ : 1;
    item.minutes_so_far = minutes_;
    auto practice = of(item.practice);
    item.practice_level = level_of(practice);
    item.practice_score = reeve::score(practice);
    if (auto level = levels_.find(item.practice); level != levels_.end()) level->second = item.practice_level;
    item.level = organization_level();
    item.score = reeve::score(standings_);
    return item;
  }

  void finish(RoadmapSummary& summary, const std::vector<RoadmapItem>& items) const {
    summary.steps = items.size();
    for (auto& item : items) {
      RoadmapPhase& phase = summary.phases[static_cast<size_t>(item.phase - 1)];
      ++phase.steps;
      summary.unknown_steps += item.unknown > 0;
      phase.quick_wins += item.quick_win;
      phase.points += item.points;
      phase.effort_minutes += item.effort_minutes;
    }
    summary.effort_minutes = minutes_;
    summary.level = organization_level();
    summary.score = reeve::score(standings_);
    for (auto& practice : practices_)
      if (levels_.at(practice) < 4) summary.held.push_back(practice);
    std::vector<Standing> now;
    std::map<std::string, std::vector<Standing>> by_practice;
    for (auto& input : controls_) {
      now.push_back(standing_of(*input.control, input.counts));
      by_practice[input.control->practice].push_back(now.back());
    }
    std::vector<int> levels;
    for (auto& practice : practices_) levels.push_back(level_of(by_practice[practice]));
    int level = lowest_level(levels);
    auto score = reeve::score(now);
    size_t next = 0;
    for (auto& phase : summary.phases) {  // a phase without steps leaves things as they stood
      for (; next < items.size() && items[next].phase == phase.phase; ++next) level = items[next].level, score = items[next].score;
      phase.level = level;
      phase.score = score;
      summary.quick_wins += phase.quick_wins;
    }
  }

  const std::vector<RoadmapInput>& controls_;
  const std::vector<std::string>& practices_;
  const std::map<std::string, std::string>& owners_;
  std::vector<Standing> standings_;
  std::map<std::string, std::vector<size_t>> of_practice_;
  std::map<std::string, int> levels_;
  std::vector<Step> steps_;
  std::set<std::string> made_;  // calls that steps so far make
  int rank_ = 0;
  double points_ = 0, all_points_ = 0;
  int64_t minutes_ = 0;
};

}  // namespace

std::string_view name(StepKind kind) {
  switch (kind) {
    case StepKind::mend: return "mend";
    case StepKind::read: return "read";
    case StepKind::attest: return "attest";
    case StepKind::find_out: return "find out";
    case StepKind::later: return "later";
  }
  return "";
}

Standing standing_of(const Control& control, const VerdictCounts& counts) {
  return {control.id, control.practice, control.level, control.severity, counts, control.judge == Judge::attested};
}

std::vector<RoadmapItem> make_roadmap(const std::vector<RoadmapInput>& controls, const std::vector<std::string>& practices,
                                      const std::map<std::string, std::string>& owners, RoadmapSummary& summary) {
  return Planning(controls, practices, owners).all(summary);
}

}  // namespace reeve
