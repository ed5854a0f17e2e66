#include "formats/tape.h"

#include <gtest/gtest.h>

#include "formats/yaml.h"

namespace reeve {
namespace {

constexpr std::string_view taped_text = "a: 1\nlist:\n  - 'two words'\n  - {deep: [yes, ~, 2.5]}\nempty: ''\nblock: |\n  line\n  line\n";

DocumentPtr tape_read(std::string_view yaml, YamlOptions options = {}) { return read_yaml(yaml, Source{.file = "a.yaml"}, options).value(); }

TEST(Tape, GivesEachDocumentAsItWasRead) {
  const DocumentPtr first = tape_read(taped_text), second = tape_read("x: [1]\n");
  TapeWriter writer;
  ASSERT_TRUE(writer.add("b/second.yaml", 7, 8, *second));
  ASSERT_TRUE(writer.add("a/first.yaml", 100, 200, *first));
  const std::string bytes = writer.finish();
  const Tape tape(bytes);
  EXPECT_EQ(tape.size(), 2u);
  const auto entry = tape.find("a/first.yaml");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->at, 100u);
  EXPECT_EQ(entry->size, 200u);
  const DocumentPtr back = tape.document(*entry, Source{.file = "shown.yaml"});
  EXPECT_EQ(back->self().file, "shown.yaml");
  ASSERT_EQ(back->nodes().size(), first->nodes().size());
  for (size_t i = 0; i < first->nodes().size(); ++i) {
    const Node &was = first->nodes()[i], &is = back->nodes()[i];
    EXPECT_EQ(std::tie(is.kind, is.style, is.source, is.span, is.count, is.line, is.column, is.origin),
              std::tie(was.kind, was.style, was.source, was.span, was.count, was.line, was.column, was.origin)) << i;
    ASSERT_EQ(is.text == nullptr, was.text == nullptr) << i;
    if (is.text) EXPECT_EQ(std::string_view(is.text, is.count), std::string_view(was.text, was.count)) << i;
  }
  EXPECT_EQ(back->root().get("list").at(1).get("deep").at(2).number(), 2.5);
  EXPECT_TRUE(equal(tape.document(*tape.find("b/second.yaml"), {})->root(), second->root()));
}

TEST(Tape, KnowsNothingElse) {
  TapeWriter writer;
  ASSERT_TRUE(writer.add("m.yaml", 0, 0, *tape_read(taped_text)));
  EXPECT_FALSE(writer.add("m.yaml", 0, 0, *tape_read(taped_text)));
  const std::string bytes = writer.finish();
  for (std::string_view name : {"", "a.yaml", "m.yam", "m.yaml ", "z.yaml"}) EXPECT_FALSE(Tape(bytes).find(name)) << name;
  EXPECT_FALSE(Tape("").find("m.yaml"));
}

TEST(Tape, LeavesOutWhatItWouldNotGiveBackWhole) {
  TapeWriter writer;
  EXPECT_FALSE(writer.add("twice.yaml", 0, 0, *tape_read("a: 1\na: 2\n")));
  EXPECT_FALSE(writer.add("unknown.yaml", 0, 0, *tape_read("a: !unknown denied\n", {.unknown_tag = true})));
  EXPECT_EQ(Tape(writer.finish()).size(), 0u);
}

}  // namespace
}  // namespace reeve
