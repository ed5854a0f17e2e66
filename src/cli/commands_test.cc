// Whole commands, run in this process: what they write where, and the exit status.
#include "cli/commands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "content/content.h"

namespace reeve {
namespace {

struct Ran {
  int status = 0;
  std::string out, err;
};

Ran run(const std::vector<std::string>& words) {
  char *out_text = nullptr, *err_text = nullptr;
  size_t out_size = 0, err_size = 0;
  Io io;
  io.out = ::open_memstream(&out_text, &out_size);
  io.err = ::open_memstream(&err_text, &err_size);
  io.terminal = io.error_terminal = {.utf8 = true, .width = 80};
  Ran ran;
  ran.status = run_reeve(reeve_program(), words, io);
  std::fclose(io.out);
  std::fclose(io.err);
  ran.out.assign(out_text, out_size);
  ran.err.assign(err_text, err_size);
  std::free(out_text);
  std::free(err_text);
  return ran;
}

class CommandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-commands-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path folder_, before_;
};

TEST_F(CommandsTest, AloneItSaysHowToBegin) {
  Ran ran = run({});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_NE(ran.out.find("reeve assess exports/"), std::string::npos);
}

TEST_F(CommandsTest, HelpIsTheSameByEveryRoad) {
  Ran help = run({"help", "content", "list"});
  EXPECT_EQ(help.status, 0);
  EXPECT_TRUE(starts_with(help.out, "usage: reeve content list [OPTION…]\n")) << help.out;
  EXPECT_EQ(run({"content", "list", "--help"}).out, help.out);
  EXPECT_EQ(run({"content", "-h", "list"}).out, help.out);
  EXPECT_EQ(run({"--help"}).out, run({"help"}).out);
  EXPECT_EQ(run({"content", "--help"}).out, run({"help", "content"}).out);
  EXPECT_EQ(run({"--version"}).out, run({"version"}).out);
  EXPECT_TRUE(starts_with(run({"help", "--completion", "bash"}).out, "# bash completion for reeve"));
}

TEST_F(CommandsTest, SlipsEndWithStatusTwoAndNothingOnStandardOutput) {
  for (const auto& [words, error] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"asess"}, "error  there is no command `asess`; did you mean `assess`?\n"},
           {{"help", "asess"}, "error  there is no command `asess`; did you mean `assess`?\n"},
           {{"explain"}, "error  `reeve explain` needs ID; for example `reeve explain root-mfa-enabled`\n"},
           {{"content", "list", "--practice", "aws_acount"}, "error  there is no practice `aws_acount`; did you mean `aws_account`?\n"},
           {{"init", "a\x1b[2Jb", "c"}, "error  `reeve init` takes one argument, so `c` is one too many\n"},
           {{"\x1b[2J"}, "error  there is no command `?[2J`; `reeve help` lists them\n"}}) {
    Ran ran = run(words);
    EXPECT_EQ(ran.status, exit_usage);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, error);
  }
}

TEST_F(CommandsTest, WhereNothingCanBeWrittenIsSaidBeforeAnythingIsRead) {
  ASSERT_TRUE(write_file("plain", "x"));
  ASSERT_TRUE(write_file("folder/there", "x"));
  for (const auto& [words, error] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"assess", "none", "--out", "no/such/report.html"}, "error  there is no folder `no/such` to write `no/such/report.html` in; `mkdir -p no/such` makes it\n"},
           {{"assess", "none", "-o", "plain/report.html"}, "error  `plain` is no folder, so `plain/report.html` cannot be written; expected --out in a folder that exists\n"},
           {{"assess", "none", "-o", "folder"}, "error  `folder` is a folder; expected --out with the name of a file\n"},
           {{"history", "-o", "no/history.json"}, "error  there is no folder `no` to write `no/history.json` in; `mkdir -p no` makes it\n"},
           {{"history", "-o", "folder"}, "error  `folder` is a folder; expected --out with the name of a file\n"},
           {{"snapshot", "pack", "none", "-o", "no/such/snap/"}, "error  there is no folder `no/such` to write `no/such/snap` in; `mkdir -p no/such` makes it\n"},
           {{"snapshot", "pack", "none", "-o", "plain"}, "error  `plain` is no folder, so `plain` cannot be written; expected --out in a folder that exists\n"}}) {
    Ran ran = run(words);
    EXPECT_EQ(ran.status, exit_usage) << error;
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, error);
  }
}

TEST_F(CommandsTest, InitMakesAWorkspaceOnce) {
  Ran ran = run({"init", "estate", "--organization", "Northfield Group"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, "Wrote estate/attestations/README.md\nWrote estate/exceptions/README.md\nWrote estate/drills/README.md\nWrote estate/.gitignore\nWrote estate/reeve.yaml\n");
  EXPECT_NE(ran.err.find("Next: "), std::string::npos);
  Ran again = run({"init", "estate"});
  EXPECT_EQ(again.status, exit_usage);
  EXPECT_EQ(again.err, "estate/reeve.yaml: there is a workspace already; edit it, or name another folder\n");
  EXPECT_EQ(run({"init", "other", "-q"}).err, "");
}

TEST_F(CommandsTest, ContentListKnowsTheWorkspaceAndNamesWhatIsWrong) {
  ASSERT_TRUE(run({"init"}).status == 0);
  Ran before = run({"content", "list", "--format", "json"});
  EXPECT_EQ(before.status, 0) << before.err;
  ASSERT_TRUE(write_file("controls/half-done/control.yaml", "title: x\n"));
  Ran after = run({"content", "list", "--format", "json"});
  EXPECT_EQ(after.status, exit_input);
  EXPECT_EQ(after.out, before.out);  // the rest is there
  EXPECT_NE(after.err.find("controls/half-done: control `half-done` says nowhere how it is judged"), std::string::npos) << after.err;
}

// What the help tells people to type names things that are there.
TEST_F(CommandsTest, ExamplesOfExplainExist) {
  Content content = load_content(ContentOptions{});
  const Command* explain = reeve_program().find("explain");
  ASSERT_TRUE(explain);
  for (const Example& example : explain->examples) {
    std::string id(split(example.line, ' ').back());
    bool is_status = parse_int(id).has_value();
    bool is_requirement = std::ranges::any_of(content.frameworks, [&](const Framework& framework) { return starts_with(id, framework.id + "/"); });
    EXPECT_TRUE(is_status || content.control(id) || content.practice(id) || is_requirement || starts_with(id, "arn:")) << id;
  }
}

TEST_F(CommandsTest, AResultThatDoesNotGetThroughIsNoticed) {
  std::FILE* full = std::fopen("/dev/full", "w");
  if (!full) GTEST_SKIP() << "there is no /dev/full";
  Io io;
  io.out = full;
  io.print("x");
  Status finished = io.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().text(), "the results could not be written to standard output: No space left on device; make room, or name another place");
  std::fclose(full);
}

}  // namespace
}  // namespace reeve
