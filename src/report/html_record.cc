// What people said and what time showed: trends, attestations, exceptions.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/html_charts.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

constexpr int64_t kTrendDays = 90;
constexpr size_t kRunsShown = 30;

// A bar of the time left, for what ends by itself.
std::string time_left(Time from, Time to, Time now) {
  if (now >= to) return "<b class=\"t-fail\">expired</b> " + count_text(static_cast<uint64_t>(std::max<int64_t>(0, days_between(to, now))), "day") + " ago";
  double share = to.ms > from.ms ? static_cast<double>(to.ms - now.ms) / static_cast<double>(to.ms - from.ms) : 1;
  int width = std::clamp(static_cast<int>(60 * share), 1, 60);
  return "<svg class=\"pts\" viewBox=\"0 0 60 8\" aria-hidden=\"true\"><rect class=\"b-na\" x=\".5\" y=\".5\" width=\"59\" height=\"7\"/><rect class=\"b-ink\" width=\"" + std::to_string(width) + "\" height=\"8\"/></svg> " +
         count_text(static_cast<uint64_t>(days_between(now, to)), "day") + " left";
}

// Expired first, then what ends soonest.
template <class T>
std::vector<const T*> by_expiry(const std::vector<T>& all) {
  std::vector<const T*> out;
  for (auto& one : all) out.push_back(&one);
  std::stable_sort(out.begin(), out.end(), [](auto* x, auto* y) { return x->expires < y->expires; });
  return out;
}

// What the runs came to, as small charts of one axis, with the forecast where there is one.
std::string trend_charts(const std::vector<TrendPoint>& runs, const Forecast& forecast) {
  const TrendPoint& last = runs.back();
  const Time from = std::max(runs.front().as_of, Time{last.as_of.ms - kTrendDays * 86'400'000});
  std::vector<ChartEvent> events;
  for (auto& run : runs)
    for (auto& event : run.events) events.push_back({run.as_of, day_text(run.as_of) + ": " + event});
  // The first run on the axis is what the titles compare with.
  auto first = std::find_if(runs.begin(), runs.end(), [&](auto& run) { return run.as_of >= from; });
  std::string out = "<div class=\"charts\">", ahead;
  auto chart = [&](std::string_view noun, std::string_view measure, std::string_view series, double most, int places, auto value) {
    LineChart line;
    const bool many = measure == "verdicts";  // fails, unknowns
    line.measure = measure;
    line.from = from, line.to = std::max(last.as_of, forecast.until), line.most = most, line.places = places;
    for (auto& run : runs) line.points.push_back({run.as_of, value(run)});
    std::optional<double> before = value(*first), now = value(last);
    if (!now) line.title = std::string(noun) + (many ? " are not known" : " is not known");
    else if (!before) line.title = std::string(noun) + ": " + decimal_text(*now, places);
    else if (decimal_text(std::fabs(*now - *before), places) == decimal_text(0, places)) line.title = std::string(noun) + (many ? " stay at " : " stays at ") + decimal_text(*now, places);
    else line.title = std::string(noun) + (*now > *before ? " rose by " : " fell by ") + decimal_text(std::fabs(*now - *before), places) + " to " + decimal_text(*now, places);
    for (auto& one : forecast.series) {
      if (one.measure != series) continue;
      for (auto& step : one.steps) line.forecast.push_back({step.at, step.value, step.low, step.high});
      const ForecastStep& end = one.steps.back();
      line.measure += "; forecast " + decimal_text(end.value, 1) + ", " + decimal_text(end.low, 1) + " to " + decimal_text(end.high, 1);
      ahead += "<tr><td>" + std::string(noun) + "</td><td class=\"n\">" + (now ? decimal_text(*now, 1) : "–") + "</td><td class=\"n\">" + decimal_text(end.value, 1) + "</td><td class=\"n\">" + decimal_text(end.low, 1) + "</td><td class=\"n\">" + decimal_text(end.high, 1) + "</td></tr>";
    }
    out += line_chart(line, events);
  };
  chart("Score", "risk-weighted, of 100", "score", 100, 0, [](const TrendPoint& run) { return run.score; });
  chart("Fails", "verdicts", "fail", 0, 0, [](const TrendPoint& run) { return std::optional<double>(static_cast<double>(run.verdicts.fail)); });
  chart("Critical and high fails", "verdicts", "fail_critical_high", 0, 0, [](const TrendPoint& run) { return run.split ? std::optional<double>(static_cast<double>(run.fail.of[4] + run.fail.of[3])) : std::nullopt; });
  chart("Unknowns", "verdicts", "unknown", 0, 0, [](const TrendPoint& run) { return std::optional<double>(static_cast<double>(run.verdicts.unknown)); });
  chart("Age of critical fails", "median, days", "critical_age_days", 0, 0, [](const TrendPoint& run) { return run.critical_age_days; });
  out += "</div>";
  if (!forecast.missing.empty()) return out + "<p class=\"later\">No forecast: " + esc(forecast.missing) + ".</p>";
  out += "<p class=\"later\">Dashed: where it leads by " + day_text(forecast.until) + " if it goes on as it did. " + std::string(forecast_method) + ", n = " + with_thousands(forecast.runs) + " whole runs since " + day_text(forecast.since) + ".</p>";
  return out + "<details class=\"more\"><summary>The forecast in numbers</summary>" + table_open("Forecast", {"Measure", "#Now", "#On " + day_text(forecast.until), "#Low", "#High"}) + ahead + std::string(table_close) + "</details>";
}

}  // namespace

std::string section_trends(const Report& report) {
  auto& a = report.a;
  std::string out = "<section id=\"trends\" aria-labelledby=\"h-trends\">" + section_head("trends", "Trends", "What changed since the runs before this one; a dotted line is an event that makes a jump no progress.", {}, a.has_history);
  if (!a.has_history)
    return out + "<p class=\"empty\">This run was made without a workspace, so there is no earlier one to compare with. <code>reeve init</code> makes a workspace; every run in it is kept.</p></section>";
  if (a.history.previous_run == 0 || a.history.trend.size() < 2) return out + "<p class=\"empty\">This is the first run in this workspace. The trend begins with the next one.</p></section>";
  // A part of the estate is no point on the line of the whole.
  const std::vector<TrendPoint> runs = whole_trend(a.history.trend);
  if (a.history.trend.back().partial) out += "<p class=\"lead\"><b>This run judged a part of the estate, so it is on no chart.</b></p>";
  if (runs.size() < 2) out += "<p class=\"empty\">Fewer than two runs judged the whole estate, so there is no trend yet.</p>";
  else out += trend_charts(runs, a.history.forecast);

  const Moves& moves = a.history.since_previous;
  out += "<h3>Since the run of " + day_text(a.history.previous_as_of) + "</h3>" + table_open("What moved", {"What happened", "#Findings", "#Critical", "#High", "#Medium", "#Low"});
  bool moved = false;
  for (size_t i = 0; i < move_count; ++i) {
    const BySeverity& by = moves.counts[i];
    if (by.total() == 0) continue;
    moved = true;
    out += "<tr><td>" + esc(meaning(static_cast<Move>(i))) + "</td><td class=\"n\">" + with_thousands(by.total()) + "</td>";
    for (size_t s = 4; s >= 1; --s) out += td(by.of[s]);
    out += "</tr>";
  }
  if (!moved) out += "<tr><td>nothing</td><td class=\"n\">0</td><td class=\"n\">0</td><td class=\"n\">0</td><td class=\"n\">0</td><td class=\"n\">0</td></tr>";
  out += std::string(table_close);

  out += "<h3>Time to remediate <small>since " + day_text(a.history.remediation_since) + "</small></h3>" + table_open("Time to remediate", {"Severity", "#Ended", "#Mean days", "#Median days", "#Still open"});
  for (size_t s = 5; s-- > 0;) {
    auto& one = a.history.remediation[s];
    if (one.ended == 0 && one.open == 0) continue;
    out += "<tr><td>" + severity_mark(static_cast<Severity>(s)) + "</td><td class=\"n\">" + with_thousands(one.ended) + "</td><td class=\"n\">" + (one.ended ? decimal_text(one.mean_days, 1) : "–") + "</td><td class=\"n\">" +
           (one.ended ? decimal_text(one.median_days, 1) : "–") + "</td><td class=\"n\">" + with_thousands(one.open) + "</td></tr>";
  }
  out += std::string(table_close);

  auto& all = a.history.trend;
  size_t shown = std::min(all.size(), kRunsShown);
  out += "<details class=\"more\"><summary>" + std::string(shown == all.size() ? "All " : "The last ") + count_text(shown, "run") + " in numbers</summary>" + table_open("Runs", {"As of", "#Level", "#Score", "#Fail", "#Critical, high", "#Unknown", "#Excepted", "#Pass", "#Age of critical, days", "Events"});
  for (size_t i = all.size(); i-- > all.size() - shown;) {
    auto& run = all[i];
    out += "<tr><td>" + day_text(run.as_of) + "</td><td class=\"n\">" + std::to_string(run.level) + "</td><td class=\"n\">" + (run.score ? decimal_text(*run.score, 0) : "–") + "</td><td class=\"n\">" + with_thousands(run.verdicts.fail) +
           "</td><td class=\"n\">" + (run.split ? with_thousands(run.fail.of[4] + run.fail.of[3]) : "–") + "</td><td class=\"n\">" + with_thousands(run.verdicts.unknown) + "</td><td class=\"n\">" +
           with_thousands(run.verdicts.excepted) + "</td><td class=\"n\">" + with_thousands(run.verdicts.pass) + "</td><td class=\"n\">" + (run.critical_age_days ? decimal_text(*run.critical_age_days, 0) : "–") + "</td><td>" +
           (run.partial ? "judged a part" + std::string(run.events.empty() ? "" : "; ") : "") + esc(join(run.events, "; ")) + "</td></tr>";
  }
  return out + "</tbody></table></div></details></section>";
}

std::string section_attestations(const Report& report) {
  auto& a = report.a;
  std::string out = "<section id=\"attestations\" aria-labelledby=\"h-attestations\">" +
                    section_head("attestations", "Attestations and exceptions", "What somebody vouches for because no API knows it, and what somebody accepts for a while. Expired ones come first and count for nothing.");
  size_t asked = 0, holding = 0, refused = 0, contradicted = 0, unanswered = 0;
  std::string open;
  for (auto& result : a.controls) {
    if (result.control->judge != Judge::attested) continue;
    ++asked;
    holding += result.status == Verdict::pass;
    const bool by_facts = starts_with(result.reason, "contradicted: ");  // whether or not somebody gave his word
    contradicted += result.status == Verdict::fail && by_facts;
    refused += result.status == Verdict::fail && !by_facts;
    if (result.status != Verdict::unknown || !result.control->attest) continue;
    ++unanswered;
    open += "<li><a href=\"#control=" + result.control->id + "\">" + esc(result.control->attest->question) + "</a> <code>" + result.control->id + "</code></li>";
  }
  out += "<h3>Attestations <small>" + with_thousands(holding) + " of " + count_text(asked, "question") + " answered and valid" + (refused ? "; " + with_thousands(refused) + " answered no" : "") + (contradicted ? "; " + with_thousands(contradicted) + " contradicted by facts" : "") +
         (unanswered ? "; " + with_thousands(unanswered) + " open" : "") + "</small></h3>";
  bool any = a.workspace && !a.workspace->attestations.empty();
  const std::string table = table_open("Attestations", {"Verdict", "Claim", "Answer", "Owner, approver", "Given", "Expires", "Left", "Evidence and facts"}, "att");
  out += any ? table : "<p class=\"empty\">Nobody has attested anything yet. <code>reeve init</code> writes a workspace with a file for it.</p>";
  if (any) {
    for (auto* one : by_expiry(a.workspace->attestations)) {
      const ControlResult* result = report.control(one->control);
      std::string claim = result && result->control->attest ? result->control->attest->claim : one->control;
      out += "<tr><td>" + (result ? mark(result->status) : std::string("–")) + "</td><td>" + esc(claim) + "<p><a href=\"#control=" + esc(one->control) + "\"><code>" + esc(one->control) + "</code></a></p></td><td>" +
             (one->answer ? "yes" : "no") + "</td><td>" + esc(one->owner) + "<p>" + esc(one->approver) + "</p></td><td>" + day_text(one->given) + "</td><td>" + day_text(one->expires) + "</td><td>" +
             time_left(one->given, one->expires, a.as_of) + "</td><td>" + esc(join(one->evidence, ", "));
      if (result && !result->reason.empty()) out += "<p>" + esc(result->reason) + "</p>";
      out += "</td></tr>";
    }
    out += std::string(table_close);
  }
  if (unanswered) out += "<details class=\"more\"><summary>" + count_text(unanswered, "question") + " still open</summary><ul class=\"qs\">" + open + "</ul></details>";

  if (!a.words.drills.empty()) {
    out += "<h3>Drills</h3>" + table_open("Drills", {"State", "What", "Owner", "Last", "Due", "Evidence"});
    for (auto& one : a.words.drills) {
      std::string what = esc(one.drill->title.empty() ? one.drill->kind : one.drill->title);
      if (!one.drill->control.empty()) what += "<p><a href=\"#control=" + esc(one.drill->control) + "\"><code>" + esc(one.drill->control) + "</code></a></p>";
      const bool bad = one.state == DrillState::failed || one.state == DrillState::overdue;
      out += "<tr><td>" + (bad ? "<b class=\"t-fail\">" : std::string("<b>")) + std::string(name(one.state)) + "</b></td><td>" + what + "</td><td>" + esc(one.drill->owner) + "</td><td>" +
             (one.last ? day_text(one.last->performed) + ", " + (one.last->worked ? "worked" : "failed") : std::string("never")) + "</td><td>" + day_text(one.due) + "</td><td>" +
             (one.last ? esc(join(one.last->evidence, ", ")) : "") + "</td></tr>";
    }
    out += std::string(table_close);
  }

  out += "<h3>Exceptions <small>" + figures(a.verdicts.excepted, "verdicts.excepted", "verdict") + " excepted</small></h3>";
  if (!a.workspace || a.workspace->exceptions.empty()) return out + "<p class=\"empty\">Nothing is excepted: every fail counts.</p></section>";
  out += table_open("Exceptions", {"Control", "Resource", "Who accepts, who approved", "Why", "Until", "Left"});
  for (auto* one : by_expiry(a.workspace->exceptions))
    out += "<tr><td><a href=\"#control=" + esc(one->control) + "\">" + esc(one->control) + "</a></td><td><code>" + esc(one->resource) + "</code></td><td>" + esc(one->owner) + "<p>" + esc(one->approver) + "</p></td><td>" +
           esc(one->reason) + "</td><td>" + day_text(one->expires) + "</td><td>" + time_left(a.as_of, one->expires, a.as_of) + "</td></tr>";
  return out + "</tbody></table></div></section>";
}

}  // namespace reeve
