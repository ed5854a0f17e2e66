// Views that later parts of Reeve fill: what a file may say, and that no control asks one without needing what fills it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "content/content.h"

namespace reeve {
namespace {

using Tree = std::map<std::string, std::string>;

const char* const view_text = R"(title: What was done
meaning: One row for each thing.
filled_by: reeve:detect
columns:
  account: {type: text, meaning: where}
  time: {type: time, meaning: when}
  approved_by: {type: text, meaning: by whom, absent: nobody}
)";

const char* const control_text = R"(title: t
statement: s
why: w
objective: o
practice: p
level: 1
area: access control
phase: 1
severity: low
responsibility: customer
effort: 15 min
owner: platform
fix: f
for_each: account
)";

Tree tree_of(const std::string& view, const std::string& name, const std::string& lines, const std::string& sql) {
  Tree tree;
  tree["practices/p.yaml"] = "title: t\nquestion: q\nquestions: [q]\nstatement: s\nrisk: low\nnumbering: {\"2024-06\": {id: SEC01-BP01}}\n";
  tree["objectives/o.yaml"] = "title: t\nstatement: s\nowner: platform\npractices: [p]\nevidence_max_age_days: 7\nappetite: {failing_percent: 0, mend_within_days: {critical: 1, high: 7, medium: 30, low: 90}}\n";
  tree["resources/thing.yaml"] = "type: AWS::Made::Thing\n";
  tree["views/" + name] = view;
  tree["controls/k/control.yaml"] = control_text + lines;
  tree["controls/k/check.sql"] = sql;
  for (const char* kind : {"pass", "fail", "unknown", "odd"}) tree["controls/k/examples/" + std::string(kind) + ".yaml"] = "expect: {}\n";
  return tree;
}

Content load(const Tree& tree) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t"));
  return load_content(std::move(layers));
}

std::string texts(const Content& content) {
  std::string out;
  for (const Error& error : content.errors) out += error.text() + "\n";
  return out;
}

const char* const asks = "SELECT account, 'pass' FROM done";

TEST(RecordView, SaysWhoFillsItAndWhatItsColumnsMean) {
  Content content = load(tree_of(view_text, "done.yaml", "needs: [reeve:detect]\n", asks));
  EXPECT_EQ(texts(content), "");
  const RecordView* view = content.record_view("done");
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->filled_by, "reeve:detect");
  EXPECT_EQ(command_of(view->filled_by), "reeve detect");
  ASSERT_EQ(view->columns.size(), 3u);
  EXPECT_EQ(view->columns[1].type, RecordColumn::Type::time);
  EXPECT_EQ(view->columns[1].absent, "");
  EXPECT_EQ(view->columns[2].absent, "nobody");
  ASSERT_NE(content.control("k"), nullptr);
  EXPECT_EQ(content.control("k")->parts(), std::vector<std::string>{"reeve:detect"});
}

TEST(RecordView, NamesEachMistakeByPlace) {
  struct Case {
    const char* from;
    const char* to;
    const char* error;  // after `t/views/done.yaml`
  };
  const Case cases[] = {
      {"filled_by: reeve:detect", "filled_by: reeve detect", ":3:12: `filled_by` is `reeve detect`; expected a part such as reeve:detect"},
      {"filled_by: reeve:detect\n", "", ":1:1: `filled_by` is missing from a record view; expected a part such as reeve:detect"},
      {"title: What was done", "titel: What was done", ":1:1: unknown key `titel` in a record view; did you mean `title`?"},
      {"type: time", "type: tiem", ":6:16: `type` is `tiem`; did you mean `time`?"},
      {"{type: time, meaning: when}", "{type: time}", ":6:9: `meaning` is missing from a column; expected text"},
      {"  time:", "  Time:", ":6:3: `Time` is no name for a column; expected words of a–z and 0–9 joined by _, such as first_seen"},
      {"  time:", "  account:", ":6:3: this key stands twice in one map; the last one counts; expected each key once"},
      {"  time: {type: time, meaning: when}", "  time: when", ":6:9: a column is `when`; expected a map"},
  };
  for (const Case& c : cases) {
    std::string text = view_text;
    text.replace(text.find(c.from), std::string_view(c.from).size(), c.to);
    Content content = load(tree_of(text, "done.yaml", "needs: [reeve:detect]\n", asks));
    EXPECT_TRUE(contains(texts(content), std::string("t/views/done.yaml") + c.error + "\n")) << c.to << "\n" << texts(content);
  }
  std::string none = view_text;
  none.resize(none.find("columns:"));
  EXPECT_TRUE(contains(texts(load(tree_of(none, "done.yaml", "needs: [reeve:detect]\n", asks))), "`columns` is missing from a record view"));
}

TEST(RecordView, MayNotHideAnother) {
  for (auto [name, hidden] : {std::pair{"reads", "a view that every run has"}, {"aws_made_thing", "the view of `AWS::Made::Thing`"}}) {
    Content content = load(tree_of(view_text, std::string(name) + ".yaml", "", "SELECT uid, 'pass' FROM reeve_account_settings"));
    EXPECT_EQ(texts(content), "t/views/" + std::string(name) + ".yaml:1:1: the view `" + name + "` would hide " + hidden + "; expected another name\n");
    EXPECT_EQ(content.record_view(name), nullptr);
  }
  for (const char* name : {"Done.yaml", "2nd.yaml", "done.yml", "done/view.yaml"}) {
    Content content = load(tree_of(view_text, name, "", "SELECT uid, 'pass' FROM reeve_account_settings"));
    EXPECT_TRUE(contains(texts(content), "is no name for a view")) << name << "\n" << texts(content);
  }
}

// An empty view is what a query sees until the part has run: one that does not need the part could pass on it.
TEST(RecordView, IsAskedOnlyByWhoNeedsWhatFillsIt) {
  struct Case {
    const char* lines;
    const char* sql;
    const char* error;  // all of them, after `t/controls/k/`; empty: the control holds
  };
  const Case cases[] = {
      {"needs: [reeve:detect]\n", asks, ""},
      {"needs: ['s3:ListBuckets', 'reeve:detect']\n", asks, ""},
      {"", asks, "check.sql: control `k` asks the view `done` and does not need what fills it; expected `reeve:detect` among its `needs`"},
      {"", "SELECT account, 'pass' FROM \"DONE\"", "check.sql: control `k` asks the view `done` and does not need what fills it; expected `reeve:detect` among its `needs`"},
      {"where: 'account IN (SELECT account FROM done)'\n", "SELECT uid, 'pass' FROM reeve_account_settings",
       "check.sql: control `k` asks the view `done` and does not need what fills it; expected `reeve:detect` among its `needs`"},
      {"", "-- what is done\nSELECT uid, 'fail', NULL, NULL, 'done' /* or done */ FROM reeve_account_settings", ""},
      {"needs: [reeve:detekt]\n", "SELECT uid, 'pass' FROM reeve_account_settings", "control.yaml:15:8: no view is filled by `reeve:detekt`; did you mean `reeve:detect`?"},
      {"within: account\n", asks, "check.sql: `within: account` does not see the view `done`; expected no `within`"},
      {"within: account\nneeds: [reeve:detect]\n", "SELECT uid, 'pass' FROM reeve_account_settings",
       "control.yaml:16:8: `within: account` sees nothing that `reeve detect` records; expected reads of the account itself, or no `within`"},
      {"needs: [reeve:Detect]\n", asks, "control.yaml:15:9: `needs` has `reeve:Detect`; expected reads such as s3:ListBuckets, and parts such as reeve:detect"},
  };
  for (const Case& c : cases) {
    Content content = load(tree_of(view_text, "done.yaml", c.lines, c.sql));
    EXPECT_EQ(texts(content), *c.error ? "t/controls/k/" + std::string(c.error) + "\n" : "") << c.lines << c.sql;
    EXPECT_EQ(content.control("k") != nullptr, !*c.error) << c.lines << c.sql;
  }
}

// --- The page that documents them.

std::string wrapped(const std::string& text) {
  std::string out;
  size_t column = 0;
  for (std::string_view word : split(text, ' ')) {
    if (column + word.size() > 128) out += "\n", column = 0;
    else if (!out.empty()) out += " ", ++column;
    out += word;
    column += word.size();
  }
  return out;
}

std::string page_of(const Content& content) {
  std::string out;
  for (const RecordView& view : content.record_views) {
    out += "### `" + view.name + "`: " + view.title + "\n\n" + wrapped(view.meaning + " Filled by `" + command_of(view.filled_by) + "`.") + "\n\n";
    out += "| column | type | what it says |\n|---|---|---|\n";
    for (const RecordColumn& column : view.columns)
      out += "| `" + column.name + "` | " + std::string(name(column.type)) + " | " + column.meaning + (column.absent.empty() ? "" : "; NULL: " + column.absent) + " |\n";
    out += "\n";
  }
  return out;
}

TEST(RecordView, ThePageSaysWhatTheContentSays) {
  std::vector<Error> problems;
  std::vector<ContentLayer> layers;
  layers.push_back(folder_layer(REEVE_CONTENT_SOURCE, LayerKind::folder, problems));
  Content content = load_content(std::move(layers));
  EXPECT_FALSE(content.record_views.empty());
  const std::string page = std::string(REEVE_CONTENT_SOURCE) + "/../docs/formats/views.md", mark = "<!-- from here on: content/views -->\n\n";
  auto text = read_file(page, 1 << 20);
  ASSERT_TRUE(text) << text.error().text();
  size_t at = text->find(mark);
  ASSERT_NE(at, std::string::npos);
  std::string wanted = text->substr(0, at) + mark + page_of(content);
  if (wanted != *text && std::getenv("REEVE_UPDATE_DOCS")) ASSERT_TRUE(write_file(page, wanted) && (text = wanted));
  EXPECT_TRUE(*text == wanted) << page << " is not what content/views says; take it anew: REEVE_UPDATE_DOCS=1 build/test_content";

  // What nobody asks, nobody needs to fill.
  for (const RecordView& view : content.record_views) {
    bool asked = false;
    for (const Control& control : content.controls) {
      asked |= control.judge == Judge::sql && contains(control.check.text, view.name);
      asked |= control.judge == Judge::attested && contains(control.attest->contradicted_by, view.name);
    }
    EXPECT_TRUE(asked) << view.name << " is asked by no control";
  }
}

}  // namespace
}  // namespace reeve
