// The standing challenges (content/challenges): each a saved view over rows that are there already, its controls and a few figures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/responsibility.h"
#include "findings/level.h"

namespace reeve {

struct ChallengeFigureResult {
  std::string name;
  std::optional<double> value;  // nothing: the view tells none
};

struct ChallengeResult {
  const Challenge* challenge = nullptr;
  VerdictCounts verdicts;
  Verdict status = Verdict::not_applicable;  // the worst of its controls
  std::optional<double> score;               // of its controls alone
  std::vector<size_t> controls;              // indexes into Assessment::controls
  std::vector<size_t> steps;                 // indexes into Assessment::roadmap: what to do about it, in order
  std::vector<ChallengeFigureResult> figures;
};

}  // namespace reeve
