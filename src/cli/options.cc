#include "cli/options.h"

#include <algorithm>
#include <cassert>
#include <set>

#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"

namespace reeve {
namespace {

std::string ticked(std::string_view word) { return "`" + std::string(word) + "`"; }

tl::unexpected<Error> usage(std::string what, std::string hint = {}, std::string expected = {}) {
  return fail(Code::usage, std::move(what), {}, std::move(expected), std::move(hint));
}

// The nearest word as a hint, or where the list is.
std::string mean(std::string_view word, const std::vector<std::string>& known, std::string otherwise) {
  std::string near = nearest(word, known);
  return near.empty() ? std::move(otherwise) : "did you mean " + ticked(near) + "?";
}

}  // namespace

const Command* Program::find(std::string_view name_wanted) const {
  for (const Command& command : commands)
    if (command.name == name_wanted) return &command;
  return nullptr;
}

std::vector<Flag> Program::flags_of(const Command& command) const {
  std::vector<Flag> flags = command.flags;
  for (const Flag& flag : common)
    if (std::none_of(command.flags.begin(), command.flags.end(), [&](const Flag& own) { return own.name == flag.name; })) flags.push_back(flag);
  return flags;
}

std::vector<std::string> Program::groups() const {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    size_t space = command.name.find(' ');
    if (space == std::string::npos) continue;
    std::string group = command.name.substr(0, space);
    if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
  }
  return names;
}

std::vector<const Command*> Program::in_group(std::string_view group) const {
  std::vector<const Command*> out;
  for (const Command& command : commands)
    if (starts_with(command.name, std::string(group) + " ")) out.push_back(&command);
  return out;
}

bool Options::has(std::string_view name) const { return !values(name).empty(); }

std::string Options::value(std::string_view name, std::string_view otherwise) const {
  const std::vector<std::string>& all = values(name);
  return all.empty() ? std::string(otherwise) : all.back();
}

const std::vector<std::string>& Options::values(std::string_view name) const {
  static const std::vector<std::string> none;
  assert(command_ && std::ranges::any_of(program_->flags_of(*command_), [&](const Flag& flag) { return flag.name == name; }));
  auto found = flags_.find(name);
  return found == flags_.end() ? none : found->second;
}

std::optional<Time> Options::time(std::string_view name) const {
  return has(name) ? parse_time(value(name)) : std::nullopt;
}

class OptionsParser {
 public:
  OptionsParser(const Program& program, const std::vector<std::string>& words) : program_(program), words_(words) { options_.program_ = &program; }

  Result<Options> run() {
    std::vector<size_t> rest = TRY(find_command());
    if (options_.help_) return options_;
    flags_ = program_.flags_of(*options_.command_);
    bool only_arguments = false;
    for (size_t i = 0; i < rest.size(); ++i) {
      const std::string& word = words_[rest[i]];
      if (only_arguments || word == "-" || !starts_with(word, "-"))
        options_.arguments_.push_back(word);
      else if (word == "--")
        only_arguments = true;
      else
        TRY(take_flag(word, rest, i));
    }
    TRY(hold_arguments());
    return options_;
  }

 private:
  std::string called() const { return program_.name + " " + options_.command_->name; }

  // The command is the first word (or two) that is no flag and no flag's value. Gives the indexes of all other words.
  Result<std::vector<size_t>> find_command() {
    std::vector<size_t> rest;
    std::vector<std::string> name;
    bool group = false, done = false;
    for (size_t i = 0; i < words_.size(); ++i) {
      const std::string& word = words_[i];
      if (!options_.help_ && (word == "--help" || word == "-h")) options_.help_ = true;
      if (word == "--") {
        for (; i < words_.size(); ++i) rest.push_back(i);
        break;
      }
      bool is_flag = starts_with(word, "-") && word != "-";
      if (done || is_flag) {
        rest.push_back(i);
        if (!done && takes_next(word) && i + 1 < words_.size()) rest.push_back(++i);
        continue;
      }
      name.push_back(word);
      std::vector<std::string> groups = program_.groups();
      if (name.size() == 1 && std::find(groups.begin(), groups.end(), word) != groups.end()) {
        group = true;
        // `check` is a command and the first word of others: the second word is the one right behind it, if there is such a command.
        if (program_.find(word) && (i + 1 == words_.size() || !program_.find(word + " " + words_[i + 1]))) done = true;
      } else {
        done = true;
      }
    }
    std::string joined = join(name, " ");
    options_.command_ = program_.find(joined);
    if (options_.command_) return rest;
    if (options_.help_ && (name.empty() || (group && name.size() == 1))) {
      options_.arguments_ = name;  // help of the program or of a group
      options_.command_ = program_.find("help");
      assert(options_.command_);
      return rest;
    }
    return no_command(name, group, rest);
  }

  tl::unexpected<Error> no_command(const std::vector<std::string>& name, bool group, const std::vector<size_t>& rest) const {
    if (name.empty()) {
      std::string behind = rest.empty() ? "" : " behind " + ticked(words_[rest[0]]);
      return usage("a command is missing" + behind, "`" + program_.name + " help` lists them");
    }
    std::vector<std::string> known;
    if (!group) {
      for (const Command& command : program_.commands) known.push_back(command.name.substr(0, command.name.find(' ')));
      return usage("there is no command " + ticked(name[0]), mean(name[0], known, "`" + program_.name + " help` lists them"));
    }
    for (const Command* command : program_.in_group(name[0])) known.push_back(command->name);
    if (name.size() == 1) return usage("`" + program_.name + " " + name[0] + "` needs a word behind it", {}, ticked(join(known, "` or `")));
    return usage("there is no command " + ticked(name[0] + " " + name[1]), mean(name[0] + " " + name[1], known, "there is `" + join(known, "`, `") + "`"));
  }

  // Behind `check`, the first word of several commands and a command itself, a folder may stand that is called like one of these.
  std::string meant_as_path() const {
    const std::string& name = options_.command_->name;
    const size_t space = name.find(' ');
    if (space == std::string::npos || !program_.find(name.substr(0, space)) || !exists(name.substr(space + 1))) return {};
    return "if what is called `" + name.substr(space + 1) + "` here is meant: `" + program_.name + " " + name.substr(0, space) + " ./" + name.substr(space + 1) + "`";
  }

  // True if `word` is a flag, of any command, that takes the next word as its value.
  bool takes_next(const std::string& word) const {
    auto takes = [&](const Flag& flag) {
      return !flag.value.empty() && (word == flag.name || (flag.letter && word == std::string("-") + flag.letter));
    };
    if (std::ranges::any_of(program_.common, takes)) return true;
    return std::ranges::any_of(program_.commands, [&](const Command& command) { return std::ranges::any_of(command.flags, takes); });
  }

  Status take_flag(const std::string& word, const std::vector<size_t>& rest, size_t& i) {
    size_t equals = starts_with(word, "--") ? word.find('=') : std::string::npos;
    std::string name = word.substr(0, equals);
    const Flag* flag = nullptr;
    for (const Flag& candidate : flags_)
      if (candidate.name == name || (candidate.letter && name == std::string("-") + candidate.letter)) flag = &candidate;
    if (!flag) {
      std::vector<std::string> known;
      for (const Flag& candidate : flags_) known.push_back(candidate.name);
      const std::string path = meant_as_path();
      return usage("`" + called() + "` has no flag " + ticked(name), path.empty() ? mean(name, known, "`" + called() + " --help` lists them") : path);
    }
    std::vector<std::string>& values = options_.flags_[flag->name];
    if (!values.empty() && !flag->repeats) return usage(ticked(flag->name) + " is given twice");
    if (flag->value.empty()) {
      if (equals != std::string::npos) return usage(ticked(flag->name) + " takes no value");
      values.push_back("");
      return {};
    }
    std::string value;
    if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else {
      bool there = i + 1 < rest.size() && !(starts_with(words_[rest[i + 1]], "-") && words_[rest[i + 1]] != "-");
      if (!there) return usage(ticked(flag->name) + " needs " + flag->value, {}, expected(flag->form, flag->choices));
      value = words_[rest[++i]];
    }
    if (!flag->commas) return add(*flag, value, values);
    for (std::string_view part : split(value, ',')) TRY(add(*flag, std::string(trim(part)), values));
    return {};
  }

  Status add(const Flag& flag, const std::string& value, std::vector<std::string>& values) {
    TRY(hold(flag.name, value, flag.form, flag.choices));
    values.push_back(value);
    return {};
  }

  static std::string expected(Form form, const std::vector<std::string>& choices) {
    switch (form) {
      case Form::choice: return "one of " + join(choices, ", ");
      case Form::file: return "a file";
      case Form::folder: return "a folder";
      case Form::time: return "a time such as 2026-11-22 or 2026-11-22T04:12:00Z";
      case Form::account: return "an account id of 12 digits";
      case Form::region: return "a Region such as eu-central-1";
      case Form::text: return {};
    }
    return {};
  }

  static Status hold(const std::string& name, const std::string& value, Form form, const std::vector<std::string>& choices) {
    bool good = !value.empty();
    if (form == Form::choice) good = std::find(choices.begin(), choices.end(), value) != choices.end();
    if (form == Form::time) good = parse_time(value).has_value();
    if (form == Form::account) good = is_account_id(value);
    if (form == Form::region) good = is_region_name(value);
    if (good) return {};
    std::string what = value.empty() ? ticked(name) + " is empty" : ticked(name) + " is " + ticked(value);
    std::string near = form == Form::choice ? nearest(value, choices) : "";
    return usage(std::move(what), near.empty() ? "" : "did you mean " + ticked(near) + "?", expected(form, choices));
  }

  Status hold_arguments() const {
    const std::vector<Argument>& known = options_.command_->arguments;
    const std::vector<std::string>& given = options_.arguments_;
    for (size_t i = 0; i < known.size(); ++i) {
      if (known[i].required && i >= given.size()) {
        const std::vector<Example>& examples = options_.command_->examples;
        const std::string path = meant_as_path();
        return usage("`" + called() + "` needs " + known[i].name, !path.empty() ? path : examples.empty() ? "" : "for example `" + examples[0].line + "`");
      }
    }
    bool endless = !known.empty() && known.back().repeats;
    if (!endless && given.size() > known.size()) {
      std::string takes = known.empty() ? "no argument" : known.size() == 1 ? "one argument" : std::to_string(known.size()) + " arguments";
      return usage("`" + called() + "` takes " + takes + ", so " + ticked(given[known.size()]) + " is one too many");
    }
    for (size_t i = 0; i < given.size() && !known.empty(); ++i) {
      const Argument& argument = known[std::min(i, known.size() - 1)];
      TRY(hold(argument.name, given[i], argument.form, argument.choices));
    }
    return {};
  }

  const Program& program_;
  const std::vector<std::string>& words_;
  std::vector<Flag> flags_;
  Options options_;
};

Result<Options> parse_options(const Program& program, const std::vector<std::string>& words) { return OptionsParser(program, words).run(); }

}  // namespace reeve
