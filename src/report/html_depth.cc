// Where a layer of defence is missing.
#include "base/text.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

std::string_view state_icon(uint64_t controls, uint64_t passing, uint64_t unknown) {
  if (controls == 0) return "none";
  if (passing == controls) return "works";
  if (passing > 0) return "partly";
  return unknown == controls ? "unknown" : "none";
}

}  // namespace

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
      rows += "<tr><th scope=\"row\">" + esc(one.area) + "</th><td>" + icon(state_icon(one.controls, one.passing, one.unknown)) + " " +
              (one.controls == 0 ? std::string("no control") : with_thousands(one.passing) + " of " + with_thousands(one.controls) + " pass") + (one.unknown ? ", " + with_thousands(one.unknown) + " unknown" : "") + "</td></tr>";
    }
    out += "<table class=\"t lay\"><caption>" + icon(layer[2]) + layer[1] + " <small>" + with_thousands(passing) + " of " + with_thousands(controls) + " pass" + (unknown ? ", " + with_thousands(unknown) + " unknown" : "") +
           "</small></caption><thead><tr><th>Area</th><th>" + layer[1] + "</th></tr></thead><tbody>" + rows + "</tbody></table>";
  }
  return out + "</div><p class=\"later\">When a detection last fired and a runbook was last exercised comes with the event logs (<code>detect</code>) and runbooks (<code>respond</code>).</p></section>";
}

}  // namespace reeve
