// What somebody's word is worth on a day, and how it gets into the workspace.
//
// An attestation says that a claim holds which no API can show; a drill says what was tried out, when, and when next. Both are files
// in the workspace (docs/formats/workspace.md). Facts that contradict a word are found by whoever judges.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/content.h"
#include "content/workspace.h"

namespace reeve {

// missing: nobody said anything · not_yet: given for a later day · no: it was attested not to hold · expired, too_old: it no longer
// counts · valid
enum class WordState : uint8_t { missing, not_yet, no, expired, too_old, valid };
std::string_view name(WordState state);

struct Word {
  WordState state = WordState::missing;
  const Attestation* said = nullptr;  // the newest given by that day, else the next to come
  int64_t age_days = 0;
  Time until;        // until just before this it counts
  std::string why;   // in words; empty if valid
};
// `workspace` may be null.
Word word_on(const Workspace* workspace, const Control& control, Time day);

// How a drill stands. due: within the next 30 days · overdue: its day has passed · failed: the last one did not work
enum class DrillState : uint8_t { planned, done, due, overdue, failed };
std::string_view name(DrillState state);
DrillState drill_on(const Drill& drill, Time day);
inline constexpr int64_t soon_days = 30;

// What keeps an attestation from being recorded, each said so that the person can mend it; empty: nothing.
std::vector<Error> objections(const Attestation& attestation, const Control& control);
// The latest moment at which an attestation may expire; not known if the control sets no bound.
Time latest_expiry(const Control& control, Time given);
// The file as it will stand: read_attestation reads the same back.
std::string attestation_yaml(const Attestation& attestation);
// Writes a new file in attestations/ and reads it back; a file that is there is never touched. Gives the path.
Result<std::string> write_attestation(const std::string& workspace_dir, const Attestation& attestation);

}  // namespace reeve
