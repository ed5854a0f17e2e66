// What people see of a collection: one line that is rewritten while it goes on (a line each ten seconds where nobody looks), and at the end
// what was read, what was not and why, and the command that comes next (ux.md §2).
#pragma once

#include <chrono>
#include <string>

#include "cli/io.h"
#include "collect/collect.h"

namespace reeve {

// How much of what changed was asked again: `2 resources and all of 1 type`.
std::string asked_again_text(const ChangesRead& changes);

class CollectText {
 public:
  explicit CollectText(Io& io) : io_(io), begun_(std::chrono::steady_clock::now()), said_(begun_) {}
  void progress(const CollectProgress& progress);  // from any one thread at a time
  void end_progress();
  void summary(const CollectSummary& summary, const std::string& folder);

 private:
  void gaps(const CollectSummary& summary, const std::string& folder);

  Io& io_;
  std::chrono::steady_clock::time_point begun_, said_;
  bool line_ = false;  // one stands on the terminal
};

}  // namespace reeve
