// The walk: findings with the control, practice, exception and evidence they belong to, one at a time, as every machine format wants them.
//
// They stream from the store, by control and uid, so a large estate costs no memory. With a Redaction everything that comes from the
// estate is told by pseudonyms (redaction.h); what comes from Reeve's own content stays. A format that reads its findings here and
// its other texts from the Assessment needs to know nothing about redaction.
//
//   TRY(walk_findings(assessment, {.passes = true}, [&](const ReportedFinding& finding) -> Status { …; return {}; }));
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "assess/assess.h"

namespace reeve {

class Redaction;

struct ReportedFinding {
  std::string id, control_id;
  const ControlResult* result = nullptr;          // null: a control that the content no longer has
  const Control* control = nullptr;               // likewise
  const PracticeResult* practice = nullptr;       // likewise
  const ResourceException* exception = nullptr;   // set if it is excepted, and the workspace still says by whom
  std::string uid, type, account, region;
  std::string status;                             // fail, unknown, excepted, pass; of closed ones pass, deleted, not_applicable
  std::string reason;
  Time first_seen, opened, closed_at;             // first opening ever, this opening; 0: of a pass; while open
  uint32_t openings = 1;
  bool not_rejudged = false;
  bool newly_opened = false;                      // by this run, where an earlier one is known
  std::string evidence_json;                      // an array; empty: none is kept

  std::vector<Evidence> evidence() const;         // parsed
  Severity severity() const { return control ? control->severity : Severity::informational; }
  std::string title() const { return control ? control->title : control_id; }
  // Its practice's number in the edition used, else its slug; empty if not known.
  std::string practice_number() const;
};

struct FindingWalkOptions {
  std::string control;              // only of this one; empty: all
  bool passes = false;              // passes too, behind the others
  bool closed_now = false;          // those too that this run closed, in their place
  const Redaction* redaction = nullptr;
};

Status walk_findings(Assessment& assessment, const FindingWalkOptions& options, const std::function<Status(const ReportedFinding&)>& each);

// For a run in a workspace: whether an earlier one is known that something can have changed since.
Result<bool> has_earlier_run(Assessment& assessment);

}  // namespace reeve
