#include "aws/ini.h"

#include <gtest/gtest.h>

#include "aws/profile.h"
#include "base/text.h"

namespace reeve {
namespace {

// `section.key=value` and `section.key.nested=value`, a line each.
std::string flat(std::string_view text) {
  auto sections = read_ini(text, "config");
  if (!sections) return "ERROR " + sections.error().text();
  std::string out;
  for (const auto& section : *sections) {
    if (section.values.empty()) out += section.name + "\n";
    for (const auto& [key, value] : section.values) {
      if (value.nested.empty()) out += section.name + "." + key + "=" + value.text + "\n";
      for (const auto& [name, inner] : value.nested) out += section.name + "." + key + "." + name + "=" + inner + "\n";
    }
  }
  return out;
}

TEST(Ini, reads_what_configparser_reads) {
  struct Row {
    const char *text, *read;
  };
  // The right-hand sides are what Python's configparser and botocore's configloader give for the left (tests/credentials.py tries
  // them again).
  const Row rows[] = {
      {"", ""},
      {"# nothing\n; at all\n\n", ""},
      {"[default]\n", "default\n"},
      {"[default]\nregion = eu-west-1\n", "default.region=eu-west-1\n"},
      {"\xef\xbb\xbf[default]\r\nregion=eu-west-1\r\n", "default.region=eu-west-1\n"},
      {"[profile a]\nRegion : eu-west-1", "profile a.region=eu-west-1\n"},
      {"[a]\nx = 1 # not a comment\ny = # nor this\n", "a.x=1 # not a comment\na.y=# nor this\n"},
      {"[a] # trailing\nx = 1\n", "a.x=1\n"},
      {"  [a]\n  x = 1\n  y = 2\n", "a.x=1\na.y=2\n"},
      {"[a]\nx = one\n  two\n  three\ny = 1\n", "a.x=one\ntwo\nthree\na.y=1\n"},
      {"[a]\ns3 =\n  addressing_style = path\n  Max = 3\nregion = x\n", "a.region=x\na.s3.addressing_style=path\na.s3.max=3\n"},
      {"[a]\ns3 =\n  a = 1\n\n  # said in between\n  b = 2\n", "a.s3.a=1\na.s3.b=2\n"},
      {"[a]\nx =\ny = 1\n", "a.x=\na.y=1\n"},
      {"[a]\nx = a=b:c\n", "a.x=a=b:c\n"},
      {"[a]\nx = 1\n  [not a section]\n[b]\ny = 2\n", "a.x=1\n[not a section]\nb.y=2\n"},
      {"[DEFAULT]\nregion = r\nx = 1\n[a]\nx = 2\n[b]\n", "a.region=r\na.x=2\nb.region=r\nb.x=1\n"},
      {"[]\n[a]\n", "ERROR config:1: a setting stands before any section; expected `[profile NAME]` or `[default]` above it"},
      {"x = 1\n", "ERROR config:1: a setting stands before any section; expected `[profile NAME]` or `[default]` above it"},
      {"[a]\n\nSECRET\n", "ERROR config:3: a line is neither a section nor a setting; expected `[NAME]` or `name = value`"},
      {"[a]\n= SECRET\n", "ERROR config:2: a setting has no name; expected `name = value`"},
      {"[a]\nx = SECRET\nX = SECRET\n",
       "ERROR config:3: `x` stands twice in section `a`; expected each setting once; the first is in line 2"},
      {"[a]\n[b]\n[a]\n", "ERROR config:3: section `a` stands twice; expected each section once; the first is in line 1"},
      {"[a]\ns3 =\n  SECRET\n", "ERROR config:2: a nested setting has no `=`; expected `name = value` in each line below"},
      {"[a]\nx = \xff\n", "ERROR config:2: is not UTF-8; expected a text file"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(flat(row.text), row.read) << row.text;
    EXPECT_FALSE(contains(flat(row.text), "SECRET")) << row.text;
  }
}

TEST(Ini, words_of_a_command) {
  struct Row {
    const char* text;
    std::vector<std::string> words;
  };
  const Row rows[] = {
      {"", {}},
      {"  ", {}},
      {"a b  c", {"a", "b", "c"}},
      {"'a b' \"c d\"", {"a b", "c d"}},
      {"a'b'\"c\"", {"abc"}},
      {"a\\ b", {"a b"}},
      {"\"a\\\"b\\n\"", {"a\"b\\n"}},
      {"'a\\'", {"a\\"}},
      {"'' \"\"", {"", ""}},
      {"a $HOME *", {"a", "$HOME", "*"}},
      {"a\tb\nc", {"a", "b", "c"}},
  };
  for (const auto& row : rows) {
    auto words = shell_words(row.text);
    ASSERT_TRUE(words) << row.text;
    EXPECT_EQ(*words, row.words) << row.text;
  }
  for (auto text : {"'a", "\"a", "a\\", "\"a\\"}) EXPECT_FALSE(shell_words(text)) << text;
}

TEST(Ini, paths) {
  CredentialSettings settings;
  settings.environment = {{"HOME", "/h"}, {"AWS_DIR", "d"}};
  for (auto [text, path] : {std::pair{"~/.aws/config", "/h/.aws/config"},
                            {"~", "/h"},
                            {"~other/x", "~other/x"},
                            {"/a/$AWS_DIR/b", "/a/d/b"},
                            {"/a/${AWS_DIR}b", "/a/db"},
                            {"$AWS_NONE/$", "$AWS_NONE/$"},
                            {"${AWS_DIR", "${AWS_DIR"},
                            {"", ""},
                            {"$AWS_DIR$AWS_DIR", "dd"}})
    EXPECT_EQ(expand_path(settings, text), path) << text;
}

}  // namespace
}  // namespace reeve
