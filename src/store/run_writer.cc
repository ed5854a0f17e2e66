#include <algorithm>
#include <cassert>

#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"
#include "store/run_state.h"
#include "store/schema.h"

namespace reeve::store {

namespace {

// Replacing more rows than this share of what is there goes faster without the secondary indices.
constexpr uint64_t few_rows = 50'000;
constexpr uint64_t few_share = 4;  // a quarter

// `arn:aws-cn:…` and `aws-cn/…` alike (design §10.2).
std::string_view partition_of(std::string_view uid) {
  if (starts_with(uid, "arn:")) {
    const auto rest = uid.substr(4);
    return rest.substr(0, rest.find(':'));
  }
  const auto first = uid.substr(0, uid.find('/'));
  return starts_with(first, "aws") ? first : std::string_view();
}

std::string_view partition_of_region(std::string_view region) {
  if (starts_with(region, "cn-")) return "aws-cn";
  if (starts_with(region, "us-gov-")) return "aws-us-gov";
  return "aws";
}

bool is_nothing(std::string_view json) { return json.empty() || json == "{}"; }

}  // namespace

Status RunWriter::State::run_sql(std::string_view sql, std::initializer_list<int64_t> numbers) {
  auto* statement = TRY(db.cached(sql));
  int index = 0;
  for (const auto number : numbers) statement->bind(++index, number);
  return statement->run();
}

Status RunWriter::State::prepare() {
  auto make = [&](Statement& statement, std::string_view sql) -> Status {
    statement = TRY(db.prepare(sql));
    return {};
  };
  TRY(make(insert_resource, "INSERT INTO resource VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"));
  TRY(make(insert_source, "INSERT INTO source VALUES(?1,?2,?3,?4,?5,?6,?7)"));
  TRY(make(insert_read, "INSERT INTO read VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"));
  TRY(make(insert_edge, "INSERT INTO edge VALUES(?1,?2,?3,?4)"));
  TRY(make(insert_place, "INSERT INTO place VALUES(?1,?2,?3,?4)"));
  TRY(make(find_word, "SELECT id FROM word WHERE text=?1"));
  TRY(make(insert_word, "INSERT INTO word(text) VALUES(?1)"));
  TRY(make(insert_counts, "INSERT OR REPLACE INTO unit_control VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  TRY(make(find_finding, "SELECT row,status,judged_run,openings,reason FROM finding WHERE id=?1"));
  TRY(make(find_by_row, "SELECT row,status,judged_run,openings,reason FROM finding WHERE row=?1 AND id=?2"));
  TRY(make(insert_finding, "INSERT INTO finding VALUES(?1,?2,?3,?4,?5,?6,?7,0,1,?8,?8,NULL,?9,?10,?11,?12,?13)"));
  TRY(make(update_finding,
           "UPDATE finding SET status=?2, unit=?3, type=?4, judged_run=?5, not_rejudged=0, openings=?6, "
           "first_seen=coalesce(?7,first_seen),"
           " changed_at=coalesce(?8,changed_at), closed_at=NULL, account=?9, region=?10, reason=?11, evidence=?12 WHERE row=?1"));
  TRY(make(insert_opening,
           "INSERT INTO transition SELECT row,-first_seen,NULL,status,reason FROM finding f WHERE row=?1 AND first_seen<0 AND "
           "NOT EXISTS (SELECT 1 FROM transition WHERE finding=f.row)"));
  TRY(make(insert_transition,
           "INSERT INTO transition VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET became=excluded.became, why=excluded.why"));
  return {};
}

// A writer that failed once refuses everything: the transaction may be gone, and what came later must not stand alone.
Status RunWriter::State::usable() const {
  if (failed) return fail(Code::conflict, "the run was given up after an earlier failure", {db.path()});
  if (!open) return fail(Code::internal, "the run is over", {db.path()});
  return {};
}

Result<int64_t> RunWriter::State::word(std::string_view text) {
  thread_local std::string key;
  key.assign(text);
  if (auto found = words.find(key); found != words.end()) return found->second;
  int64_t id = 0;
  find_word.reset();
  if (TRY(find_word.bind(1, text).step())) {
    id = find_word.integer(0);
    find_word.reset();
  } else {
    TRY(insert_word.bind(1, text).run());
    id = db.last_insert_id();
  }
  words.emplace(key, id);
  return id;
}

Status RunWriter::State::see_place(std::string_view account, std::string_view region, std::string_view uid) {
  if (account.empty()) return {};
  if (last_place < places.size() && places[last_place].account == account && places[last_place].region == region) return {};
  std::string key(account);
  key += '\0';
  key += region;
  const auto [found, added] = place_index.emplace(std::move(key), places.size());
  last_place = found->second;
  if (added) {
    auto partition = partition_of(uid);
    if (partition.empty()) partition = partition_of_region(region);
    places.push_back({std::string(account), std::string(region), std::string(partition)});
  }
  return {};
}

Status RunWriter::State::drop_rows(int64_t unit_id, int64_t first, int64_t count) {
  if (count > 0) {
    rows_touched += static_cast<uint64_t>(count);
    const auto last = first + count - 1;
    TRY(run_sql("DELETE FROM resource WHERE id BETWEEN ?1 AND ?2", {first, last}));
    TRY(run_sql("DELETE FROM edge WHERE id BETWEEN ?1 AND ?2", {edge_key(first, 0), edge_key(last, most_edges - 1)}));
  }
  for (std::string_view sql : {"DELETE FROM source WHERE unit=?1", "DELETE FROM read WHERE unit=?1",
                               "DELETE FROM place WHERE unit=?1", "DELETE FROM note WHERE unit=?1", "DELETE FROM unit_control WHERE unit=?1"})
    TRY(run_sql(sql, {unit_id}));
  return {};
}

void RunWriter::State::leave_unit() {
  unit = 0;
  resources = sources = reads = notes = 0;
  places.clear();
  place_index.clear();
  last_place = 0;
  edges = 0;
}

Result<int64_t> RunWriter::State::unit_id(std::string_view key, bool& named_before) {
  auto* find = TRY(db.cached("SELECT id,state FROM unit WHERE key=?1"));
  named_before = false;
  if (TRY(find->bind(1, key).step())) {
    const auto id = find->integer(0);
    named_before = find->integer(1) != static_cast<int>(UnitIn::other_run);
    find->reset();
    return id;
  }
  auto* insert = TRY(db.cached("INSERT INTO unit(key,state) VALUES(?1,0)"));
  TRY(insert->bind(1, key).run());
  return db.last_insert_id();
}

RunWriter::RunWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

RunWriter::~RunWriter() {
  if (state_->open) state_->db.rollback();
}

int64_t RunWriter::id() const { return state_->run; }
int64_t RunWriter::current_unit() const { return state_->unit; }

Result<std::unique_ptr<RunWriter>> Store::begin_run(const RunInfo& info) {
  Db& db = *db_;
  TRY(db.begin());
  auto state = std::make_unique<RunWriter::State>(db, info);
  auto& s = *state;
  s.open = true;
  std::unique_ptr<RunWriter> writer(new RunWriter(std::move(state)));  // rolls back if anything below fails
  db.set_now(info.as_of);
  joins_indexed_ = false;
  TRY(s.prepare());

  // Facts judged by other content are of no use to this run: mappings, columns and verdicts may all differ.
  auto* last = TRY(db.cached("SELECT content_digest FROM run ORDER BY id DESC LIMIT 1"));
  const bool any_run = TRY(last->step());
  const bool same_content = any_run && last->text(0) == info.content_digest;
  last->reset();
  if (!same_content) {
    TRY(drop_fact_indices(db));
    s.indices_dropped = true;
    TRY(
        db.exec("DELETE FROM resource; DELETE FROM edge; DELETE FROM source; DELETE FROM read; DELETE FROM place; DELETE FROM "
                "note; DELETE FROM unit_control;"
                "UPDATE unit SET digest=NULL, resources=0, first_resource=0, state=0"));
  } else {
    TRY(db.exec("UPDATE unit SET state=0 WHERE state<>0"));
  }
  auto number = [&](std::string_view sql) -> Result<int64_t> {
    const auto value = TRY(db.value(sql));
    const auto* found = std::get_if<int64_t>(&value);
    return found ? *found : 0;
  };
  s.rows_before = static_cast<uint64_t>(TRY(number("SELECT sum(resources) FROM unit")));
  s.next_resource = 1 + TRY(number("SELECT max(id) FROM resource"));
  s.first_finding = s.next_finding = 1 + TRY(number("SELECT max(row) FROM finding"));
  s.fresh_findings = s.next_finding == 1;
  if (s.fresh_findings) TRY(drop_finding_indices(db));
  else TRY(make_finding_indices(db));

  std::string sources;
  JsonWriter json(sources);
  json.begin_array();
  for (const auto& source : info.sources) json.string(source);
  json.end_array();
  auto* insert = TRY(db.cached("INSERT INTO run(as_of,content_digest,sources,first_finding) VALUES(?1,?2,?3,?4)"));
  TRY(insert->bind(1, info.as_of.ms).bind(2, info.content_digest).bind(3, sources).bind(4, s.next_finding).run());
  s.run = db.last_insert_id();
  return writer;
}

Result<std::optional<UnitState>> RunWriter::unit_state(std::string_view key) {
  TRY(state_->usable());
  auto* find = TRY(state_->note(state_->db.cached("SELECT digest FROM unit WHERE key=?1")));
  std::optional<UnitState> found;
  if (TRY(state_->note(find->bind(1, key).step())) && !find->is_null(0)) found = UnitState{std::string(find->text(0))};
  find->reset();
  return found;
}

Result<int64_t> RunWriter::keep_unit(std::string_view key) {
  auto& s = *state_;
  TRY(s.usable());
  auto keep = [&]() -> Result<int64_t> {
    bool named = false;
    const auto id = TRY(s.unit_id(key, named));
    if (named) return fail(Code::internal, "the unit `" + std::string(key) + "` was named twice in one run");
    auto* update = TRY(s.db.cached("UPDATE unit SET state=1 WHERE id=?1 AND digest IS NOT NULL RETURNING resources"));
    if (!TRY(update->bind(1, id).step())) return fail(Code::internal, "the unit `" + std::string(key) + "` has nothing to keep");
    s.changes.resources += static_cast<uint64_t>(update->integer(0));
    TRY(update->step());
    update->reset();
    ++s.changes.units;
    ++s.changes.units_kept;
    return id;
  };
  return s.note(keep());
}

Result<int64_t> RunWriter::begin_unit(std::string_view key, std::string_view digest) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit == 0 && s.loading);
  auto begin = [&]() -> Result<int64_t> {
    bool named = false;
    const auto id = TRY(s.unit_id(key, named));
    if (named) return fail(Code::internal, "the unit `" + std::string(key) + "` was named twice in one run");
    auto* get = TRY(s.db.cached("SELECT first_resource,resources FROM unit WHERE id=?1"));
    TRY(get->bind(1, id).step());
    const auto first = get->integer(0), count = get->integer(1);
    get->reset();
    s.leave_unit();
    if (count > 0) {
      if (!s.indices_dropped && s.rows_touched > std::max(few_rows, s.rows_before / few_share)) {
        TRY(drop_fact_indices(s.db));
        s.indices_dropped = true;
      }
    }
    TRY(s.drop_rows(id, first, count));
    auto* update = TRY(s.db.cached("UPDATE unit SET state=2, digest=?2, first_resource=?3, resources=0 WHERE id=?1"));
    TRY(update->bind(1, id).bind(2, digest).bind(3, s.next_resource).run());
    s.unit = id;
    s.first_resource = s.next_resource;
    ++s.changes.units;
    return id;
  };
  return s.note(begin());
}

Status RunWriter::drop_unit(std::string_view key) {
  auto& s = *state_;
  TRY(s.usable());
  auto drop = [&]() -> Status {
    bool named = false;
    const auto id = TRY(s.unit_id(key, named));
    if (named) return fail(Code::internal, "the unit `" + std::string(key) + "` was named twice in one run");
    auto* get = TRY(s.db.cached("SELECT first_resource,resources FROM unit WHERE id=?1"));
    TRY(get->bind(1, id).step());
    const auto first = get->integer(0), count = get->integer(1);
    get->reset();
    TRY(s.drop_rows(id, first, count));
    return s.run_sql("UPDATE unit SET state=3, digest=NULL, resources=0 WHERE id=?1", {id});
  };
  return s.note(drop());
}

Result<uint32_t> RunWriter::add_source(const SourceRow& row) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit != 0);
  auto& insert = s.insert_source;
  insert.bind(1, s.unit).bind(2, int64_t{++s.sources}).bind(3, row.file).bind(5, row.time.ms).bind_or_null(6, row.time_basis);
  insert.bind(7, static_cast<int64_t>(row.bytes));
  if (row.operation.empty()) insert.bind_null(4);
  else insert.bind(4, TRY(s.note(s.word(row.operation))));
  TRY(s.note(insert.run()));
  return s.sources;
}

Result<uint32_t> RunWriter::add_resource(const ResourceRow& row) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit != 0);
  const int64_t type = TRY(s.note(s.word(row.type)));
  auto& insert = s.insert_resource;
  insert.bind(1, s.next_resource)
      .bind(2, s.unit)
      .bind(3, type)
      .bind(4, int64_t{row.born})
      .bind(5, row.account)
      .bind(6, row.region);
  insert.bind(7, row.uid).bind(8, row.id).bind_or_null(9, row.name);
  // `{}` is the usual case for three of these; NULL takes no room.
  insert.bind_or_null(10, is_nothing(row.tags_json) ? "" : row.tags_json)
      .bind_null(11);
  if (!is_nothing(row.unknown_json)) insert.bind(11, TRY(s.note(s.word(row.unknown_json))));
  insert.bind_or_null(12, is_nothing(row.columns_json) ? "" : row.columns_json);
  insert.bind_or_null(13, is_nothing(row.origins_json) ? "" : row.origins_json);
  TRY(s.note(insert.run()));
  TRY(s.note(s.see_place(row.account, row.region, row.uid)));
  ++s.next_resource;
  ++s.rows_touched;
  ++s.changes.resources;
  return s.resources++;
}

Status RunWriter::add_edge(const EdgeRow& row) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit != 0 && row.source < s.resources);
  const int64_t kind = TRY(s.note(s.word(row.kind)));
  const int64_t type = row.target_type.empty() ? 0 : TRY(s.note(s.word(row.target_type)));
  auto& insert = s.insert_edge;
  if (s.edges >= most_edges) return s.note(fail(Code::limit, "a unit has more edges than the store can number", {s.db.path()}, std::to_string(most_edges) + " at most"));
  insert.bind(1, edge_key(s.first_resource + row.source, s.edges++)).bind(2, kind).bind(3, row.target);
  if (type) insert.bind(4, type);
  else insert.bind_null(4);
  return s.note(insert.run());
}

Status RunWriter::add_read(const ReadRow& row) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit != 0);
  const auto operation = TRY(s.note(s.word(row.operation)));
  auto& insert = s.insert_read;
  insert.bind(1, s.unit).bind(2, int64_t{s.reads++}).bind(3, row.account).bind(4, row.region).bind(5, operation);
  insert.bind(6, row.parameter).bind(7, static_cast<int64_t>(row.status)).bind_or_null(8, row.error).bind(9, row.time.ms);
  if (row.source) insert.bind(10, int64_t{row.source});
  else insert.bind_null(10);
  TRY(s.note(insert.run()));
  return s.see_place(row.account, row.region, {});
}

Status RunWriter::add_note(const Error& error, bool problem) {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit != 0);
  auto* insert = TRY(s.note(s.db.cached("INSERT INTO note VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")));
  insert->bind(1, s.unit).bind(2, int64_t{s.notes++}).bind(3, int64_t{problem}).bind(4, static_cast<int64_t>(error.code)).bind(5, error.what);
  insert->bind_or_null(6, error.at.path).bind(7, int64_t{error.at.line}).bind(8, int64_t{error.at.column});
  return s.note(insert->bind_or_null(9, error.expected).bind_or_null(10, error.hint).run());
}

Status RunWriter::end_unit() {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit != 0);
  auto end = [&]() -> Status {
    for (const auto& place : s.places)
      TRY(s.insert_place.bind(1, s.unit).bind(2, place.account).bind(3, place.region).bind(4, place.partition).run());
    TRY(s.run_sql("UPDATE unit SET resources=?2 WHERE id=?1", {s.unit, s.resources}));
    constexpr uint32_t units_apart = 64;
    if (++s.units_ended % units_apart == 0) s.db.begin_writing_back();
    s.leave_unit();
    return {};
  };
  return s.note(end());
}

Status RunWriter::end_load() {
  auto& s = *state_;
  TRY(s.usable());
  assert(s.unit == 0);
  s.loading = false;
  if (s.indices_dropped) TRY(s.note(make_fact_indices(s.db)));
  s.indices_dropped = false;
  // Figures for the query planner: which index is worth taking. A sample is enough, and the same data gives the same figures.
  return s.note(s.db.exec("PRAGMA analysis_limit=400; ANALYZE resource; ANALYZE edge"));
}

}  // namespace reeve::store
