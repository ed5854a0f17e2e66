// Headline, stairs, figures, blockers and the eight practices: what stands on the first screen.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/html_charts.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

constexpr size_t kBlockersShown = 5;

std::string number_word(uint64_t n, bool capital = false) {
  static constexpr const char* kWords[] = {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"};
  if (n > 12) return with_thousands(n);
  std::string word = kWords[n];
  if (capital) word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

std::string level_words(int level) { return std::to_string(level) + " " + std::string(level_name(level)); }

// The name without its point in the scale: `Managed or better`.
std::string who_stands_where(const Report& report) {
  size_t lowest = 0;
  int next = 5;
  for (auto& practice : report.a.practices) {
    if (practice.level == report.a.level) ++lowest;
    else next = std::min(next, practice.level);
  }
  size_t all = report.a.practices.size();
  std::string name = "<b>" + std::string(level_name(report.a.level)) + "</b>";
  if (lowest == all) return "All " + number_word(all) + " practices stand at " + name + ".";
  std::string out = number_word(lowest, true) + (lowest == 1 ? " practice holds" : " practices hold") + " the organization at " + name + "; the other " +
                    number_word(all - lowest) + (all - lowest == 1 ? " stands at " : " stand at ") + std::string(level_name(next));
  return out + (next < 4 ? " or better." : ".");
}

std::string stairs(const Report& report) {
  int first = report.a.level == 0 ? 0 : 1;
  std::string out = "<ol class=\"stairs from" + std::to_string(first) + "\" aria-label=\"Levels, and the practices that stand at each\">";
  for (int level = first; level <= 4; ++level) {
    out += "<li class=\"st st" + std::to_string(level) + (level == report.a.level ? " here" : std::any_of(report.a.practices.begin(), report.a.practices.end(), [&](auto& p) { return p.level == level; }) ? " has" : "") + "\"><div class=\"chips\">";
    for (auto& practice : report.a.practices)
      if (practice.level == level) out += "<a class=\"chip\" href=\"#practice=" + practice.practice->slug + "\" title=\"" + esc(practice.practice->title) + "\">" + esc(report.number(practice)) + "</a>";
    out += "</div><div class=\"lv\"><span>" + level_words(level) + "</span>";
    if (level == report.a.level && level < 4 && !report.blocking.empty())
      out += " <b class=\"bad\">" + count_text(report.blocking.size(), "blocker") + " →</b>";
    out += "</div></li>";
  }
  return out + "</ol>";
}

// The first sentence of the panel and of the page say the same number.
std::string blockers(const Report& report) {
  auto& a = report.a;
  const bool some = a.controls_left_out > 0;
  if (some && report.blocking.empty()) return "<aside class=\"block\" aria-labelledby=\"h-block\"><h2 id=\"h-block\">Nothing is open</h2><p>None of the controls asked for fails or is unknown.</p></aside>";
  if (a.level >= 4) return "<aside class=\"block\" aria-labelledby=\"h-block\"><h2 id=\"h-block\">Nothing blocks</h2><p>All practices stand at level 4.</p></aside>";
  std::string out = "<aside class=\"block\" aria-labelledby=\"h-block\"><header><h2 id=\"h-block\">" + (some ? "What is open" : "What blocks level " + std::to_string(a.level + 1)) + "</h2><p>" +
                    count_text(report.blocking.size(), "control") + ", about " + effort_text(report.blocking_minutes) + " of work</p></header><ol>";
  std::string rest;
  size_t n = 0;
  for (auto& one : report.blocking) {
    const std::string status(short_word(one.blocker->status));
    if (!one.control) {
      std::string row = "<li>" + icon("unknown") + "<div class=\"w\"><a href=\"#practice=" + one.practice->practice->slug + "\">" + esc(one.practice->practice->title) + "</a><p>" + esc(report.number(*one.practice)) + " · " + esc(one.blocker->why) + "</p></div></li>";
      (n++ < kBlockersShown ? out : rest) += row;
      continue;
    }
    const Control& c = *one.control->control;
    const std::string link = "<a href=\"#control=" + c.id + "\">" + esc(c.title) + "</a>";
    const std::string says = "<b class=\"t-" + status + "\">" + status + "</b>: " + esc(report.what(one)) + " · " + esc(report.number(*one.practice)) + " · " + std::string(name(c.severity));
    const std::string effort = effort_text(c.effort_minutes * static_cast<int64_t>(std::max<uint64_t>(1, one.blocker->resources)));
    if (n++ >= kBlockersShown) {
      rest += "<li>" + link + "<p>" + says + " · " + esc(report.owner(c.owner)) + " · " + effort + "</p></li>";
      continue;
    }
    out += "<li>" + icon(one.blocker->status == Verdict::fail ? "fail" : "unknown") + "<div class=\"w\">" + link + "<p>" + says + "</p></div><div class=\"o\">" + esc(report.owner(c.owner)) + "<p>" + effort + "</p></div>";
    if (one.blocker->resources > 0)
      out += "<a class=\"go js\" href=\"#findings?control=" + c.id + "&amp;status=" + status + "\">" + count_text(one.blocker->resources, c.judge == Judge::attested ? "attestation" : "finding") + " ›</a>";
    out += "</li>";
  }
  out += "</ol>";
  if (!rest.empty())
    out += "<details class=\"more\"><summary>" + count_text(report.blocking.size() - kBlockersShown, "more control", "more controls") + (some ? "" : " that block level " + std::to_string(a.level + 1)) + "</summary><ol>" + rest + "</ol></details>";
  if (!report.blocking.empty() && report.a.score && report.score_unblocked)
    out += "<p class=\"promise\">Mending " + std::string(report.blocking.size() == 1 ? "it" : "all " + number_word(report.blocking.size())) + " brings " + (some ? "" : "the organization to level " + std::to_string(report.level_unblocked) + " and ") + "the score to " +
           std::to_string(static_cast<int>(*report.score_unblocked + 0.5)) + ". What that is worth in money comes with the threat model.</p>";
  return out + "</aside>";
}

// How a score went in the last thirty days: a line and the change from the run that held then, or from the first one.
template <class Score>
std::string thirty_days(const Report& report, std::optional<double> now, Score&& score_of) {
  // Part of an estate does not go up or down against the whole.
  std::vector<TrendPoint> runs;
  for (auto& run : report.a.history.trend)
    if (!run.partial) runs.push_back(run);
  if (runs.size() < 2 || !now || report.a.history.trend.back().partial) return "";
  Time then{report.a.as_of.ms - 30LL * 86'400'000};
  std::vector<ChartPoint> points;
  for (size_t i = 0; i < runs.size(); ++i)
    if (runs[i].as_of >= then || i + 1 == runs.size() || runs[i + 1].as_of > then) points.push_back({runs[i].as_of, score_of(runs[i])});
  if (points.size() < 2 || !points.front().value) return "";
  return spark(points) + change_mark(std::round(*now) - std::round(*points.front().value), true);
}

std::string figures(const Report& report) {
  auto& a = report.a;
  std::string out = "<div class=\"kpis\">";
  out += "<div class=\"kpi\"><p class=\"kh\">Risk-weighted score</p><p class=\"fig\">";
  if (a.score) out += "<data value=\"" + std::to_string(static_cast<int>(*a.score + 0.5)) + "\" data-is=\"score\">" + std::to_string(static_cast<int>(*a.score + 0.5)) + "</data> <small>/ 100</small>";
  else out += "<span class=\"t-unknown\">unknown</span>";
  out += "</p><svg class=\"meter\" viewBox=\"0 0 160 10\" aria-hidden=\"true\"><rect class=\"b-na\" x=\".5\" y=\".5\" width=\"159\" height=\"9\"/><rect class=\"b-ink\" width=\"" +
         std::to_string(a.score ? static_cast<int>(*a.score * 1.6 + 0.5) : 0) + "\" height=\"10\"/></svg><p class=\"sub\">";
  std::string trend_ = thirty_days(report, a.score, [](const TrendPoint& run) { return run.score; });
  out += (trend_.empty() ? "" : trend_ + " in 30 days · ") + "<a href=\"#method\">how it is counted</a></p></div>";

  uint64_t reached = a.verdicts.pass + a.verdicts.fail + a.verdicts.excepted, asked = reached + a.verdicts.unknown;
  VerdictCounts sight;
  sight.fail = 0, sight.unknown = a.verdicts.unknown;
  out += "<div class=\"kpi\"><p class=\"kh\">Verdicts we could reach</p><p class=\"fig\">" + share_text(reached, asked) + " <small>of " + with_thousands(asked) + "</small></p>";
  int width = asked == 0 ? 0 : static_cast<int>(160.0 * static_cast<double>(reached) / static_cast<double>(asked));
  if (a.verdicts.unknown > 0) width = std::min(width, 157);
  out += "<svg class=\"meter\" viewBox=\"0 0 160 10\" aria-hidden=\"true\"><rect class=\"b-ink\" width=\"" + std::to_string(width) + "\" height=\"10\"/>";
  if (a.verdicts.unknown > 0) out += "<rect class=\"b-unknown\" x=\"" + std::to_string(width) + "\" width=\"" + std::to_string(160 - width) + "\" height=\"10\"/>";
  out += "</svg><p class=\"sub\"><a href=\"#unknowns\">" + figure(a.verdicts.unknown, "verdicts.unknown") + " unknown" + (a.calls_failed.empty() ? "" : ", " + count_text(a.calls_failed.size(), "failed call")) + "</a></p></div>";

  const uint64_t passing = a.attested.of_passing, attested = a.attested.passing;
  out += "<div class=\"kpi\"><p class=\"kh\">On facts alone</p><p class=\"fig\">Level <data value=\"" + std::to_string(a.level_without_attested) + "\" data-is=\"level_without_attested\">" +
         std::to_string(a.level_without_attested) + "</data></p><svg class=\"meter\" viewBox=\"0 0 160 10\" aria-hidden=\"true\"><rect class=\"b-na\" x=\".5\" y=\".5\" width=\"159\" height=\"9\"/>";
  int by_facts = passing == 0 ? 0 : static_cast<int>(160 * (passing - attested) / passing);
  out += "<rect class=\"b-ink\" width=\"" + std::to_string(by_facts) + "\" height=\"10\"/></svg><p class=\"sub\"><a href=\"#attestations\">" + figure(attested, "attested.passing") + " of " +
         count_text(passing, "passing control") + " by attestation</a></p></div>";
  return out + "</div>";
}

// Statement, questions, and the controls by level.
std::string practice_body(const Report& report, const PracticeResult& practice) {
  const Practice& p = *practice.practice;
  std::string out = "<div class=\"pb\"><p class=\"state\">" + esc(p.statement) + "</p><p class=\"ask\"><b>" + esc(p.question) + "</b></p>";
  if (!p.questions.empty()) {
    out += "<ul class=\"qs\">";
    for (auto& question : p.questions) out += "<li>" + esc(question) + "</li>";
    out += "</ul>";
  }
  int at = 0;
  for (size_t index : practice.controls) {
    const ControlResult& result = report.a.controls[index];
    const Control& c = *result.control;
    if (c.level != at) {
      if (at) out += "</ul>";
      at = c.level;
      out += "<h3 class=\"lvl\">" + level_words(at) + (report.a.controls_left_out ? "" : at <= practice.level ? " · reached" : at == practice.level + 1 ? " · next" : "") + "</h3><ul class=\"cs\">";
    }
    bool open = result.status == Verdict::fail || result.status == Verdict::unknown || result.status == Verdict::excepted;
    out += "<li id=\"control=" + c.id + "\">" + mark(result.status) + "<div><b>" + esc(c.title) + "</b><p>" + c.id + " · " + (result.counts.applicable() ? esc(report.share(result, result.status)) + " " : std::string("nothing to judge ")) + "· " + std::string(name(c.severity)) + " · " + esc(report.owner(c.owner)) +
           " · " + esc(c.effort) + " each" + (c.judge == Judge::attested ? " · attested" : "") + "</p>";
    if (!result.evidence.empty()) {
      const Evidence& e = result.evidence.front();
      out += "<p class=\"ev\">" + esc(e.path.empty() ? e.source : e.path);
      if (!e.value.empty()) out += " = " + esc(clip(e.value, 90));
      if (!e.expected.empty()) out += " · expected " + esc(e.expected);
      if (!e.path.empty()) out += " · " + esc(e.source);
      out += "</p>";
    } else if (!result.reason.empty()) {
      out += "<p class=\"ev\">" + esc(result.reason) + "</p>";
    }
    out += "</div>";
    uint64_t rows = result.counts.fail + result.counts.unknown + result.counts.excepted;
    if (open) out += "<a class=\"go js\" href=\"#findings?control=" + c.id + "\">" + count_text(rows, "finding") + " ›</a>";
    out += "</li>";
  }
  if (at) out += "</ul>";
  return out + "</div>";
}

}  // namespace

std::string section_summary(const Report& report) {
  auto& a = report.a;
  std::string out = "<section id=\"summary\" class=\"hero\" aria-labelledby=\"h-top\"><div class=\"say\"><p class=\"q\">How do you securely operate your workload?</p>";
  if (a.controls_left_out) {
    out += "<h1 id=\"h-top\">" + a.controls_asked() + ", no level.</h1><p class=\"sum\">Only these are asked for: scores speak of them alone, and what the others would say is not known.";
    if (a.verdicts.unknown > 0) out += " " + count_text(a.verdicts.unknown, "verdict is", "verdicts are") + " <b>unknown</b>.";
    return out + "</p></div>" + blockers(report) + "</section>";
  }
  out += "<h1 id=\"h-top\">Level <data value=\"" + std::to_string(a.level) + "\" data-is=\"level\">" + std::to_string(a.level) + "</data> of 4.";
  if (a.level < 4) {
    std::string many = number_word(report.blocking.size(), true);
    out += " <span>" + many + (report.blocking.size() == 1 ? " control blocks" : " controls block") + " level " + std::to_string(a.level + 1) + ".</span>";
  }
  out += "</h1><p class=\"sum\">" + who_stands_where(report) + " The level is that of the lowest practice.";
  if (a.verdicts.unknown > 0) out += " " + count_text(a.verdicts.unknown, "verdict is", "verdicts are") + " <b>unknown</b> and never " + (a.verdicts.unknown == 1 ? "counts" : "count") + " as pass.";
  out += "</p>" + stairs(report) + figures(report) + "</div>" + blockers(report) + "</section>";
  return out;
}

std::string section_practices(const Report& report) {
  std::string legend = "Edition " + esc(report.a.edition) + " · bars: ";
  static constexpr const char* kKinds[][2] = {{"fail", "fail"}, {"unknown", "unknown"}, {"excepted", "excepted"}, {"pass", "pass"}, {"na", "n/a"}};
  for (auto& kind : kKinds) legend += "<span class=\"key\"><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"b-" + std::string(kind[0]) + "\" x=\".5\" y=\".5\" width=\"11\" height=\"11\"/></svg>" + kind[1] + "</span>";
  std::string out = std::string("<section id=\"practices\"") + (report.a.history.trend.size() > 1 ? " class=\"hist\"" : "") + " aria-labelledby=\"h-practices\">" +
                    section_head("practices", number_word(report.a.practices.size(), true) + (report.a.practices.size() == 1 ? " practice" : " practices"), "A row opens its statement, its questions and each control with its evidence.", legend);
  out += std::string("<div class=\"pr ph\" aria-hidden=\"true\"><span>Practice</span><span>Level</span><span class=\"n\">Fail</span><span class=\"n\">Unkn.</span><span>Verdicts</span><span>First blocker of the next level</span>"
         "<span>Owner</span>") + (report.a.history.trend.size() > 1 ? "<span>30 days</span>" : "") + "<span class=\"n\">Score</span></div><div>";
  const bool some = report.a.controls_left_out > 0;
  for (auto& practice : report.a.practices) {
    const Practice& p = *practice.practice;
    std::string number = report.number(practice);
    out += "<details class=\"pd" + std::string(practice.level == report.a.level && report.a.level < 4 && !some ? " low" : "") + "\" id=\"practice=" + p.slug + "\"><summary class=\"pr\" data-row>";
    out += "<span class=\"pn\"><span data-cell=\"number\">" + esc(number) + "</span> <b data-cell=\"practice\">" + esc(p.title) + "</b></span>";
    out += "<span class=\"pl\">" + (some ? "" : pips(practice.level)) + "<span data-cell=\"level\">" + (some ? "–" : level_words(practice.level)) + "</span></span>";
    std::string path = "practices." + p.slug + ".verdicts.";
    out += "<span class=\"n\" data-cell=\"fail\">" + figure(practice.verdicts.fail, path + "fail") + "<span class=\"vh\"> fail,</span></span>";
    out += "<span class=\"n\" data-cell=\"unknown\">" + figure(practice.verdicts.unknown, path + "unknown") + "<span class=\"vh\"> unknown,</span></span>";
    out += "<span class=\"pbar\">" + bar(practice.verdicts, 114) + "</span>";
    out += "<span class=\"pf\" data-cell=\"first blocker\">";
    std::string who = "–";
    if (!practice.blockers.empty()) {
      const Blocker& first = practice.blockers.front();
      const ControlResult* result = report.control(first.control);
      out += esc(result ? result->control->title : first.why) + (some ? "" : " <span class=\"to\">→ " + std::to_string(first.level) + "</span>");
      if (result) who = report.owner(result->control->owner);
    } else {
      out += "–";
    }
    out += "</span><span class=\"po\" data-cell=\"owner\">" + esc(who) + "</span>";
    if (report.a.history.trend.size() > 1)
      out += "<span class=\"ps\" data-cell=\"30 days\">" + thirty_days(report, practice.score, [&](const TrendPoint& run) {
        for (auto& one : run.practices)
          if (one.slug == p.slug) return one.score;
        return std::optional<double>();
      }) + "</span>";
    out += "<span class=\"n\" data-cell=\"score\">" + (practice.score ? std::to_string(static_cast<int>(*practice.score + 0.5)) : std::string("–")) + "</span></summary>";
    out += practice_body(report, practice) + "</details>";
  }
  return out + "</div></section>";
}

}  // namespace reeve
