#include "cli/render.h"

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

constexpr int text_width_max = 100;  // lines longer than this are hard to read, however wide the terminal

int text_width(const Terminal& terminal) { return std::min(terminal.width, text_width_max); }

std::string heading(const Terminal& terminal, std::string_view text) { return "\n" + paint(terminal, Ink::heading, text) + "\n"; }

std::string flag_words(const Flag& flag) {
  std::string out = flag.letter ? std::string("-") + flag.letter + ", " + flag.name : "    " + flag.name;
  return flag.value.empty() ? out : out + " " + flag.value;
}

// Names on the left, sentences on the right, wrapped beside them.
std::string described(std::vector<std::pair<std::string, std::string>> rows, const Terminal& terminal) {
  for (auto& [name, text] : rows) {
    name = fold(terminal, name);  // before it is measured, for `…` may become three
    text = fold(terminal, text);
  }
  int left = 0;
  constexpr int left_max = 24;
  for (const auto& [name, text] : rows)
    if (display_width(name) <= left_max) left = std::max(left, display_width(name));
  std::string out;
  for (const auto& [name, text] : rows) {
    int column = 2 + left + 2;
    std::string right = wrap(text, text_width(terminal), column);
    std::string begin = "  " + name;
    if (display_width(begin) + 2 <= column && right.size() >= static_cast<size_t>(column))
      right.replace(0, static_cast<size_t>(column), begin + std::string(static_cast<size_t>(column - display_width(begin)), ' '));
    else
      right = begin + "\n" + right;
    out += right;
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> rows_of(const std::vector<Flag>& flags) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Flag& flag : flags) {
    std::string text = flag.help;
    if (flag.repeats) text += "; may be repeated";
    rows.emplace_back(flag_words(flag), std::move(text));
  }
  return rows;
}

std::string paragraphs(const std::string& text, const Terminal& terminal) {
  std::string out, rest = text;
  while (!rest.empty()) {
    size_t end = rest.find("\n\n");
    out += "\n" + wrap(rest.substr(0, end), text_width(terminal), 0);
    rest = end == std::string::npos ? "" : rest.substr(end + 2);
  }
  return out;
}

std::string usage_line(const Program& program, const Command& command) {
  std::string out = program.name + " " + command.name + " [OPTION…]";
  for (const Argument& argument : command.arguments) {
    std::string name = argument.name + (argument.repeats ? "…" : "");
    out += argument.required ? " " + name : " [" + name + "]";
  }
  return out;
}

std::string statuses(const Program& program, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const ExitStatus& status : program.statuses) rows.emplace_back(std::to_string(status.status), status.meaning);
  return heading(terminal, "exit status (the largest that holds)") + described(rows, terminal);
}

std::string list_of(const std::vector<const Command*>& commands, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command* command : commands) rows.emplace_back(command->name, command->summary);
  return described(rows, terminal);
}

// Flags of the command itself, and those that every command has.
void split_flags(const Program& program, const Command& command, std::vector<Flag>& own, std::vector<Flag>& common) {
  for (const Flag& flag : program.flags_of(command)) {
    bool is_own = std::any_of(command.flags.begin(), command.flags.end(), [&](const Flag& f) { return f.name == flag.name; });
    (is_own ? own : common).push_back(flag);
  }
}

}  // namespace

// What a person begins with; the overview has the rest.
constexpr std::string_view first_commands[] = {"assess", "check", "collect", "detect", "init"};

std::string first_words(const Program& program, const Terminal& terminal) {
  std::string out = fold(terminal, wrap(program.summary, text_width(terminal), 0)) + "\n";
  // One example of each command, so that what is shown here is always something that works.
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : program.commands) {
    if (command.examples.empty() || std::find(std::begin(first_commands), std::end(first_commands), command.name) == std::end(first_commands)) continue;
    rows.emplace_back(command.examples[0].line, command.summary);
  }
  int left = 0;
  for (const auto& [line, what] : rows) left = std::max(left, display_width(line));
  for (const auto& [line, what] : rows)
    out += "  " + line + std::string(static_cast<size_t>(left - display_width(line)), ' ') + "  " + what + "\n";
  return out + "\nNext: " + program.name + " help\n";
}

std::string overview(const Program& program, const Terminal& terminal) {
  std::string out = wrap(program.summary, text_width(terminal), 0);
  std::vector<const Command*> commands;
  for (const Command& command : program.commands) commands.push_back(&command);
  out += "\nusage: " + program.name + " COMMAND [OPTION…] [ARGUMENT…]\n";
  out += heading(terminal, "commands") + list_of(commands, terminal);
  out += heading(terminal, "options of every command") + described(rows_of(program.common), terminal);
  out += statuses(program, terminal);
  out += "\nNext: " + program.name + " help " + (program.commands.empty() ? "" : program.commands[0].name) + "\n";
  return fold(terminal, out);
}

std::string group_help(const Program& program, const std::string& group, const Terminal& terminal) {
  std::string out = "usage: " + program.name + " " + group + " COMMAND [OPTION…]\n";
  out += heading(terminal, "commands") + list_of(program.in_group(group), terminal);
  out += "\nNext: " + program.name + " help " + program.in_group(group)[0]->name + "\n";
  return fold(terminal, out);
}

std::string command_help(const Program& program, const Command& command, const Terminal& terminal) {
  std::string out = "usage: " + usage_line(program, command) + "\n";
  std::string details = command.details.empty() ? command.summary : command.details;
  details[0] = static_cast<char>(details[0] >= 'a' && details[0] <= 'z' ? details[0] - 'a' + 'A' : details[0]);
  if (!ends_with(details, ".")) details += '.';
  out += paragraphs(details, terminal);
  if (!command.arguments.empty()) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const Argument& argument : command.arguments) rows.emplace_back(argument.name + (argument.repeats ? "…" : ""), argument.help);
    out += heading(terminal, "arguments") + described(rows, terminal);
  }
  std::vector<Flag> own, common;
  split_flags(program, command, own, common);
  if (!own.empty()) out += heading(terminal, "options") + described(rows_of(own), terminal);
  out += heading(terminal, "options of every command") + described(rows_of(common), terminal);
  if (!command.examples.empty()) {
    out += heading(terminal, "examples");
    for (const Example& example : command.examples) out += "  " + example.line + "\n" + wrap(example.what, text_width(terminal), 6);
  }
  out += statuses(program, terminal);
  return fold(terminal, out);
}

}  // namespace reeve
