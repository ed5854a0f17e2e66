// History for machines: the `history` of an assessment, and what `reeve history --format json` prints (docs/formats/history.md).
#pragma once

#include <string>

#include "assess/history.h"
#include "formats/json.h"

namespace reeve {

void write_history_part(JsonWriter& json, const HistoryPart& part);  // one object
std::string trend_json(const std::vector<TrendPoint>& runs);
std::string period_json(const PeriodReport& report);
// The findings come one by one, as state_at gives them.
class StateJson {
 public:
  void add(const OpenAt& finding);
  std::string text(const StateAt& state);

 private:
  std::string findings_;
  bool first_ = true;
};
std::string difference_json(const RunDifference& difference);

}  // namespace reeve
