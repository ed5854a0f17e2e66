// What to do, in which order, and where a layer of defence is missing.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

constexpr size_t kDoFirstShown = 12;

std::string points_bar(double points, double most) {
  int width = most > 0 ? std::max(1, static_cast<int>(64 * points / most)) : 0;
  return "<svg class=\"pts\" viewBox=\"0 0 64 8\" aria-hidden=\"true\"><rect class=\"b-ink\" width=\"" + std::to_string(width) + "\" height=\"8\"/></svg>";
}

std::string step(const Report& report, const RoadmapItem& item, size_t rank, double most) {
  const ControlResult* result = report.control(item.control);
  const PracticeResult* practice = result ? report.practice_of(*result->control) : nullptr;
  std::string out = "<tr id=\"do=" + item.control + "\"><td class=\"n rank\">" + std::to_string(rank) + "</td><td><a href=\"#control=" + item.control + "\">" + esc(item.title) + "</a><p>" + esc(item.fix) + "</p></td>";
  out += "<td>" + (practice ? esc(report.number(*practice)) : std::string()) + "</td>";
  out += "<td class=\"n\">" + with_thousands(item.resources) + "</td><td class=\"n\">" + with_thousands(static_cast<uint64_t>(item.points)) + "</td><td class=\"pw\">" + points_bar(item.points, most) + "</td>";
  out += "<td class=\"n\">" + effort_text(item.effort_minutes) + "</td><td>" + esc(report.owner(item.owner)) + "</td><td><code>reeve explain " + item.control + "</code></td></tr>";
  return out;
}

std::string_view state_icon(uint64_t controls, uint64_t passing, uint64_t unknown) {
  if (controls == 0) return "none";
  if (passing == controls) return "works";
  if (passing > 0) return "partly";
  return unknown == controls ? "unknown" : "none";
}

}  // namespace

std::string section_do_first(const Report& report) {
  auto& roadmap = report.a.roadmap;
  std::string out = "<section id=\"do-first\" aria-labelledby=\"h-do-first\">" +
                    section_head("do-first", "Do first", "Actions in four phases; within a phase by risk removed for the hour. Points are severity × failing resources × exposure.",
                                 count_text(roadmap.size(), "action") + "; risk in money comes with the threat model");
  if (roadmap.empty()) return out + "<p class=\"empty\">Nothing to do: no control fails.</p></section>";
  double most = 0;
  for (auto& item : roadmap) most = std::max(most, item.points);
  static constexpr const char* kHead = "<thead><tr><th class=\"n\">#</th><th>Action and what to do</th><th>Closes</th><th class=\"n\">Resources</th><th class=\"n\">Points</th><th class=\"pw\"><span class=\"vh\">Points, drawn</span></th>"
                                       "<th class=\"n\">Effort</th><th>Owner</th><th>More</th></tr></thead>";
  size_t rank = 0, begin = 0;
  while (begin < roadmap.size()) {
    size_t end = begin;
    int64_t minutes = 0;
    double points = 0;
    while (end < roadmap.size() && roadmap[end].phase == roadmap[begin].phase) minutes += roadmap[end].effort_minutes, points += roadmap[end].points, ++end;
    int phase = roadmap[begin].phase;
    out += "<h3>Phase " + std::to_string(phase) + " · " + std::string(phase_name(phase)) + " <small>" + count_text(end - begin, "action") + ", about " + effort_text(minutes) + ", " +
           with_thousands(static_cast<uint64_t>(points)) + " points</small></h3>";
    size_t shown = std::min(end, begin + kDoFirstShown);
    out += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Actions of phase " + std::to_string(phase) + "\"><table class=\"t do\">" + kHead + "<tbody>";
    for (; begin < shown; ++begin) out += step(report, roadmap[begin], ++rank, most);
    out += std::string(table_close);
    if (begin < end) {
      out += "<details class=\"more\"><summary>" + count_text(end - begin, "more action") + " of phase " + std::to_string(phase) + "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"More actions of phase " +
             std::to_string(phase) + "\"><table class=\"t do\">" + kHead + "<tbody>";
      for (; begin < end; ++begin) out += step(report, roadmap[begin], ++rank, most);
      out += "</tbody></table></div></details>";
    }
  }
  return out + "</section>";
}

std::string section_depth(const Report& report) {
  static constexpr const char* kLayers[][3] = {{"preventive", "Prevent", "prevent"}, {"detective", "Detect", "detect"}, {"responsive", "Respond", "respond"}};
  std::string out = "<section id=\"depth\" aria-labelledby=\"h-depth\">" +
                    section_head("depth", "Defence in depth", "How many controls of each layer pass, by area of operations. A layer without a passing control does not stop, see or undo anything.",
                                 "<span class=\"key\">" + icon("works") + "works</span><span class=\"key\">" + icon("partly") + "partly</span><span class=\"key\">" + icon("none") + "none</span><span class=\"key\">" +
                                     icon("unknown") + "unknown</span>");
  out += "<div class=\"layers\">";
  for (auto& layer : kLayers) {
    uint64_t controls = 0, passing = 0, unknown = 0;
    std::string rows;
    for (auto& one : report.a.layers) {
      if (one.layer != layer[0]) continue;
      controls += one.controls, passing += one.passing, unknown += one.unknown;
      auto state = state_icon(one.controls, one.passing, one.unknown);
      rows += "<tr><th scope=\"row\">" + esc(one.area) + "</th><td>" + icon(state) + " " + (one.controls == 0 ? std::string("no control") : with_thousands(one.passing) + " of " + with_thousands(one.controls) + " pass") +
              (one.unknown ? ", " + with_thousands(one.unknown) + " unknown" : "") + "</td></tr>";
    }
    out += "<table class=\"t lay l-" + std::string(layer[2]) + "\"><caption>" + icon(layer[2]) + layer[1] + " <small>" + with_thousands(passing) + " of " + with_thousands(controls) + " pass" +
           (unknown ? ", " + with_thousands(unknown) + " unknown" : "") + "</small></caption><thead><tr><th>Area</th><th>" + layer[1] + "</th></tr></thead><tbody>" + rows + "</tbody></table>";
  }
  return out + "</div><p class=\"later\">When a detection last fired and a runbook was last exercised comes with the event logs (<code>detect</code>) and runbooks (<code>respond</code>).</p></section>";
}

// By whom: the customer, AWS, or both.
std::string section_responsibility(const Report& report) {
  std::string out = "<section id=\"responsibility\" aria-labelledby=\"h-responsibility\">" +
                    section_head("responsibility", "Shared responsibility", "Who acts when a control fails: you, AWS, or both.");
  struct Row {
    uint64_t controls = 0;
    VerdictCounts counts;
  };
  std::map<Responsibility, Row> rows;
  for (auto& result : report.a.controls) {
    Row& row = rows[result.control->responsibility];
    ++row.controls;
    row.counts.pass += result.counts.pass, row.counts.fail += result.counts.fail, row.counts.unknown += result.counts.unknown, row.counts.excepted += result.counts.excepted;
    row.counts.not_applicable += result.counts.not_applicable;
  }
  out += table_open("Verdicts by responsibility", {"Responsible", "#Controls", "#Fail", "#Unknown", "#Excepted", "#Pass", "Verdicts"});
  for (auto& [who, row] : rows)
    out += "<tr><th scope=\"row\">" + std::string(name(who)) + "</th><td class=\"n\">" + with_thousands(row.controls) + "</td><td class=\"n\">" + with_thousands(row.counts.fail) + "</td><td class=\"n\">" +
           with_thousands(row.counts.unknown) + "</td><td class=\"n\">" + with_thousands(row.counts.excepted) + "</td><td class=\"n\">" + with_thousands(row.counts.pass) + "</td><td>" + bar(row.counts, 160) + "</td></tr>";
  return out + "</tbody></table></div></section>";
}

}  // namespace reeve
