// The commands of `reeve access`: their rows of the table in commands.cc. Each is run in a file of its own, run_access_NAME.cc.
#pragma once

#include "cli/commands.h"

namespace reeve {

std::vector<Command> access_commands();

int run_access_chokepoints(const Options& options, Io& io);
int run_access_can(const Options& options, Io& io);
int run_access_cross_account(const Options& options, Io& io);
int run_access_unused(const Options& options, Io& io);
int run_access_who_can(const Options& options, Io& io);
int run_access_guardrails(const Options& options, Io& io);
int run_access_lint(const Options& options, Io& io);
int run_access_paths(const Options& options, Io& io);
int run_access_reach(const Options& options, Io& io);
int run_access_simulate(const Options& options, Io& io);
int run_access_public(const Options& options, Io& io);
int run_access_diff(const Options& options, Io& io);
int run_access_scp_impact(const Options& options, Io& io);

}  // namespace reeve
