#include "report/open_blockers.h"

#include <algorithm>

namespace reeve {

OpenBlockers open_blockers(const Assessment& a) {
  OpenBlockers out;
  if (a.level >= 4) return out;
  for (auto& practice : a.practices) {
    if (practice.level != a.level) continue;
    for (auto& blocker : practice.blockers) {
      OpenBlocker row;
      row.blocker = &blocker;
      row.practice = &practice;
      for (auto& result : a.controls)
        if (result.control->id == blocker.control) row.result = &result;
      if (row.result) {
        constexpr uint64_t most = 10'000;  // what is to be mended so often is mended by a program
        out.minutes += row.result->control->effort_minutes * static_cast<int64_t>(std::clamp<uint64_t>(blocker.resources, 1, most));
        if (!row.result->first_resources.empty()) row.uid = row.result->first_resources.front();
      }
      out.rows.push_back(std::move(row));
    }
  }
  std::stable_sort(out.rows.begin(), out.rows.end(), [](auto& x, auto& y) {
    if (x.blocker->status != y.blocker->status) return x.blocker->status < y.blocker->status;
    int first = x.result ? weight(x.result->control->severity) : 0, second = y.result ? weight(y.result->control->severity) : 0;
    return first > second;
  });
  return out;
}

}  // namespace reeve
