// Options: every command, argument and flag, defined once as data; parser, help, man page and completions are rendered from it.
//
//   const Program& program = reeve_program();                       // the table, commands.cc
//   Result<Options> options = parse_options(program, words);        // words behind the program's name
//   options->has("--all"); options->value("--format"); options->values("--accounts"); options->arguments();
//
// Rules of the line: a flag takes `--flag VALUE` or `--flag=VALUE`, one value each time, so it never swallows what follows; a flag with
// several values is repeated or, where the table says so, takes commas. `--` ends the flags, `-` is standard input. Flags may stand
// before the command. A slip of the pen is a usage error (exit status 2) that names the nearest valid word.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace reeve {

struct Io;
class Options;

// What a value must look like; also what a shell completes.
enum class Form : uint8_t { text, choice, file, folder, time, account, region };

struct Flag {
  std::string name;   // --format
  char letter = 0;    // -q; 0: none
  std::string value;  // how the value is called in help, `FORMAT`; empty: the flag takes none
  Form form = Form::text;
  std::vector<std::string> choices;  // of Form::choice
  bool repeats = false;              // may be given more than once
  bool commas = false;               // and each time several values with commas between
  std::string help;                  // one sentence, lower case, no full stop
};

struct Argument {
  std::string name;  // SOURCE
  bool required = false;
  bool repeats = false;
  Form form = Form::text;
  std::vector<std::string> choices;
  std::string help;
};

struct Example {
  std::string line;  // reeve assess exports/
  std::string what;  // what it does
};

using Run = int (*)(const Options&, Io&);

struct Command {
  std::string name;     // `assess`, `content list`
  std::string summary;  // one line for the overview
  std::string details;  // paragraphs, separated by an empty line
  std::vector<Argument> arguments;  // only the last may repeat
  std::vector<Flag> flags;          // one of the same name stands in for a common one
  std::vector<Example> examples;
  Run run = nullptr;
};

struct ExitStatus {
  int status;
  std::string meaning;
};

struct Program {
  std::string name;      // reeve
  std::string summary;   // what it is, in one sentence
  std::string version;
  std::vector<Command> commands;  // in the order people meet them
  std::vector<Flag> common;       // of every command
  std::vector<ExitStatus> statuses;
  const Command* find(std::string_view command) const;
  // The flags a command takes: its own, then the common ones that it does not replace.
  std::vector<Flag> flags_of(const Command& command) const;
  // `content` of `content list` and `content test`.
  std::vector<std::string> groups() const;
  std::vector<const Command*> in_group(std::string_view group) const;
};

class Options {
 public:
  const Command& command() const { return *command_; }
  const std::vector<std::string>& arguments() const { return arguments_; }
  // --help was given; nothing else was held against the table then.
  bool help() const { return help_; }
  // The words of `name` must be a flag of the command; anything else is a programming error.
  bool has(std::string_view name) const;
  std::string value(std::string_view name, std::string_view otherwise = {}) const;
  const std::vector<std::string>& values(std::string_view name) const;
  std::optional<Time> time(std::string_view name) const;

 private:
  friend class OptionsParser;
  const Program* program_ = nullptr;
  const Command* command_ = nullptr;
  std::vector<std::string> arguments_;
  std::map<std::string, std::vector<std::string>, std::less<>> flags_;
  bool help_ = false;
};

Result<Options> parse_options(const Program& program, const std::vector<std::string>& words);

}  // namespace reeve
