// The commands of `reeve model`: their rows of the table in commands.cc. Each is run in a file of its own, run_model….cc.
#pragma once

#include "cli/commands.h"

namespace reeve {

std::vector<Command> model_commands();

int run_model_import(const Options& options, Io& io);
int run_model_export(const Options& options, Io& io);
int run_model_derive(const Options& options, Io& io);
int run_model_report(const Options& options, Io& io);
int run_model_merge(const Options& options, Io& io);
int run_model_status(const Options& options, Io& io);
int run_model_risk(const Options& options, Io& io);
int run_model_estate_risk(const Options& options, Io& io);  // the same without scenarios
int run_model_register(const Options& options, Io& io);

// Where a workspace keeps its threat model.
std::string model_path(const Options& options);
// What `model derive` made the last time, beside it: what a person changed since is the difference.
std::string derived_path(const Options& options);

}  // namespace reeve
