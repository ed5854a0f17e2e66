#include "store/history.h"

namespace reeve::store {

Status each_finding_path(Db& db, const PathFilter& filter, const std::function<Status(const FindingPath&)>& each) {
  // A finding without steps stands for its opening (version 5 of the schema). Findings are numbered as they are opened, so those first opened since a run are the ones behind a number.
  constexpr std::string_view steps =
      "SELECT f.row,coalesce(t.run,-f.first_seen),t.was,coalesce(t.became,f.status),iif(t.run IS NULL,f.reason,t.why),f.id,c.text,f.uid,y.text,"
      "f.account,f.region FROM finding f LEFT JOIN transition t ON t.finding=f.row "
      "JOIN word c ON c.id=f.control JOIN word y ON y.id=f.type ";
  std::string sql(steps);
  if (filter.since_run > 0) {
    // One list, so that each finding's steps are looked up and the rest of them is not read.
    sql += "WHERE f.row IN (SELECT finding FROM transition WHERE run>=?1 AND was IS NOT NULL";
    if (filter.first_openings) sql += " UNION ALL SELECT row FROM finding WHERE row>=coalesce((SELECT first_finding FROM run WHERE id>=?1 ORDER BY id LIMIT 1), 1)";
    sql += ") ";
  }
  auto rows = TRY(db.prepare(sql + "ORDER BY f.row,t.run"));
  if (filter.since_run > 0) rows.bind(1, filter.since_run);
  FindingPath path;
  std::string id, control, uid, type, account, region, why;
  int64_t current = 0;
  auto give = [&]() -> Status {
    if (current == 0) return {};
    path.id = id, path.control = control, path.uid = uid, path.type = type, path.account = account, path.region = region, path.why = why;
    return each(path);
  };
  while (TRY(rows.step())) {
    if (rows.integer(0) != current) {
      TRY(give());
      current = rows.integer(0);
      path.steps.clear();
      id = rows.text(5), control = rows.text(6), uid = rows.text(7), type = rows.text(8), account = rows.text(9), region = rows.text(10);
    }
    FindingStep step;
    step.run = rows.integer(1);
    if (!rows.is_null(2)) step.was = static_cast<FindingStatus>(rows.integer(2));
    step.became = static_cast<FindingStatus>(rows.integer(3));
    why = rows.text(4);
    path.steps.push_back(step);
  }
  return give();
}

Status each_run_control(Db& db, int64_t first, int64_t last, const std::function<Status(const RunControlCounts&)>& each) {
  auto rows = TRY(db.prepare(
      "SELECT r.run,w.text,r.pass,r.fail,r.unknown,r.excepted,r.not_applicable FROM run_control r JOIN word w ON w.id=r.control "
      "WHERE r.run BETWEEN ?1 AND ?2 ORDER BY w.text,r.run"));
  rows.bind(1, first).bind(2, last);
  auto number = [&](int column) { return static_cast<uint64_t>(rows.integer(column)); };
  while (TRY(rows.step())) TRY(each({rows.integer(0), rows.text(1), {number(2), number(3), number(4), number(5), number(6)}}));
  return {};
}

Status keep_control(Db& db, const ControlWas& now) {
  TRY(TRY(db.cached("INSERT OR IGNORE INTO word(text) VALUES(?1)"))->bind(1, now.control).run());
  auto* keep = TRY(db.cached(
      "INSERT OR REPLACE INTO control_was SELECT w.id,?2,?3,?4 FROM word w WHERE w.text=?1 AND NOT EXISTS (SELECT 1 FROM control_was c "
      "WHERE c.control=w.id AND c.run=(SELECT max(run) FROM control_was WHERE control=w.id) AND c.severity=?3 AND c.title=?4)"));
  return keep->bind(1, now.control).bind(2, now.run).bind(3, int64_t{now.severity}).bind(4, now.title).run();
}

Status each_control_was(Db& db, const std::function<Status(const ControlWas&)>& each) {
  auto rows = TRY(db.prepare("SELECT w.text,c.run,c.severity,c.title FROM control_was c JOIN word w ON w.id=c.control ORDER BY c.control,c.run"));
  while (TRY(rows.step())) TRY(each({rows.text(0), rows.integer(1), static_cast<int>(rows.integer(2)), rows.text(3)}));
  return {};
}

}  // namespace reeve::store
