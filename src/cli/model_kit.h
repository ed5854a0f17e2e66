// What the commands of `reeve model` that look at an estate share: the workspace's model, and a run to hold it against.
#pragma once

#include <memory>
#include <string>

#include "assess/assess.h"
#include "cli/commands.h"
#include "model/model.h"
#include "report/redaction.h"

namespace reeve {

constexpr int wide = 120;  // columns of a terminal from which on both what a threat is called by and its title have room

// Whether the folder of `--workspace` is there. If not that is told: who only looks at a workspace makes none, least of all by a slip of the pen.
bool has_workspace_folder(const Options& options, Io& io);

// Assesses the sources named, or the workspace's, as `reeve assess` does: the run is kept in the workspace if there is one, but for what-ifs (--dry-run, a
// moment of one's own by --as-of), which later runs would be held against. What it complains of is told. Null with the exit status in `status`.
// `gates`: acceptances, reviews and due dates end by the clock where no --as-of says the day, however old the facts are: a gate is asked today.
std::unique_ptr<Assessment> assess_for_model(const Options& options, Io& io, int& status, bool gates = false);
// ` (acceptances, reviews and due dates as of DAY)` where that is another day than that of the facts.
std::string day_told(const Assessment& assessment);

// With --redact: pseudonyms for what the run names, put into it; to be asked when all that is reckoned is. Null without, or, told, if there are none: `status` is then
// that of an error. Messages go to whoever runs this and name what they are about.
std::unique_ptr<Redaction> redaction_for(const Options& options, Assessment& assessment, Io& io, int& status);

// The model of that file; an empty one if the file is not there. Null: it does not hold, which was told.
std::unique_ptr<model::Model> read_kept_model(const std::string& path, Io& io);

}  // namespace reeve
