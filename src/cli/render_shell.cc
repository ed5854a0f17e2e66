// The table of commands as manual page and as completions for bash and zsh.
#include <algorithm>

#include "base/text.h"
#include "cli/render.h"

namespace reeve {
namespace {

// --- Manual page.

// Running text in roff: ASCII, backslashes and hyphens as themselves, no line that roff would take for a request.
std::string roff(std::string_view text) {
  std::string ascii = fold(Terminal{}, text), out;
  for (char c : ascii) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (c == '`') out += "\\(ga";
    else if (c == '\'') out += "\\(aq";
    else out += c;
  }
  return starts_with(out, ".") ? "\\&" + out : out;
}

std::string roff_flags(const std::vector<Flag>& flags) {
  std::string out;
  for (const Flag& flag : flags) {
    out += ".TP\n";
    if (flag.letter) out += "\\fB\\-" + std::string(1, flag.letter) + "\\fR, ";
    out += "\\fB" + roff(flag.name) + "\\fR";
    if (!flag.value.empty()) out += " \\fI" + roff(flag.value) + "\\fR";
    out += "\n" + roff(flag.help) + (flag.repeats ? "; may be repeated" : "") + ".\n";
  }
  return out;
}

std::string roff_command(const Program& program, const Command& command) {
  std::string out = ".SS \"" + roff(program.name + " " + command.name);
  for (const Argument& argument : command.arguments) {
    std::string name = argument.name + (argument.repeats ? "…" : "");
    out += " " + roff(argument.required ? name : "[" + name + "]");
  }
  out += "\"\n";
  std::string rest = command.details.empty() ? command.summary + "." : command.details;
  while (!rest.empty()) {
    size_t end = rest.find("\n\n");
    out += roff(rest.substr(0, end)) + "\n";
    rest = end == std::string::npos ? "" : rest.substr(end + 2);
    if (!rest.empty()) out += ".PP\n";
  }
  for (const Argument& argument : command.arguments)
    if (!argument.help.empty()) out += ".TP\n\\fI" + roff(argument.name) + "\\fR\n" + roff(argument.help) + ".\n";
  return out + roff_flags(command.flags);
}

// --- Shells.

std::string first_word(const std::string& name) { return name.substr(0, name.find(' ')); }

std::vector<std::string> first_names(const Program& program) {
  std::vector<std::string> names;
  for (const Command& command : program.commands)
    if (std::find(names.begin(), names.end(), first_word(command.name)) == names.end()) names.push_back(first_word(command.name));
  return names;
}

// What a shell can offer for a value: words, the word `files` or `folders` for paths, or nothing.
std::string bash_offer(const Program& program, Form form, const std::vector<std::string>& choices, bool names_commands) {
  if (names_commands) return "words='" + join(first_names(program), " ") + "'";
  switch (form) {
    case Form::choice: return "words='" + join(choices, " ") + "'";
    case Form::file: return "paths=file";
    case Form::folder: return "paths=directory";
    default: return ":";
  }
}

std::string flag_patterns(const Flag& flag, const std::string& before) {
  std::string out = "'" + before + flag.name + "'";
  if (flag.letter) out += "|'" + before + "-" + flag.letter + "'";
  return out;
}

bool names_commands(const Command& command) { return command.name == "help"; }

std::string zsh_text(std::string_view text) {
  std::string out;
  for (char c : fold(Terminal{}, text)) {
    if (c == '\'') out += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\') out += std::string("\\") + c;
    else out += c;
  }
  return out;
}

std::string zsh_action(const Program& program, Form form, const std::vector<std::string>& choices, bool commands) {
  if (commands) return "(" + join(first_names(program), " ") + ")";
  switch (form) {
    case Form::choice: return "(" + join(choices, " ") + ")";
    case Form::file: return "_files";
    case Form::folder: return "_files -/";
    default: return " ";
  }
}

std::string zsh_arguments(const Program& program, const Command& command) {
  std::string out = "_arguments -s -S";
  for (const Flag& flag : program.flags_of(command)) {
    std::string value = flag.value.empty() ? "" : ":" + zsh_text(flag.value) + ":" + zsh_action(program, flag.form, flag.choices, false);
    std::string text = "[" + zsh_text(flag.help) + "]" + value + "'";
    std::string again = flag.repeats ? "*" : "";
    if (flag.letter && !flag.repeats)
      out += " \\\n        '(-" + std::string(1, flag.letter) + " " + flag.name + ")'{-" + flag.letter + "," + flag.name + (flag.value.empty() ? "" : "=") + "}'" + text;
    else
      out += " \\\n        '" + again + flag.name + (flag.value.empty() ? "" : "=") + text;
  }
  for (const Argument& argument : command.arguments)
    out += " \\\n        '" + std::string(argument.repeats ? "*" : argument.required ? "" : ":") + ":" + zsh_text(argument.name) + ":" +
           zsh_action(program, argument.form, argument.choices, names_commands(command)) + "'";
  return out;
}

}  // namespace

std::string man_page(const Program& program) {
  std::string upper = program.name;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  std::string out = ".TH " + upper + " 1 \"\" \"" + program.name + " " + program.version + "\" \"User Commands\"\n";
  out += ".SH NAME\n" + program.name + " \\- answer SEC01 for an AWS estate from facts\n";
  out += ".SH SYNOPSIS\n\\fB" + program.name + "\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n";
  out += ".SH DESCRIPTION\n" + roff(program.summary) + "\n";
  out += ".PP\nA flag takes its value behind a space or an equals sign, one value each time. \\fB\\-\\-\\fR ends the flags, \\fB\\-\\fR is standard input.\n";
  out += ".SH COMMANDS\n";
  for (const Command& command : program.commands) out += roff_command(program, command);
  out += ".SH OPTIONS\nOf every command.\n" + roff_flags(program.common);
  out += ".SH EXIT STATUS\nThe largest that holds.\n";
  for (const ExitStatus& status : program.statuses) out += ".TP\n\\fB" + std::to_string(status.status) + "\\fR\n" + roff(status.meaning) + ".\n";
  out += ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nSet to anything: no colour.\n";
  out += ".TP\n\\fBTERM\\fR\n\\fBdumb\\fR: no colour.\n.TP\n\\fBCOLUMNS\\fR\nColumns to lay out for; default: those of the terminal, else 80.\n";
  out += ".TP\n\\fBLC_ALL\\fR, \\fBLC_CTYPE\\fR, \\fBLANG\\fR\nThe first that is set says whether characters beyond ASCII are printed.\n";
  out += ".TP\n\\fBREEVE_THREADS\\fR\nThreads to work with; default: those of the machine.\n";
  out += ".SH FILES\n.TP\n\\fIreeve.yaml\\fR\nThe workspace: scope, owners, thresholds; beside it attestations/, exceptions/ and content of its own.\n";
  out += ".SH EXAMPLES\n";
  for (const Command& command : program.commands)
    for (const Example& example : command.examples) out += ".TP\n\\fB" + roff(example.line) + "\\fR\n" + roff(example.what) + ".\n";
  return out;
}

std::string bash_completion(const Program& program) {
  std::string out = "# bash completion for " + program.name + "; printed by `" + program.name + " help --completion bash`\n";
  out += "_" + program.name + "() {\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= paths= word i\n"
         "    COMPREPLY=()\n"
         "    # bash cuts --flag=value into three words\n"
         "    if [[ $cur == '=' ]]; then cur=; elif [[ $prev == '=' && COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "        word=${COMP_WORDS[i]}\n"
         "        case $word in\n";
  std::string takes_value;
  for (const Flag& flag : program.common)
    if (!flag.value.empty()) takes_value += (takes_value.empty() ? "" : "|") + flag_patterns(flag, "");
  if (!takes_value.empty()) out += "        " + takes_value + ") ((i++)); [[ ${COMP_WORDS[i]} == '=' ]] && ((i++)); continue ;;\n";
  out += "        -*) continue ;;\n"
         "        esac\n"
         "        command=${command:+$command }$word\n"
         "        case $command in\n";
  std::vector<std::string> groups = program.groups();
  if (!groups.empty()) out += "        " + join(groups, "|") + ") ;;\n";
  for (const std::string& group : groups) {
    if (!program.find(group)) continue;  // a command itself: what follows is its argument, unless there is such a command
    std::string seconds;
    for (const Command* command : program.in_group(group)) seconds += (seconds.empty() ? "" : "|") + command->name.substr(group.size() + 1);
    out += "        '" + group + " '*) case $word in " + seconds + ") ;; *) command=" + group + " ;; esac; break ;;\n";
  }
  out += "        *) break ;;\n"
         "        esac\n"
         "    done\n"
         "    case \"$command $prev\" in\n";
  for (const Command& command : program.commands)
    for (const Flag& flag : program.flags_of(command))
      if (!flag.value.empty())
        out += "    " + flag_patterns(flag, command.name + " ") + ") " + bash_offer(program, flag.form, flag.choices, false) + " ;;\n";
  out += "    *)\n"
         "        case \"$command\" in\n"
         "        '') words='" + join(first_names(program), " ") + "' ;;\n";
  for (const std::string& group : groups) {
    if (program.find(group)) continue;
    std::vector<std::string> seconds;
    for (const Command* command : program.in_group(group)) seconds.push_back(command->name.substr(group.size() + 1));
    out += "        '" + group + "') words='" + join(seconds, " ") + "' ;;\n";
  }
  for (const Command& command : program.commands) {
    std::vector<std::string> flags;
    for (const Flag& flag : program.flags_of(command)) flags.push_back(flag.name);
    std::string arguments = ":";
    if (!command.arguments.empty()) arguments = bash_offer(program, command.arguments[0].form, command.arguments[0].choices, names_commands(command));
    out += "        '" + command.name + "') if [[ $cur == -* ]]; then words='" + join(flags, " ") + "'; else " + arguments + "; fi ;;\n";
  }
  out += "        esac ;;\n"
         "    esac\n"
         "    if [[ -n $paths ]]; then\n"
         "        compopt -o filenames 2>/dev/null\n"
         "        mapfile -t COMPREPLY < <(compgen -A \"$paths\" -- \"$cur\")\n"
         "    elif [[ -n $words ]]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
         "    fi\n"
         "}\n"
         "complete -F _" + program.name + " " + program.name + "\n";
  return out;
}

std::string zsh_completion(const Program& program) {
  std::string out = "#compdef " + program.name + "\n# printed by `" + program.name + " help --completion zsh`\n";
  out += "_" + program.name + "() {\n"
         "    local curcontext=$curcontext state line\n"
         "    typeset -A opt_args\n"
         "    _arguments -C '1:command:->command' '*::argument:->rest'\n"
         "    case $state in\n"
         "    command)\n"
         "        local -a commands=(\n";
  for (const std::string& name : first_names(program)) {
    const Command* command = program.find(name);
    out += "            '" + name + ":" + zsh_text(command ? command->summary : program.in_group(name)[0]->summary) + "'\n";
  }
  out += "        )\n"
         "        _describe command commands ;;\n"
         "    rest)\n"
         "        case $line[1] in\n";
  for (const Command& command : program.commands)
    if (command.name.find(' ') == std::string::npos) out += "        " + command.name + ") " + zsh_arguments(program, command) + " ;;\n";
  for (const std::string& group : program.groups()) {
    if (program.find(group)) continue;
    out += "        " + group + ")\n"
           "            if (( CURRENT == 2 )); then\n"
           "                local -a commands=(\n";
    for (const Command* command : program.in_group(group)) out += "                    '" + command->name.substr(group.size() + 1) + ":" + zsh_text(command->summary) + "'\n";
    out += "                )\n"
           "                _describe command commands\n"
           "            else\n"
           "                shift words; (( CURRENT-- ))\n"
           "                case $words[1] in\n";
    for (const Command* command : program.in_group(group)) out += "        " + command->name.substr(group.size() + 1) + ") " + zsh_arguments(program, *command) + " ;;\n";
    out += "                esac\n"
           "            fi ;;\n";
  }
  out += "        esac ;;\n"
         "    esac\n"
         "}\n"
         "if [[ $funcstack[1] == _" + program.name + " ]]; then _" + program.name + " \"$@\"; else compdef _" + program.name + " " + program.name + "; fi\n";
  return out;
}

}  // namespace reeve
