// Roadmap: what to do, in which order, and how far each step brings the estate.
//
//   counts of each control → steps → order (phase, then risk removed for effort, nothing before what it needs) → where one stands after each
//
// A step is one control that fails or is not known. Its points are the risk it removes (severity weight × failing resources × exposure,
// design §10.15): only fails count. What is not known counts nothing there; where steps are put in order it counts as much of a fail as
// there are fails among what was judged. Where the estate stands after a step is computed by the rules that computed where it stands now, with the
// controls of this step and of all before it set to pass: a promise about those controls, not about what reading them will show.
// docs/decisions/2026-11-28-roadmap.md says why it is so. Pure; nothing here knows files or the store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"
#include "findings/level.h"

namespace reeve {

// What a step asks for: mend what fails, read what was not read, attest what no API knows, find out what a reading did not tell. What
// a part of Reeve judges that has not run is no step of anybody's: it stands behind all others and takes no effort.
enum class StepKind : uint8_t { mend, read, attest, find_out, later };
std::string_view name(StepKind kind);

struct RoadmapItem {
  int rank = 0;   // from 1, in the order in which to do them
  int phase = 1;  // in which to do it: the control's own, or an earlier one if a step of that one needs this
  StepKind kind = StepKind::mend;
  std::string control, title, effort, owner, fix, practice;
  std::string person;  // who the workspace says the owner is; may be empty
  Severity severity = Severity::medium;
  uint64_t resources = 0;  // failing
  uint64_t unknown = 0;    // not known
  uint64_t applicable = 0; // of how many
  std::vector<std::string> first_resources;  // uids, at most three: of those that fail, else of those not known
  std::vector<std::string> reads;            // calls to make or permit, each once in the whole roadmap; a later step names it in shared_reads
  std::vector<std::string> shared_reads;     // calls that an earlier step already makes
  std::vector<std::string> causes;           // of what is not known and no call tells, in words
  std::vector<std::string> parts;            // kind `later`: the parts of Reeve that will judge it
  std::vector<std::string> after;            // controls of steps that come before because this one needs them
  double points = 0;                         // risk removed
  double points_in_doubt = 0;                // what may come to light: severity weight × unknown resources × exposure
  int64_t effort_minutes = 0;                // for all of it
  bool quick_win = false;

  // When done in order, this step and all before it.
  double points_so_far = 0, share_so_far = 0;  // share of all points, 0–1
  int64_t minutes_so_far = 0;
  int level = 0, practice_level = 0;           // the organization's, and that of this step's practice
  std::optional<double> score, practice_score;
};

struct RoadmapPhase {
  int phase = 1;
  uint64_t controls = 0, passing = 0;  // of this phase that apply to anything; done so far
  uint64_t steps = 0, quick_wins = 0;
  double points = 0, points_removed = 0;  // still to remove; severity weight × what passes already
  int64_t effort_minutes = 0;
  int level = 0;  // when the phase and those before it are done
  std::optional<double> score;
};

struct RoadmapSummary {
  std::vector<RoadmapPhase> phases;  // 1–4
  double points = 0;                 // of all steps
  double unknown_share = 0;          // of a fail that an unknown counts in the order
  int64_t effort_minutes = 0;
  uint64_t steps = 0, quick_wins = 0;
  uint64_t unknown_steps = 0;  // of the steps, those that close something unknown: where one stands then is the best case
  uint64_t later = 0;  // controls that later parts judge, in no step's count
  int level = 0;       // when all of it is done
  std::optional<double> score;
  std::vector<std::string> held;  // practices that stay below level 4 even then: nothing at some level of theirs applies, all is excepted, or judged later
};

inline constexpr std::string_view roadmap_rule =
    "by phase, then by points for effort together with what must come before; points: severity weight × failing resources; "
    "an unknown counts in the order as the share of fails among what was judged, and nothing in the points; a call costs 15 min once";
inline constexpr std::string_view quick_win_rule = "mends all that fails in at most 1 h, removes at least 4 points, waits for no other step";

// One control as the roadmap sees it.
struct RoadmapInput {
  const Control* control = nullptr;
  VerdictCounts counts;
  std::vector<std::string> resources;  // the first uids that fail, else are unknown
  std::vector<std::string> causes;     // why resources are unknown, the most frequent first
  std::vector<std::string> parts;      // of Reeve that judge it and have not run
};

// How a control stands to the level rule and the score.
Standing standing_of(const Control& control, const VerdictCounts& counts);

// `practices`: the slugs that the organization's level is the lowest of. `owners`: role → person.
std::vector<RoadmapItem> make_roadmap(const std::vector<RoadmapInput>& controls, const std::vector<std::string>& practices,
                                      const std::map<std::string, std::string>& owners, RoadmapSummary& summary);

}  // namespace reeve
