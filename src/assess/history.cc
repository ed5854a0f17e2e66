#include "assess/history.h"

#include <algorithm>
#include <set>

#include "assess/assess.h"
#include "assess/history_steps.h"
#include "base/text.h"

namespace reeve {
namespace {

constexpr int64_t day_ms = 86'400'000;
constexpr size_t part_findings = 50;

Verdict status_of(const store::Counts& counts) {
  VerdictCounts all;
  all.pass = counts.pass, all.fail = counts.fail, all.unknown = counts.unknown, all.excepted = counts.excepted, all.not_applicable = counts.not_applicable;
  return control_status(all);
}

// The run that holds at a moment: of those not behind it the latest, and of these the last made.
const TrendPoint* holding(const std::vector<TrendPoint>& runs, Time moment) {
  const TrendPoint* found = nullptr;
  for (auto& run : runs)
    if (run.as_of <= moment && (!found || run.as_of >= found->as_of)) found = &run;
  return found;
}

Error none_so_old(Time moment, const std::vector<TrendPoint>& runs) {
  const TrendPoint* first = &runs.front();
  for (auto& run : runs)
    if (run.as_of < first->as_of) first = &run;
  return {Code::not_found, "no run is as old as " + rfc3339(moment), {}, "a moment from " + rfc3339(first->as_of) + " on", "`reeve history` lists the runs"};
}

Result<std::vector<TrendPoint>> some_runs(store::Store& store) {
  auto runs = TRY(trend(store));
  if (runs.empty()) return fail(Code::not_found, "this workspace has no run yet", {}, {}, "`reeve assess` makes one");
  return runs;
}

// Those that judged all that the workspace is about; all of them if there is none such.
std::vector<TrendPoint> whole_runs(const std::vector<TrendPoint>& runs) {
  std::vector<TrendPoint> out;
  for (auto& run : runs)
    if (!run.partial) out.push_back(run);
  return out.empty() ? runs : out;
}

struct Moments {
  explicit Moments(const std::vector<TrendPoint>& runs) {
    for (auto& run : runs) of[run.run] = run.as_of.ms;
  }
  int64_t between(int64_t first, int64_t second) const {
    auto a = of.find(first), b = of.find(second);
    return a == of.end() || b == of.end() ? 0 : std::max<int64_t>(0, b->second - a->second);
  }
  Time at(int64_t run) const {
    auto found = of.find(run);
    return found == of.end() ? Time{} : Time{found->second};
  }
  std::map<int64_t, int64_t> of;
};

void count(store::FindingStatus status, std::optional<Severity> severity, BySeverity& fail, BySeverity& unknown, BySeverity& excepted) {
  if (status == store::FindingStatus::fail) ++fail[severity];
  if (status == store::FindingStatus::unknown) ++unknown[severity];
  if (status == store::FindingStatus::excepted) ++excepted[severity];
}

// What each control said, run by run, spread over the time in which that was the newest answer.
Status spread_controls(store::Store& store, const Content& content, const Severities& severities, PeriodReport& out, std::map<std::string, ControlPeriod, std::less<>>& controls) {
  std::map<int64_t, int64_t> lasts;  // run → ms in the period
  for (size_t i = 0; i < out.runs.size(); ++i) {
    int64_t begin = std::max(out.runs[i].as_of.ms, out.since.ms);
    int64_t end = i + 1 < out.runs.size() ? std::min(out.runs[i + 1].as_of.ms, out.until.ms) : out.until.ms;
    lasts[out.runs[i].run] = std::max<int64_t>(0, end - begin);
  }
  return store::each_run_control(store.db(), out.runs.front().run, out.to_run, [&](const store::RunControlCounts& row) -> Status {
    auto lasted = lasts.find(row.run);
    if (lasted == lasts.end()) return {};
    auto found = controls.find(row.control);
    if (found == controls.end()) {
      found = controls.emplace(std::string(row.control), ControlPeriod()).first;
      found->second.id = row.control;
      found->second.control = content.control(row.control);
      found->second.severity = severities.at(row.control, out.to_run);
    }
    ControlPeriod& one = found->second;
    Verdict status = status_of(row.counts);
    if (one.runs++ == 0) one.at_start = status;
    one.at_end = status;
    one.runs_passing += status == Verdict::pass;
    one.runs_failing += status == Verdict::fail;
    one.runs_unknown += status == Verdict::unknown;
    (status == Verdict::pass ? one.pass_ms : status == Verdict::fail ? one.fail_ms : status == Verdict::unknown ? one.unknown_ms : one.other_ms) += lasted->second;
    return {};
  });
}

}  // namespace

std::optional<double> ControlPeriod::share() const {
  int64_t all = pass_ms + fail_ms + unknown_ms;
  if (all == 0) return std::nullopt;
  return static_cast<double>(pass_ms) / static_cast<double>(all);
}

std::string_view ControlPeriod::effectiveness() const {
  if (runs_failing) return "broken";
  if (runs_unknown) return "not_known";
  return runs_passing ? "held" : "not_judged";
}

Result<PeriodReport> period(store::Store& store, const Content& content, Time since, Time until, size_t findings_max) {
  auto all = TRY(some_runs(store));
  auto runs = whole_runs(all);
  PeriodReport out;
  out.since = since.known() ? since : runs.front().as_of;
  out.until = until.known() ? until : std::max(runs.back().as_of, out.since);
  if (out.until < out.since)
    return fail(Code::usage, "the period ends on " + rfc3339(out.until) + ", before it begins on " + rfc3339(out.since), {}, "--since before --until");
  const TrendPoint* from = holding(runs, out.since);
  const TrendPoint* to = holding(runs, out.until);
  if (!to) return tl::unexpected(none_so_old(out.until, runs));
  if (from && from->run > to->run)
    return fail(Code::conflict, "run " + std::to_string(from->run) + " holds at the beginning and the older run " + std::to_string(to->run) + " at the end", {},
                "runs made in the order of their dates", "compare two runs by number: reeve history " + std::to_string(to->run) + " " + std::to_string(from->run));
  out.from_run = from ? from->run : 0;
  out.to_run = to->run;
  if (!from) out.notes.push_back("no run is as old as the beginning: what the first run found counts as new");
  if (runs.back().as_of < out.until) out.notes.push_back("the last run is of " + rfc3339(runs.back().as_of) + ": what it said is taken to hold until the end");
  for (auto& run : runs)
    if (run.run >= out.from_run && run.run <= out.to_run) out.runs.push_back(run);
  // What changed for a run left out and changed back is no news.
  const bool some_left_out = runs.size() < all.size();
  auto scope = out.runs.front().scope;
  auto note = [&](const TrendPoint& run, const std::string& what) { out.notes.push_back("run " + std::to_string(run.run) + ", " + rfc3339(run.as_of) + ": " + what); };
  for (auto& run : all) {
    if (run.run <= out.from_run || run.run > out.to_run) continue;
    if (some_left_out && run.partial) {
      note(run, "judged only a part, so what its controls said is left out");
      continue;
    }
    for (auto& event : run.events)
      if (!some_left_out || !starts_with(event, scope_event) || run.scope != scope) note(run, event);
    scope = run.scope;
  }

  Moments moments(all);
  const auto severities = TRY(Severities::of(store, content));
  Lengths lengths;
  MoveList moved(out.moves, findings_max);
  std::map<std::string, ControlPeriod, std::less<>> controls;
  TRY(spread_controls(store, content, severities, out, controls));
  // Those that no run had anything to ask of are told with the others, as in an assessment.
  for (const Control& control : content.controls) {
    auto [one, silent] = controls.try_emplace(control.id);
    if (silent) one->second.id = control.id, one->second.control = &control, one->second.severity = control.severity;
  }
  TRY(store::each_finding_path(store.db(), {}, [&](const store::FindingPath& path) -> Status {
    if (path.steps.front().run > out.to_run) return {};
    auto control = controls.find(path.control);
    Episodes episodes;
    bool started = false;
    auto at_start = [&] {
      started = true;
      if (episodes.status) count(*episodes.status, severities.at(path.control, out.from_run), out.fail_start, out.unknown_start, out.excepted_start);
    };
    for (size_t i = 0; i < path.steps.size() && path.steps[i].run <= out.to_run; ++i) {
      auto& step = path.steps[i];
      const bool inside = step.run > out.from_run;
      if (inside && !started) at_start();
      auto move = move_of(episodes.status, step.became, episodes.failed_before);
      const bool was_failing = episodes.failing;
      const auto severity = severities.at(path.control, step.run);
      auto begun = episodes.step(step);
      if (!inside) continue;
      if (move) moved.add(*move, severity, path, i);
      // An end without a fault: the control no longer applies.
      if (begun && step.became != store::FindingStatus::not_applicable) lengths.ended(severity, moments.between(*begun, step.run));
      if (control != controls.end()) control->second.opened += episodes.failing && !was_failing, control->second.ended += begun.has_value();
    }
    if (!started) at_start();
    const auto severity = severities.at(path.control, out.to_run);
    if (episodes.status) count(*episodes.status, severity, out.fail_end, out.unknown_end, out.excepted_end);
    if (episodes.failing) lengths.open(severity, moments.between(episodes.begun, out.to_run));
    return {};
  }));
  moved.finish();
  for (size_t i = 0; i < out.remediation.size(); ++i) out.remediation[i] = lengths.of(static_cast<Severity>(i));
  out.remediation_of_all = lengths.of_all();
  for (auto& [id, one] : controls) out.controls.push_back(std::move(one));
  return out;
}

Result<StateAt> state_at(store::Store& store, const Content& content, Time moment, const std::function<Status(const OpenAt&)>& each) {
  auto all = TRY(some_runs(store));
  auto runs = whole_runs(all);
  const TrendPoint* run = holding(runs, moment);
  if (!run) return tl::unexpected(none_so_old(moment, runs));
  StateAt out;
  out.run = *run;
  Moments moments(all);
  const auto severities = TRY(Severities::of(store, content));
  TRY(store::each_run_control(store.db(), run->run, run->run, [&](const store::RunControlCounts& row) -> Status {
    out.controls.push_back({std::string(row.control), row.counts});
    return {};
  }));
  TRY(store::each_finding_path(store.db(), {}, [&](const store::FindingPath& path) -> Status {
    Episodes episodes;
    for (auto& step : path.steps)
      if (step.run <= run->run) episodes.step(step);
    if (!episodes.status || !store::is_open(*episodes.status)) return {};
    const auto severity = severities.at(path.control, run->run);
    count(*episodes.status, severity, out.fail, out.unknown, out.excepted);
    return each({path.id, path.control, path.uid, path.type, path.account, path.region, severity, *episodes.status, moments.at(episodes.opened)});
  }));
  return out;
}

Result<RunDifference> difference(store::Store& store, const Content& content, int64_t from_run, int64_t to_run, size_t findings_max) {
  if (from_run >= to_run)
    return fail(Code::usage, "run " + std::to_string(from_run) + " was not made before run " + std::to_string(to_run), {}, "the earlier run first");
  RunDifference out;
  auto runs = TRY(some_runs(store));
  for (auto& run : runs) {
    if (run.run == from_run) out.from = run;
    if (run.run == to_run) out.to = run;
  }
  if (out.from.run == 0 || out.to.run == 0) return fail(Code::not_found, "there is no run " + std::to_string(out.from.run == 0 ? from_run : to_run));
  const auto severities = TRY(Severities::of(store, content));
  MoveList moved(out.moves, findings_max);
  TRY(store::each_finding_path(store.db(), {.since_run = from_run + 1}, [&](const store::FindingPath& path) -> Status {
    Episodes before, after;
    size_t last = 0;
    for (size_t i = 0; i < path.steps.size() && path.steps[i].run <= to_run; ++i) {
      after.step(path.steps[i]);
      if (path.steps[i].run <= from_run) before.step(path.steps[i]);
      last = i;
    }
    if (!after.status) return {};
    if (auto move = move_of(before.status, *after.status, before.failed_before)) moved.add(*move, severities.at(path.control, to_run), path, last);
    return {};
  }));
  moved.finish();
  std::map<std::string, RunDifference::Control, std::less<>> controls;
  std::map<std::string, int, std::less<>> told;  // in how many of the two
  std::set<int64_t> kept;  // of the two, those that kept what each control said; runs of older programs did not
  for (int64_t run : {from_run, to_run})
    TRY(store::each_run_control(store.db(), run, run, [&](const store::RunControlCounts& row) -> Status {
      kept.insert(run);
      auto& one = controls[std::string(row.control)];
      ++told[std::string(row.control)];
      (run == from_run ? one.before : one.after) = status_of(row.counts);
      return {};
    }));
  for (const TrendPoint* run : {&out.from, &out.to}) {
    if (!kept.contains(run->run)) out.notes.push_back("run " + std::to_string(run->run) + " did not keep what each control said: controls are not compared");
    if (run->partial) out.notes.push_back("run " + std::to_string(run->run) + " judged only a part: what moved out of sight is no progress");
  }
  if (kept.size() < 2) return out;
  const bool part = out.from.partial || out.to.partial;  // what such a run says nothing of was perhaps not judged
  for (auto& [id, one] : controls)
    if (one.before != one.after && (!part || told[id] == 2)) out.controls.push_back({id, one.before, one.after});
  return out;
}

Result<int64_t> run_named(store::Store& store, std::string_view text) {
  auto runs = TRY(some_runs(store));
  if (text == "last") return runs.back().run;
  if (text == "first") return runs.front().run;
  if (auto number = parse_int(text)) {
    for (auto& run : runs)
      if (run.run == *number) return run.run;
    return fail(Code::not_found, "there is no run " + std::string(text), {}, "a number from " + std::to_string(runs.front().run) + " to " + std::to_string(runs.back().run),
                "`reeve history` lists the runs");
  }
  auto moment = parse_time(text);
  if (!moment) return fail(Code::usage, "`" + std::string(text) + "` names no run", {}, "a run's number, a date, `first` or `last`", "`reeve history` lists the runs");
  const TrendPoint* run = holding(runs, *moment);
  if (!run) return tl::unexpected(none_so_old(*moment, runs));
  return run->run;
}

Result<HistoryPart> history_part(Assessment& out, const std::string& summary) {
  HistoryPart part;
  auto rows = TRY(out.store->runs());
  rows.back().summary_json = summary;
  rows.back().changes = out.changes;
  RunContexts before;
  const size_t first = rows.size() > trend_max ? rows.size() - trend_max : 0;
  part.runs_left_out = first;
  for (size_t i = first ? first - 1 : 0; i < rows.size(); ++i) {
    auto point = TRY(read_trend_point(rows[i], before));
    if (i >= first) part.trend.push_back(std::move(point));
  }
  part.forecast = forecast_of(whole_trend(part.trend));
  part.remediation_since = Time{out.as_of.ms - 90 * day_ms};
  for (auto& result : out.controls) part.remediation[static_cast<size_t>(result.control->severity)].open += result.counts.fail;
  if (rows.size() < 2) return part;
  const int64_t run = rows.back().id;
  part.previous_run = rows[rows.size() - 2].id;
  part.previous_as_of = rows[rows.size() - 2].as_of;

  const auto severities = TRY(Severities::of(*out.store, out.content));
  MoveList moved(part.since_previous, part_findings);
  TRY(store::each_finding_path(out.store->db(), {.since_run = run}, [&](const store::FindingPath& path) -> Status {
    Episodes episodes;
    for (size_t i = 0; i < path.steps.size(); ++i) {
      auto move = move_of(episodes.status, path.steps[i].became, episodes.failed_before);
      if (path.steps[i].run == run && move) moved.add(*move, severities.at(path.control, run), path, i);
      episodes.step(path.steps[i]);
    }
    return {};
  }));
  moved.finish();

  std::map<int64_t, int64_t> when;
  int64_t window = run;
  for (auto& row : rows) {
    when[row.id] = row.as_of.ms;
    if (row.as_of > part.remediation_since) window = std::min(window, row.id);
  }
  Lengths lengths;
  TRY(store::each_finding_path(out.store->db(), {.since_run = window, .first_openings = false}, [&](const store::FindingPath& path) -> Status {
    Episodes episodes;
    for (auto& step : path.steps)
      if (auto begun = episodes.step(step); begun && step.run >= window && step.became != store::FindingStatus::not_applicable)
        lengths.ended(severities.at(path.control, step.run), std::max<int64_t>(0, when[step.run] - when[*begun]));
    return {};
  }));
  for (size_t i = 0; i < part.remediation.size(); ++i) {
    const uint64_t open = part.remediation[i].open;
    part.remediation[i] = lengths.of(static_cast<Severity>(i));
    part.remediation[i].open = open;
  }
  return part;
}

}  // namespace reeve
