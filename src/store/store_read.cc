#include <unordered_map>

#include "formats/json.h"
#include "store/schema.h"
#include "store/store.h"

namespace reeve::store {

namespace {

// The columns of a StoredFinding; what its numbers mean, `Names` knows.
constexpr std::string_view finding_select =
    "SELECT f.id,f.control,f.uid,f.type,f.account,f.region,f.unit,f.status,f.reason,f.evidence,f.first_seen,f.changed_at,f.closed_at,"
    "f.openings,f.judged_run,f.not_rejudged,f.row FROM finding f ";

// What the numbers in a finding's row stand for. Half a million findings share a few thousand of them: looked up once, not joined.
class Names {
 public:
  static Result<Names> of(Db& db) {
    Names out;
    out.find_word_ = TRY(db.prepare("SELECT text FROM word WHERE id=?1"));
    out.find_opening_ = TRY(db.prepare("SELECT min(run) FROM transition WHERE finding=?1 AND was IS NULL"));
    auto runs = TRY(db.prepare("SELECT id,as_of FROM run"));
    while (TRY(runs.step())) out.runs_.emplace(runs.integer(0), runs.integer(1));
    auto units = TRY(db.prepare("SELECT id,key,state FROM unit"));
    while (TRY(units.step())) out.units_.emplace(units.integer(0), Unit{std::string(units.text(1)), static_cast<UnitIn>(units.integer(2))});
    return out;
  }

  Result<std::string_view> word(int64_t id) {
    auto [found, is_new] = words_.try_emplace(id);
    if (is_new) {
      find_word_.reset();
      if (TRY(find_word_.bind(1, id).step())) found->second = find_word_.text(0);
      find_word_.reset();
    }
    return std::string_view(found->second);
  }

  struct Unit {
    std::string key;
    UnitIn state = UnitIn::other_run;
    bool in_run() const { return state == UnitIn::kept || state == UnitIn::written; }
  };
  const Unit& unit(int64_t id) const {
    static const Unit none;
    const auto found = units_.find(id);
    return found == units_.end() ? none : found->second;
  }

  // A moment is a run, or milliseconds if it is old (schema.h).
  Time moment(int64_t said) const {
    const auto run = said < 0 ? runs_.find(-said) : runs_.end();
    return Time{run == runs_.end() ? said : run->second};
  }

  // The first opening of a finding that was opened again; not known of what an old record left out.
  Result<Time> first_opening(int64_t row) {
    find_opening_.reset();
    Time out;
    if (TRY(find_opening_.bind(1, row).step()) && !find_opening_.is_null(0)) out = moment(-find_opening_.integer(0));
    find_opening_.reset();
    return out;
  }

 private:
  Statement find_word_, find_opening_;
  std::unordered_map<int64_t, std::string> words_;
  std::unordered_map<int64_t, int64_t> runs_;
  std::unordered_map<int64_t, Unit> units_;
};

Result<StoredFinding> read_finding(const Statement& row, Names& names) {
  StoredFinding found;
  found.id = row.text(0);
  found.control = TRY(names.word(row.integer(1)));
  found.uid = row.text(2);
  found.type = TRY(names.word(row.integer(3)));
  found.account = row.text(4);
  found.region = row.text(5);
  const auto& unit = names.unit(row.integer(6));
  found.unit = unit.key;
  found.status = static_cast<FindingStatus>(row.integer(7));
  found.reason = row.text(8);
  found.evidence_json = row.text(9);
  found.opened = names.moment(row.integer(10));
  found.changed_at = names.moment(row.integer(11));
  found.closed_at = names.moment(row.integer(12));
  found.openings = static_cast<uint32_t>(row.integer(13));
  if (found.openings > 1) found.first_seen = TRY(names.first_opening(row.integer(16)));
  if (!found.first_seen.known()) found.first_seen = found.opened;
  found.judged_run = row.integer(14);
  found.not_rejudged = row.integer(15) != 0 || (is_open(found.status) && !unit.in_run());
  return found;
}

constexpr std::string_view resource_select =
    "SELECT "
    "r.uid,t.text,r.account,r.region,r.native,r.name,r.tags,r.columns,(SELECT w.text FROM word w WHERE w.id=r.unknown),r.origins,u.key,r.id-u.first_resource,r.born "
    "FROM resource r JOIN word t ON t.id=r.type JOIN unit u ON u.id=r.unit ";

Store::StoredResource read_resource(const Statement& row) {
  auto json = [&](int column) { return row.is_null(column) ? std::string("{}") : std::string(row.text(column)); };
  Store::StoredResource found;
  found.uid = row.text(0);
  found.type = row.text(1);
  found.account = row.text(2);
  found.region = row.text(3);
  found.id = row.text(4);
  found.name = row.text(5);
  found.tags_json = json(6);
  found.columns_json = json(7);
  found.unknown_json = json(8);
  found.origins_json = json(9);
  found.unit = row.text(10);
  found.ordinal = static_cast<uint32_t>(row.integer(11));
  found.born = row.integer(12) != 0;
  return found;
}

constexpr std::string_view source_select =
    "SELECT u.key,s.file,o.text,s.time_basis,s.n,s.time,s.bytes FROM source s JOIN unit u ON u.id=s.unit LEFT JOIN word o ON "
    "o.id=s.operation ";

Store::StoredSource read_source(const Statement& row) {
  Store::StoredSource found;
  found.unit = row.text(0);
  found.file = row.text(1);
  found.operation = row.text(2);
  found.time_basis = row.text(3);
  found.number = static_cast<uint32_t>(row.integer(4));
  found.time = Time{row.integer(5)};
  found.bytes = static_cast<uint64_t>(row.integer(6));
  return found;
}

}  // namespace

Status Store::findings(const FindingFilter& filter, const std::function<Status(StoredFinding&&)>& each) {
  // One control after the other, in order of their names; within one, the index gives uid order and no row is sorted or held.
  auto controls = TRY(db_->prepare("SELECT id,text FROM word WHERE id IN (SELECT DISTINCT control FROM finding) ORDER BY text"));
  std::string sql(finding_select);
  sql += "WHERE f.control=?1";
  if (!filter.closed) sql += " AND f.status<=2";
  auto rows = TRY(db_->prepare(sql + " ORDER BY f.uid"));
  auto names = TRY(Names::of(*db_));
  while (TRY(controls.step())) {
    if (!filter.control.empty() && controls.text(1) != filter.control) continue;
    rows.reset();
    rows.bind(1, controls.integer(0));
    while (TRY(rows.step())) {
      const bool open = is_open(static_cast<FindingStatus>(rows.integer(7)));
      if (!filter.other_units && open && names.unit(rows.integer(6)).state == UnitIn::other_run) continue;
      TRY(each(TRY(read_finding(rows, names))));
    }
  }
  return {};
}

Status Store::brief_findings(const std::function<Status(const BriefFinding&)>& each) {
  auto rows = TRY(db_->prepare("SELECT control,account,reason,status,unit,first_seen FROM finding WHERE status<=2 AND NOT not_rejudged ORDER BY row"));
  auto names = TRY(Names::of(*db_));
  while (TRY(rows.step()))
    if (names.unit(rows.integer(4)).in_run())
      TRY(each({TRY(names.word(rows.integer(0))), rows.text(1), rows.text(2), static_cast<FindingStatus>(rows.integer(3)), names.moment(rows.integer(5))}));
  return {};
}

Status Store::sample_findings(std::string_view control, FindingStatus status, size_t count, const std::function<Status(const StoredFinding&)>& each) {
  auto* rows = TRY(db_->cached(std::string(finding_select) +
                               "WHERE f.control=(SELECT id FROM word WHERE text=?1) AND f.status=?2 AND NOT f.not_rejudged AND "
                               "f.unit IN (SELECT id FROM unit WHERE state IN (1,2)) ORDER BY f.uid LIMIT ?3"));
  auto names = TRY(Names::of(*db_));
  rows->bind(1, control).bind(2, static_cast<int64_t>(status)).bind(3, static_cast<int64_t>(count));
  while (TRY(rows->step())) TRY(each(TRY(read_finding(*rows, names))));
  return {};
}

Result<std::optional<StoredFinding>> Store::finding(std::string_view id) {
  auto row = TRY(db_->prepare(std::string(finding_select) + "WHERE f.id=?1"));
  if (!TRY(row.bind(1, id).step())) return std::optional<StoredFinding>{};
  auto names = TRY(Names::of(*db_));
  return std::optional<StoredFinding>(TRY(read_finding(row, names)));
}

Result<std::vector<Transition>> Store::history(std::string_view id) {
  auto rows = TRY(db_->prepare(
      "SELECT r.id,r.as_of,t.was,coalesce(t.became,f.status),iif(t.run IS NULL,f.reason,t.why) FROM finding f "
      "LEFT JOIN transition t ON t.finding=f.row JOIN run r ON r.id=coalesce(t.run,-f.first_seen) "
      "WHERE f.id=?1 ORDER BY r.id"));
  rows.bind(1, id);
  std::vector<Transition> found;
  while (TRY(rows.step())) {
    Transition step;
    step.run = rows.integer(0);
    step.time = Time{rows.integer(1)};
    if (!rows.is_null(2)) step.from = name(static_cast<FindingStatus>(rows.integer(2)));
    step.to = name(static_cast<FindingStatus>(rows.integer(3)));
    step.why = rows.text(4);
    found.push_back(std::move(step));
  }
  return found;
}

Result<std::vector<Store::ControlCounts>> Store::counts() {
  auto rows = TRY(db_->prepare(
      "SELECT w.text,sum(c.pass),sum(c.fail),sum(c.unknown),sum(c.excepted),sum(c.not_applicable) FROM unit_control c "
      "JOIN unit u ON u.id=c.unit JOIN word w ON w.id=c.control WHERE u.state IN (1,2) GROUP BY c.control ORDER BY w.text"));
  std::vector<ControlCounts> found;
  auto number = [&](int column) { return static_cast<uint64_t>(rows.integer(column)); };
  while (TRY(rows.step()))
    found.push_back({std::string(rows.text(0)), Counts{number(1), number(2), number(3), number(4), number(5)}});
  return found;
}

Result<std::vector<RunRow>> Store::runs() {
  auto rows = TRY(db_->prepare(
      "SELECT id,as_of,content_digest,sources,opened,reopened,changed,closed,not_rejudged,units,units_kept,resources,summary "
      "FROM run ORDER BY id"));
  std::vector<RunRow> found;
  auto number = [&](int column) { return static_cast<uint64_t>(rows.integer(column)); };
  while (TRY(rows.step())) {
    RunRow run;
    run.id = rows.integer(0);
    run.as_of = Time{rows.integer(1)};
    run.content_digest = rows.text(2);
    const auto sources = TRY(read_json(rows.text(3), Source{}));
    for (const auto source : sources->root().items()) run.sources.emplace_back(source.text());
    run.changes = {number(4), number(5), number(6), number(7), number(8), number(9), number(10), number(11)};
    run.summary_json = rows.text(12);
    found.push_back(std::move(run));
  }
  return found;
}

Result<std::vector<UnitRow>> Store::units() {
  auto rows = TRY(db_->prepare("SELECT id,key,digest,state,resources FROM unit WHERE state IN (1,2) ORDER BY key"));
  std::vector<UnitRow> found;
  while (TRY(rows.step())) {
    UnitRow unit;
    unit.id = rows.integer(0);
    unit.key = rows.text(1);
    unit.digest = rows.text(2);
    unit.kept = rows.integer(3) == static_cast<int>(UnitIn::kept);
    unit.resources = static_cast<uint64_t>(rows.integer(4));
    found.push_back(std::move(unit));
  }
  return found;
}

Result<std::optional<Store::StoredResource>> Store::resource(std::string_view uid) {
  if (!joins_indexed_) (void)index_joins();  // a reader that may not write searches without
  joins_indexed_ = true;
  auto* row = TRY(db_->cached(std::string(resource_select) + "WHERE r.uid=?1 AND u.state IN (1,2) ORDER BY u.key LIMIT 1"));
  std::optional<StoredResource> found;
  if (TRY(row->bind(1, uid).step())) found = read_resource(*row);
  row->reset();
  return found;
}

Status Store::resources(const std::function<Status(StoredResource&&)>& each) {
  auto rows = TRY(db_->prepare(std::string(resource_select) + "WHERE u.state IN (1,2) ORDER BY r.id"));
  while (TRY(rows.step())) TRY(each(read_resource(rows)));
  return {};
}

Result<std::optional<Store::StoredResource>> Store::resource_at(int64_t unit, uint32_t ordinal) {
  auto* row = TRY(db_->cached(std::string(resource_select) + "WHERE r.id=(SELECT first_resource FROM unit WHERE id=?1)+?2"));
  std::optional<StoredResource> found;
  if (TRY(row->bind(1, unit).bind(2, int64_t{ordinal}).step())) found = read_resource(*row);
  row->reset();
  return found;
}

Status Store::index_joins() {
  if (joins_indexed_) return {};
  TRY(make_join_indices(*db_));
  joins_indexed_ = true;
  return {};
}

Status Store::passes(std::string_view control, const std::function<Status(const StoredResource&)>& each) {
  auto units = TRY(db_->prepare(
      "SELECT u.first_resource,u.resources,c.passes FROM unit_control c JOIN unit u ON u.id=c.unit "
      "WHERE c.control=(SELECT id FROM word WHERE text=?1) AND u.state IN (1,2) AND c.passes IS NOT NULL ORDER BY u.key"));
  auto row = TRY(db_->prepare(std::string(resource_select) + "WHERE r.id=?1"));
  units.bind(1, control);
  while (TRY(units.step())) {
    const auto passes = Bitmap::from(units.blob(2));
    const auto first = units.integer(0);
    const auto count = std::min(static_cast<size_t>(units.integer(1)), passes.bytes().size() * 8);
    for (uint32_t ordinal = 0; ordinal < count; ++ordinal) {
      if (!passes.test(ordinal)) continue;
      row.reset();
      if (TRY(row.bind(1, first + ordinal).step())) TRY(each(read_resource(row)));
    }
  }
  return {};
}

Result<std::vector<std::string>> Store::passing(const StoredResource& resource) {
  auto rows = TRY(db_->prepare(
      "SELECT w.text,c.passes FROM unit_control c JOIN unit u ON u.id=c.unit JOIN word w ON w.id=c.control "
      "WHERE u.key=?1 AND c.passes IS NOT NULL ORDER BY w.text"));
  rows.bind(1, resource.unit);
  std::vector<std::string> found;
  while (TRY(rows.step()))
    if (Bitmap::from(rows.blob(1)).test(resource.ordinal)) found.emplace_back(rows.text(0));
  return found;
}

Status Store::reads(const std::function<Status(const StoredRead&)>& each) {
  auto rows = TRY(db_->prepare(
      "SELECT u.key,d.account,d.region,o.text,d.parameter,d.error,s.file,d.status,d.time,s.time_basis FROM read d JOIN unit u ON u.id=d.unit "
      "JOIN word o ON o.id=d.operation LEFT JOIN source s ON s.unit=d.unit AND s.n=d.source WHERE u.state IN (1,2) "
      "ORDER BY d.account,d.region,o.text,d.parameter,u.key,d.n"));
  while (TRY(rows.step())) {
    StoredRead read;
    read.unit = rows.text(0);
    read.account = rows.text(1);
    read.region = rows.text(2);
    read.operation = rows.text(3);
    read.parameter = rows.text(4);
    read.error = rows.text(5);
    read.file = rows.text(6);
    read.status = static_cast<ReadStatus>(rows.integer(7));
    read.time = Time{rows.integer(8)};
    read.time_basis = rows.text(9);
    TRY(each(read));
  }
  return {};
}

Result<std::vector<Error>> Store::notes(std::string_view unit_key, bool problems) {
  auto* rows = TRY(db_->cached(
      "SELECT n.code,n.what,n.path,n.line,n.col,n.expected,n.hint FROM note n JOIN unit u ON u.id=n.unit WHERE u.key=?1 AND n.problem=?2 ORDER BY n.n"));
  rows->bind(1, unit_key).bind(2, int64_t{problems});
  std::vector<Error> found;
  while (TRY(rows->step())) {
    Error error;
    error.code = static_cast<Code>(rows->integer(0));
    error.what = rows->text(1);
    error.at.path = rows->text(2);
    error.at.line = static_cast<uint32_t>(rows->integer(3));
    error.at.column = static_cast<uint32_t>(rows->integer(4));
    error.expected = rows->text(5);
    error.hint = rows->text(6);
    found.push_back(std::move(error));
  }
  return found;
}

Status Store::sources(const std::function<Status(const StoredSource&)>& each) {
  auto rows = TRY(db_->prepare(std::string(source_select) + "WHERE u.state IN (1,2) ORDER BY u.key,s.n"));
  while (TRY(rows.step())) TRY(each(read_source(rows)));
  return {};
}

Result<std::optional<Store::StoredSource>> Store::source(std::string_view unit_key, uint32_t number) {
  auto* row = TRY(db_->cached(std::string(source_select) + "WHERE u.key=?1 AND s.n=?2"));
  std::optional<StoredSource> found;
  if (TRY(row->bind(1, unit_key).bind(2, int64_t{number}).step())) found = read_source(*row);
  row->reset();
  return found;
}

}  // namespace reeve::store
