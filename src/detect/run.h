// DetectRun: objects of logs in, alerts out. Threads by object; state that survives; an account of every object.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "detect/alert.h"
#include "detect/correlator.h"
#include "detect/matcher.h"
#include "logs/reader.h"

namespace reeve {

struct DetectOptions {
  std::vector<std::string> paths;     // files, folders, `-`
  std::string state;                  // a SQLite file: objects done, correlations open, alerts told; empty: nothing is kept
  int64_t lateness_ms = 15 * 60'000;  // of a run that follows; a run over whole files sorts everything
  size_t workers = 1;
  bool follow = false;                // go on looking for new objects until stopped
};

struct DetectTotals {
  uint64_t objects = 0, events = 0, refused = 0, alerts = 0, late = 0, parameters_omitted = 0;
};

struct DetectSinks {
  std::function<void(const Alert&)> alert;        // each id once in a run; one call at a time
  std::function<void(const ObjectAudit&)> object; // each object once, when it has been read
  std::function<void(Error)> problem;
};

// Ends when all is read (or `stop` says so, looked at between objects). An object done in an earlier run with the same state is not read again.
Result<DetectTotals> run_detections(const RuleSet& rules, const DetectOptions& options, const DetectSinks& sinks,
                                    const std::function<bool()>& stop);

}  // namespace reeve
