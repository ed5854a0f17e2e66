// Commands that judge nothing: help, version, init, content list; and the step from words to a command.
#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/interview.h"
#include "cli/out_file.h"
#include "cli/render.h"
#include "base/time.h"
#include "content/content.h"
#include "content/workspace.h"
#include "formats/json.h"

namespace reeve {
namespace {

// The workspace that holds for a command: the one named, else the nearest upward, else none.
std::string workspace_dir(const Options& options) {
  if (options.has("--workspace")) return options.value("--workspace");
  return find_workspace(".").value_or("");
}

// The last part of a folder's name as it is, wherever the program runs: `.` has one too.
std::string folder_name(const std::string& dir) {
  std::error_code error;
  std::string absolute = std::filesystem::weakly_canonical(dir, error).string();
  std::string name = file_name(error ? dir : absolute);
  return name.empty() || name == "/" ? "My organization" : name;
}

std::string practice_label(const Content& content, const std::string& slug) {
  const Practice* practice = content.practice(slug);
  const Edition* edition = content.standard_edition();
  std::string number = practice && edition ? practice->number(edition->id) : "";
  return number.size() > 6 ? number.substr(6) : number;  // SEC01-BP02 → BP02
}

}  // namespace

int run_help(const Options& options, Io& io) {
  const Program& program = reeve_program();
  if (options.has("--man")) {
    io.print(man_page(program));
    return exit_done;
  }
  if (options.has("--completion")) {
    io.print(options.value("--completion") == "bash" ? bash_completion(program) : zsh_completion(program));
    return exit_done;
  }
  std::string name = join(options.arguments(), " ");
  std::vector<std::string> groups = program.groups();
  if (name.empty()) {
    io.print(overview(program, io.terminal));
  } else if (const Command* command = program.find(name)) {
    io.print(command_help(program, *command, io.terminal));
  } else if (std::find(groups.begin(), groups.end(), name) != groups.end()) {
    io.print(group_help(program, name, io.terminal));
  } else {
    std::vector<std::string> known = groups;
    for (const Command& other : program.commands) known.push_back(other.name);
    std::string near = nearest(name, known);
    io.error({Code::usage, "there is no command `" + name + "`", {}, {}, near.empty() ? "`reeve help` lists them" : "did you mean `" + near + "`?"});
    return exit_usage;
  }
  return exit_done;
}

int run_version(const Options& options, Io& io) {
  Content content = load_content(ContentOptions{});
  for (const Error& error : content.errors) io.error(error);
  if (options.value("--format") == "json") {
    std::string out;
    JsonWriter(out, 2)
        .begin_object()
        .member("version", reeve_program().version)
        .member("content_digest", content.digest)
        .member("controls", static_cast<int64_t>(content.controls.size()))
        .member("resource_types", static_cast<int64_t>(content.resource_types.size()))
        .end_object();
    io.print(out + "\n");
  } else {
    io.print("reeve " + reeve_program().version + "\ncontent " + content.digest.substr(0, 12) + ": " + count_text(content.controls.size(), "control") + ", " +
             count_text(content.resource_types.size(), "resource type") + "\n");
  }
  return content.errors.empty() ? exit_done : exit_internal;
}

int run_init(const Options& options, Io& io) {
  std::string dir = options.arguments().empty() ? "." : options.arguments()[0];
  std::string organization = options.value("--organization");
  if (organization.empty()) organization = folder_name(dir);
  auto written = write_workspace(dir, organization);
  if (!written) {
    io.error(written.error());
    return written.error().code == Code::conflict ? exit_usage : exit_input;
  }
  for (const std::string& path : *written) io.print("Wrote " + safe(path) + "\n");
  // What no API can answer is asked while somebody is there; what is skipped can be answered any day.
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = dir});
  const size_t questions = attested_controls(content).size();
  if (io.interactive && !io.quiet && questions) {
    if (auto workspace = load_workspace(dir)) {
      io.say("\n" + count_text(questions, "question") + " that no API answers. Enter skips one, q stops; each answer becomes a file in attestations/.\n");
      io.say("\n" + count_text(Interview(io, content, *workspace, Time{wall_clock().ms / 86'400'000 * 86'400'000}).all(), "answer") + " written\n");
    } else {
      io.error(workspace.error());
    }
  }
  // The workspace is found upward from where the program runs; anywhere else it must be named.
  std::string where = dir == "." ? "" : " --workspace " + safe(dir);
  io.say("Next: name what to read in scope.sources of " + safe(written->back()) + ", then reeve assess" + where + "\n");
  if (questions) io.say("Later: reeve attest" + where + " lists what no API can answer, and records it\n");
  return exit_done;
}

int run_content_list(const Options& options, Io& io) {
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_dir(options)});
  for (const Error& error : content.errors) io.error(error);
  std::string only = options.value("--practice");
  if (!only.empty() && !content.practice(only)) {
    std::vector<std::string> slugs;
    for (const Practice& practice : content.practices) slugs.push_back(practice.slug);
    std::string near = nearest(only, slugs);
    io.error({Code::usage, "there is no practice `" + only + "`", {}, near.empty() ? "one of " + join(slugs, ", ") : "", near.empty() ? "" : "did you mean `" + near + "`?"});
    return exit_usage;
  }

  // By practice in its order, then level, then id.
  std::vector<const Control*> shown;
  for (const Practice& practice : content.practices)
    for (int level = 1; level <= 4; ++level)
      for (const Control& control : content.controls)
        if (control.practice == practice.slug && control.level == level && (only.empty() || only == control.practice)) shown.push_back(&control);

  if (options.value("--format") == "json") {
    std::string out;
    JsonWriter json(out, 2);
    json.begin_array();
    for (const Control* control : shown) {
      json.begin_object().member("id", control->id).member("title", control->title).member("practice", control->practice);
      json.member("level", static_cast<int64_t>(control->level)).member("phase", static_cast<int64_t>(control->phase)).member("area", control->area);
      json.member("severity", name(control->severity)).member("responsibility", name(control->responsibility)).member("judge", name(control->judge));
      json.member("owner", control->owner).member("effort_minutes", static_cast<int64_t>(control->effort_minutes)).member("folder", control->folder);
      json.end_object();
    }
    json.end_array();
    io.print(out + "\n");
  } else {
    Table table({{"practice"}, {"level"}, {"severity"}, {"judged by", Align::left, 100}, {"control"}, {"title", Align::left, 100, true}});
    for (const Control* control : shown) {
      std::string level = std::to_string(control->level) + " " + std::string(level_name(control->level));
      table.row({{practice_label(content, control->practice)}, {level}, {std::string(name(control->severity))}, {std::string(name(control->judge))}, {control->id},
                 {safe(control->title), Ink::dim}});
    }
    io.print(table.text(io.terminal));
    io.print("\n" + count_text(shown.size(), "control") + " in " + count_text(only.empty() ? content.practices.size() : 1, "practice") + "\n");
  }
  return content.errors.empty() ? exit_done : exit_input;
}

int run_reeve(const Program& program, const std::vector<std::string>& words, Io& io) {
  if (words.empty()) {
    io.print(first_words(program, io.terminal));
    return exit_done;
  }
  if (words.size() == 1 && words[0] == "--version") return run_reeve(program, {"version"}, io);
  auto options = parse_options(program, words);
  if (!options) {
    io.error(options.error());
    return exit_usage;
  }
  if (options->help()) {
    // `reeve --help` and `reeve content --help` come back as the help command with what they are about.
    std::vector<std::string> help{"help"};
    if (options->command().name == "help") {
      help.insert(help.end(), options->arguments().begin(), options->arguments().end());
    } else {
      for (std::string_view word : split(options->command().name, ' ')) help.emplace_back(word);
    }
    return run_reeve(program, help, io);
  }
  io.quiet = options->has("--quiet");
  if (options->has("--no-color")) io.terminal.colour = io.error_terminal.colour = false;
  if (auto can = out_can_be_written(*options); !can) {
    io.error(can.error());
    return exit_usage;
  }
  return options->command().run(*options, io);
}

}  // namespace reeve
