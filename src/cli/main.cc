// The program, as a list of steps.
#ifdef REEVE_MIMALLOC
#include <mimalloc.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <exception>

#include "cli/commands.h"

using namespace reeve;

namespace {

// A long run takes and gives back the same memory file after file. Handing it to the system in between costs a fault and a zeroed page each
// time, and small pages cost misses of the address tables (docs/benchmarks.md has the figure). Where the system has no large pages to give,
// small ones serve.
void keep_memory() {
#ifdef REEVE_MIMALLOC
#if MI_MALLOC_VERSION >= 210
  mi_option_set(mi_option_purge_delay, -1);
  mi_option_enable(mi_option_allow_large_os_pages);
#else
  mi_option_disable(mi_option_allow_decommit);
  mi_option_enable(mi_option_large_os_pages);
#endif
#endif
}

}  // namespace

int main(int count, char** arguments) {
  keep_memory();

  // 1. Where to write, and what the other end can show. A --no-color among the words takes the colour away later.
  Io io;
  io.terminal = terminal_of(STDOUT_FILENO, false);
  io.error_terminal = terminal_of(STDERR_FILENO, false);
  io.interactive = isatty(STDIN_FILENO) && io.error_terminal.tty;

  // 2. Which command, with what; run it. Nothing in Reeve throws on purpose: what arrives here is memory that ran out, or our mistake.
  int status = exit_internal;
  try {
    status = run_reeve(reeve_program(), {arguments + 1, arguments + count}, io);
  } catch (const std::exception& problem) {
    io.error({Code::internal, std::string("reeve gave up: ") + problem.what(), {}, {}, {}});
  }

  // 3. Whether all of it got through: a result that did not reach its file must not look done.
  if (Status finished = io.finish(); !finished) {
    io.error(finished.error());
    status = std::max(status, exit_input);
  }
  return status;
}
