// The rows of `reeve access …` in the table of commands. Each subcommand's code is a run_access_….cc of its own.
#pragma once

#include "cli/options.h"

namespace reeve {

std::vector<Command> access_commands();

int run_access_reach(const Options& options, Io& io);

}  // namespace reeve
