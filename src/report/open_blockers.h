// What keeps the organization from its next level: the blockers of every practice that stands at its lowest level, worst first, each with
// the first resource it concerns, so that a reader has a name to begin with.
#pragma once

#include <string>
#include <vector>

#include "assess/assess.h"

namespace reeve {

struct OpenBlocker {
  const Blocker* blocker = nullptr;
  const ControlResult* result = nullptr;      // null: no control of the practice passes at that level
  const PracticeResult* practice = nullptr;
  std::string uid;                            // of the first that fails, else is unknown; empty: none
};

struct OpenBlockers {
  std::vector<OpenBlocker> rows;
  int64_t minutes = 0;  // of work, for all resources
};

// Nothing at level 4.
OpenBlockers open_blockers(const Assessment& assessment);

}  // namespace reeve
