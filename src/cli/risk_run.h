// What `reeve model risk` and `reeve model register` look at: a run, the workspace's model, the threats as they stand, and what they may cost.
#pragma once

#include <memory>
#include <optional>

#include "assess/assess.h"
#include "cli/commands.h"
#include "content/risk_scale.h"
#include "threats/quantify.h"

namespace reeve {

struct RiskRun {
  std::unique_ptr<Assessment> assessment;
  std::unique_ptr<model::Model> model;  // an empty one if the workspace keeps none
  Threats known;
  RiskScale scale;
  threats::State state;   // borrows from the above
  threats::Money money;
  int status = exit_done;
};

// Null, with the exit status in `status`, if there is nothing to say; what does not hold is told, and is in RiskRun::status.
std::unique_ptr<RiskRun> risk_run(const Options& options, Io& io, bool levers, int& status);

// Money as people read it: whole, or in the powers of ten of what no purse holds.
std::string money_text(double amount);

}  // namespace reeve
