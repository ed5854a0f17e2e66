#include <algorithm>
#include <cassert>

#include "base/hash.h"
#include "store/run_state.h"
#include "store/schema.h"

namespace reeve::store {

Status RunWriter::begin_control(std::string_view control) {
  auto& s = *state_;
  TRY(s.usable());
  const auto id = TRY(s.note(s.word(control)));
  s.rejudged.insert(id);
  return s.note(
      s.run_sql("DELETE FROM unit_control WHERE control=?1 AND unit IN (SELECT id FROM unit WHERE state IN (1,2))", {id}));
}

Status RunWriter::set_counts(int64_t unit, std::string_view control, const Counts& counts, const Bitmap& passes) {
  auto& s = *state_;
  TRY(s.usable());
  assert(unit != 0);
  const auto control_word = TRY(s.note(s.word(control)));
  auto& insert = s.insert_counts;
  insert.bind(1, unit)
      .bind(2, control_word)
      .bind(3, static_cast<int64_t>(counts.pass))
      .bind(4, static_cast<int64_t>(counts.fail));
  insert.bind(5, static_cast<int64_t>(counts.unknown)).bind(6, static_cast<int64_t>(counts.excepted));
  insert.bind(7, static_cast<int64_t>(counts.not_applicable));
  if (passes.bytes().empty()) insert.bind_null(8);
  else insert.bind_blob(8, passes.bytes());
  return s.note(insert.run());
}

Status RunWriter::State::transition(int64_t finding, FindingStatus was, FindingStatus became, std::string_view why) {
  insert_transition.bind(1, finding).bind(2, run).bind(3, static_cast<int64_t>(was)).bind(4, static_cast<int64_t>(became)).bind_or_null(5, why);
  return insert_transition.run();
}

Status RunWriter::add_finding(int64_t unit, const FindingRow& row) {
  TRY(state_->usable());
  assert(unit != 0 && is_open(row.status));
  return state_->note(state_->add_finding(unit, row));
}

Status RunWriter::State::add_finding(int64_t unit_id, const FindingRow& row) {
  const auto type = TRY(word(row.type));
  find_finding.reset();
  // In a record that had none, an id whose hash is new cannot be there.
  bool is_new = false, near = false;
  if (fresh_findings) {
    const auto [first, added] = fresh_rows.add(hash64(row.id), next_finding);
    is_new = added;
    near = !added && TRY(find_by_row.bind(1, first).bind(2, row.id).step());
  }
  if (is_new || (!near && !TRY(find_finding.bind(1, row.id).step()))) {
    auto& insert = insert_finding;
    const auto control = TRY(word(row.control));
    insert.bind(1, next_finding).bind(2, row.id).bind(3, control).bind(4, static_cast<int64_t>(row.status)).bind(5, unit_id);
    insert.bind(6, type).bind(7, run).bind(8, moment()).bind(9, row.account).bind(10, row.region).bind(11, row.uid);
    insert.bind(12, row.reason).bind(13, row.evidence_json);
    TRY(insert.run());
    ++changes.opened;
    ++next_finding;
    return {};
  }
  auto& found = near ? find_by_row : find_finding;
  const auto finding = found.integer(0);
  const auto was = static_cast<FindingStatus>(found.integer(1));
  const bool again = found.integer(2) == run;
  const auto openings = found.integer(3);
  const bool says_the_same = was == row.status && found.text(4) == row.reason;
  found.reset();
  if (again && is_open(was) && was <= row.status) return {};  // the worse one stands
  const bool reopened = !is_open(was);
  const bool opened_now = finding >= first_finding;  // its opening is still what it says
  if (!opened_now && !says_the_same) TRY(settle_opening(finding));
  auto& update = update_finding;
  update.bind(1, finding)
      .bind(2, static_cast<int64_t>(row.status))
      .bind(3, unit_id)
      .bind(4, type)
      .bind(5, run)
      .bind(6, openings + reopened);
  if (reopened) update.bind(7, moment());
  else update.bind_null(7);
  if (was != row.status) update.bind(8, moment());
  else update.bind_null(8);
  update.bind(9, row.account).bind(10, row.region).bind(11, row.reason).bind(12, row.evidence_json);
  TRY(update.run());
  if (was == row.status || opened_now) return {};
  if (reopened) ++changes.reopened;
  else if (!again) ++changes.changed;
  return transition(finding, was, row.status, row.reason);
}

Status RunWriter::State::close(int64_t row, const Decide& decide, Statement& get, Statement& seen, Statement& mark,
                               Statement& shut) {
  get.reset();
  if (!TRY(get.bind(1, row).step())) return fail(Code::internal, "a finding vanished during the run");
  OpenFinding open_finding;
  open_finding.id = get.text(0);
  open_finding.control = get.text(1);
  open_finding.uid = get.text(2);
  open_finding.type = get.text(3);
  open_finding.account = get.text(4);
  open_finding.region = get.text(5);
  open_finding.unit = get.text(6);
  open_finding.status = static_cast<FindingStatus>(get.integer(7));
  seen.reset();
  open_finding.resource_seen = TRY(seen.bind(1, open_finding.uid).step());
  seen.reset();
  const auto was = open_finding.status;
  const auto decision = decide(open_finding);
  get.reset();
  auto closed = FindingStatus::pass;
  std::string_view why;
  switch (decision) {
    case Decision::not_rejudged:
      ++changes.not_rejudged;
      return mark.bind(1, row).run();
    case Decision::closed_pass: why = "passes"; break;
    case Decision::closed_deleted:
      closed = FindingStatus::deleted;
      why = "the resource is gone";
      break;
    case Decision::closed_not_applicable:
      closed = FindingStatus::not_applicable;
      why = "the control no longer applies";
      break;
  }
  TRY(settle_opening(row));
  TRY(shut.bind(1, row).bind(2, static_cast<int64_t>(closed)).bind(3, moment()).bind(4, run).run());
  ++changes.closed;
  return transition(row, was, closed, why);
}

Result<RunChanges> RunWriter::finish(const Decide& decide) {
  auto& s = *state_;
  TRY(s.usable());
  assert(!s.loading && !s.finished);
  auto end = [&]() -> Status {
    if (s.fresh_findings) return make_report_index(s.db);
    // What was open and had to come again: all of the units written or dropped, and of the kept ones the controls judged anew.
    std::vector<int64_t> rows;
    auto* of_units =
        TRY(s.db.cached("SELECT f.row FROM unit u JOIN finding f ON f.unit=u.id WHERE u.state IN (2,3) AND f.status<=2 AND "
                        "f.judged_run<?1 ORDER BY f.row"));
    of_units->bind(1, s.run);
    while (TRY(of_units->step())) rows.push_back(of_units->integer(0));
    auto* of_control =
        TRY(s.db.cached("SELECT f.row FROM finding f JOIN unit u ON u.id=f.unit WHERE f.control=?1 AND u.state=1 AND f.status<=2 "
                        "AND f.judged_run<?2"));
    for (const auto control : s.rejudged) {
      of_control->bind(1, control).bind(2, s.run);
      while (TRY(of_control->step())) rows.push_back(of_control->integer(0));
    }
    std::sort(rows.begin(), rows.end());
    if (rows.empty()) return {};
    TRY(make_join_indices(s.db));
    auto get = TRY(s.db.prepare(
        "SELECT f.id,c.text,f.uid,t.text,f.account,f.region,u.key,f.status FROM finding f JOIN word c ON c.id=f.control "
        "JOIN word t ON t.id=f.type JOIN unit u ON u.id=f.unit WHERE f.row=?1"));
    auto seen =
        TRY(s.db.prepare("SELECT 1 FROM resource r JOIN unit u ON u.id=r.unit WHERE r.uid=?1 AND u.state IN (1,2) LIMIT 1"));
    auto mark = TRY(s.db.prepare("UPDATE finding SET not_rejudged=1 WHERE row=?1"));
    auto shut = TRY(
        s.db.prepare("UPDATE finding SET status=?2, changed_at=?3, closed_at=?3, judged_run=?4, not_rejudged=0 WHERE row=?1"));
    for (const auto row : rows) TRY(s.close(row, decide, get, seen, mark, shut));
    return {};
  };
  TRY(s.note(end()));
  s.finished = true;
  return s.changes;
}

Status RunWriter::commit(std::string_view summary_json) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.finished);
  auto end = [&]() -> Status {
    const auto& c = s.changes;
    auto* update =
        TRY(s.db.cached("UPDATE run SET opened=?2, reopened=?3, changed=?4, closed=?5, not_rejudged=?6, units=?7, units_kept=?8, "
                        "resources=?9, summary=?10"
                        " WHERE id=?1"));
    auto number = [](uint64_t n) { return static_cast<int64_t>(n); };
    update->bind(1, s.run)
        .bind(2, number(c.opened))
        .bind(3, number(c.reopened))
        .bind(4, number(c.changed))
        .bind(5, number(c.closed));
    update->bind(6, number(c.not_rejudged)).bind(7, number(c.units)).bind(8, number(c.units_kept)).bind(9, number(c.resources));
    TRY(update->bind(10, summary_json).run());
    TRY(s.run_sql("INSERT INTO run_control SELECT ?1,c.control,sum(c.pass),sum(c.fail),sum(c.unknown),sum(c.excepted),sum(c.not_applicable) "
                  "FROM unit_control c JOIN unit u ON u.id=c.unit WHERE u.state IN (1,2) GROUP BY c.control",
                  {s.run}));
    return s.db.commit();
  };
  TRY(s.note(end()));
  s.open = false;
  return {};
}

}  // namespace reeve::store
