// The store: the record of what was judged, when, and what changed since.
//
// One SQLite file, `<workspace>/.reeve/store.db`, or a temporary one when there is no workspace. A run is one transaction: a
// program killed at any moment leaves the previous run as it was. The store lends history, never facts (design §10.2): what the
// public views show is this run's input and nothing else; rows of inputs not named in this run wait unseen until they are named
// again.
//
// Inputs come in *units*: what was read of one account, or one template file. A unit whose digest has not changed is kept with
// all its rows and verdicts; any other is replaced whole. When the content (controls, mappings) changed, nothing is kept.
//
//   auto store = TRY(Store::open(workspace));
//   auto run = TRY(store->begin_run({as_of, content_digest, sources}));
//   for each unit:
//     if (auto old = TRY(run->unit_state(key)); old && old->digest == digest) { TRY(run->keep_unit(key)); continue; }
//     TRY(run->begin_unit(key, digest));
//     add_source …, add_resource …, add_edge …, add_read …, add_finding …, set_counts …
//     TRY(run->end_unit());
//   TRY(run->end_load());                     // indices; after this the views can be made (views.h) and SQL controls run
//   TRY(run->begin_control("some-sql-control"));  add_finding(unit, …) …, set_counts(unit, …) …
//   TRY(run->finish(decide));                 // old findings that did not come again: passed, gone, or not re-judged
//   … read counts and findings, make the summary …
//   TRY(run->commit(summary_json));
//
// The tables are private (docs/formats/store.md says what they hold); the public schema is the views.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/sqlite.h"

namespace reeve::store {

// The state of a finding. The first three are open; a finding is closed by a pass, by its resource's proven end, or because the
// control no longer applies to the resource.
enum class FindingStatus : uint8_t { fail, unknown, excepted, pass, deleted, not_applicable };
std::string_view name(FindingStatus status);
inline bool is_open(FindingStatus status) { return status <= FindingStatus::excepted; }

enum class ReadStatus : uint8_t { ok, denied, absent, error };
std::string_view name(ReadStatus status);

struct Counts {
  uint64_t pass = 0, fail = 0, unknown = 0, excepted = 0, not_applicable = 0;
  bool operator==(const Counts&) const = default;
  Counts& operator+=(const Counts& other);
};

// Which resources of a unit pass a control, by ordinal (the order in which add_resource was called).
class Bitmap {
 public:
  void set(uint32_t ordinal);
  bool test(uint32_t ordinal) const;
  uint64_t count() const;
  std::string_view bytes() const { return bytes_; }
  static Bitmap from(std::string_view bytes);

 private:
  std::string bytes_;
};

// Everything below borrows: strings need to live only until the call returns. JSON texts are objects; empty means `{}`.
struct SourceRow {
  std::string_view file;        // as shown to people
  std::string_view operation;   // `service:Operation`, or empty
  Time time;
  std::string_view time_basis;  // empty if the time is the reply's own, else `file` or `unknown`
  uint64_t bytes = 0;
};

struct ResourceRow {
  std::string_view uid;      // design §10.2
  std::string_view type;     // CloudFormation type
  std::string_view account;  // empty for templates
  std::string_view region;   // empty for global types
  std::string_view id;       // native or logical id
  std::string_view name;
  std::string_view tags_json;     // map
  std::string_view columns_json;  // declared column → value; unknown and absent columns left out
  std::string_view unknown_json;  // column → reason
  std::string_view origins_json;  // column → [source number, JSON path]
  bool born = true;               // false: a template's, not yet deployed
};

struct EdgeRow {
  uint32_t source = 0;           // ordinal of the resource in this unit
  std::string_view kind;
  std::string_view target;       // uid, ARN or native id, as written
  std::string_view target_type;  // may be empty if not known
};

struct ReadRow {
  std::string_view account, region, operation;
  std::string_view parameter;  // the resource asked for, or empty
  ReadStatus status = ReadStatus::ok;
  std::string_view error;
  Time time;
  uint32_t source = 0;  // number given by add_source; 0 if there is no file (a call that was never made)
};

struct FindingRow {
  std::string_view id;       // findings/finding.h makes it from control and uid
  std::string_view control;
  std::string_view uid, type, account, region;  // of the resource
  FindingStatus status = FindingStatus::fail;   // fail, unknown or excepted
  std::string_view reason;
  std::string_view evidence_json;  // an array
};

// A finding as the store remembers it.
struct StoredFinding {
  std::string id, control, uid, type, account, region, unit;
  FindingStatus status = FindingStatus::fail;
  std::string reason, evidence_json;
  Time first_seen;   // when it was first opened, ever
  Time opened;       // when this opening began
  Time changed_at;   // when its status last changed
  Time closed_at;    // 0 while open
  uint32_t openings = 1;
  int64_t judged_run = 0;     // the last run that judged it
  bool not_rejudged = false;  // stands as it was: this run did not read what it needs, or did not name its unit
};

// A previously open finding of this run's units that was not added again. Borrowed.
struct OpenFinding {
  std::string_view id, control, uid, type, account, region, unit;
  FindingStatus status = FindingStatus::fail;
  bool resource_seen = false;  // a resource of that uid is in this run's input
};
enum class Decision : uint8_t { closed_pass, closed_deleted, closed_not_applicable, not_rejudged };
using Decide = std::function<Decision(const OpenFinding&)>;

struct Transition {
  int64_t run = 0;
  Time time;         // the run's as-of
  std::string from;  // empty: first opening
  std::string to;
  std::string why;
};

struct RunInfo {
  Time as_of;
  std::string content_digest;
  std::vector<std::string> sources;  // as named by the user
};

struct RunChanges {
  uint64_t opened = 0, reopened = 0, changed = 0;  // changed: from one open status to another
  uint64_t closed = 0, not_rejudged = 0;
  uint64_t units = 0, units_kept = 0, resources = 0;
};

struct RunRow {
  int64_t id = 0;
  Time as_of;
  std::string content_digest;
  std::vector<std::string> sources;
  RunChanges changes;
  std::string summary_json;  // what commit was given
};

struct UnitState {
  std::string digest;
};

struct UnitRow {
  int64_t id = 0;
  std::string key, digest;
  bool kept = false;        // its rows come from an earlier run
  uint64_t resources = 0;
};

class Store;

// One run being written. Destroyed without `commit`, or after any error, the store is as before the run.
class RunWriter {
 public:
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  int64_t id() const;
  // For a run begun without an as-of because only its input tells it (the newest time stated by a reply): sets it, before
  // `finish`.
  Status set_as_of(Time as_of);

  // What an earlier run with the same content left of this unit; none if it must be read and judged anew.
  Result<std::optional<UnitState>> unit_state(std::string_view key);
  Result<int64_t> keep_unit(std::string_view key);  // unchanged; gives the unit's id
  Result<int64_t> begin_unit(std::string_view key, std::string_view digest);
  // The unit is known to be gone (a deleted template file): its rows are dropped and its open findings come to `decide`.
  Status drop_unit(std::string_view key);

  // Inside begin_unit … end_unit:
  Result<uint32_t> add_source(const SourceRow& row);      // its number in the unit, from 1
  Result<uint32_t> add_resource(const ResourceRow& row);  // its ordinal in the unit, from 0
  Status add_edge(const EdgeRow& row);
  Status add_read(const ReadRow& row);
  // What reading the unit complained of (a problem) or remarked; a kept unit says it again.
  Status add_note(const Error& error, bool problem);
  Status end_unit();

  // For the unit begun, or any unit of this run by its id. A finding added twice keeps the worse status.
  Status add_finding(const FindingRow& row) { return add_finding(current_unit(), row); }
  Status add_finding(int64_t unit, const FindingRow& row);
  Status set_counts(std::string_view control, const Counts& counts, const Bitmap& passes) {
    return set_counts(current_unit(), control, counts, passes);
  }
  Status set_counts(int64_t unit, std::string_view control, const Counts& counts, const Bitmap& passes);

  Status end_load();
  // The control is judged anew over all units of the run, kept ones too: its counts are dropped, its findings must come again.
  Status begin_control(std::string_view control);

  Result<RunChanges> finish(const Decide& decide);
  Status commit(std::string_view summary_json = "{}");

 private:
  friend class Store;
  struct State;
  explicit RunWriter(std::unique_ptr<State> state);
  int64_t current_unit() const;
  std::unique_ptr<State> state_;
};

struct FindingFilter {
  std::string control;            // empty: all
  bool other_units = false;       // also open findings of units that this run did not name (all marked not re-judged)
  bool closed = false;            // also closed ones
};

class Store {
 public:
  // `workspace` is the folder holding reeve.yaml; `.reeve/` is made in it.
  static Result<std::unique_ptr<Store>> open(const std::string& workspace);
  static Result<std::unique_ptr<Store>> open_file(const std::string& path);
  static Result<std::unique_ptr<Store>> temporary();
  // A temporary one that begins with what the workspace's holds: what is asked of it is judged by the record, and leaves none there.
  // Of a workspace without a store nothing is known, and none is made.
  static Result<std::unique_ptr<Store>> copy_of(const std::string& workspace);
  ~Store();

  Db& db() { return *db_; }
  // Indices for looking up by uid and joining by it or by an edge's target, if they are not there: the first load goes without.
  Status index_joins();
  bool is_temporary() const { return temporary_; }
  Result<std::unique_ptr<RunWriter>> begin_run(const RunInfo& info);

  // Readers: of the run being written, else of the last one committed. Order is always defined.
  Status findings(const FindingFilter& filter, const std::function<Status(StoredFinding&&)>& each);  // by control, uid
  // Open findings that this run judged or kept, without their evidence, in the order in which they were written. Borrowed.
  struct BriefFinding {
    std::string_view control, account, reason;
    FindingStatus status = FindingStatus::fail;
    Time opened;
  };
  Status brief_findings(const std::function<Status(const BriefFinding&)>& each);
  // The first few of a control that stand so, by uid.
  Status sample_findings(std::string_view control, FindingStatus status, size_t count, const std::function<Status(const StoredFinding&)>& each);
  Result<std::optional<StoredFinding>> finding(std::string_view id);  // in whatever state, of any run
  Result<std::vector<Transition>> history(std::string_view id);       // oldest first
  struct ControlCounts {
    std::string control;
    Counts counts;
  };
  Result<std::vector<ControlCounts>> counts();                        // by control
  Result<std::vector<RunRow>> runs();                                 // oldest first
  Result<std::vector<UnitRow>> units();                               // of this run, by key

  struct StoredResource {
    std::string uid, type, account, region, id, name, tags_json, columns_json, unknown_json, origins_json, unit;
    uint32_t ordinal = 0;
    bool born = true;
  };
  Result<std::optional<StoredResource>> resource(std::string_view uid);
  Status resources(const std::function<Status(StoredResource&&)>& each);  // of this run, in the order in which they were written
  Result<std::optional<StoredResource>> resource_at(int64_t unit, uint32_t ordinal);  // the unit's row id, and the place in it
  // Resources that pass a control, in order of unit key and ordinal.
  Status passes(std::string_view control, const std::function<Status(const StoredResource&)>& each);
  Result<std::vector<std::string>> passing(const StoredResource& resource);  // the controls that it passes, by name

  struct StoredRead {
    std::string unit, account, region, operation, parameter, error, file, time_basis;
    ReadStatus status = ReadStatus::ok;
    Time time;
  };
  Status reads(const std::function<Status(const StoredRead&)>& each);  // by account, region, operation, parameter

  struct StoredSource {
    std::string unit, file, operation, time_basis;
    uint32_t number = 0;
    Time time;
    uint64_t bytes = 0;
  };
  // What reading this run's units complained of or remarked, of one unit in the order in which it was said.
  Result<std::vector<Error>> notes(std::string_view unit_key, bool problems);
  Status sources(const std::function<Status(const StoredSource&)>& each);  // by unit key, number
  Result<std::optional<StoredSource>> source(std::string_view unit_key, uint32_t number);

 private:
  Store() = default;
  static Result<std::unique_ptr<Store>> prepare(std::unique_ptr<Db> db, bool temporary);
  std::unique_ptr<Db> db_;
  bool temporary_ = false;
  bool joins_indexed_ = false;  // also found out by asking; a load drops them again
};

}  // namespace reeve::store
