// Silencer: suppressions of a workspace against alerts. An event at or after a suppression's expiry is told again, whatever day it is: the same
// logs give the same alerts on any day.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "content/alert_suppressions.h"
#include "detect/alert.h"
#include "detect/field.h"

namespace reeve {

class Silencer {
 public:
  // `names`: further names of rules, by rule id (a detection's folder). What names no rule goes to `errors`.
  Silencer(const RuleSet& rules, std::vector<AlertSuppression> suppressions, const std::vector<std::pair<std::string, std::string>>& names, std::vector<Error>& errors);

  bool empty() const { return of_.empty(); }
  // Whether an alert of this rule over this event is silenced. Any thread may ask.
  bool silences(uint32_t rule, const LogEvent& event, int64_t time_ms);
  // Of a correlation: by what its events share, under the names in `group-by`.
  bool silences(const Alert& alert);

  // Suppressions that have expired before an event which they would have silenced, as Errors that name place, owner and day.
  std::vector<Error> expired() const;

 private:
  struct One {
    AlertSuppression what;
    std::vector<FieldPath> fields;
    uint64_t too_late = 0;
  };
  bool decided(One& one, int64_t time_ms);
  std::vector<std::vector<uint32_t>> of_;  // by rule: indices in `all_`
  std::vector<One> all_;
  mutable std::mutex mutex_;  // of the counts
};

}  // namespace reeve
