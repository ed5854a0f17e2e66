// Objectives in layers of defence, and the requirements of other frameworks.
#include <algorithm>

#include "base/text.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

constexpr size_t kControlsNamed = 3;

// A mark and what it stands for in numbers: works, partly, fails, unknown, none.
std::string layer_cell(const DepthCell& cell) {
  std::string out;
  switch (cell.state) {
    case LayerState::works: out = "● "; break;
    case LayerState::partly: out = "◐ "; break;
    case LayerState::fails: out = "○ "; break;
    case LayerState::unknown: out = "◆ "; break;
    case LayerState::none: out = "– none"; break;
  }
  if (cell.state != LayerState::none) out += with_thousands(cell.counts.pass) + " of " + with_thousands(cell.counts.all() - cell.counts.not_applicable) + " pass";
  if (cell.counts.unknown) out += ", " + with_thousands(cell.counts.unknown) + " unknown";
  if (!cell.ready.empty()) out += ", " + count_text(cell.ready.size(), "guard") + " ready";
  return out;
}

std::string_view truth_words(Truth truth) { return truth == Truth::yes ? "within" : truth == Truth::no ? "outside" : "not known"; }

std::string layer_head(std::string_view id, std::string_view word) { return "<th>" + icon(id) + " " + std::string(word) + "</th>"; }

}  // namespace

std::string section_depth(const Report& report) {
  auto& a = report.a;
  size_t single = 0;
  for (auto& row : a.depth) single += row.single;
  std::string out = "<section id=\"depth\" aria-labelledby=\"h-depth\">" +
                    section_head("depth", "Defence in depth", "Each objective and the layers that hold it: prevent, detect, respond. With at most one layer standing, nothing is behind it; the worst gap comes first.",
                                 "● works · ◐ partly · ○ fails · ◆ unknown · – none");
  if (a.depth.empty()) return out + "<p class=\"empty\">No objective has a control here.</p></section>";
  out += "<p class=\"later\">" + with_thousands(single) + " of " + count_text(a.depth.size(), "objective") + " " + (single == 1 ? "stands" : "stand") + " on one layer or none.</p>";
  out += table_open("Objectives by layer of defence", {"Objective", layer_head("prevent", "Prevent"), layer_head("detect", "Detect"), layer_head("respond", "Respond"), "Depth", "Worst", "Appetite"}, "dep");
  std::array<uint64_t, defence_layers> standing{};
  for (auto& row : a.depth) {
    auto result = std::find_if(a.objectives.begin(), a.objectives.end(), [&](auto& one) { return one.objective == row.objective; });
    out += "<tr><th scope=\"row\"><a class=\"js\" href=\"#findings?objective=" + esc(row.objective->slug) + "\">" + esc(row.objective->title) + "</a><span class=\"nojs\">" + esc(row.objective->title) + "</span></th>";
    for (size_t i = 0; i < defence_layers; ++i) {
      out += td(layer_cell(row.cells[i]));
      standing[i] += row.cells[i].stands();
    }
    out += td((row.single ? "<b class=\"bad\">" : "<b>") + std::to_string(row.standing) + " of 3</b>") + td(std::string(name(row.severity)));
    out += result == a.objectives.end() ? td("–") : td(std::string(truth_words(result->within_appetite)) + (result->why.empty() ? "" : "<p>" + esc(result->why.front()) + "</p>"));
    out += "</tr>";
  }
  out += "<tr class=\"foot\"><th scope=\"row\">Objectives with a standing layer</th>";
  for (uint64_t n : standing) out += td(with_thousands(n) + " of " + with_thousands(a.depth.size()));
  out += "<td></td><td></td><td></td></tr>" + std::string(table_close);
  return out + "<p class=\"later\">When a detection last fired and a runbook was last exercised comes with the event logs (<code>detect</code>) and runbooks (<code>respond</code>).</p></section>";
}

std::string section_frameworks(const Report& report) {
  auto& a = report.a;
  if (a.frameworks.empty()) return "";
  std::string out = "<section id=\"frameworks\" aria-labelledby=\"h-frameworks\">" +
                    section_head("frameworks", "Frameworks", "Requirements of other frameworks and the controls that speak to them, by id. What no control speaks to is not covered: neither pass nor fail.");
  out += table_open("Frameworks", {"Framework", "#Requirements", "#With a verdict", "#Fail", "#Unknown", "#Pass", "#Not covered", "<th>Requirements, drawn</th>"});
  for (auto& one : a.frameworks) {
    VerdictCounts drawn;
    drawn.fail = one.counts.fail, drawn.unknown = one.counts.unknown, drawn.pass = one.counts.pass, drawn.excepted = one.counts.excepted;
    drawn.not_applicable = one.not_covered + one.counts.not_applicable;
    out += "<tr><th scope=\"row\">" + esc(one.framework->title + " " + one.framework->version) + "</th>" + td(one.requirements.size()) + td(one.counts.fail + one.counts.unknown + one.counts.pass + one.counts.excepted) + td(one.counts.fail) +
           td(one.counts.unknown) + td(one.counts.pass) + td(one.not_covered) + td(bar(drawn, 160)) + "</tr>";
  }
  out += table_close;
  for (auto& one : a.frameworks) {
    out += "<details class=\"more\"><summary>" + esc(one.framework->title) + ": " + with_thousands(one.requirements.size() - one.not_covered) + " of " + count_text(one.requirements.size(), "requirement") + " covered, " +
           with_thousands(one.counts.fail) + " fail, " + with_thousands(one.counts.unknown) + " unknown, " + with_thousands(one.not_covered) + " not covered</summary>";
    std::string missing;
    out += "<dl class=\"req\">";
    for (Verdict status : {Verdict::fail, Verdict::unknown, Verdict::excepted, Verdict::pass, Verdict::not_applicable}) {
      std::string lines;
      for (auto& requirement : one.requirements) {
        if (!requirement.covered || requirement.status != status) continue;
        std::vector<std::string> controls;
        for (size_t i = 0; i < requirement.controls.size() && i < kControlsNamed; ++i) controls.push_back(a.controls[requirement.controls[i]].control->id);
        lines += esc(requirement.requirement->id) + "  " + join(controls, ", ");
        if (requirement.controls.size() > kControlsNamed) lines += " and " + with_thousands(requirement.controls.size() - kControlsNamed) + " more";
        lines += "\n";
      }
      if (!lines.empty()) out += "<dt>" + mark(status) + "</dt><dd>" + lines + "</dd>";
    }
    for (auto& requirement : one.requirements)
      if (!requirement.covered) missing += (missing.empty() ? "" : ", ") + esc(requirement.requirement->id);
    if (!missing.empty()) out += "<dt>not covered</dt><dd>" + missing + "</dd>";
    out += "</dl></details>";
  }
  return out + "</section>";
}

}  // namespace reeve
