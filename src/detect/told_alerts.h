// ToldAlert: an alert as a line of NDJSON tells it (docs/detect.md), read again by what comes after detection: incidents, `reeve assess`.
//
// A line that is no alert is named by file and line and left out, the rest is read; lines of `--audit` are passed over.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "detect/rules.h"

namespace reeve {

struct ToldAlert {
  std::string id, rule_id, title;
  RuleLevel level = RuleLevel::informational;
  std::vector<std::string> tags;
  std::string event_id, principal, account, region, source_ip, invoked_by;
  int64_t time_ms = 0;
  std::string event_source, event_name;
  std::vector<std::string> resources;         // ARNs
  std::pair<std::string, std::string> entity; // what the detection says is at risk: field and value
  uint64_t count = 1;                         // events
  std::string outcome;                        // `true` (an attack), `false` (harmless), said by who looked into it; empty: nobody has
  Place at;
};

// `text`: the whole file. Alerts in the order of the lines, also those that stand there twice.
void read_alerts(std::string_view text, const std::string& path, const std::function<void(ToldAlert)>& alert, const std::function<void(Error)>& refused);

}  // namespace reeve
