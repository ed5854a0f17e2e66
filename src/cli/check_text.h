// `reeve check` for people: what does not hold, file by file and resource by resource, each with the line it stands in and a mark under
// the value; the counts last, where they stay on the screen (ux.md §2). Without colour nothing is lost.
#pragma once

#include <memory>

#include "cli/terminal.h"
#include "report/check_output.h"

namespace reeve {

std::unique_ptr<CheckOutput> make_check_text(const Terminal& terminal, const Write& write);

}  // namespace reeve
