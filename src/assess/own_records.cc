#include "assess/own_records.h"

#include <algorithm>
#include <map>

#include "assess/needs.h"
#include "findings/level.h"

namespace reeve {
namespace {

std::string_view function_of(std::string_view area) {
  for (auto& known : operations_areas())
    if (known.name == area) return known.function;
  return "";
}

// When the facts of each control's verdicts were true: of the oldest account that it was judged in, the newest moment stated there.
Result<std::map<std::string, int64_t>> times_of_facts(store::Db& db) {
  auto rows = TRY(db.prepare(
      "WITH read_at AS MATERIALIZED (SELECT unit, max(time) AS time FROM main.source WHERE coalesce(time, 0) <> 0 GROUP BY unit) "
      "SELECT w.text, min(r.time) FROM main.unit_control c JOIN main.unit u ON u.id = c.unit AND u.state IN (1, 2) JOIN main.word w ON w.id = c.control "
      "JOIN read_at r ON r.unit = c.unit WHERE c.pass + c.fail + c.unknown + c.excepted > 0 GROUP BY c.control"));
  std::map<std::string, int64_t> out;
  while (TRY(rows.step())) out.emplace(rows.text(0), rows.integer(1));
  return out;
}

Status fill_results(store::Store& store, const Content& content, const Workspace* workspace, Time as_of) {
  auto& db = store.db();
  std::map<std::string, store::Counts> counts;
  for (auto& row : TRY(store.counts())) counts.emplace(row.control, row.counts);
  auto times = TRY(times_of_facts(db));
  // A person's word is as old as the day on which it was given.
  std::map<std::string, int64_t> given;
  if (workspace)
    for (auto& attestation : workspace->attestations)
      if (attestation.given <= as_of) given[attestation.control] = std::max(given[attestation.control], attestation.given.ms);
  auto insert = TRY(db.prepare("INSERT INTO temp.control_results(control, objective, practice, level, function, severity, status, pass, fail, unknown, facts_time) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"));
  for (const Control& control : content.controls) {
    if (std::find(control.needs.begin(), control.needs.end(), own_part) != control.needs.end()) continue;
    VerdictCounts verdicts;
    if (auto found = counts.find(control.id); found != counts.end()) {
      const store::Counts& c = found->second;
      verdicts.pass = c.pass, verdicts.fail = c.fail, verdicts.unknown = c.unknown, verdicts.excepted = c.excepted, verdicts.not_applicable = c.not_applicable;
    }
    const auto& told = control.judge == Judge::attested ? given : times;
    auto time = told.find(control.id);
    std::string read_at = time == told.end() ? "" : rfc3339(Time{time->second});
    insert.bind(1, control.id).bind(2, control.objective).bind(3, control.practice).bind(4, int64_t{control.level}).bind(5, function_of(control.area));
    insert.bind(6, name(control.severity)).bind(7, name(control_status(verdicts))).bind(8, static_cast<int64_t>(verdicts.pass));
    insert.bind(9, static_cast<int64_t>(verdicts.fail)).bind(10, static_cast<int64_t>(verdicts.unknown)).bind_or_null(11, read_at);
    TRY(insert.run());
  }
  return {};
}

// Runs that the command line narrowed say nothing of the whole and are left out. The current run adds its own counts when it is committed. What is older than the view promises would only make each run longer.
Status fill_history(store::Db& db, Time as_of) {
  constexpr int64_t kept_ms = int64_t{400} * 24 * 3600 * 1000;
  auto insert = TRY(db.prepare(
      "INSERT INTO temp.control_history(run, time, control, pass, fail, unknown) SELECT c.run, strftime('%Y-%m-%dT%H:%M:%SZ', r.as_of / 1000, 'unixepoch'), w.text, "
      "c.pass, c.fail, c.unknown FROM main.run_control c JOIN main.run r ON r.id = c.run JOIN main.word w ON w.id = c.control WHERE r.as_of BETWEEN ?1 AND ?2 "
      "AND json_member(r.summary, 'partial') IS NULL ORDER BY c.run, w.text"));
  insert.bind(1, as_of.ms - kept_ms).bind(2, as_of.ms);
  return insert.run();
}

}  // namespace

Status record_controls(store::Store& store, const Content& content, const Workspace* workspace, Time as_of) {
  if (content.record_view("control_results")) TRY(fill_results(store, content, workspace, as_of));
  if (content.record_view("control_history")) TRY(fill_history(store.db(), as_of));
  return {};
}

}  // namespace reeve
