// What to do, in which order, and who looks after what.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/html_charts.h"
#include "report/html_sections.h"
#include "report/output.h"

namespace reeve {
namespace {

constexpr size_t kStepsShown = 10, kStepsListed = 40, kExamplesShown = 3;

std::string points_bar(double points, double most) {
  int width = most > 0 && points > 0 ? std::max(1, static_cast<int>(64 * points / most)) : 0;
  return "<svg class=\"pts\" viewBox=\"0 0 64 8\" aria-hidden=\"true\"><rect class=\"b-ink\" width=\"" + std::to_string(width) + "\" height=\"8\"/></svg>";
}

std::string whole(double value) { return with_thousands(static_cast<uint64_t>(value + 0.5)); }

std::string after_words(const Report& report, int level, const std::optional<double>& score) {
  const std::string points = score ? "score " + decimal_text(*score, 0) : "";
  return report.a.controls_left_out ? points : "level " + std::to_string(level) + (score ? ", " : "") + points;
}

std::string who(const RoadmapItem& item) { return item.person.empty() ? item.owner : item.person; }

// What there is to do, in a sentence: the fix, the calls to make, or the question to answer.
std::string what_to_do(const Assessment& a, const RoadmapItem& item) {
  switch (item.kind) {
    case StepKind::attest: return waits_for_drill(a, item) ? "Hold the drill it stands on, and record it in drills/ of the workspace" : item.fix;
    case StepKind::read: return "Let these calls be made: " + join(item.reads.empty() ? item.shared_reads : item.reads, ", ");
    case StepKind::find_out: return item.causes.empty() ? item.fix : "Find out: " + join(item.causes, "; ");
    default: return item.fix;
  }
}

std::string step(const Report& report, const RoadmapItem& item, double most) {
  const ControlResult* result = report.control(item.control);
  const PracticeResult* practice = result ? report.practice_of(*result->control) : nullptr;
  std::string out = "<tr><td class=\"n rank\">" + std::to_string(item.rank) + "</td><td><a href=\"#control=" + item.control + "\">" + esc(item.title) + "</a><p>" + esc(what_to_do(report.a, item));
  if (!item.after.empty()) out += " · after " + esc(join(item.after, ", "));
  out += "</p></td>" + td(std::string(waits_for_drill(report.a, item) ? "drill" : name(item.kind)) + (item.quick_win ? ", <b>quick</b>" : "")) + td((practice ? esc(report.number(*practice)) + " · " : "") + std::string(name(item.severity)));
  out += td_number(item.resources ? with_thousands(item.resources) + " fail" : with_thousands(item.unknown) + " unknown");
  out += "<td class=\"n pw\">" + points_bar(item.points, most) + "<span>" + whole(item.points) + (item.points_in_doubt > 0 ? " +" + whole(item.points_in_doubt) + "?" : "") + "</span></td>";
  return out + td_number(effort_text(item.effort_minutes)) + td(esc(who(item))) + td(after_words(report, item.level, item.score)) + "</tr>";
}

const std::vector<std::string> kStepHeads = {"##", "Action and what to do", "Kind", "Closes", "#Verdicts", "<th class=\"n\">Points</th>", "#Effort", "Owner", "After this"};

std::string phase_section(const Report& report, const RoadmapPhase& phase, const std::vector<const RoadmapItem*>& steps, double most) {
  std::string number = std::to_string(phase.phase);
  std::string out = "<h3>Phase " + number + " · " + std::string(phase_name(phase.phase)) + " <small>" + with_thousands(phase.passing) + " of " + count_text(phase.controls, "control") + " pass; " + count_text(steps.size(), "step") +
                    ", about " + effort_text(phase.effort_minutes) + ", " + whole(phase.points) + " points; then " + after_words(report, phase.level, phase.score) + "</small></h3>";
  if (steps.empty()) return out + "<p class=\"empty\">Nothing is left to do in this phase.</p>";
  out += table_open("Steps of phase " + number, kStepHeads, "do");
  size_t i = 0;
  for (; i < steps.size() && i < kStepsShown; ++i) out += step(report, *steps[i], most);
  out += table_close;
  if (i == steps.size()) return out;
  out += "<details class=\"more\"><summary>" + count_text(steps.size() - i, "more step") + " of phase " + number + "</summary><ul class=\"rest\">";
  for (size_t end = std::min(steps.size(), i + kStepsListed); i < end; ++i) {
    const RoadmapItem& item = *steps[i];
    out += "<li>" + std::to_string(item.rank) + " <a href=\"#control=" + item.control + "\">" + esc(item.title) + "</a> " + std::string(waits_for_drill(report.a, item) ? "drill" : name(item.kind)) + " · " + whole(item.points) + " points · " + effort_text(item.effort_minutes) + " · " +
           esc(who(item)) + "</li>";
  }
  if (i < steps.size()) out += "<li>" + with_thousands(steps.size() - i) + " more in <code>--format json</code></li>";
  return out + "</ul></details>";
}

std::string held_numbers(const Report& report) {
  std::vector<std::string> out;
  for (auto& practice : report.a.practices)
    if (std::ranges::count(report.a.roadmap_summary.held, practice.practice->slug) > 0) out.push_back(report.number(practice));
  return join(out, ", ");
}

}  // namespace

std::string section_do_first(const Report& report) {
  auto& a = report.a;
  auto& summary = a.roadmap_summary;
  std::string out = "<section id=\"do-first\" aria-labelledby=\"h-do-first\">" +
                    section_head("do-first", "Do first", "Steps in four phases, by risk removed for effort, nothing before what it needs. Points are severity × failing resources; <b>?</b> marks what unknown verdicts may add.",
                                 count_text(summary.steps, "step") + ", " + whole(summary.points) + " points, about " + effort_text(summary.effort_minutes) + "; risk in money comes with the threat model (<code>model</code>)");
  if (a.roadmap.empty()) return out + "<p class=\"empty\">Nothing to do: no control fails and none is unknown.</p></section>";
  double most = 0;
  std::string quick;
  std::map<int, std::vector<const RoadmapItem*>> phases;
  size_t later = 0;  // nobody's steps: another part of Reeve judges them first
  for (auto& item : a.roadmap) {
    if (item.kind == StepKind::later) {
      ++later;
      continue;
    }
    most = std::max(most, item.points);
    phases[item.phase].push_back(&item);
    if (item.quick_win) quick += "<li>" + std::to_string(item.rank) + " <a href=\"#control=" + item.control + "\">" + esc(item.title) + "</a> " + whole(item.points) + " points · " + effort_text(item.effort_minutes) + " · " + esc(who(item)) + "</li>";
  }
  if (!quick.empty()) out += "<h3>Quick wins <small>" + count_text(summary.quick_wins, "step") + "; each " + esc(quick_win_rule) + "</small></h3><ul class=\"rest cols\">" + quick + "</ul>";
  for (auto& phase : summary.phases) out += phase_section(report, phase, phases[phase.phase], most);
  out += "<p class=\"later\">When all of it is done: " + after_words(report, summary.level, summary.score) + ".";
  if (!summary.held.empty() && !report.a.controls_left_out) out += " Below level 4 even then: " + esc(held_numbers(report)) + ", for nothing at some level applies or all is excepted.";
  if (later > 0) out += " " + count_text(later, "control waits", "controls wait") + " for another part of Reeve: <a href=\"#unknowns\">Unknowns</a>.";
  return out + " Order: " + esc(roadmap_rule) + ".</p></section>";
}

std::string section_responsibility(const Report& report) {
  auto& all = report.a.responsibilities;
  std::string out = "<section id=\"responsibility\" aria-labelledby=\"h-responsibility\">" +
                    section_head("responsibility", "Shared responsibility", "Who looks after what runs here: how much is self-managed, and what AWS could take over.",
                                 all.self_managed + all.managed + all.serverless == 0 ? "" : share_text(all.self_managed, all.self_managed + all.managed + all.serverless) + " of what runs is self-managed");
  if (all.services.empty()) return out + "<p class=\"empty\">No resource of a described service was read.</p></section>";
  out += table_open("Services and who looks after them", {"Service", "#Resources", "#Self-managed", "#Managed", "#Serverless", "#Duties: yours", "#Shared", "#AWS"});
  std::string settings;  // services in use that run nothing
  for (auto& service : all.services) {
    const std::string title = esc(service.title.empty() ? service.service : service.title);
    if (service.self_managed + service.managed + service.serverless == 0) {
      settings += (settings.empty() ? "" : ", ") + title + " (" + with_thousands(service.resources) + ")";
      continue;
    }
    out += "<tr><th scope=\"row\">" + title + "</th>" + td(service.resources) + td(service.self_managed) + td(service.managed) + td(service.serverless) + td(service.customer) + td(service.shared) + td(service.aws) + "</tr>";
  }
  out += table_close;
  if (!settings.empty()) out += "<p class=\"later\">Settings and identities, which run nothing: " + settings + ".</p>";
  std::string rows;
  size_t n = 0;
  for (auto& service : all.services)
    for (auto& row : service.rows)
      for (auto& other : row.alternatives) {
        ++n;
        std::vector<std::string> examples(other.examples.begin(), other.examples.begin() + static_cast<int64_t>(std::min(kExamplesShown, other.examples.size())));
        rows += "<tr>" + td(esc(row.title) + (row.used.empty() ? "" : " " + esc(row.used))) + td(other.resources) + td(esc(other.to)) + td(esc(other.why)) + "<td class=\"m\">" + esc(join(examples, ", ")) + "</td></tr>";
      }
  if (n) out += "<h3>Managed instead <small>" + count_text(n, "alternative") + "</small></h3>" + table_open("What could be managed instead", {"What runs", "#Resources", "Instead", "Why", "Such as"}) + rows + std::string(table_close);
  if (!all.not_described.empty()) out += "<p class=\"later\">Not described, so nobody's here: " + esc(join(all.not_described, ", ")) + ".</p>";
  return out + "</section>";
}

std::string section_challenges(const Report& report) {
  auto& all = report.a.challenges;
  if (all.empty()) return "";
  std::string out = "<section id=\"challenges\" aria-labelledby=\"h-challenges\">" +
                    section_head("challenges", "Standing challenges", "Questions that come back whatever is mended today, each by its own controls and figures.") +
                    table_open("Standing challenges", {"Verdict", "Challenge", "#Score", "#Controls", "Verdicts", "Figures", "#Steps left"});
  for (auto& one : all) {
    std::string figures;
    for (auto& figure_ : one.figures) figures += (figures.empty() ? "" : ", ") + (figure_.value ? decimal_text(*figure_.value, 0) : std::string("unknown")) + " " + esc(figure_.name);
    out += "<tr>" + td(mark(one.status)) + td(esc(one.challenge->title) + "<p>" + esc(one.challenge->question) + "</p>") + td_number(one.score ? decimal_text(*one.score, 0) : "–") + td(one.controls.size()) + td(bar(one.verdicts, 114)) +
           td(figures.empty() ? "–" : figures) + td(one.steps.size()) + "</tr>";
  }
  return out + std::string(table_close) + "</section>";
}

}  // namespace reeve
