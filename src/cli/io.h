// Io: where a command writes. Results go to standard output, everything else to standard error, and a disk that is full is noticed.
#pragma once

#include <cstdio>
#include <string_view>

#include "base/result.h"
#include "cli/terminal.h"

namespace reeve {

struct Io {
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  Terminal terminal;        // of `out`
  Terminal error_terminal;  // of `err`
  bool quiet = false;       // --quiet: results and errors only

  void print(std::string_view text);  // a result
  void say(std::string_view text);    // a hint, a warning or progress: nothing under --quiet
  // One line on `err`: `PATH:LINE:COLUMN: what; expected …; hint` if there is a place, else `error  what; …`.
  void error(const Error& error);
  // To be called once at the end: whether all results got through.
  Status finish();
};

}  // namespace reeve
