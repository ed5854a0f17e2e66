#include "report/csv.h"

#include "formats/csv.h"

#include <utility>
#include <vector>

#include "report/finding_walk.h"

namespace reeve {
namespace {

constexpr size_t kCell = 4096;  // longer texts are cut: a spreadsheet's cell ends at 32,767 characters

// The columns of one finding, in order; a column's name stands beside what it holds.
std::vector<std::pair<const char*, std::string>> cells(const ReportedFinding& f, const Assessment& a) {
  auto evidence = f.evidence();
  const Evidence e = evidence.empty() ? Evidence{} : evidence.front();
  const Control none{};
  const Control& c = f.control ? *f.control : none;
  const ResourceException* exception = f.exception;
  return {
      {"finding_id", f.id},
      {"status", f.status},
      {"severity", f.control ? std::string(name(c.severity)) : ""},
      {"control", f.control_id},
      {"title", f.title()},
      {"practice", f.practice_number()},
      {"level", f.control ? std::to_string(c.level) : ""},
      {"area", c.area},
      {"account", f.account},
      {"region", f.region},
      {"resource_type", f.type},
      {"resource", f.uid},
      {"reason", cut(f.reason, kCell)},
      {"first_seen", f.first_seen.known() ? rfc3339(f.first_seen) : ""},
      {"openings", f.first_seen.known() ? std::to_string(f.openings) : ""},
      {"judged_again", f.not_rejudged ? "no" : "yes"},
      {"evidence_count", std::to_string(evidence.size())},
      {"evidence_resource", e.resource},
      {"evidence_source", e.source},
      {"evidence_line", e.line ? std::to_string(e.line) : ""},
      {"evidence_time", e.time.known() ? rfc3339(e.time) : ""},
      {"evidence_path", e.path},
      {"evidence_value", cut(plain_value(e.value), kCell)},
      {"evidence_expected", cut(e.expected, kCell)},
      {"owner", owner_of(a, c)},
      {"effort", c.effort},
      {"phase", f.control ? std::to_string(c.phase) : ""},
      {"fix", c.fix},
      {"exception_owner", exception ? exception->owner : ""},
      {"exception_approver", exception ? exception->approver : ""},
      {"exception_expires", exception ? rfc3339(exception->expires) : ""},
      {"evidence_time_basis", e.time.known() ? e.time_basis : ""},
      {"opened", f.opened.known() ? rfc3339(f.opened) : ""},
  };
}

}  // namespace

Status write_csv(Assessment& a, const OutputOptions& options, const Write& write) {
  Pieces pieces(write);
  auto line = [&](const ReportedFinding& finding, bool names) {
    bool first = true;
    for (auto& [name, text] : cells(finding, a)) {
      if (!first) pieces.out += ',';
      first = false;
      pieces.out += csv_cell(names ? name : text);
    }
    pieces.out += "\r\n";
  };
  line({}, true);
  TRY(walk_findings(a, {.passes = options.all, .redaction = options.redaction}, [&](const ReportedFinding& finding) -> Status {
    line(finding, false);
    return pieces.pass_on();
  }));
  return pieces.flush();
}

}  // namespace reeve
