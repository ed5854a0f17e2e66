#include "cli/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/render.h"

namespace reeve {
namespace {

// A table of its own, so that these tests say what the parser does and not what Reeve offers today.
Program toy() {
  Program program;
  program.name = "toy";
  program.version = "1.2.3";
  program.summary = "Toy shows what a table can say.";
  program.common = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder, .help = "the folder"},
                    {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text"}, .help = "how to print"},
                    {.name = "--quiet", .letter = 'q', .help = "say less"},
                    {.name = "--help", .letter = 'h', .help = "print help"}};
  program.statuses = {{0, "done"}, {2, "the command line is wrong"}};
  Run run = [](const Options&, Io&) { return 0; };
  program.commands = {
      {.name = "judge",
       .summary = "judge things",
       .details = "First paragraph.\n\nSecond paragraph.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file, .help = "what to read"}},
       .flags = {{.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "json"}, .help = "how to print"},
                 {.name = "--accounts", .value = "ID,…", .form = Form::account, .repeats = true, .commas = true, .help = "only these"},
                 {.name = "--regions", .value = "REGION,…", .form = Form::region, .repeats = true, .commas = true, .help = "only these"},
                 {.name = "--rules", .value = "PATH", .form = Form::file, .repeats = true, .help = "rules"},
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "the moment"},
                 {.name = "--all", .help = "all: of [it]"}},
       .examples = {{"toy judge a", "judge a"}},
       .run = run},
      {.name = "explain", .summary = "explain", .arguments = {{.name = "ID", .required = true, .help = "of a thing"}}, .examples = {{"toy explain x", "explain x"}}, .run = run},
      {.name = "content list", .summary = "list", .run = run},
      {.name = "content test", .summary = "test", .run = run},
      {.name = "help", .summary = "help", .arguments = {{.name = "COMMAND", .repeats = true, .help = "of which"}}, .run = run},
  };
  return program;
}

TEST(Options, ReadsALine) {
  const Program program = toy();
  auto options = parse_options(program, {"judge", "--accounts", "111122223333,444455556666", "a", "--accounts=012345678901", "--rules", "r1", "b", "--rules", "r2", "-q",
                                         "--format=json", "-w", "dir", "--as-of", "2026-11-22", "-", "--", "--all"});
  ASSERT_TRUE(options) << options.error().text();
  EXPECT_EQ(options->command().name, "judge");
  EXPECT_EQ(options->arguments(), (std::vector<std::string>{"a", "b", "-", "--all"}));
  EXPECT_EQ(options->values("--accounts"), (std::vector<std::string>{"111122223333", "444455556666", "012345678901"}));
  EXPECT_EQ(options->values("--rules"), (std::vector<std::string>{"r1", "r2"}));  // one value each: `b` is no rule
  EXPECT_EQ(options->value("--format"), "json");
  EXPECT_EQ(options->value("--workspace"), "dir");
  EXPECT_TRUE(options->has("--quiet"));
  EXPECT_FALSE(options->has("--all"));
  EXPECT_EQ(rfc3339(*options->time("--as-of")), "2026-11-22T00:00:00Z");
  EXPECT_TRUE(options->values("--regions").empty());
  EXPECT_EQ(options->value("--regions", "none"), "none");
}

TEST(Options, FlagsMayStandBeforeTheCommand) {
  const Program program = toy();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--workspace", "judge", "-q", "content", "list"}, {"-w", "judge", "content", "-q", "list"}, {"content", "list", "-qw=x"}}) {
    auto options = parse_options(program, words);
    if (words[2] == "-qw=x") {
      EXPECT_FALSE(options);  // letters are not bundled: nothing is guessed
      continue;
    }
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_EQ(options->command().name, "content list");
    EXPECT_EQ(options->value("--workspace"), "judge");
    EXPECT_TRUE(options->has("--quiet"));
  }
  // A flag of one command in front of it takes its value too.
  auto options = parse_options(program, {"--as-of", "2026-11-22", "judge"});
  ASSERT_TRUE(options) << options.error().text();
  EXPECT_EQ(options->command().name, "judge");
}

TEST(Options, AFolderThatIsCalledLikeACommandIsPointedOut) {
  Program program = toy();
  program.commands.push_back({.name = "judge lately", .summary = "judge what is late", .arguments = {{.name = "PATH", .required = true, .help = "what to read"}}, .run = program.commands[0].run});
  EXPECT_EQ(parse_options(program, {"judge", "lately"}).error().text(), "`toy judge lately` needs PATH");
  const std::filesystem::path before = std::filesystem::current_path(), folder = std::filesystem::path(testing::TempDir()) / "options_test";
  std::filesystem::create_directories(folder / "lately");
  std::filesystem::current_path(folder);
  EXPECT_EQ(parse_options(program, {"judge", "lately"}).error().text(), "`toy judge lately` needs PATH; if what is called `lately` here is meant: `toy judge ./lately`");
  EXPECT_EQ(parse_options(program, {"judge", "lately", "--all"}).error().text(), "`toy judge lately` has no flag `--all`; if what is called `lately` here is meant: `toy judge ./lately`");
  EXPECT_EQ(parse_options(program, {"judge", "./lately"})->arguments(), std::vector<std::string>{"./lately"});
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
}

TEST(Options, SlipsOfThePenAreNamedWithTheNearestWord) {
  struct Case {
    std::vector<std::string> words;
    const char* error;
  };
  const Case cases[] = {
      {{"juge"}, "there is no command `juge`; did you mean `judge`?"},
      {{"frobnicate"}, "there is no command `frobnicate`; `toy help` lists them"},
      {{"--quiet"}, "a command is missing behind `--quiet`; `toy help` lists them"},
      {{"content"}, "`toy content` needs a word behind it; expected `content list` or `content test`"},
      {{"content", "lst"}, "there is no command `content lst`; did you mean `content list`?"},
      {{"content", "frobnicate"}, "there is no command `content frobnicate`; there is `content list`, `content test`"},
      {{"judge", "--fromat", "json"}, "`toy judge` has no flag `--fromat`; did you mean `--format`?"},
      {{"judge", "--formt=json"}, "`toy judge` has no flag `--formt`; did you mean `--format`?"},
      {{"judge", "-x"}, "`toy judge` has no flag `-x`; `toy judge --help` lists them"},
      {{"judge", "--format", "jsn"}, "`--format` is `jsn`; expected one of text, json; did you mean `json`?"},
      {{"judge", "--format", "yaml"}, "`--format` is `yaml`; expected one of text, json"},
      {{"explain", "x", "--format", "json"}, "`--format` is `json`; expected one of text"},
      {{"judge", "--format"}, "`--format` needs FORMAT; expected one of text, json"},
      {{"judge", "--format", "--all"}, "`--format` needs FORMAT; expected one of text, json"},
      {{"judge", "--format", "text", "--format", "json"}, "`--format` is given twice"},
      {{"judge", "--all=yes"}, "`--all` takes no value"},
      {{"judge", "--accounts", "1234"}, "`--accounts` is `1234`; expected an account id of 12 digits"},
      {{"judge", "--accounts", "111122223333,"}, "`--accounts` is empty; expected an account id of 12 digits"},
      {{"judge", "--regions", "eu-west-1,mars"}, "`--regions` is `mars`; expected a Region such as eu-central-1"},
      {{"judge", "--as-of", "yesterday"}, "`--as-of` is `yesterday`; expected a time such as 2026-11-22 or 2026-11-22T04:12:00Z"},
      {{"judge", "--rules="}, "`--rules` is empty; expected a file"},
      {{"judge", ""}, "`SOURCE` is empty; expected a file"},
      {{"explain"}, "`toy explain` needs ID; for example `toy explain x`"},
      {{"explain", "a", "b"}, "`toy explain` takes one argument, so `b` is one too many"},
      {{"content", "list", "x"}, "`toy content list` takes no argument, so `x` is one too many"},
  };
  const Program program = toy();
  for (const Case& c : cases) {
    auto options = parse_options(program, c.words);
    ASSERT_FALSE(options) << join(c.words, " ");
    EXPECT_EQ(options.error().text(), c.error);
    EXPECT_EQ(options.error().code, Code::usage);
  }
}

TEST(Options, HelpIsAskedForAnywhereAndChecksNothing) {
  const Program program = toy();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"judge", "--nonsense", "--help"}, {"-h", "judge"}, {"judge", "--format", "-h"}}) {
    auto options = parse_options(program, words);
    ASSERT_TRUE(options) << join(words, " ");
    EXPECT_TRUE(options->help());
    EXPECT_EQ(options->command().name, "judge");
  }
  EXPECT_EQ(parse_options(program, {"--help"})->command().name, "help");
  EXPECT_EQ(parse_options(program, {"content", "--help"})->arguments(), std::vector<std::string>{"content"});
  EXPECT_FALSE(parse_options(program, {"judge", "--", "--help"})->help());
  EXPECT_FALSE(parse_options(program, {"juge", "--help"}));
}

TEST(Render, HelpOfACommand) {
  EXPECT_EQ(command_help(toy(), toy().commands[0], {.utf8 = false, .width = 80}),
            R"(usage: toy judge [OPTION...] [SOURCE...]

First paragraph.

Second paragraph.

arguments
  SOURCE...  what to read

options
      --format FORMAT       how to print
      --accounts ID,...     only these; may be repeated
      --regions REGION,...  only these; may be repeated
      --rules PATH          rules; may be repeated
      --as-of TIME          the moment
      --all                 all: of [it]

options of every command
  -w, --workspace DIR  the folder
  -q, --quiet          say less
  -h, --help           print help

examples
  toy judge a
      judge a

exit status (the largest that holds)
  0  done
  2  the command line is wrong
)");
}

// What is true of every command Reeve offers, today and later.
TEST(Render, EveryCommandIsWorthReading) {
  const Program& program = reeve_program();
  std::vector<std::string> seen;
  for (const Command& command : program.commands) {
    EXPECT_NE(command.run, nullptr) << command.name;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), command.name), 0) << command.name;
    seen.push_back(command.name);
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_FALSE(command.examples.empty()) << command.name;
    // Its examples are lines that parse and mean this command.
    for (const Example& example : command.examples) {
      if (!starts_with(example.line, "reeve ") || contains(example.line, "'") || contains(example.line, ">")) continue;
      std::vector<std::string> words;
      for (std::string_view word : split(std::string_view(example.line).substr(6), ' ')) words.emplace_back(word);
      auto options = parse_options(program, words);
      ASSERT_TRUE(options) << example.line << ": " << options.error().text();
      EXPECT_EQ(options->command().name, command.name);
    }
    for (bool utf8 : {true, false})
      for (int width : {80, 120}) {
        std::string help = command_help(program, command, {.tty = true, .utf8 = utf8, .width = width});
        for (std::string_view line : split(help, '\n')) EXPECT_LE(display_width(line), width) << line;
        bool beyond_ascii = std::any_of(help.begin(), help.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        EXPECT_FALSE(!utf8 && beyond_ascii) << command.name;
        EXPECT_NE(help.find("exit status"), std::string::npos);
      }
    for (const Flag& flag : program.flags_of(command)) {
      EXPECT_FALSE(flag.help.empty()) << flag.name;
      EXPECT_FALSE(ends_with(flag.help, ".")) << flag.name;
      EXPECT_EQ(flag.form == Form::choice, !flag.choices.empty()) << flag.name;
    }
  }
}

TEST(Render, TheFirstWordsAreTenLinesAtMost) {
  std::string text = first_words(reeve_program(), {.utf8 = true, .width = 80});
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 10) << text;
  for (std::string_view line : split(text, '\n')) EXPECT_LE(display_width(line), 80) << line;
  EXPECT_NE(text.find("reeve init"), std::string::npos);
  EXPECT_NE(text.find("Next: reeve help\n"), std::string::npos);
}

// Runs a shell on a script and gives what it wrote; nothing if there is no such shell.
std::optional<std::string> run_script(const std::string& shell, const std::string& script) {
  if (std::system(("command -v " + shell + " > /dev/null").c_str()) != 0) return std::nullopt;
  std::string path = ::testing::TempDir() + "reeve_completion." + shell;
  EXPECT_TRUE(write_file(path, script));
  std::FILE* pipe = ::popen((shell + " " + path + " 2>&1").c_str(), "r");
  std::string out;
  char buffer[4096];
  for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  ::pclose(pipe);
  return out;
}

std::string completing(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += " '" + word + "'";
  return "COMP_WORDS=(toy" + line + "); COMP_CWORD=" + std::to_string(words.size()) + "; _toy 2>/dev/null; echo \"${COMPREPLY[*]}\"\n";
}

TEST(Render, BashCompletes) {
  struct Case {
    std::vector<std::string> words;  // the last one is being typed
    const char* offer;
  };
  const Case cases[] = {
      {{""}, "judge explain content help"},
      {{"ju"}, "judge"},
      {{"content", ""}, "list test"},
      {{"content", "list", "--f"}, "--format"},
      {{"content", "list", "--format", ""}, "text"},
      {{"judge", "--format", ""}, "text json"},
      {{"judge", "--format", "=", "j"}, "json"},
      {{"judge", "--format", "="}, "text json"},
      {{"-w", "judge", "content", ""}, "list test"},
      {{"judge", "--a"}, "--accounts --as-of --all"},
      {{"judge", "--as-of", ""}, ""},
      {{"help", "ex"}, "explain"},
  };
  std::string script = bash_completion(toy());
  std::string expected;
  for (const Case& c : cases) {
    script += completing(c.words);
    expected += std::string(c.offer) + "\n";
  }
  auto out = run_script("bash", script);
  if (!out) GTEST_SKIP() << "there is no bash";
  EXPECT_EQ(*out, expected);
}

TEST(Render, ZshTakesItsCompletions) {
  auto out = run_script("zsh", "autoload -Uz compinit; compinit -u -D\n" + zsh_completion(reeve_program()) + "\necho ${_comps[reeve]}\n");
  if (!out) GTEST_SKIP() << "there is no zsh";
  EXPECT_EQ(*out, "_reeve\n");
}

TEST(Render, TheManualIsCleanRoff) {
  std::string page = man_page(reeve_program());
  EXPECT_EQ(page, man_page(reeve_program()));
  for (char c : page) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  for (const Command& command : reeve_program().commands) {
    std::string heading;  // roff wants its hyphens escaped
    for (char c : command.name) heading += c == '-' ? "\\-" : std::string(1, c);
    EXPECT_NE(page.find(".SS \"reeve " + heading), std::string::npos) << command.name;
  }
  std::string path = ::testing::TempDir() + "reeve_manual.1";
  ASSERT_TRUE(write_file(path, page));
  auto out = run_script("sh", "command -v groff > /dev/null || { echo none; exit; }\ngroff -man -Tascii -ww -z " + path + "\n");
  ASSERT_TRUE(out);
  if (*out == "none\n") GTEST_SKIP() << "there is no groff";
  EXPECT_EQ(*out, "");
}

}  // namespace
}  // namespace reeve
