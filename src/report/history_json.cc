#include "report/history_json.h"

#include "base/text.h"

namespace reeve {
namespace {

int64_t whole(uint64_t n) { return static_cast<int64_t>(n); }
double tenths(double value) { return static_cast<double>(static_cast<int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5))) / 10; }

void score(JsonWriter& json, const std::optional<double>& value) {
  json.key("score");
  if (value) json.number(tenths(*value));
  else json.null();
}

void verdicts(JsonWriter& json, const VerdictCounts& counts) {
  json.key("verdicts").begin_object().member("pass", whole(counts.pass)).member("fail", whole(counts.fail));
  json.member("unknown", whole(counts.unknown)).member("excepted", whole(counts.excepted)).end_object();
}

void split(JsonWriter& json, std::string_view key, const BySeverity& by) {
  json.key(key).begin_object();
  for (size_t i = by.of.size(); i-- > 0;) json.member(name(static_cast<Severity>(i)), whole(by.of[i]));
  if (by.other) json.member("other", whole(by.other));
  json.end_object();
}

void point(JsonWriter& json, const TrendPoint& run) {
  json.begin_object().member("run", run.run).member("as_of", rfc3339(run.as_of)).member("level", int64_t{run.level});
  score(json, run.score);
  verdicts(json, run.verdicts);
  if (run.split) {
    split(json, "fail_by_severity", run.fail);
    split(json, "unknown_by_severity", run.unknown);
    json.member("accounts", whole(run.accounts)).member("edition", run.edition);
  }
  if (run.critical_age_days) json.key("critical_age_days").number(tenths(*run.critical_age_days));
  json.member("resources", whole(run.resources));
  json.key("changes").begin_object().member("opened", whole(run.changes.opened)).member("reopened", whole(run.changes.reopened));
  json.member("changed", whole(run.changes.changed)).member("closed", whole(run.changes.closed)).member("not_rejudged", whole(run.changes.not_rejudged)).end_object();
  if (run.partial) json.member("partial", true);
  json.key("events").begin_array();
  for (auto& event : run.events) json.string(event);
  json.end_array();
  json.key("practices").begin_array();
  for (auto& practice : run.practices) {
    json.begin_object().member("slug", practice.slug).member("level", int64_t{practice.level});
    score(json, practice.score);
    verdicts(json, practice.verdicts);
    json.end_object();
  }
  json.end_array().end_object();
}

void points(JsonWriter& json, const std::vector<TrendPoint>& runs) {
  json.key("runs").begin_array();
  for (auto& run : runs) point(json, run);
  json.end_array();
}

void moves(JsonWriter& json, const Moves& all) {
  json.key("moves").begin_object();
  for (size_t i = 0; i < move_count; ++i) split(json, name(static_cast<Move>(i)), all.counts[i]);
  json.end_object();
  json.key("findings").begin_array();
  for (auto& finding : all.findings) {
    json.begin_object().member("move", name(finding.move)).member("id", finding.id).member("control", finding.control);
    if (finding.severity) json.member("severity", name(*finding.severity));
    json.key("resource").begin_object().member("uid", finding.uid).member("type", finding.type).member("account", finding.account);
    json.member("region", finding.region).end_object();
    if (!finding.why.empty()) json.member("why", finding.why);
    json.end_object();
  }
  json.end_array();
}

// `aged`: whether the ages of what is open are known.
void remediation(JsonWriter& json, const Remediation& one, bool aged) {
  json.member("ended", whole(one.ended));
  auto days = [&](std::string_view key, double value, bool known) {
    json.key(key);
    if (known) json.number(tenths(value));
    else json.null();
  };
  days("mean_days", one.mean_days, one.ended > 0);
  days("median_days", one.median_days, one.ended > 0);
  json.member("open", whole(one.open));
  if (aged) days("open_median_days", one.open_median_days, one.open > 0);
}

void remediations(JsonWriter& json, const std::array<Remediation, 5>& all, bool aged) {
  json.key("remediation").begin_array();
  for (size_t i = all.size(); i-- > 0;) {
    json.begin_object().member("severity", name(static_cast<Severity>(i)));
    remediation(json, all[i], aged);
    json.end_object();
  }
  json.end_array();
}

void forecast(JsonWriter& json, const Forecast& one) {
  json.begin_object().member("runs", whole(one.runs)).member("runs_needed", whole(forecast_runs));
  if (one.since.known()) json.member("since", rfc3339(one.since));
  if (!one.missing.empty()) {
    json.member("missing", one.missing).end_object();
    return;
  }
  json.member("until", rfc3339(one.until)).member("method", forecast_method).key("series").begin_array();
  for (auto& series : one.series) {
    const ForecastStep& last = series.steps.back();
    json.begin_object().member("measure", series.measure).key("value").number(tenths(last.value));
    json.key("low").number(tenths(last.low)).key("high").number(tenths(last.high)).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_history_part(JsonWriter& json, const HistoryPart& part) {
  json.begin_object();
  points(json, part.trend);
  json.member("runs_left_out", whole(part.runs_left_out));
  json.key("forecast");
  forecast(json, part.forecast);
  json.key("since_previous");
  if (part.previous_run) {
    json.begin_object().member("run", part.previous_run).member("as_of", rfc3339(part.previous_as_of));
    moves(json, part.since_previous);
    json.end_object();
  } else {
    json.null();
  }
  json.member("remediation_since", rfc3339(part.remediation_since));
  remediations(json, part.remediation, false);
  json.end_object();
}

std::string trend_json(const std::vector<TrendPoint>& runs) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object();
  points(json, runs);
  json.end_object();
  return out + "\n";
}

std::string period_json(const PeriodReport& report) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("since", rfc3339(report.since)).member("until", rfc3339(report.until)).member("from_run", report.from_run).member("to_run", report.to_run);
  auto state = [&](std::string_view key, const BySeverity& fail, const BySeverity& unknown, const BySeverity& excepted) {
    json.key(key).begin_object();
    split(json, "fail", fail);
    split(json, "unknown", unknown);
    split(json, "excepted", excepted);
    json.end_object();
  };
  state("at_start", report.fail_start, report.unknown_start, report.excepted_start);
  state("at_end", report.fail_end, report.unknown_end, report.excepted_end);
  moves(json, report.moves);
  remediations(json, report.remediation, true);
  json.key("remediation_of_all").begin_object();
  remediation(json, report.remediation_of_all, true);
  json.end_object();
  json.key("controls").begin_array();
  for (auto& control : report.controls) {
    json.begin_object().member("id", control.id);
    if (control.severity) json.member("severity", name(*control.severity));
    if (control.control) json.member("practice", control.control->practice).member("objective", control.control->objective);
    json.member("effectiveness", control.effectiveness());
    json.key("share_passing");
    if (auto share = control.share()) json.number(static_cast<double>(static_cast<int64_t>(*share * 10000 + 0.5)) / 10000);
    else json.null();
    json.member("runs", whole(control.runs)).member("runs_passing", whole(control.runs_passing)).member("runs_failing", whole(control.runs_failing));
    json.member("runs_unknown", whole(control.runs_unknown));
    json.member("at_start", name(control.at_start)).member("at_end", name(control.at_end));
    json.member("opened", whole(control.opened)).member("ended", whole(control.ended)).end_object();
  }
  json.end_array();
  points(json, report.runs);
  json.key("notes").begin_array();
  for (auto& note : report.notes) json.string(note);
  json.end_array().end_object();
  return out + "\n";
}

void StateJson::add(const OpenAt& finding) {
  std::string one;
  JsonWriter json(one);
  json.begin_object().member("id", finding.id).member("control", finding.control);
  if (finding.severity) json.member("severity", name(*finding.severity));
  json.key("resource").begin_object().member("uid", finding.uid).member("type", finding.type).member("account", finding.account).member("region", finding.region).end_object();
  json.member("status", store::name(finding.status)).member("since", rfc3339(finding.since)).end_object();
  findings_ += (first_ ? "\n  " : ",\n  ") + one;
  first_ = false;
}

std::string StateJson::text(const StateAt& state) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().key("run");
  point(json, state.run);
  split(json, "fail", state.fail);
  split(json, "unknown", state.unknown);
  split(json, "excepted", state.excepted);
  json.key("controls").begin_array();
  for (auto& control : state.controls) {
    VerdictCounts counts;
    counts.pass = control.counts.pass, counts.fail = control.counts.fail, counts.unknown = control.counts.unknown, counts.excepted = control.counts.excepted;
    counts.not_applicable = control.counts.not_applicable;
    json.begin_object().member("id", control.id).member("status", name(control_status(counts)));
    verdicts(json, counts);
    json.end_object();
  }
  json.end_array();
  json.key("findings").null();
  out.erase(out.size() - 4);
  out += "[" + findings_ + (first_ ? "]" : "\n ]");
  json.end_object();
  return out + "\n";
}

std::string difference_json(const RunDifference& difference) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().key("from");
  point(json, difference.from);
  json.key("to");
  point(json, difference.to);
  moves(json, difference.moves);
  json.key("controls").begin_array();
  for (auto& control : difference.controls)
    json.begin_object().member("id", control.id).member("before", name(control.before)).member("after", name(control.after)).end_object();
  json.end_array().key("notes").begin_array();
  for (auto& note : difference.notes) json.string(note);
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace reeve
