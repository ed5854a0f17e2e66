// The commands: the table that everything about the command line comes from, and the function behind each row.
//
// A command is added by its row in commands.cc and its `run_…` here. It gets what was asked for and where to write, and gives the exit
// status of design §9.
#pragma once

#include "cli/io.h"
#include "cli/options.h"

namespace reeve {

const Program& reeve_program();

// Exit statuses; when several hold, the largest wins, for an incomplete answer must not look complete.
constexpr int exit_done = 0, exit_results = 1, exit_usage = 2, exit_input = 3, exit_internal = 4;

// The workspace that holds for a command: the one named, else the nearest upward, else none (empty).
std::string workspace_of(const Options& options);
std::string workspace_flag(const Options& options);  // ` --workspace DIR` if it was given: for the command that comes next

int run_assess(const Options& options, Io& io);
int run_check(const Options& options, Io& io);
int run_check_test(const Options& options, Io& io);
int run_check_explain(const Options& options, Io& io);
int run_check_rulegen(const Options& options, Io& io);

int run_collect(const Options& options, Io& io);
int run_explain(const Options& options, Io& io);
int run_init(const Options& options, Io& io);
int run_attest(const Options& options, Io& io);
int run_history(const Options& options, Io& io);
int run_import(const Options& options, Io& io);
int run_content_list(const Options& options, Io& io);
int run_content_calls(const Options& options, Io& io);
int run_content_coverage(const Options& options, Io& io);
int run_content_test(const Options& options, Io& io);
int run_snapshot_pack(const Options& options, Io& io);
int run_version(const Options& options, Io& io);
int run_help(const Options& options, Io& io);

// The whole program but for the streams: `words` are the arguments behind the program's name.
int run_reeve(const Program& program, const std::vector<std::string>& words, Io& io);

}  // namespace reeve
