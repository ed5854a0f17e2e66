// What the commands of `reeve detect` share: the rules that judge, with what is known of them beyond Sigma, and spans of time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "content/detections.h"
#include "detect/field.h"
#include "detect/rules.h"

namespace reeve {

// 90s, 15m, 1h, 2d: as a correlation's timespan is written. In milliseconds, at most a year.
std::optional<int64_t> span_ms(std::string_view text);
// Of an option that has such a value; says on `io` what is wrong with it. `otherwise`: it was not given.
std::optional<int64_t> span_of(const Options& options, const char* flag, int64_t otherwise, Io& io);

// No event is later, in milliseconds since 1970: a day is left to clocks that are ahead. What counts back from the newest event or alert
// counts from the newest of those before, or one of 9999 would leave nothing.
int64_t latest_event_ms();

// How rules are read here: --strict-scalar, the workspace's placeholders, what log sources mean.
RuleOptions rule_options(const Options& options, std::vector<Error>& errors);
// Reeve's own detections, laid over by --content and the workspace's.
Detections own_detections(const Options& options);

// What judges: the rules of --rules, else Reeve's own.
struct Judging {
  RuleSet rules;
  std::vector<std::pair<std::string, std::string>> names;  // of detections: folder, rule id
  std::vector<std::vector<FieldPath>> same_by;             // by rule
  std::vector<FieldPath> entity_by;                        // by rule
  std::vector<Error> errors;                               // folders of detections and placeholders that do not hold
  std::string digest;                                      // of all that decides what is an alert
};
Judging judging_of(const Options& options);

}  // namespace reeve
