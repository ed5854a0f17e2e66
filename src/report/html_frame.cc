// What stands around the sections: the marks, the bar on top, the rail beside.
#include "base/text.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

// Own drawings on a 16 px grid; `currentColor` is the mark, `--paper` what is cut out of it.
constexpr const char* kMarks[][2] = {
    {"fail", "<rect x=\"1\" y=\"1\" width=\"14\" height=\"14\" rx=\"2\" fill=\"currentColor\"/><path class=\"cut\" d=\"m5 5 6 6m0-6-6 6\"/>"},
    {"unknown", "<path d=\"M8 .5 15.5 8 8 15.5.5 8z\" fill=\"currentColor\"/><path class=\"cut\" d=\"M6.3 6.3a1.8 1.8 0 1 1 2.5 1.6c-.6.3-.8.6-.8 1.2\"/><path class=\"cut\" d=\"M8 11.3v.1\"/>"},
    {"excepted", "<path d=\"M4.5 1.5h7L15.2 8l-3.7 6.5h-7L.8 8z\" fill=\"currentColor\"/><path class=\"cut\" d=\"M8 4.8V8l2.3 1.6\"/>"},
    {"pass", "<circle cx=\"8\" cy=\"8\" r=\"7.2\" fill=\"currentColor\"/><path class=\"cut\" d=\"m4.9 8.3 2.2 2.2 4.1-4.6\"/>"},
    {"na", "<path class=\"line\" d=\"M3 8h10\"/>"},
    {"prevent", "<path class=\"line\" d=\"M8 1.5 13.5 3.4v4.2c0 3.2-2.2 5.6-5.5 6.9-3.3-1.3-5.5-3.7-5.5-6.9V3.4z\"/>"},
    {"detect", "<path class=\"line\" d=\"M1.2 8S3.6 3.4 8 3.4 14.8 8 14.8 8 12.4 12.6 8 12.6 1.2 8 1.2 8z\"/><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"2\"/>"},
    {"respond", "<path class=\"line\" d=\"M13.6 4.4 11 7 9 5l2.6-2.6a4 4 0 0 0-5.2 5.2L2 12l2 2 4.4-4.4a4 4 0 0 0 5.2-5.2z\"/>"},
    {"works", "<circle cx=\"8\" cy=\"8\" r=\"6\" fill=\"currentColor\"/>"},
    {"partly", "<circle class=\"line\" cx=\"8\" cy=\"8\" r=\"5.4\"/><path d=\"M8 2.6a5.4 5.4 0 0 0 0 10.8z\" fill=\"currentColor\"/>"},
    {"none", "<circle class=\"line\" cx=\"8\" cy=\"8\" r=\"5.4\"/>"},
};

}  // namespace

std::string page_sprite() {
  std::string out = "<svg class=\"sprite\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs><pattern id=\"hatch\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"h0\" width=\"4\" height=\"4\"/>"
                    "<rect class=\"h1\" width=\"2\" height=\"4\"/></pattern></defs>";
  for (auto& mark_ : kMarks) out += "<symbol id=\"i-" + std::string(mark_[0]) + "\" viewBox=\"0 0 16 16\">" + mark_[1] + "</symbol>";
  for (int severity = 0; severity <= 4; ++severity) {
    out += "<symbol id=\"i-s" + std::to_string(severity) + "\" viewBox=\"0 0 16 16\">";
    for (int i = 0; i < 4; ++i) {
      int height = 5 + 3 * i;
      out += "<rect x=\"" + std::to_string(1 + 4 * i) + "\" y=\"" + std::to_string(15 - height) + "\" width=\"2.6\" height=\"" + std::to_string(height) + "\" " + (i < severity ? "fill=\"currentColor\"" : "class=\"dim\"") + "/>";
    }
    out += "</symbol>";
  }
  return out + "</svg>";
}

std::string page_bar(const Report& report) {
  auto& a = report.a;
  std::string out = "<a class=\"skip\" href=\"#main\">Skip to the answer</a><header class=\"top\"><div class=\"brand\"><svg class=\"logo\" viewBox=\"0 0 20 20\" aria-hidden=\"true\"><rect width=\"20\" height=\"20\" rx=\"4\"/>"
                    "<path d=\"M6.5 15.5v-11h4.2a3.2 3.2 0 0 1 0 6.4H6.5m4 0 3.2 4.6\"/></svg><b>Reeve</b></div><p class=\"what\">SEC01 assessment";
  if (!a.organization.empty()) out += " · <b>" + esc(a.organization) + "</b>";
  out += " · " + figures(a.accounts, "estate.accounts", "account") + " · " + figures(a.regions, "estate.regions", "Region");
  if (a.controls_left_out) out += " · " + a.controls_asked();
  out += "</p>";
  out += "<p class=\"asof\">Evidence as of <b>" + when(a.as_of) + "</b> <span id=\"local-time\"></span></p>";
  out += "<div class=\"tools js\"><button type=\"button\" id=\"to-sections\" aria-expanded=\"false\" aria-controls=\"rail\">Sections</button><button type=\"button\" id=\"to-search\"><kbd aria-hidden=\"true\">/</kbd> Search</button>"
         "<button type=\"button\" id=\"to-print\">Print</button><button type=\"button\" id=\"to-theme\">Theme: auto</button></div></header>";
  return out;
}

std::string page_rail(const Report& report, const std::vector<RailItem>& items) {
  auto& v = report.a.verdicts;
  std::string out = "<nav id=\"rail\" class=\"rail\" aria-label=\"Sections\"><ul>";
  for (auto& item : items) out += "<li><a href=\"#" + item.id + "\">" + item.title + (item.note.empty() ? "" : "<span>" + item.note + "</span>") + "</a></li>";
  out += "</ul><div class=\"tally\"><p class=\"th\">Verdicts</p><dl>";
  struct Row {
    const char* icon;
    const char* word;
    uint64_t n;
    const char* path;
  };
  for (const Row& row : {Row{"fail", "Fail", v.fail, "verdicts.fail"}, Row{"unknown", "Unknown", v.unknown, "verdicts.unknown"}, Row{"excepted", "Excepted", v.excepted, "verdicts.excepted"},
                         Row{"pass", "Pass", v.pass, "verdicts.pass"}, Row{"na", "Not applicable", v.not_applicable, "verdicts.not_applicable"}})
    out += "<div><dt>" + icon(row.icon) + row.word + "</dt><dd>" + figure(row.n, row.path) + "</dd></div>";
  return out + "</dl><p>Unknown never counts as pass.</p></div></nav>";
}

}  // namespace reeve
