#include "store/schema.h"

#include <mutex>

namespace reeve::store {

namespace {

// Version 1: facts and counted verdicts. A unit's resources have consecutive ids from first_resource on, so that "the unit's
// rows" is a range of the primary key and the ordinal in a bitmap is id - first_resource. Texts that repeat millions of times
// (types, kinds, operations, control ids) stand once, in `word`. Tables keyed by (unit, n) are stored in that order.
constexpr std::string_view facts = R"(
CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE unit(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT, state INTEGER NOT NULL,
  first_resource INTEGER NOT NULL DEFAULT 0, resources INTEGER NOT NULL DEFAULT 0);
CREATE TABLE source(unit INTEGER NOT NULL, n INTEGER NOT NULL, file TEXT NOT NULL, operation INTEGER, time INTEGER,
  time_basis TEXT, bytes INTEGER NOT NULL, PRIMARY KEY(unit, n)) WITHOUT ROWID;
CREATE TABLE resource(id INTEGER PRIMARY KEY, unit INTEGER NOT NULL, type INTEGER NOT NULL, born INTEGER NOT NULL,
  account TEXT NOT NULL, region TEXT NOT NULL, uid TEXT NOT NULL, native TEXT NOT NULL, name TEXT, digest BLOB NOT NULL,
  tags TEXT, unknown TEXT, columns TEXT, origins TEXT);
CREATE TABLE edge(source INTEGER NOT NULL, n INTEGER NOT NULL, kind INTEGER NOT NULL, target TEXT NOT NULL, target_type INTEGER,
  PRIMARY KEY(source, n)) WITHOUT ROWID;
CREATE TABLE read(unit INTEGER NOT NULL, n INTEGER NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL,
  operation INTEGER NOT NULL, parameter TEXT NOT NULL, status INTEGER NOT NULL, error TEXT, time INTEGER, source INTEGER,
  PRIMARY KEY(unit, n)) WITHOUT ROWID;
CREATE TABLE place(unit INTEGER NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, partition TEXT NOT NULL,
  PRIMARY KEY(unit, account, region)) WITHOUT ROWID;
CREATE TABLE unit_control(unit INTEGER NOT NULL, control INTEGER NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL,
  unknown INTEGER NOT NULL, excepted INTEGER NOT NULL, not_applicable INTEGER NOT NULL, passes BLOB,
  PRIMARY KEY(unit, control)) WITHOUT ROWID;
)";

// Version 2: history. A finding's unit says where it was last judged; the unit's row outlives its facts.
constexpr std::string_view history = R"(
CREATE TABLE run(id INTEGER PRIMARY KEY, as_of INTEGER NOT NULL, content_digest TEXT NOT NULL, sources TEXT NOT NULL,
  opened INTEGER, reopened INTEGER, changed INTEGER, closed INTEGER, not_rejudged INTEGER, units INTEGER, units_kept INTEGER,
  resources INTEGER, summary TEXT);
CREATE TABLE finding(row INTEGER PRIMARY KEY, id TEXT NOT NULL, control INTEGER NOT NULL, status INTEGER NOT NULL,
  unit INTEGER NOT NULL, type INTEGER NOT NULL, judged_run INTEGER NOT NULL, not_rejudged INTEGER NOT NULL,
  openings INTEGER NOT NULL, first_seen INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, closed_at INTEGER, account TEXT NOT NULL, region TEXT NOT NULL, uid TEXT NOT NULL, reason TEXT,
  evidence TEXT);
CREATE TABLE transition(finding INTEGER NOT NULL, run INTEGER NOT NULL, was INTEGER, became INTEGER NOT NULL, why TEXT,
  PRIMARY KEY(finding, run)) WITHOUT ROWID;
)";

// Version 3: what reading a unit complained of stays with it, so that a kept unit complains again; texts of `unknown`, of which
// an account has a dozen, stand once; what only some queries want is no longer indexed always.
constexpr std::string_view notes = R"(
CREATE TABLE note(unit INTEGER NOT NULL, n INTEGER NOT NULL, problem INTEGER NOT NULL, code INTEGER NOT NULL, what TEXT NOT NULL,
  path TEXT, line INTEGER, col INTEGER, expected TEXT, hint TEXT, PRIMARY KEY(unit, n)) WITHOUT ROWID;
INSERT OR IGNORE INTO word(text) SELECT DISTINCT unknown FROM resource WHERE unknown IS NOT NULL;
UPDATE resource SET unknown=(SELECT id FROM word WHERE text=resource.unknown) WHERE unknown IS NOT NULL;
DROP INDEX IF EXISTS resource_type; DROP INDEX IF EXISTS resource_account;
DROP INDEX IF EXISTS resource_uid; DROP INDEX IF EXISTS edge_target;
ALTER TABLE resource DROP COLUMN digest;
)";

// Version 4: what each control said run by run, for its effectiveness over a period; where a run's new findings begin; what other
// tools found. Only later transitions are indexed by run: a first load, which makes nothing but first openings, costs no more for it.
// `imported_findings` is the one view in the file itself: it shows no run's input, and no control may ask it.
constexpr std::string_view periods = R"(
CREATE TABLE run_control(run INTEGER NOT NULL, control INTEGER NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL,
  unknown INTEGER NOT NULL, excepted INTEGER NOT NULL, not_applicable INTEGER NOT NULL, PRIMARY KEY(run, control)) WITHOUT ROWID;
ALTER TABLE run ADD COLUMN first_finding INTEGER;
CREATE INDEX transition_later ON transition(run) WHERE was IS NOT NULL;
CREATE TABLE import_file(id INTEGER PRIMARY KEY, file TEXT NOT NULL, format TEXT NOT NULL, digest TEXT NOT NULL UNIQUE);
CREATE TABLE imported(id INTEGER PRIMARY KEY, tool TEXT NOT NULL, finding TEXT NOT NULL, time INTEGER NOT NULL, resource TEXT NOT NULL,
  resource_type TEXT, account TEXT, region TEXT, control TEXT, title TEXT, status TEXT NOT NULL, severity TEXT, detail TEXT,
  file INTEGER NOT NULL, place INTEGER NOT NULL, UNIQUE(tool, finding, time, resource));
CREATE INDEX imported_resource ON imported(resource);
CREATE VIEW imported_findings AS SELECT i.tool, i.finding, i.control AS check_id, i.title, i.status, i.severity, i.resource, i.resource_type,
  i.account, i.region, strftime('%Y-%m-%dT%H:%M:%SZ', i.time / 1000, 'unixepoch') AS time, i.detail, f.format, f.file, i.place AS line,
  NOT EXISTS (SELECT 1 FROM imported AS n WHERE n.tool = i.tool AND n.finding = i.finding AND n.time > i.time) AS latest
  FROM imported AS i JOIN import_file AS f ON f.id = i.file;
)";

// Version 5: an edge's key is one number that only grows, edge_key() of schema.h, so that a load appends and never searches. A
// finding's first opening is no row of `transition` until something else happens to the finding: what it would say, the finding says.
constexpr std::string_view appended = R"(
ALTER TABLE edge RENAME TO edge_of_source;
CREATE TABLE edge(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, target TEXT NOT NULL, target_type INTEGER);
INSERT INTO edge SELECT source << 26 | n, kind, target, target_type FROM edge_of_source ORDER BY source, n;
DROP TABLE edge_of_source;
)";

// Version 6: what a control was in a run, so that a later change of its severity or title does not rewrite the past. A row holds from
// its run on until the control's next row; of runs before the first row nothing is known.
constexpr std::string_view controls_as_they_were = R"(
CREATE TABLE control_was(control INTEGER NOT NULL, run INTEGER NOT NULL, severity INTEGER NOT NULL, title TEXT NOT NULL,
  PRIMARY KEY(control, run)) WITHOUT ROWID;
)";

constexpr std::string_view steps_in_order[] = {facts, history, notes, periods, appended, controls_as_they_were};

Result<int64_t> pragma(Db& db, std::string_view name) {
  auto value = TRY(db.value("PRAGMA " + std::string(name)));
  const auto* number = std::get_if<int64_t>(&value);
  return number ? *number : 0;
}

// The schema that all steps end in, as the first store of this process wrote it. The stores after it, one for each example or thread, are
// made of that at once: the steps alter tables, for which SQLite reads its whole schema again and again.
class Ended {
 public:
  // Empty: not known yet.
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  Status learn(Db& db) {
    std::string text;
    auto rows = TRY(db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"));
    while (TRY(rows.step())) text += std::string(rows.text(0)) + ";";
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
    return {};
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

}  // namespace

std::span<const std::string_view> schema_steps() { return steps_in_order; }

Status migrate(Db& db, std::span<const std::string_view> steps) {
  static Ended ended;
  const bool is_whole = steps.data() == std::data(steps_in_order) && steps.size() == std::size(steps_in_order);
  const auto newest = static_cast<int64_t>(steps.size());
  auto check = [&]() -> Result<int64_t> {
    const int64_t version = TRY(pragma(db, "user_version"));
    const int64_t owner = TRY(pragma(db, "application_id"));
    const auto tables = TRY(db.value("SELECT count(*) FROM sqlite_schema"));
    const bool empty = std::get<int64_t>(tables) == 0;
    if (owner != application_id && !empty)
      return fail(Code::type, "this SQLite file was not written by reeve", {db.path()}, "a store",
                  "move it away; the next run makes a new one");
    if (version > newest)
      return fail(
          Code::unsupported,
          "the store has version " + std::to_string(version) + ", this reeve knows versions up to " + std::to_string(newest),
          {db.path()}, "", "use the newer reeve that wrote it, or move it away and lose its history");
    return version;
  };
  int64_t version = TRY(check());
  if (version == newest) return {};
  TRY(db.begin());
  // Another program may have migrated it while we waited for the lock.
  auto again = check();
  Status done;
  if (!again) done = tl::unexpected(again.error());
  else {
    const bool from_nothing = is_whole && *again == 0;
    if (const std::string at_once = from_nothing ? ended.text() : ""; !at_once.empty()) {
      done = db.exec(at_once);
    } else {
      for (version = *again; done && version < newest; ++version) done = db.exec(std::string(steps[version]));
      if (done && from_nothing) done = ended.learn(db);
    }
    if (done)
      done =
          db.exec("PRAGMA application_id=" + std::to_string(application_id) + "; PRAGMA user_version=" + std::to_string(newest));
    if (done) done = db.commit();
  }
  if (!done) db.rollback();
  return done;
}

// For the views of one type, and joins of them by account; with `born` counting a type's rows reads no row.
Status make_fact_indices(Db& db) { return db.exec("CREATE INDEX IF NOT EXISTS resource_place ON resource(type, account, born);"); }

Status make_join_indices(Db& db) {
  return db.exec(
      "CREATE INDEX IF NOT EXISTS resource_uid ON resource(uid);"
      "CREATE INDEX IF NOT EXISTS edge_target ON edge(target);");
}

Status make_all_indices(Db& db) {
  const auto there = TRY(db.value("SELECT count(*) FROM sqlite_schema WHERE type='index' AND name IN ('resource_place','finding_id','finding_place','finding_unit')"));
  if (std::get<int64_t>(there) == 4) return {};
  TRY(db.begin());
  auto done = make_fact_indices(db);
  if (done) done = make_finding_indices(db);
  if (done) done = db.commit();
  if (!done) db.rollback();
  return done;
}

Status drop_fact_indices(Db& db) {
  return db.exec("DROP INDEX IF EXISTS resource_uid; DROP INDEX IF EXISTS edge_target;");
}

Status make_report_index(Db& db) { return db.exec("CREATE INDEX IF NOT EXISTS finding_place ON finding(control, uid)"); }

Status make_finding_indices(Db& db) {
  TRY(make_report_index(db));
  return db.exec(
      "CREATE UNIQUE INDEX IF NOT EXISTS finding_id ON finding(id);"
      "CREATE INDEX IF NOT EXISTS finding_unit ON finding(unit);");
}

Status drop_finding_indices(Db& db) {
  return db.exec("DROP INDEX IF EXISTS finding_id; DROP INDEX IF EXISTS finding_unit;");
}

}  // namespace reeve::store
