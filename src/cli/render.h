// What the table of commands looks like to a person, a pager and a shell. Same table, same bytes.
#pragma once

#include <string>

#include "cli/options.h"
#include "cli/terminal.h"

namespace reeve {

// What `reeve` alone prints: ten lines, the way in.
std::string first_words(const Program& program, const Terminal& terminal);
std::string overview(const Program& program, const Terminal& terminal);
std::string group_help(const Program& program, const std::string& group, const Terminal& terminal);
std::string command_help(const Program& program, const Command& command, const Terminal& terminal);
std::string man_page(const Program& program);         // man(7) macros, for `man -l` and packages
std::string bash_completion(const Program& program);  // to be sourced
std::string zsh_completion(const Program& program);   // to be sourced, or put on fpath as _reeve

}  // namespace reeve
