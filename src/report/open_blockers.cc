#include "report/open_blockers.h"

#include <algorithm>

#include "report/redaction.h"

namespace reeve {

Result<OpenBlockers> open_blockers(Assessment& a, const Redaction* redaction) {
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
        auto status = blocker.status == Verdict::fail ? store::FindingStatus::fail : store::FindingStatus::unknown;
        TRY(a.store->sample_findings(blocker.control, status, 1, [&](const store::StoredFinding& finding) -> Status {
          row.uid = redaction ? redaction->uid(finding.uid) : finding.uid;
          row.account = redaction ? redaction->account(finding.account) : finding.account;
          row.region = finding.region;
          return {};
        }));
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
