// Objectives, depth and frameworks: what the counted verdicts of controls say about the things that controls are for.
//
//   objectives  each one's controls folded into a status and held against its appetite: the share that may fail, the days in which
//               a fail is mended, the age that evidence may have. Three-valued: what was not seen, or cannot be told without
//               history, is unknown and never "within".
//   depth       objective × (prevent, detect, respond): how many controls stand in each layer and how many of them pass. A control's
//               operations area says its layer. A guardrail or runbook in a control's folder is an offer, not a layer: it is
//               counted apart, as ready.
//   frameworks  requirement × the controls that speak to it. One that no control speaks to is not covered, which is neither pass nor
//               fail and counts for neither.
//
// Everything is computed from `Assessment::controls`; only the days that fails have been open and the times of replies are
// asked of the store. Counts of controls are counts of indexes into `Assessment::controls`.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"
#include "findings/level.h"
#include "policy/policy.h"

namespace reeve {

struct Assessment;
class ResourceCatalogue;

// How many controls have which status.
struct ControlCounts {
  uint64_t pass = 0, fail = 0, unknown = 0, excepted = 0, not_applicable = 0;
  void add(Verdict status);
  uint64_t all() const { return pass + fail + unknown + excepted + not_applicable; }
  // As for one control: fail, else unknown, else pass, else excepted, else not applicable.
  Verdict status() const;
};

struct ObjectiveResult {
  const Objective* objective = nullptr;
  std::vector<size_t> controls;  // by id
  ControlCounts counts;
  VerdictCounts resources;       // verdicts of all its controls
  Verdict status = Verdict::not_applicable;
  Truth within_appetite = Truth::unknown;
  std::vector<std::string> why;  // not within, or not known to be: each reason in words
  uint64_t overdue = 0;          // fails open for longer than the appetite has them
  std::optional<int64_t> oldest_fail_days;  // only with history
  Time evidence_oldest;          // of the replies that its controls stand on; unknown if none says when its facts were true
  bool evidence_undated = false; // some of them do not say
  std::optional<int64_t> evidence_age_days;
  Truth evidence_fresh = Truth::unknown;
  uint64_t passing_attested = 0; // of the passing controls, those that stand on an attestation alone
};

enum class DefenceLayer : uint8_t { prevent, detect, respond };
inline constexpr size_t defence_layers = 3;
std::string_view name(DefenceLayer layer);

// works: something passes and nothing fails or is unknown; partly: something passes and something does not; none: no control of
// it applies to anything.
enum class LayerState : uint8_t { works, partly, fails, unknown, none };
std::string_view name(LayerState state);

struct DepthCell {
  std::vector<size_t> controls;
  ControlCounts counts;
  LayerState state = LayerState::none;
  std::vector<size_t> ready;  // controls of the objective whose folder has a guardrail (prevent) or a runbook (respond) to put in force
  bool stands() const { return state == LayerState::works || state == LayerState::partly; }
};

struct DepthRow {
  const Objective* objective = nullptr;
  std::array<DepthCell, defence_layers> cells;
  size_t standing = 0;    // layers in which at least one control passes
  bool single = false;    // at most one stands: if that fails, nothing is behind it
  Severity severity = Severity::informational;  // the worst of its controls
  uint64_t rank_points = 0;  // severity weight × layers that do not stand
};

struct RequirementResult {
  const Requirement* requirement = nullptr;
  std::vector<size_t> controls;
  bool covered = false;  // some control speaks to it
  Verdict status = Verdict::not_applicable;  // meaningful only if covered
};

struct FrameworkResult {
  const Framework* framework = nullptr;
  std::vector<RequirementResult> requirements;  // in the framework's order
  ControlCounts counts;      // of covered requirements, by status
  uint64_t not_covered = 0;
};

// How much of the answer rests on people's word alone.
struct AttestedShare {
  uint64_t controls = 0, of_controls = 0;  // judged by attestation; all
  uint64_t passing = 0, of_passing = 0;    // of the controls that pass
  uint64_t verdicts = 0, of_verdicts = 0;  // of what applies
};

// The moments at which replies say that their facts were true, by operation. A date that a reply merely mentions, and a file's
// time, are no such moments (docs/decisions/2026-11-24-times-of-facts.md).
class ReplyTimes {
 public:
  void see(std::string_view operation, Time time, std::string_view time_basis);

  struct Age {
    Time oldest;           // of those that say when
    bool undated = false;  // some do not
  };
  // Of the replies that a control may stand on: those its query needs, else those that tell about the types it judges.
  Age of(const Control& control, const std::vector<std::string>& types, const ResourceCatalogue& catalogue) const;

 private:
  std::map<std::string, Age, std::less<>> by_operation_;
  Age config_;  // AWS Config's files tell of many types at once
};

// Open fails: control → the moment they were first seen, in milliseconds → how many.
using OpenSince = std::map<std::string, std::map<int64_t, uint64_t>, std::less<>>;

// Fills objectives, depth (worst gap first), frameworks and attested of an assessment whose controls have been counted.
Status judge_objectives(Assessment& out, const ResourceCatalogue& catalogue, const ReplyTimes& times, const OpenSince& open);

}  // namespace reeve
