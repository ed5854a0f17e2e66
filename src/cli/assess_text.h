// The assessment on a terminal (ux.md §2): details first, the summary last, then one next command.
#pragma once

#include <string>

#include "assess/assess.h"
#include "cli/terminal.h"

namespace reeve {

struct AssessTextOptions {
  bool all = false;       // every row of every list
  int64_t elapsed_ms = 0; // printed with the summary if not zero
  std::string workspace;  // ` --workspace DIR` where it was given, for the command that comes next
};

// What the workspace adds: attestations, drills and exceptions that want somebody, and what other tools found. Empty without one.
std::string attested_text(Assessment& assessment, const Terminal& terminal, size_t rows_most);
std::string assess_text(Assessment& assessment, const Terminal& terminal, const AssessTextOptions& options);

}  // namespace reeve
