// Io: where a command writes. Results go to standard output, everything else to standard error, and a disk that is full is noticed.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/terminal.h"

namespace reeve {

struct Io {
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  std::FILE* in = stdin;
  bool interactive = false;  // a person sits at `in` and sees `err`: questions may be asked
  Terminal terminal;        // of `out`
  Terminal error_terminal;  // of `err`
  bool quiet = false;       // --quiet: results and errors only

  void print(std::string_view text);  // a result
  void say(std::string_view text);    // a hint, a warning or progress: nothing under --quiet
  // One line on `err`: `PATH:LINE:COLUMN: what; expected …; hint` if there is a place, else `error  what; …`.
  void error(const Error& error);
  // Asks on `err` and gives the line that was typed, without its end and outer space; nothing at the end of input.
  std::optional<std::string> ask(std::string_view question);
  // To be called once at the end: whether all results got through.
  Status finish();
};

}  // namespace reeve
