// DetectRun: objects of logs in, alerts out. Threads by object; state that survives; an account of every object.
//
// Alerts come in the order of the objects (their names) and within one in the order of its events, those of correlations behind them by
// time: the same input gives the same output, however many threads read it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "detect/alert.h"
#include "detect/alert_json.h"
#include "detect/correlator.h"
#include "detect/matcher.h"
#include "detect/source.h"
#include "detect/suppress.h"
#include "logs/reader.h"
#include "store/sqlite.h"

namespace reeve {

struct DetectOptions {
  std::vector<std::string> paths;     // files, folders, `-`
  std::shared_ptr<ObjectSource> source;  // in place of `paths`, if there is one; it outlives the run
  std::string rules_digest;           // kept with the state
  Silencer* silencer = nullptr;       // suppressions; null: none. Hits of silenced events take part in correlations all the same
  std::vector<std::vector<FieldPath>> same_by;  // by rule: alerts that agree in these fields are about the same; empty: none does
  std::vector<FieldPath> entity_by;   // by rule: what names who or what is at risk; an empty name: the rule says nothing
  std::string state;                  // a SQLite file: objects done, correlations open, alerts told; empty: nothing is kept
  int64_t lateness_ms = 15 * 60'000;  // of a run that follows; a run over whole files sorts everything
  size_t workers = 1;
  bool exact_audit = false;           // duplicate members are counted at any depth
  bool follow = false;                // go on looking for new objects until stopped
  bool newest = false;                // find out the newest event's time, which a run that follows does anyway
  bool live = false;                  // somebody waits for each alert: none is held back until there are more
};

struct DetectTotals {
  uint64_t objects = 0, events = 0, refused = 0, alerts = 0, late = 0, parameters_omitted = 0;
  uint64_t skipped = 0;   // objects that an earlier run with the same state has read
  uint64_t ignored = 0;   // files met in a folder that are no logs
  uint64_t suppressed = 0;  // alerts that a suppression silenced
  uint64_t repeated = 0;  // alerts told before, by this run or an earlier one
  uint64_t bytes = 0;     // of the objects, as they lie there
  uint64_t state_bytes = 0;
  int64_t newest_ms = 0;  // of the events of a run that follows; 0: of none
  bool rules_changed = false;  // the state was made with other rules, which is no reason to read objects again
};

// What keeps tables of its own beside the state, in its transactions: what is there of an alert is there if and only if the state knows that it was
// told. Called by the run's threads, one call at a time.
class BesideState {
 public:
  virtual ~BesideState() = default;
  virtual Status open(store::Db& db) = 0;                     // once, in a transaction
  virtual Status told(store::Db& db, const Alert& alert) = 0;  // each alert that is told
  virtual Status before_commit(store::Db& db) = 0;
  virtual void committed() = 0;
};

struct DetectSinks {
  std::function<void(const Alert&)> alert;        // each id once in a run; one call at a time, as those behind it but `write`
  // Instead of `alert`, and much quicker: what an alert is in the output, written by any thread while its event lies there; and what was so
  // written of an alert that is to be told.
  std::function<void(Lines& out, const AlertShown&)> write;
  std::function<void(const std::vector<uint32_t>& rules, std::string_view text)> written;  // of several alerts, one behind the other, and their rules
  std::function<void(const ObjectAudit&)> object; // each object once, when it has been read
  std::function<void(Error)> problem;
  std::function<Status()> flush;                  // what was told must be out before the state says so; may be empty
  std::function<void(const DetectTotals&)> progress;  // now and then; may be empty
  std::function<void(const DetectTotals&)> checkpoint;  // when the state has been written, how large it is too; may be empty
  BesideState* beside = nullptr;                  // of a run with a state and `alert`; null: nothing
};

// Ends when all is read (or `stop` says so, looked at between objects). An object done in an earlier run with the same state is not read again.
// Without a state a run that is stopped tells the correlations of what it has read; with one they stay open for the next run.
Result<DetectTotals> run_detections(const RuleSet& rules, const DetectOptions& options, const DetectSinks& sinks,
                                    const std::function<bool()>& stop);

}  // namespace reeve
