#include "detect/window.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace reeve {
namespace {

constexpr size_t bases_tried = 10;  // of one moment: beyond, the first of each in order is taken

bool negates(const RuleCondition& condition) {
  if (condition.kind == RuleCondition::Kind::negation) return true;
  return std::any_of(condition.of.begin(), condition.of.end(), negates);
}

bool within_bounds(const CorrelationRule& rule, double figure) {
  return std::all_of(rule.bounds.begin(), rule.bounds.end(), [&](const CorrelationRule::Bound& bound) { return holds(bound.compare, figure, bound.value); });
}

bool temporal_kind(CorrelationType type) { return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered; }
bool of_figures(CorrelationType type) {
  return type == CorrelationType::value_sum || type == CorrelationType::value_avg || type == CorrelationType::value_percentile;
}

// Which entry of a moment stands for which base, each for one at most: by augmenting paths. False: they do not suffice.
class Matching {
 public:
  Matching(const std::vector<std::vector<size_t>>& candidates, size_t entries) : candidates_(candidates), taken_(entries, SIZE_MAX) {}
  bool give(size_t base) {
    tried_.assign(taken_.size(), false);
    return augment(base);
  }
  size_t of(size_t base) const { return static_cast<size_t>(std::find(taken_.begin(), taken_.end(), base) - taken_.begin()); }

 private:
  bool augment(size_t base) {
    for (size_t entry : candidates_[base]) {
      if (tried_[entry]) continue;
      tried_[entry] = true;
      if (taken_[entry] == SIZE_MAX || augment(taken_[entry])) {
        taken_[entry] = base;
        return true;
      }
    }
    return false;
  }
  const std::vector<std::vector<size_t>>& candidates_;
  std::vector<size_t> taken_;
  std::vector<bool> tried_;
};

}  // namespace

bool settled_kind(const CorrelationRule& rule) {
  if (rule.expression) return negates(*rule.expression);
  if (rule.type == CorrelationType::value_avg || rule.type == CorrelationType::value_percentile) return true;
  return !std::all_of(rule.bounds.begin(), rule.bounds.end(),
                      [](const CorrelationRule::Bound& bound) { return bound.compare == Compare::gt || bound.compare == Compare::gte; });
}

std::optional<WindowEntry> entry_of(const CorrelationRule& rule, uint32_t base, std::shared_ptr<const Hit> hit) {
  WindowEntry out{hit->time_ms, base, hit->id, {}, {}, std::move(hit)};
  if (rule.type == CorrelationType::value_count) {
    std::vector<const std::vector<std::string>*> found;
    for (const FieldPath& field : rule.values[base]) {
      found.push_back(out.hit->find(field.name()));
      if (!found.back()) return std::nullopt;
    }
    if (found.size() == 1) {
      out.values = *found[0];
      std::sort(out.values.begin(), out.values.end());
      out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
    } else {
      std::string tuple;
      for (const auto* texts : found) tuple += std::to_string(texts->size()) + ":" + join(*texts, std::string(1, '\0')) + '\0';
      out.values.push_back(std::move(tuple));
    }
    if (out.values.empty()) return std::nullopt;
  } else if (of_figures(rule.type)) {
    for (const FieldPath& field : rule.values[base])
      if (const auto* texts = out.hit->find(field.name()))
        for (const std::string& text : *texts)
          if (auto figure = parse_double(trim(text)); figure && std::isfinite(*figure)) out.figures.push_back(*figure);
    if (out.figures.empty()) return std::nullopt;
  }
  return out;
}

// --- WindowFigures

void WindowFigures::add(const WindowEntry& entry) {
  ++bases_[entry.base];
  ++ids_[entry.id];
  for (const std::string& value : entry.values) ++values_[value];
  for (double figure : entry.figures) {
    sum_ += figure;
    ++points_;
    if (rule_->type == CorrelationType::value_percentile) sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), figure), figure);
  }
}

void WindowFigures::remove(const WindowEntry& entry) {
  if (--bases_[entry.base] == 0) bases_.erase(entry.base);
  const auto id = ids_.find(entry.id);
  if (--id->second > 0) return;
  ids_.erase(id);
  for (const std::string& value : entry.values)
    if (--values_[value] == 0) values_.erase(value);
  for (double figure : entry.figures) {
    sum_ -= figure;
    --points_;
    if (rule_->type == CorrelationType::value_percentile) sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), figure));
  }
  if (points_ == 0) sum_ = 0;
}

double WindowFigures::figure() const {
  switch (rule_->type) {
    case CorrelationType::event_count: return static_cast<double>(ids_.size());
    case CorrelationType::value_count: return static_cast<double>(values_.size());
    case CorrelationType::temporal:
    case CorrelationType::temporal_ordered: return static_cast<double>(bases_.size());
    case CorrelationType::value_sum: return static_cast<double>(sum_);
    case CorrelationType::value_avg: return points_ == 0 ? 0 : static_cast<double>(sum_ / static_cast<long double>(points_));
    case CorrelationType::value_percentile: {
      if (sorted_.empty()) return 0;
      // Between the two nearest ranks, in proportion; the least is the 0th, the greatest the 100th.
      const double place = std::clamp(rule_->percentile, 0.0, 100.0) / 100 * static_cast<double>(sorted_.size() - 1);
      const auto below = static_cast<size_t>(place);
      const size_t above = std::min(below + 1, sorted_.size() - 1);
      return sorted_[below] + (sorted_[above] - sorted_[below]) * (place - static_cast<double>(below));
    }
  }
  return 0;
}

bool WindowFigures::holds() const {
  if (ids_.empty()) return false;
  if (rule_->expression) return rule_->expression->holds([&](uint32_t base) { return bases_.count(base) > 0; });
  return within_bounds(*rule_, figure());
}

void WindowFigures::clear() {
  bases_.clear(), ids_.clear(), values_.clear(), sorted_.clear();
  sum_ = 0, points_ = 0;
}

// --- WindowChains

std::string WindowChains::key_of(const Run& run) const {
  if (rule_->expression) return std::string(run.bases.begin(), run.bases.end());  // which of them, in all
  return std::to_string(run.steps.size()) + " " + std::to_string(run.last);
}

void WindowChains::put(Run run) {
  std::string key = key_of(run);
  auto [at, fresh] = runs_.try_emplace(std::move(key), run);
  if (!fresh && run.start_ms > at->second.start_ms) at->second = std::move(run);
}

void WindowChains::add(int64_t time_ms, const std::vector<WindowEntry>& entries) {
  std::vector<uint32_t> bases;
  for (const WindowEntry& entry : entries) bases.push_back(entry.base);
  std::sort(bases.begin(), bases.end());
  bases.erase(std::unique(bases.begin(), bases.end()), bases.end());
  if (bases.size() > bases_tried) bases.resize(bases_tried);
  // The moment's events by id, and which of them each base may take.
  std::vector<std::shared_ptr<const WindowEntry>> kept;
  std::map<std::string_view, size_t> events;
  std::vector<std::vector<size_t>> candidates(bases.size());
  std::map<std::pair<uint32_t, size_t>, size_t> entry_at;
  for (const WindowEntry& entry : entries) {
    const auto base = std::find(bases.begin(), bases.end(), entry.base);
    if (base == bases.end()) continue;
    kept.push_back(std::make_shared<const WindowEntry>(entry));
    const size_t event = events.try_emplace(kept.back()->id, events.size()).first->second;
    candidates[static_cast<size_t>(base - bases.begin())].push_back(event);
    entry_at[{entry.base, event}] = kept.size() - 1;
  }
  const std::map<std::string, Run> before = runs_;
  for (uint32_t chosen = 1; chosen < (1u << bases.size()); ++chosen) {
    Matching matching(candidates, events.size());
    std::vector<size_t> steps;
    bool all = true;
    for (size_t i = 0; all && i < bases.size(); ++i)
      if (chosen >> i & 1) steps.push_back(i), all = matching.give(i);
    if (!all) continue;
    auto with = [&](Run run) {
      run.bases.resize(rule_->rules.size());
      for (size_t i : steps) {
        run.steps.push_back(kept[entry_at.at({bases[i], matching.of(i)})]);
        run.bases[bases[i]] = true;
        run.last = bases[i];
      }
      put(std::move(run));
    };
    with(Run{time_ms, 0, {}, {}});
    for (const auto& [key, run] : before)
      if (run.last < bases[steps.front()]) with(run);
  }
}

void WindowChains::forget(int64_t before_ms) {
  for (auto at = runs_.begin(); at != runs_.end();) at = at->second.start_ms < before_ms ? runs_.erase(at) : std::next(at);
}

bool WindowChains::fulfils(const Run& run) const {
  if (rule_->expression) return rule_->expression->holds([&](uint32_t base) { return base < run.bases.size() && run.bases[base]; });
  return within_bounds(*rule_, static_cast<double>(run.steps.size()));
}

const WindowChains::Run* WindowChains::fulfilled() const {
  // What could be undone by a longer run is asked of the longest alone.
  const size_t least = settled_kind(*rule_) ? longest() : 0;
  const Run* best = nullptr;
  for (const auto& [key, run] : runs_) {
    if (run.steps.size() < least || !fulfils(run)) continue;
    if (!best || run.start_ms > best->start_ms || (run.start_ms == best->start_ms && run.steps.size() > best->steps.size())) best = &run;
  }
  return best;
}

size_t WindowChains::longest() const {
  size_t out = 0;
  for (const auto& [key, run] : runs_) out = std::max(out, run.steps.size());
  return out;
}

// --- CorrelationWindow

CorrelationWindow::CorrelationWindow(const CorrelationRule& rule, bool keep_hits)
    : rule_(&rule), keep_hits_(keep_hits), settled_(settled_kind(rule)), ordered_(rule.type == CorrelationType::temporal_ordered), figures_(rule), chains_(rule) {}

void CorrelationWindow::drop_front() {
  figures_.remove(entries_.front());
  entries_.pop_front();
}

WindowMade CorrelationWindow::made() const {
  WindowMade out;
  const std::string* before = nullptr;
  std::map<std::string_view, bool> seen;
  for (const WindowEntry& entry : entries_) {
    if (before && *before == entry.id) continue;
    before = &entry.id;
    if (!seen.try_emplace(entry.id, true).second) continue;
    ++out.count;
    if (out.ids.size() < ids_max) out.ids.push_back(entry.id);
    if (entry.hit && keep_hits_) out.hits.push_back(entry.hit);
  }
  out.start_ms = entries_.front().time_ms;
  out.figure = figures_.figure();
  out.last = last_;
  return out;
}

std::optional<WindowMade> CorrelationWindow::add(int64_t time_ms, std::vector<WindowEntry> entries) {
  if (!temporal_kind(rule_->type))  // an event that several base rules match is one event
    entries.erase(std::unique(entries.begin(), entries.end(), [](const WindowEntry& a, const WindowEntry& b) { return a.id == b.id; }), entries.end());
  if (entries.empty()) return std::nullopt;
  last_ms_ = time_ms;
  last_ = entries.back().hit;
  if (ordered_ && !settled_) {
    chains_.add(time_ms, entries);
    chains_.forget(time_ms - rule_->timespan_ms);
    const WindowChains::Run* run = chains_.fulfilled();
    if (!run) return std::nullopt;
    WindowMade out{run->start_ms, run->steps.size(), static_cast<double>(run->steps.size()), {}, run->steps.back()->hit, {}};
    for (const auto& step : run->steps) {
      out.ids.push_back(step->id);
      if (keep_hits_) out.hits.push_back(step->hit);
    }
    chains_.clear();
    return out;
  }
  if (!settled_)
    while (!entries_.empty() && entries_.front().time_ms < time_ms - rule_->timespan_ms) drop_front();
  for (WindowEntry& entry : entries) {
    if (!keep_hits_) entry.hit.reset();
    figures_.add(entry);
    entries_.push_back(std::move(entry));
  }
  if (settled_ || !figures_.holds()) return std::nullopt;
  WindowMade out = made();
  entries_.clear(), figures_.clear();
  return out;
}

std::optional<int64_t> CorrelationWindow::due() const {
  if (!settled_ || entries_.empty()) return std::nullopt;
  return entries_.front().time_ms + rule_->timespan_ms + 1;
}

std::optional<WindowMade> CorrelationWindow::settle() {
  const int64_t start = entries_.front().time_ms, last = entries_.back().time_ms;
  bool told = false;
  WindowMade out;
  if (last > covered_ms_) {
    covered_ms_ = last;
    if (ordered_) {
      WindowChains chains(*rule_);
      for (size_t i = 0; i < entries_.size();) {
        std::vector<WindowEntry> moment;
        const int64_t at = entries_[i].time_ms;
        for (; i < entries_.size() && entries_[i].time_ms == at; ++i) moment.push_back(entries_[i]);
        chains.add(at, moment);
      }
      if (const auto* run = chains.fulfilled()) {
        out = made();
        out.figure = static_cast<double>(run->steps.size());
        told = true;
      }
    } else if (figures_.holds()) {
      out = made();
      told = true;
    }
  }
  if (told) {
    entries_.clear(), figures_.clear();
    return out;
  }
  while (!entries_.empty() && entries_.front().time_ms == start) drop_front();
  return std::nullopt;
}

bool CorrelationWindow::over(int64_t now_ms) const {
  if (settled_) return entries_.empty();
  return last_ms_ < now_ms - rule_->timespan_ms;
}

namespace {

void pack_entry(Packer& out, const WindowEntry& entry) {
  out.number(entry.time_ms).number(entry.base).text(entry.id).number(static_cast<int64_t>(entry.values.size()));
  for (const auto& value : entry.values) out.text(value);
  out.number(static_cast<int64_t>(entry.figures.size()));
  for (double figure : entry.figures) {
    int64_t bits = 0;
    std::memcpy(&bits, &figure, sizeof bits);
    out.number(bits);
  }
  out.number(entry.hit ? 1 : 0);
  if (entry.hit) pack(out.number(entry.hit->rule), *entry.hit);
}

std::shared_ptr<const Hit> unpack_shared_hit(Unpacker& in) {
  const auto rule = static_cast<uint32_t>(in.number());
  Hit hit = unpack_hit(in);
  hit.rule = rule;
  return std::make_shared<const Hit>(std::move(hit));
}

WindowEntry unpack_entry(Unpacker& in) {
  WindowEntry out;
  out.time_ms = in.number(), out.base = static_cast<uint32_t>(in.number()), out.id = in.text();
  for (size_t n = in.count(); n > 0 && in.good(); --n) out.values.push_back(in.text());
  for (size_t n = in.count(); n > 0 && in.good(); --n) {
    const int64_t bits = in.number();
    double figure = 0;
    std::memcpy(&figure, &bits, sizeof figure);
    out.figures.push_back(figure);
  }
  if (in.number() != 0) out.hit = unpack_shared_hit(in);
  return out;
}

}  // namespace

void CorrelationWindow::pack(Packer& out) const {
  out.number(last_ms_).number(covered_ms_).number(last_ ? 1 : 0);
  if (last_) reeve::pack(out.number(last_->rule), *last_);
  out.number(static_cast<int64_t>(entries_.size()));
  for (const WindowEntry& entry : entries_) pack_entry(out, entry);
  out.number(static_cast<int64_t>(chains_.runs().size()));
  for (const auto& [key, run] : chains_.runs()) {
    out.number(run.start_ms).number(run.last).number(static_cast<int64_t>(run.steps.size()));
    for (const auto& step : run.steps) pack_entry(out, *step);
  }
}

bool CorrelationWindow::unpack(Unpacker& in) {
  last_ms_ = in.number(), covered_ms_ = in.number();
  if (in.number() != 0) last_ = unpack_shared_hit(in);
  const size_t bases = rule_->rules.size();
  for (size_t n = in.count(); n > 0 && in.good(); --n) {
    WindowEntry entry = unpack_entry(in);
    if (entry.base >= bases) return false;
    figures_.add(entry);
    entries_.push_back(std::move(entry));
  }
  for (size_t n = in.count(); n > 0 && in.good(); --n) {
    WindowChains::Run run;
    run.start_ms = in.number(), run.last = static_cast<uint32_t>(in.number());
    run.bases.resize(bases);
    for (size_t steps = in.count(); steps > 0 && in.good(); --steps) {
      auto step = std::make_shared<const WindowEntry>(unpack_entry(in));
      if (step->base >= bases) return false;
      run.bases[step->base] = true;
      run.steps.push_back(std::move(step));
    }
    if (run.last >= bases || run.steps.empty() || !run.steps.back()->hit) return false;
    chains_.put(std::move(run));
  }
  return in.good() && (entries_.empty() || last_);
}

}  // namespace reeve
