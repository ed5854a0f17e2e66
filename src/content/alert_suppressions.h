// Suppressions: alerts that are known to be harmless, silenced for a while by somebody (`alert-suppressions/*.yaml` of a workspace).
//
//   - rule: root-user-used                  # id of a rule, or of a detection of Reeve's own
//     when: {sourceIPAddress: 192.0.2.*}    # fields of the event, all of which must hold
//     owner: platform
//     reason: Recovery drill of January, announced in OPS-123.
//     expires: 2027-02-01
//
// Read as strictly as the rest of a workspace: what does not hold is left out and named, and then silences nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace reeve {

struct AlertSuppression {
  std::string rule;
  std::vector<std::pair<std::string, std::vector<std::string>>> when;  // field → values, one of which stands there; `*` and `?` as in patterns
  std::string owner, reason;
  Time expires;  // of events before this
  Place at;
};

// In order of file and place. A workspace without the folder has none.
std::vector<AlertSuppression> load_suppressions(const std::string& workspace_dir, std::vector<Error>& errors);

}  // namespace reeve
