// Objectives and frameworks: what holds, and the exact message for each thing that does not.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "content/content.h"

namespace reeve {
namespace {

using Tree = std::map<std::string, std::string>;

const char* const objective_text = R"(title: Root users do nothing
statement: No root user holds a key.
owner: platform
practices: [aws_account]
evidence_max_age_days: 7
appetite:
  failing_percent: 5
  mend_within_days: {critical: 1, high: 7, medium: 30, low: 90}
)";

const char* const framework_text = R"(title: A framework
version: "1"
publisher: Somebody
requirements:
  A.2: [root-key]
  A.10: []
)";

Tree good_tree() {
  Tree tree;
  tree["practices/aws_account.yaml"] = "title: Root\nquestion: Who?\nquestions: [Who?]\nstatement: By exception.\nrisk: high\n";
  tree["objectives/root-is-idle.yaml"] = objective_text;
  tree["frameworks/made-up-1.0.yaml"] = framework_text;
  std::string folder = "controls/root-key/";
  tree[folder + "control.yaml"] = R"(title: The root user has no access key
statement: No root user has an access key.
why: A root key does not expire.
objective: root-is-idle
practice: aws_account
level: 1
area: access control
phase: 1
severity: critical
responsibility: customer
effort: 15 min
owner: platform
fix: Delete the key.
)";
  tree[folder + "check.guard"] = "Reeve::Account::Root { Properties.Key == false }\n";
  for (const char* kind : {"pass", "fail", "unknown", "odd"}) tree[folder + "examples/" + kind + ".yaml"] = "resources: []\nexpect: {}\n";
  return tree;
}

Content load(const Tree& tree) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t"));
  return load_content(std::move(layers));
}

std::vector<std::string> texts(const std::vector<Error>& errors) {
  std::vector<std::string> out;
  for (const Error& error : errors) out.push_back(error.text());
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Objective, IsReadWhole) {
  Content content = load(good_tree());
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  const Objective* objective = content.objective("root-is-idle");
  ASSERT_TRUE(objective);
  EXPECT_EQ(objective->title, "Root users do nothing");
  EXPECT_EQ(objective->owner, "platform");
  EXPECT_EQ(objective->practices, std::vector<std::string>{"aws_account"});
  EXPECT_EQ(objective->evidence_days_max, 7);
  EXPECT_EQ(objective->failing_percent_max, 5);
  EXPECT_EQ(objective->mend_days, (std::map<Severity, int>{{Severity::critical, 1}, {Severity::high, 7}, {Severity::medium, 30}, {Severity::low, 90}}));
  EXPECT_EQ(content.objective("root-is-idl"), nullptr);
  EXPECT_EQ(content.objective(""), nullptr);
}

TEST(Objective, NamesEachMistakeByPlace) {
  struct Case {
    const char* from;
    const char* to;
    const char* error;  // after `t/objectives/root-is-idle.yaml:`
  };
  const Case cases[] = {
      {"title: Root users do nothing\n", "", "1:1: `title` is missing from an objective; expected text"},
      {"owner: platform", "ownr: platform", "3:1: unknown key `ownr` in an objective; did you mean `owner`?"},
      {"owner: platform", "owner: The Platform", "3:8: `owner` is `The Platform`; expected a role such as platform"},
      {"practices: [aws_account]", "practices: aws_account", "4:12: `practices` is `aws_account`; expected a list of the slug of a practice such as aws_account"},
      {"practices: [aws_account]", "practices: []", "4:12: `practices` is empty; expected at least one practice"},
      {"practices: [aws_account]", "practices: [aws_acount]", "4:12: there is no practice `aws_acount`; did you mean `aws_account`?"},
      {"evidence_max_age_days: 7", "evidence_max_age_days: 0", "5:24: `evidence_max_age_days` is `0`; expected a whole number from 1 to 3660"},
      {"failing_percent: 5", "failing_percent: 101", "7:20: `failing_percent` is `101`; expected a whole number from 0 to 100"},
      {"failing_percent: 5", "failing_percent: none", "7:20: `failing_percent` is `none`; expected a whole number from 0 to 100"},
      {"critical: 1, ", "", "8:21: `critical` is missing from `mend_within_days`; expected a whole number from 1 to 3660"},
      {"critical: 1", "critical: 0", "8:32: `critical` is `0`; expected a whole number from 1 to 3660"},
      {"high: 7", "hihg: 7", "8:35: unknown key `hihg` in `mend_within_days`; did you mean `high`?"},
      {"medium: 30", "medium: 3", "8:52: `medium` is to be mended sooner than what is worse; expected 7 days or more"},
      {"  mend_within_days: {critical: 1, high: 7, medium: 30, low: 90}\n", "", "7:3: `mend_within_days` is missing from an appetite; expected days by severity"},
  };
  for (const Case& c : cases) {
    Tree tree = good_tree();
    tree["objectives/root-is-idle.yaml"] = replaced(objective_text, c.from, c.to);
    Content content = load(tree);
    bool found = false;
    for (const std::string& text : texts(content.errors)) found |= text == std::string("t/objectives/root-is-idle.yaml:") + c.error;
    EXPECT_TRUE(found) << c.to << "\n" << join(texts(content.errors), "\n");
  }
}

TEST(Objective, AndItsControlsHoldOnToEachOther) {
  Tree tree = good_tree();
  tree["objectives/nobody-asks.yaml"] = objective_text;
  tree["objectives/Bad Name.yaml"] = objective_text;
  tree["objectives/README.md"] = "words";
  EXPECT_EQ(texts(load(tree).errors),
            (std::vector<std::string>{"t/objectives/Bad Name.yaml: `Bad Name.yaml` is no name for an objective; expected a file such as root-user-is-not-used.yaml",
                                      "t/objectives/nobody-asks.yaml:1:1: objective `nobody-asks` is measured by no control; expected a control that names it"}));

  // The verdict does not hang on the objective: the control stays.
  tree = good_tree();
  std::string& control = tree["controls/root-key/control.yaml"];
  control = replaced(control, "objective: root-is-idle", "objective: root-is-idel");
  Content content = load(tree);
  EXPECT_EQ(texts(content.errors),
            (std::vector<std::string>{"t/controls/root-key/control.yaml:4:12: there is no objective `root-is-idel`; did you mean `root-is-idle`?",
                                      "t/objectives/root-is-idle.yaml:1:1: objective `root-is-idle` is measured by no control; expected a control that names it"}));
  EXPECT_TRUE(content.control("root-key"));
  control = replaced(control, "objective: root-is-idel", "objective: cows-are-milked");
  EXPECT_EQ(texts(load(tree).errors)[0],
            "t/controls/root-key/control.yaml:4:12: there is no objective `cows-are-milked`; describe it in objectives/cows-are-milked.yaml");

  // A control that was left out is named itself; its objective is not blamed for it.
  control = replaced(control, "severity: critical", "severity: awful");
  content = load(tree);
  EXPECT_EQ(content.errors.size(), 1u) << join(texts(content.errors), "\n");
}

TEST(Objective, ServesThePracticesOfItsControls) {
  Tree tree = good_tree();
  tree["practices/threat_model.yaml"] = replaced(tree["practices/aws_account.yaml"], "title: Root", "title: Model");
  tree["objectives/root-is-idle.yaml"] = replaced(objective_text, "[aws_account]", "[threat_model]");
  auto breaches = texts(validate_content(load(tree)));
  auto has = [&](const std::string& text) { return std::find(breaches.begin(), breaches.end(), text) != breaches.end(); };
  EXPECT_TRUE(has("t/controls/root-key/control.yaml:5:11: control `root-key` answers practice `aws_account`, which its objective `root-is-idle` does not "
                  "name; expected one of threat_model; name it in t/objectives/root-is-idle.yaml"))
      << join(breaches, "\n");
  EXPECT_TRUE(has("t/objectives/root-is-idle.yaml:4:12: objective `root-is-idle` names practice `threat_model`, which no control of it answers"))
      << join(breaches, "\n");
}

TEST(Objective, OfTheWorkspaceReplacesTheOneBelow) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(good_tree(), "t"));
  Tree own;
  own["objectives/root-is-idle.yaml"] = replaced(objective_text, "failing_percent: 5", "failing_percent: 0");
  layers.push_back(memory_layer(own, "w", LayerKind::workspace));
  Content content = load_content(std::move(layers));
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  ASSERT_EQ(content.objectives.size(), 1u);
  EXPECT_EQ(content.objectives[0].failing_percent_max, 0);
  EXPECT_EQ(content.objectives[0].layer, LayerKind::workspace);
}

TEST(Framework, IsItsRequirementsInTheirOrder) {
  Content content = load(good_tree());
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  ASSERT_EQ(content.frameworks.size(), 1u);
  const Framework& framework = content.frameworks[0];
  EXPECT_EQ(framework.id, "made-up-1.0");
  EXPECT_EQ(framework.version, "1");
  ASSERT_EQ(framework.requirements.size(), 2u);
  EXPECT_EQ(framework.requirements[0].id, "A.2");
  EXPECT_EQ(framework.requirements[0].controls, std::vector<std::string>{"root-key"});
  EXPECT_EQ(framework.requirements[1].id, "A.10");
  EXPECT_TRUE(framework.requirements[1].controls.empty());
}

TEST(Framework, NamesEachMistakeByPlace) {
  struct Case {
    const char* from;
    const char* to;
    const char* error;
    size_t frameworks;
  };
  const Case cases[] = {
      {"[root-key]", "[root-kay]", "5:8: there is no control `root-kay`; did you mean `root-key`?", 1},
      {"[root-key]", "root-key", "5:8: `A.2` is `root-key`; expected a list of the id of a control", 0},
      {"[root-key]", "[root-key, root-key]", "5:19: `A.2` has `root-key` twice", 0},
      {"A.10", "A.2", "6:3: this key stands twice in one map; the last one counts; expected each key once", 1},
      {"publisher: Somebody\n", "", "1:1: `publisher` is missing from a framework; expected text", 0},
      {"title:", "titel:", "1:1: unknown key `titel` in a framework; did you mean `title`?", 0},
      {"requirements:\n  A.2: [root-key]\n  A.10: []\n", "requirements: {}\n", "4:15: `requirements` names none; expected requirement id: [control, …]", 0},
  };
  for (const Case& c : cases) {
    Tree tree = good_tree();
    tree["frameworks/made-up-1.0.yaml"] = replaced(framework_text, c.from, c.to);
    Content content = load(tree);
    bool found = false;
    for (const std::string& text : texts(content.errors)) found |= text == std::string("t/frameworks/made-up-1.0.yaml:") + c.error;
    EXPECT_TRUE(found) << c.to << "\n" << join(texts(content.errors), "\n");
    EXPECT_EQ(content.frameworks.size(), c.frameworks) << c.to;
  }
}

}  // namespace
}  // namespace reeve
