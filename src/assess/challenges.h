// The standing challenges (content/challenges): each a saved view over rows that are there already, its controls and a few figures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assess/roadmap.h"
#include "content/content.h"
#include "store/store.h"

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

// `controls` and `roadmap` as they stand in the assessment, the first by id. Figures are asked of the run's views; what is wrong with
// one goes to `problems`.
Result<std::vector<ChallengeResult>> challenges_of(const Content& content, const std::vector<RoadmapInput>& controls, const std::vector<RoadmapItem>& roadmap,
                                                   store::Store& store, std::vector<Error>& problems);

}  // namespace reeve
