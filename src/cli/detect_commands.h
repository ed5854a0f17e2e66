// The commands of `reeve detect`: their rows of the table in commands.cc. Each is run in a file of its own, run_detect….cc.
#pragma once

#include "cli/commands.h"

namespace reeve {

std::vector<Command> detect_commands();

int run_detect(const Options& options, Io& io);
int run_detect_digests(const Options& options, Io& io);  // with --verify-digests
int run_detect_test(const Options& options, Io& io);
int run_detect_backtest(const Options& options, Io& io);  // `detect --backtest`
int run_detect_incidents(const Options& options, Io& io);
int run_detect_outbox(const Options& options, Io& io);

}  // namespace reeve
