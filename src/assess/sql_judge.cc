#include "assess/sql_judge.h"

#include <algorithm>
#include <set>

#include "assess/guard_judge.h"
#include "assess/unit_result.h"
#include "aws/region.h"
#include "base/text.h"
#include "content/attest.h"
#include "formats/json.h"

namespace reeve {
namespace {

// Where the columns of the whole record came from.
class RecordOrigins : public ColumnOrigins {
 public:
  struct Place {
    int64_t unit = 0;
    uint32_t ordinal = 0;
  };
  // `places`: of the resources most likely asked for, so that they need no search; may be null.
  RecordOrigins(store::Store& store, const std::unordered_map<std::string_view, Place>* places) : store_(store), places_(places) {}
  std::optional<Of> of(std::string_view uid) override {
    auto place = places_ ? places_->find(uid) : std::unordered_map<std::string_view, Place>::const_iterator();
    bool placed = places_ && place != places_->end();
    auto found = placed ? store_.resource_at(place->second.unit, place->second.ordinal) : store_.resource(uid);
    if (!found || !*found) return std::nullopt;
    resource_ = std::move(**found);
    return Of{resource_.type, resource_.columns_json, resource_.origins_json};
  }
  std::string file(uint32_t number) override {
    auto source = store_.source(resource_.unit, number);
    return source && *source ? (*source)->file : "";
  }

 private:
  store::Store& store_;
  const std::unordered_map<std::string_view, Place>* places_;
  store::Store::StoredResource resource_;
};

}  // namespace

SqlJudge::SqlJudge(store::Store& store, const SqlJudgeInput& input) : store_(store), input_(input) {}

Status SqlJudge::load_reads() {
  std::unordered_map<std::string, size_t> units;
  for (auto& unit : TRY(store_.units())) {
    units.emplace(unit.key, units_.size());
    units_.push_back({unit.id, unit.key, {}, false});
  }
  TRY(store_.sources([&](const store::Store::StoredSource& source) -> Status {
    auto unit = units.find(source.unit);
    if (unit != units.end() && source.operation.empty()) units_[unit->second].config = true;
    return {};
  }));
  return store_.reads([&](const store::Store::StoredRead& read) -> Status {
    ReadRecord record;
    record.account = read.account, record.region = read.region, record.call = read.operation, record.error = read.error, record.file = read.file;
    record.time_ms = read.time.ms, record.time_basis = read.time_basis;
    record.status = read.status == store::ReadStatus::ok       ? ReadRecord::Status::ok
                    : read.status == store::ReadStatus::denied ? ReadRecord::Status::denied
                    : read.status == store::ReadStatus::absent ? ReadRecord::Status::absent
                                                               : ReadRecord::Status::error;
    needs_.add(record);
    if (auto unit = units.find(read.unit); unit != units.end()) units_[unit->second].reads.push_back(std::move(record));
    return {};
  });
}

Status SqlJudge::judge_all(store::RunWriter& run, std::vector<Error>& errors) {
  TRY(add_sql_functions(store_.db(), input_.as_of, input_.part));
  store_.db().set_now(input_.as_of);
  TRY(load_reads());
  if (input_.records)
    for (const std::string& part : input_.records->parts) needs_.add_part(part);
  for (const Control& control : input_.content->controls)
    if (control.judge != Judge::guard && !control.within_account && contains(control.judge == Judge::attested ? control.attest->contradicted_by : control.check.text, "edges")) TRY(store_.index_joins());
  // Those that ask what the others came to are asked when the others have been.
  for (bool last : {false, true}) {
    if (last && input_.own_results) {
      TRY(input_.own_results());
      needs_.add_part(std::string(own_part));
    }
    for (const Control& control : input_.content->controls) {
      bool asks_the_others = std::find(control.needs.begin(), control.needs.end(), own_part) != control.needs.end();
      if (control.judge != Judge::guard && !control.within_account && asks_the_others == last) TRY(judge(run, control, errors));
    }
  }
  return {};
}

Result<std::vector<SqlJudge::Candidate>> SqlJudge::candidates(const Control& control, const std::string& where) {
  std::vector<Candidate> out;
  beyond_.clear();
  for (const std::string& type : candidate_types(control)) TRY(add_candidates(control, type, where, out));
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.uid < b.uid; });
  return out;
}

Status SqlJudge::add_candidates(const Control& control, const std::string& type, const std::string& where, std::vector<Candidate>& out) {
  if (!input_.catalogue->find(type))
    return fail(Code::not_found, "`for_each` names `" + type + "`, which is no resource type", {control.check.shown}, "a type of content/resources");
  // The public view says who the candidates are; the record says where their bits stand.
  std::string sql = "SELECT r.uid, r.account, r.region, r.unit, r.id - u.first_resource, u.key FROM main.resource AS r JOIN main.unit AS u ON u.id = r.unit AND u.state IN (1, 2) ";
  if (!where.empty()) {
    const std::string wanted = " FROM temp." + store::view_name(type) + " WHERE (" + where + "\n)";
    TRY(store_.db().prepare_foreign("SELECT uid" + wanted));  // reads the public views and nothing else
    sql += "JOIN (SELECT " + std::string(store::row_column) + " AS row" + wanted + ") AS v ON r.id = v.row ";
  }
  auto rows = TRY(store_.db().prepare(sql + "WHERE r.type = (SELECT id FROM main.word WHERE text = ?1) AND r.born = 1 "
                                         "ORDER BY r.uid, r.account, u.key <> 'account:' || r.account, u.key"));  // the owner's own word first
  rows.limit({});
  rows.bind(1, type);
  const ResourceType& judged = *input_.catalogue->find(type);
  while (TRY(rows.step())) {
    Candidate candidate;
    candidate.uid = std::string(rows.text(0));
    candidate.type = type;
    candidate.account = std::string(rows.text(1));
    if (!out.empty() && out.back().uid == candidate.uid) continue;  // told of by several accounts, none of which owns it
    if (input_.scope && (!input_.scope->has_region(rows.text(2)) || !input_.scope->has_unit(rows.text(5)))) {
      beyond_.insert(candidate.uid);
      continue;
    }
    if (input_.read && judged_by_owner(*input_.read, judged, candidate.uid, candidate.account)) continue;
    candidate.region = std::string(rows.text(2));
    candidate.unit = rows.integer(3);
    candidate.ordinal = static_cast<uint32_t>(rows.integer(4));
    out.push_back(std::move(candidate));
  }
  return {};
}

bool SqlJudge::wants_pass(const Control& control) {
  constexpr size_t samples = 3;
  return input_.evidence_of_passes || passes_[control.id].size() < samples;
}

Status SqlJudge::run_query(const Control& control, const std::vector<Candidate>& candidates, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors) {
  auto rows = store_.db().prepare_foreign(control.check.text);
  if (!rows) {
    Error error = rows.error();
    error.at = {control.check.shown, error.at.line, error.at.column};
    errors.push_back(error);
    for (auto& verdict : verdicts) verdict.reason = "the control's query is not right: " + error.what;
    return {};
  }
  std::unordered_map<std::string_view, RecordOrigins::Place> places;
  for (auto& candidate : candidates) places.emplace(candidate.uid, RecordOrigins::Place{candidate.unit, candidate.ordinal});
  RecordOrigins origins(store_, &places);
  RowsQuestion question{control, *input_.catalogue, origins, [&](std::string_view) { return wants_pass(control); },
                        [&](std::string_view uid, Evidence evidence) { passes_[control.id].emplace_back(uid, std::move(evidence)); },
                        [&](std::string_view uid) { return beyond_.contains(std::string(uid)); }, input_.checks_paths};
  read_rows(question, *rows, verdicts, errors);
  return {};
}

// A word that stands on a drill is worth no more than the drill: a failed one contradicts it, an overdue one leaves it open.
void SqlJudge::stands_on_drills(const Control& control, SqlVerdict& verdict, Evidence& evidence) {
  for (const Drill& drill : input_.workspace->drills) {
    if (drill.control != control.id) continue;
    const DrillState state = drill_on(drill, input_.as_of);
    if (state != DrillState::failed && (state != DrillState::overdue || verdict.verdict == Verdict::fail)) continue;
    const std::string what = drill.title.empty() ? drill.kind : drill.title;
    if (state == DrillState::failed) {
      const DrillRecord& last = *drill.last(input_.as_of);
      verdict.verdict = Verdict::fail;
      verdict.reason = "contradicted: the drill `" + what + "` failed on " + rfc3339(last.performed).substr(0, 10) + ", as " + last.by + " recorded";
      evidence.source = last.at.path, evidence.line = last.at.line, evidence.column = last.at.column, evidence.time = last.performed;
      evidence.path = "$.outcome", evidence.value = "\"failed\"";
    } else {
      verdict.verdict = Verdict::unknown;
      verdict.reason = "the drill `" + what + "` it stands on is overdue since " + rfc3339(drill.due(input_.as_of)).substr(0, 10);
      evidence.source = drill.at.path, evidence.line = drill.at.line, evidence.column = drill.at.column, evidence.time = {}, evidence.time_basis = "unknown";
      evidence.path = "$.every_days", evidence.value = std::to_string(drill.every_days);
    }
  }
}

Status SqlJudge::attested(const Control& control, const std::vector<Candidate>& candidates, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors) {
  const Word word = word_on(input_.workspace, control, input_.as_of);
  for (size_t i = 0; i < candidates.size(); ++i) {
    SqlVerdict& verdict = verdicts[i];
    Evidence evidence;
    evidence.resource = candidates[i].uid;
    evidence.expected = control.attest->claim;
    verdict.reason = word.why;
    if (!word.said) {
      evidence.source = "attestation:" + control.id;
      evidence.time_basis = "unknown";
      verdict.evidence.push_back(std::move(evidence));
      continue;
    }
    evidence.source = word.said->at.path;
    evidence.line = word.said->at.line;
    evidence.column = word.said->at.column;
    evidence.time = word.said->given;
    evidence.path = "$.answer";
    evidence.value = word.said->answer ? "\"yes\"" : "\"no\"";
    if (word.state == WordState::no) verdict.verdict = Verdict::fail;
    if (word.state == WordState::valid) verdict.verdict = Verdict::pass, stands_on_drills(control, verdict, evidence);
    if (verdict.verdict != Verdict::pass) verdict.evidence.push_back(std::move(evidence));
    else if (wants_pass(control)) passes_[control.id].emplace_back(verdict.uid, std::move(evidence));
  }
  if (control.attest->contradicted_by.empty() || candidates.empty()) return {};
  RecordOrigins origins(store_, nullptr);
  auto rows = store_.db().prepare_foreign(control.attest->contradicted_by);
  if (!rows) {
    Error error = rows.error();
    error.at = control.attest->contradicted_by_at;
    errors.push_back(error);
    for (auto& verdict : verdicts)
      if (verdict.verdict == Verdict::pass) verdict = {verdict.uid, Verdict::unknown, "what would contradict it could not be asked: " + error.what, {}};
    return {};
  }
  for (;;) {
    auto more = rows->step();
    if (!more) {
      Error error = more.error();
      error.at = control.attest->contradicted_by_at;
      errors.push_back(error);
      for (auto& verdict : verdicts)
        if (verdict.verdict == Verdict::pass) verdict = {verdict.uid, Verdict::unknown, "what would contradict it could not be asked: " + error.what, {}};
      break;
    }
    if (!*more) break;
    std::string uid(rows->text(0)), why(rows->text(1));
    if (std::all_of(verdicts.begin(), verdicts.end(), [](auto& verdict) { return verdict.verdict == Verdict::fail && verdict.evidence.size() >= 5; })) break;
    // A contradicted claim is a fail even where nobody attested it: the fact says that it does not hold.
    const bool claimed = word.said && word.said->answer && word.state != WordState::not_yet;
    const std::string contradiction = "contradicted: " + why + (claimed ? ", though " + word.said->owner + " attested on " + rfc3339(word.said->given).substr(0, 10) + " that it holds" : "");
    for (auto& verdict : verdicts) {
      if (verdict.verdict == Verdict::fail && verdict.evidence.size() >= 5) continue;
      if (verdict.verdict != Verdict::fail) verdict = {verdict.uid, Verdict::fail, contradiction, {}};
      verdict.evidence.push_back(evidence_at_column(origins, *input_.catalogue, uid, rows->columns() > 2 ? rows->text(2) : std::string_view(), why, control.attest->claim));
    }
  }
  return {};
}

std::vector<std::pair<int64_t, Unlisted>> SqlJudge::not_listed(const Control& control) const {
  std::vector<std::pair<int64_t, Unlisted>> out;
  if (control.judge != Judge::sql || !control.live) return out;
  for (const std::string& name : control.candidate_types)
    if (const ResourceType* type = input_.catalogue->find(name)) add_not_listed(*type, out);
  return out;
}

void SqlJudge::add_not_listed(const ResourceType& type, std::vector<std::pair<int64_t, Unlisted>>& out) const {
  for (const UnitReads& unit : units_) {
    UnlistedQuestion question;
    question.organization = unit.key == "organization";
    question.config = unit.config;
    if (question.organization) question.account = "unknown";
    else if (starts_with(unit.key, "account:")) question.account = unit.key.substr(8);
    else continue;
    if (input_.scope && !input_.scope->has_unit(unit.key)) continue;
    for (auto& what : unlisted(type, unit.reads, question))
      if (!input_.scope || input_.scope->has_region(what.resource.region)) out.emplace_back(unit.id, std::move(what));
  }
}

Status SqlJudge::judge(store::RunWriter& run, const Control& control, std::vector<Error>& errors) {
  TRY(run.begin_control(control.id));
  auto found = candidates(control, control.where);
  std::string trouble;  // why the candidates cannot be told: all of the type are, and none is judged
  if (!found) {
    Error error = found.error();
    error.at = {control.check.shown};
    errors.push_back(error);
    trouble = "the control's query is not right: " + error.what;
    found = candidates(control, "");
    if (!found) return {};
  }
  std::vector<Candidate>& all = *found;
  auto unlisted_here = not_listed(control);
  if (all.empty() && unlisted_here.empty()) return {};
  std::vector<SqlVerdict> verdicts(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    verdicts[i].uid = all[i].uid;
    Evidence evidence;
    verdicts[i].reason = needs_.unmet(control, input_.catalogue->find(all[i].type), *input_.catalogue, all[i].uid, all[i].account, all[i].region, evidence);
    if (!verdicts[i].reason.empty()) verdicts[i].evidence.push_back(std::move(evidence));
    else verdicts[i].reason = trouble;
  }
  if (control.judge == Judge::attested) TRY(attested(control, all, verdicts, errors));
  else if (all.empty() || std::any_of(verdicts.begin(), verdicts.end(), [](const SqlVerdict& verdict) { return verdict.reason.empty(); }))
    TRY(run_query(control, all, verdicts, errors));  // where no need was met there is nothing to ask

  std::map<int64_t, std::pair<store::Counts, store::Bitmap>> by_unit;
  for (size_t i = 0; i < all.size(); ++i) {
    SqlVerdict& verdict = verdicts[i];
    if (verdict.verdict == Verdict::fail && input_.workspace) except(*input_.workspace, control.id, input_.as_of, verdict.uid, verdict.verdict, verdict.reason);
    auto& [counts, passes] = by_unit[all[i].unit];
    switch (verdict.verdict) {
      case Verdict::pass:
        ++counts.pass;
        passes.set(all[i].ordinal);
        continue;
      case Verdict::not_applicable: ++counts.not_applicable; continue;
      case Verdict::fail: ++counts.fail; break;
      case Verdict::unknown: ++counts.unknown; break;
      case Verdict::excepted: ++counts.excepted; break;
    }
    std::string id = finding_id(control.id, verdict.uid), evidence = evidence_to_json(verdict.evidence), reason = redacted_text(verdict.reason);
    store::FindingRow row;
    row.id = id;
    row.control = control.id;
    row.uid = verdict.uid;
    row.type = all[i].type;
    row.account = all[i].account;
    row.region = all[i].region;
    row.status = verdict.verdict == Verdict::fail ? store::FindingStatus::fail : verdict.verdict == Verdict::excepted ? store::FindingStatus::excepted : store::FindingStatus::unknown;
    row.reason = reason;
    row.evidence_json = evidence;
    TRY(run.add_finding(all[i].unit, row));
  }
  for (auto& [unit, what] : unlisted_here) {
    ++by_unit[unit].first.unknown;
    std::string id = finding_id(control.id, what.resource.uid), evidence = evidence_to_json({what.evidence});
    TRY(run.add_finding(unit, {id, control.id, what.resource.uid, what.resource.type, what.resource.account, what.resource.region,
                               store::FindingStatus::unknown, what.reason, evidence}));
  }
  for (auto& [unit, result] : by_unit) TRY(run.set_counts(unit, control.id, result.first, result.second));
  return {};
}

}  // namespace reeve
