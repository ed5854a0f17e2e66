// What the workspace says, held against the day and the facts: attestations, drills, exceptions. Points into the assessment's content
// and workspace.
#pragma once

#include <string>
#include <vector>

#include "content/attest.h"
#include "findings/level.h"

namespace reeve {

struct Assessment;

struct AttestedState {
  const Control* control = nullptr;
  const Attestation* said = nullptr;  // null: nobody said anything
  std::string_view state;             // contradicted, or one of WordState
  std::string why;                    // in words; empty if valid
  Time until;                         // until just before this it counts
  int64_t days_left = 0;              // at the as-of; negative: it ended so long ago
  Verdict verdict = Verdict::unknown; // of the control
};

struct DrillStanding {
  const Drill* drill = nullptr;
  const DrillRecord* last = nullptr;  // null: never
  DrillState state = DrillState::planned;
  Time due;
};

struct ExceptionStanding {
  const ResourceException* exception = nullptr;
  bool expired = false;
  int64_t days_left = 0;
  uint64_t findings = 0;  // that it excepts now, or would if it had not expired
};

struct AttestedPart {
  std::vector<AttestedState> attestations;  // every attested control: contradicted first, then expired, then by days left; missing last
  std::vector<DrillStanding> drills;        // failed, overdue, due, then by day
  std::vector<ExceptionStanding> exceptions;  // expired first, then by days left
};
// Empty without a workspace. To be called when verdicts are counted.
Result<AttestedPart> attested_part(Assessment& out);

}  // namespace reeve
