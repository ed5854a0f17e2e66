// Levels and scores: from counted verdicts to the status of a control, the level of a practice and a score (design §6).
//
// Pure functions; nothing here knows files or the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings/finding.h"

namespace reeve {

enum class Severity : uint8_t { informational, low, medium, high, critical };
std::string_view name(Severity severity);
std::optional<Severity> parse_severity(std::string_view text);
// Weight in the score: 0, 1, 2, 4, 8. Informational controls say something worth knowing that nobody has to act on, so they move
// no score.
int weight(Severity severity);
inline constexpr std::string_view score_formula =
    "100 × Σ w·pass / Σ w·(pass + fail + unknown) over controls, each as shares of its resources; "
    "w: low 1, medium 2, high 4, critical 8, informational 0; excepted and not applicable left out";

// How many resources got which verdict from one control.
struct VerdictCounts {
  uint64_t pass = 0, fail = 0, unknown = 0, excepted = 0, not_applicable = 0;
  void add(Verdict verdict, uint64_t n = 1);
  uint64_t applicable() const { return pass + fail + unknown + excepted; }
  bool operator==(const VerdictCounts&) const = default;
};

// fail if any resource fails, else unknown if any is, else pass if any passes, else excepted, else not applicable.
Verdict control_status(const VerdictCounts& counts);

// One control as the level rule sees it.
struct Standing {
  std::string control;
  std::string practice;  // slug
  int level = 1;         // 1–4
  Severity severity = Severity::medium;
  VerdictCounts counts;
  bool attested = false;  // judged by an attestation alone
  Verdict status() const { return control_status(counts); }
};

// A level is reached only if it and every level below it hold at least one control that passes and none that fails or is unknown.
// Gives 0–4. `standings` are of one practice (or of whatever is to be levelled).
int level_of(const std::vector<Standing>& standings);

// The organization's level: its lowest practice's. 0 for none.
int lowest_level(const std::vector<int>& practice_levels);

struct LevelBreakdown {
  int level = 0;                // as level_of
  int level_without_attested = 0;  // the level that facts alone would give
  int passing = 0, passing_attested = 0;  // controls that pass, and those of them that stand on an attestation alone
};
LevelBreakdown level_breakdown(const std::vector<Standing>& standings);

// What keeps the next level from being reached, worst first: at the lowest level not reached, failing controls before unknown
// ones, then by weight, by number of failing or unknown resources, by id. If none fails or is unknown there, no control passes:
// then one blocker without a control says so.
struct Blocker {
  std::string control;  // empty: nothing at this level passes
  int level = 1;
  Verdict status = Verdict::fail;
  uint64_t resources = 0;  // failing, or unknown if none fails
  std::string why;         // in words
  bool operator==(const Blocker&) const = default;
};
std::vector<Blocker> blockers(const std::vector<Standing>& standings);

// 0–100, or none if no control with weight applies to anything.
std::optional<double> score(const std::vector<Standing>& standings);

// Points of risk removed by mending a control while no model of loss exists (design §10.15): severity weight × failing resources
// × exposure, exposure 1 unless something says how exposed they are.
double risk_points(Severity severity, uint64_t failing, double exposure = 1.0);

}  // namespace reeve
