// Alerts as a source: what `reeve detect` told (NDJSON) stands beside exports and snapshots, and does two things.
//
//   It fills views that controls ask (content/views, `filled_by: reeve:detect`): alerts, root_activity, assume_root_sessions. Which
//   rules were loaded no alert tells: `detections` is another part's. Nothing says that a log was read without a gap, so log_periods stays
//   empty: what an alert shows fails, silence stays unknown.
//
//   It is evidence on the controls that its detection serves: alerts of one rule by one principal in one account are one AlertFinding, with
//   what to do. A verdict stays what the facts say: an alert tells what was done, they tell how things stand. Where they are older than
//   the alert, it says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assess/scope.h"
#include "content/content.h"
#include "detect/told_alerts.h"
#include "estate/inputs.h"
#include "store/store.h"

namespace reeve {

inline constexpr std::string_view detect_part = "reeve:detect";

// Alerts of one rule by one principal in one account.
struct AlertFinding {
  std::string id;                          // `af-` and 20 characters, from these three
  std::string rule_id, detection, title;   // detection: the folder of content/detections; empty: the rule is none of those
  bool built_in = false;                   // it is Reeve's own and no workspace changed it: what is said of it is no secret
  RuleLevel level = RuleLevel::informational;
  std::string resource, account, region;   // resource: the principal; region: of the newest alert
  uint64_t alerts = 0, events = 0;
  uint64_t judged_true = 0, judged_false = 0;  // by their outcome
  Time first_seen, last_seen;
  bool newer_than_facts = false;           // the last one came after the moment of the facts
  std::vector<std::string> alert_ids;      // the newest, at most 20
  std::vector<std::string> techniques;
  std::vector<std::string> controls;       // ids, those that its detection serves
  std::vector<std::string> triage;
  std::string source;                      // the newest one's file
  uint32_t line = 0;
};

struct AlertPart {
  bool given = false;                      // there was a file of alerts among the sources
  uint64_t alerts = 0, repeated = 0, out_of_scope = 0;
  std::vector<AlertFinding> findings;      // the gravest first, then the newest
  std::vector<ToldAlert> told;             // each id once, by time and id; emptied when they are on record
};

// Reads them. What is wrong with a line goes to `problems`.
AlertPart read_alert_inputs(const std::vector<Input>& inputs, const Content& content, const Scope& scope, std::vector<Error>& problems);
// Fills the views, which must be there. Once what `as_of` is is known.
Status record_alerts(store::Store& store, const Content& content, AlertPart& part, Time as_of);

}  // namespace reeve
