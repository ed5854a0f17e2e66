// One walk finds what each path finds by itself.
#include "estate/path_tree.h"

#include "estate/estate_test_kit.h"
#include "formats/json.h"

namespace reeve {
namespace {

TEST(PathTree, FindsWhatEachPathFinds) {
  const char* const paths[] = {"a", "a.b", "a.b.c", "a.b.d", "a.x", "n", "n.below", "text.below", "list.a", "u", "u.a.b", "twice", "twice.a", "twice.b", "\"\\u00fc\".\"ö\""};
  const char* const documents[] = {
      R"({})", R"([1, 2])", R"("text")", R"({"a": 1})", R"({"a": {"b": {"c": 1, "d": null}, "x": []}})",
      R"({"a": {"b": {"d": {"e": 1}}}, "n": null, "text": "t", "list": [{"a": 1}]})",
      R"({"n": {"below": 1}, "ü": {"ö": 7}})",
      R"({"twice": {"a": 1, "b": 2}, "other": 0, "twice": {"b": 3}})", R"({"twice": {"a": 1}, "twice": null})", R"({"twice": {"a": 1}, "twice": 5})"};
  PathTree tree;
  std::vector<Path> compiled;
  for (const char* path : paths) {
    compiled.push_back(must(Path::compile(path, {})));
    EXPECT_TRUE(tree.add(compiled.back(), static_cast<uint32_t>(compiled.size() - 1))) << path;
  }
  auto hold = [&](Value root, const std::string& what) {
    std::vector<Value> found;
    tree.find(root, found);
    for (size_t i = 0; i < compiled.size(); ++i) {
      Value alone = compiled[i].find_plain(root);
      EXPECT_EQ(bool(found[i]), bool(alone)) << what << " " << paths[i];
      if (found[i] && alone) EXPECT_EQ(found[i].index(), alone.index()) << what << " " << paths[i];
    }
  };
  for (const char* text : documents) hold(must(read_json(text, Source{}))->root(), text);
  Builder unknown;
  unknown.begin_map();
  unknown.key("u");
  unknown.unknown("denied");
  unknown.key("a");
  unknown.unknown("denied too");
  unknown.end();
  hold(unknown.finish()->root(), "unknown");
}

TEST(PathTree, LeavesOtherPathsAlone) {
  PathTree tree;
  for (const char* path : {"@", "a[0]", "a[].b", "a.b[0].c", "from_json(a).b", "a || b"})
    EXPECT_FALSE(tree.add(must(Path::compile(path, {})), 3)) << path;
  EXPECT_FALSE(tree.has(3));
}

}  // namespace
}  // namespace reeve
