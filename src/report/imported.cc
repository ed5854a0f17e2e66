#include "report/imported.h"

#include <algorithm>

#include "base/text.h"
#include "report/html_sections.h"
#include "report/redaction.h"

namespace reeve {
namespace {

constexpr size_t kResourcesShown = 100, kFindingsShown = 8;

// Names that everybody's tools have tell nobody's; any other may be called after an account or who runs it.
constexpr std::string_view kEverybodys[] = {"Prowler", "Security Hub", "GuardDuty", "Inspector", "Macie", "Config", "Health", "IAM Access Analyzer", "Firewall Manager", "Detective", "Systems Manager Patch Manager"};

std::string told_tool(std::string_view tool, const Redaction* redaction) {
  if (!redaction || std::find(std::begin(kEverybodys), std::end(kEverybodys), tool) != std::end(kEverybodys)) return std::string(tool);
  return redaction->text(tool);
}

// The rows of one table, one for each resource, as many as are shown.
struct Rows {
  std::string markup;
  uint64_t resources = 0, findings = 0;
};

}  // namespace

Status each_told_import(Assessment& a, const Redaction* redaction, const std::function<Status(ToldImport&)>& each) {
  if (!a.workspace) return {};
  auto text = [&](std::string_view said) { return redaction ? redaction->text(said) : std::string(said); };
  return store::each_imported(a.store->db(), "", [&](const store::Imported& one) -> Status {
    auto& row = one.row;
    ToldImport told;
    // Also what a check is called: that of an own rule is its ARN.
    told.tool = told_tool(row.tool, redaction), told.finding = text(row.finding), told.check = text(row.check), told.status = text(row.status);
    told.severity = text(row.severity), told.title = text(row.title);
    told.uid = redaction ? redaction->uid(row.resource) : std::string(row.resource);
    told.account = redaction ? redaction->account(row.account) : std::string(row.account);
    told.type = row.resource_type, told.region = row.region, told.time = row.time;
    told.place = Place{redaction ? redaction->path(one.file) : std::string(one.file), row.line}.text();
    return each(told);
  });
}

Result<std::vector<store::ImportedCount>> told_import_counts(Assessment& a, const Redaction* redaction) {
  if (!a.workspace) return std::vector<store::ImportedCount>();
  auto counts = TRY(store::imported_counts(a.store->db()));
  for (auto& one : counts) one.tool = told_tool(one.tool, redaction);
  return counts;
}

Result<std::string> section_others(const Report& report, FindingColumns& columns) {
  auto& a = report.a;
  const Redaction* redaction = report.options.redaction;
  auto counts = TRY(told_import_counts(a, redaction));
  if (counts.empty()) return std::string();
  Rows both, alone;  // of resources with an open verdict of ours, and of all others
  std::string uid, account, region, said;
  uint64_t findings = 0;
  auto end_resource = [&] {
    if (findings == 0) return;
    const auto ours = columns.resource(uid);
    Rows& rows = ours ? both : alone;
    rows.findings += findings;
    if (++rows.resources <= kResourcesShown) {
      std::string open;
      if (ours)
        for (auto status : {store::FindingStatus::fail, store::FindingStatus::unknown, store::FindingStatus::excepted})
          if (auto n = columns.open(*ours, status)) open += (open.empty() ? "" : ", ") + with_thousands(n) + " " + std::string(store::name(status));
      if (findings > kFindingsShown) said += "<li>… " + count_text(findings - kFindingsShown, "more finding") + ": <code>reeve explain</code> with this resource</li>";
      rows.markup += "<tr><td><code>" + esc(uid) + "</code></td><td>" + esc(account.empty() ? "–" : account) + "</td><td>" + esc(region.empty() ? "–" : region) + "</td><td>" + (open.empty() ? "no open verdict" : open) +
                     "</td><td><ul class=\"qs\">" + said + "</ul></td></tr>";
    }
    findings = 0;
    said.clear();
  };
  TRY(each_told_import(a, redaction, [&](ToldImport& one) -> Status {
    if (one.uid != uid) {
      end_resource();
      uid = one.uid, account = one.account, region = one.region;
    }
    if (++findings <= kFindingsShown) {
      said += "<li><b>" + esc(one.tool) + "</b>: " + esc(one.status) + (one.severity.empty() ? "" : ", " + esc(one.severity)) + " · <code>" + esc(one.check) + "</code>" +
              (one.title.empty() ? "" : " " + esc(clip(one.title, 200))) + " · " + when(one.time) + "</li>";
    }
    if (auto ours = columns.resource(one.uid)) columns.add_imported(*ours, {one.tool, one.check, one.status, one.severity, one.title, rfc3339(one.time)});
    return {};
  }));
  end_resource();

  const uint64_t all = both.findings + alone.findings, resources = both.resources + alone.resources;
  std::string out = "<section id=\"others\" aria-labelledby=\"h-others\">" +
                    section_head("others", "Found by other tools", "What <code>reeve import</code> took in, in the words of the tool that said it, beside Reeve's own by resource. It is part of no verdict, level, score or count of this report.",
                                 figures(all, "imported_summary.findings", "finding") + " about " + figures(resources, "imported_summary.resources", "resource"));
  out += table_open("Imported findings by tool", {"Tool", "#Findings", "#Resources"});
  for (auto& one : counts) out += "<tr><td>" + esc(one.tool) + "</td><td class=\"n\">" + with_thousands(one.findings) + "</td><td class=\"n\">" + with_thousands(one.resources) + "</td></tr>";
  out += std::string(table_close);
  for (auto [title, rows] : {std::pair{"Resources with an open verdict of Reeve's", &both}, std::pair{"Resources without one", &alone}}) {
    if (rows->resources == 0) continue;
    out += "<h3>" + std::string(title) + " <small>" + count_text(rows->resources, "resource") + ", " + count_text(rows->findings, "imported finding") + "</small></h3>" +
           table_open(title, {"Resource", "Account", "Region", "Reeve says", "Others say"}) + rows->markup + std::string(table_close);
    if (rows->resources > kResourcesShown) out += "<p class=\"later\">" + count_text(rows->resources - kResourcesShown, "more resource") + ": <code>imported[]</code> of <code>--format json</code> has all.</p>";
  }
  return out + "</section>";
}

}  // namespace reeve
