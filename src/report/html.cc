#include "report/html.h"

#include <array>
#include <optional>

#include "base/hash.h"
#include "base/text.h"
#include "report/columns.h"
#include "report/html_sections.h"
#include "report/alerts_told.h"
#include "report/escalation_drawn.h"
#include "report/threats_told.h"
#include "report/imported.h"
#include "report/redaction.h"

extern "C" {
extern const char reeve_page_style_begin[], reeve_page_style_end[], reeve_page_script_begin[], reeve_page_script_end[];
}

namespace reeve {
namespace {

constexpr size_t kPlainRows = 500;
constexpr uint64_t kManyFindings = 250'000;  // from here on one proof a finding, so that the file stays under 25 MB
constexpr size_t kProofs = 8;

// The rows that stand without script, worst first: fails before unknowns, then by severity, then in the store's order.
class PlainRows {
 public:
  void add(const Report& report, const ControlResult& control, const store::StoredFinding& finding) {
    if (finding.status != store::FindingStatus::fail && finding.status != store::FindingStatus::unknown) return;
    auto& bucket = buckets_[(finding.status == store::FindingStatus::fail ? 0 : 5) + 4 - static_cast<size_t>(control.control->severity)];
    if (bucket.size() < kPlainRows) bucket.push_back(finding_row(report, control, finding));
  }
  std::string take(uint64_t& shown) const {
    std::string out;
    for (auto& bucket : buckets_)
      for (auto& row : bucket)
        if (shown < kPlainRows) out += row, ++shown;
    return out;
  }

 private:
  std::array<std::vector<std::string>, 10> buckets_;
};

}  // namespace

Status write_assess_html(Assessment& a, const AssessHtmlOptions& options, const std::function<Status(std::string_view)>& write) {
  const Report report(a, options);
  FindingColumns columns;
  PlainRows plain;
  store::FindingFilter filter;
  filter.other_units = a.has_history;
  const uint64_t open = a.verdicts.fail + a.verdicts.unknown + a.verdicts.excepted;
  const size_t proofs = open > kManyFindings ? 1 : kProofs;
  TRY(a.store->findings(filter, [&](const store::StoredFinding& stored) -> Status {
    std::optional<store::StoredFinding> told;
    if (options.redaction) told = options.redaction->stored(stored);
    const store::StoredFinding& finding = told ? *told : stored;
    const ControlResult* control = report.control(finding.control);
    if (!control) return {};  // of a control that the content no longer has
    plain.add(report, *control, finding);
    return columns.add(finding, static_cast<size_t>(control - a.controls.data()), proofs);
  }));

  std::string style(reeve_page_style_begin, static_cast<size_t>(reeve_page_style_end - reeve_page_style_begin));
  // What stands at the head of each printed page.
  style += ":root { --running: " + css_string(clip("SEC01 assessment" + (a.organization.empty() ? "" : " · " + a.organization), 110) + " · evidence as of " + when_text(a.as_of)) + "; }\n";
  const std::string_view script(reeve_page_script_begin, static_cast<size_t>(reeve_page_script_end - reeve_page_script_begin));
  std::string title = "SEC01 assessment" + (a.organization.empty() ? "" : " · " + a.organization);
  std::string head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src " + policy_hash(script) +
                     "; style-src " + policy_hash(style) + "; img-src data:; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>" + esc(title) + "</title>\n<style>";
  TRY(write(head));
  TRY(write(style));
  TRY(write("</style>\n</head>\n<body>\n"));

  uint64_t shown = 0;
  std::string rows = plain.take(shown);
  std::string others = TRY(section_others(report, columns));
  size_t asked = 0;
  for (auto& result : a.controls) asked += result.control->judge == Judge::attested;
  struct Part {
    const char* id;
    const char* title;
    std::string note, markup;
  };
  std::vector<Part> parts;
  parts.push_back({"summary", "Summary", "", section_summary(report)});
  parts.push_back({"practices", "Practices", std::to_string(a.practices.size()), section_practices(report)});
  parts.push_back({"do-first", "Do first", with_thousands(a.roadmap_summary.steps), section_do_first(report)});
  parts.push_back({"depth", "Defence in depth", a.depth.empty() ? "" : std::to_string(a.depth.size()) + " × 3", section_depth(report)});
  parts.push_back({"threats", "Threats", a.threats.looked ? with_thousands(a.threats.state.threats.size()) : "", section_threats(report)});
  parts.push_back({"findings", "Findings", with_thousands(a.verdicts.fail), section_findings(report, rows, shown)});
  parts.push_back({"unknowns", "Unknowns", with_thousands(a.verdicts.unknown), section_unknowns(report)});
  parts.push_back({"ways", "Ways to administrator", a.escalation.looked ? with_thousands(a.escalation.sure) : "", section_escalation(report)});
  parts.push_back({"alerts", "Alerts", a.alerts.given ? with_thousands(a.alerts.alerts) : "", section_alerts(report)});
  parts.push_back({"others", "Other tools", "", std::move(others)});
  parts.push_back({"trends", "Trends", "", section_trends(report)});
  parts.push_back({"attestations", "Attestations", with_thousands(asked), section_attestations(report)});
  parts.push_back({"frameworks", "Frameworks", a.frameworks.empty() ? "" : std::to_string(a.frameworks.size()), section_frameworks(report)});
  parts.push_back({"responsibility", "Responsibility", "", section_responsibility(report)});
  parts.push_back({"challenges", "Challenges", std::to_string(a.challenges.size()), section_challenges(report)});
  parts.push_back({"method", "Method and coverage", "", section_method(report)});
  std::vector<RailItem> rail;
  for (auto& part : parts)
    if (!part.markup.empty()) rail.push_back({part.id, part.title, part.note});
  TRY(write(page_sprite() + page_bar(report) + "<div class=\"page\">" + page_rail(report, rail) + "<main id=\"main\" tabindex=\"-1\">\n"));
  for (auto& part : parts)
    if (!part.markup.empty()) TRY(write(part.markup + "\n"));
  TRY(write("</main></div>\n<script type=\"application/octet-stream\" id=\"data\">"));
  TRY(write(TRY(gzip_base64(columns.packed(script_facts(report))))));
  TRY(write("</script>\n<script>"));
  TRY(write(script));
  return write("</script>\n</body>\n</html>\n");
}

}  // namespace reeve
