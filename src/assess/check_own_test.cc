// Reading only the controls that a template's types need says what reading all of them says.
#include "assess/check_own.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "assess/content_index.h"
#include "base/file.h"

namespace reeve {
namespace {

// A template with resources of each type that a control judges, and of one that none does; among them a suppression by another tool.
std::string template_of_all_types() {
  std::set<std::string> types = {"AWS::Nobody::Judges"};
  for (const IndexedControl& control : built_in_index()) types.insert(control.types.begin(), control.types.end());
  std::string out = "Resources:\n";
  int number = 0;
  for (const std::string& type : types)
    for (const char* rest : {"", "    Properties: {Encrypted: true, Tags: [{Key: a, Value: b}]}\n", "    Metadata: {reeve: {exceptions: [{rule: volume-encrypted, owner: web, reason: why, expires: 2099-01-01}]}}\n"})
      out += "  R" + std::to_string(number++) + ":\n    Type: " + type + "\n" + rest;
  return out;
}

std::vector<std::string> told(bool late, const std::string& path, const std::vector<std::string>& controls = {}) {
  std::vector<std::string> out;
  StackFiles stacks;
  auto own = OwnControls::make({.controls = controls, .as_of = *parse_time("2026-11-29T00:00:00Z"), .stacks = &stacks, .late = late});
  EXPECT_TRUE(own);
  if (!own) return out;
  EXPECT_TRUE((*own)->problems().empty());
  out.push_back(std::to_string((*own)->count()) + " controls");
  DataFile file{path, path};
  CheckedFile checked;
  checked.file = &file;
  (*own)->judge(file, checked);
  EXPECT_TRUE(checked.problems.empty());
  for (const CheckFinding& each : checked.findings)
    out.push_back(each.rule + " " + std::string(guard::name(each.status)) + " " + each.resource + " " + std::string(each.severity_name()) + " " + each.message + " " + each.reason + " " +
                  each.path + ":" + std::to_string(each.line) + " " + each.expected + " " + each.found + " " + (each.control ? each.control->why + each.control->practice : "") +
                  (each.suppressed ? " excepted" : ""));
  return out;
}

TEST(OwnControls, SayTheSameReadAllOrOnlyWhatIsNeeded) {
  const std::string path = testing::TempDir() + "/all-types.yaml";
  ASSERT_TRUE(write_file(path, template_of_all_types()));
  const std::vector<std::string> all = told(false, path);
  EXPECT_GT(all.size(), 300u);
  EXPECT_EQ(all, told(true, path));
  EXPECT_EQ(told(false, path, {"volume-encrypted"}), told(true, path, {"volume-encrypted"}));
  std::remove(path.c_str());
}

TEST(OwnControls, KnowTheirIdsBeforeTheyAreRead) {
  for (bool late : {false, true}) {
    const auto none = OwnControls::make({.controls = {"volume-encryptet"}, .late = late});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().expected, "`volume-encrypted`");
  }
}

TEST(BuiltInIndex, NamesEveryControlAsItIs) {
  const Content content = load_content(ContentOptions{});
  const std::vector<IndexedControl> index = built_in_index();
  ASSERT_EQ(index.size(), content.controls.size());
  for (size_t i = 0; i < index.size(); ++i) {
    const Control& control = content.controls[i];
    EXPECT_EQ(index[i].id, control.id);
    EXPECT_EQ(index[i].judge, control.judge) << control.id;
    EXPECT_EQ(index[i].live, control.live) << control.id;
    EXPECT_EQ(index[i].in_template, control.in_template) << control.id;
    const auto alone = built_in_control(control.id);
    ASSERT_TRUE(alone) << control.id;
    EXPECT_EQ(alone->title, control.title);
    EXPECT_EQ(alone->check.text, control.check.text);
    EXPECT_EQ(alone->check.shown, control.check.shown);
  }
  EXPECT_FALSE(built_in_control("no-such-control"));
  EXPECT_EQ(built_in_foreign_rules().size(), content.foreign_rules.size());
}

}  // namespace
}  // namespace reeve
