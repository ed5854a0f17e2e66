#include "content/content.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "content/read_items.h"

namespace reeve {
namespace {

using Tree = std::map<std::string, std::string>;

const char* const practice_text = R"(title: Secure account root user and properties
question: Would anybody notice?
questions: [Who holds it?]
statement: It is used by exception.
risk: high
page: sec_root
numbering:
  "2024-06": {id: SEC01-BP02}
  "2026": {id: null, note: gone}
)";

const char* const control_text = R"(title: The root user has no access key
statement: No root user has an access key.
why: A root key does not expire.
objective: root-user-is-not-used
practice: aws_account
level: 1
area: access control
phase: 1
severity: critical
responsibility: customer
effort: 15 min
owner: platform
attack: [T1078.004]
fix: Delete the key.
)";

const char* const objective_text = R"(title: Root users do nothing
statement: No root user holds a key.
owner: platform
practices: [aws_account]
evidence_max_age_days: 7
appetite:
  failing_percent: 0
  mend_within_days: {critical: 1, high: 7, medium: 30, low: 90}
)";

const char* const guard_text = "rule no_key {\n  Resources.*[ Type == 'Reeve::Account::Root' ] { Properties.Key == false }\n}\n";
const char* const sql_lines = "for_each: AWS::S3::Bucket\nneeds: [s3:ListBuckets]\n";
const char* const sql_text = "SELECT uid, 'pass', NULL, NULL, NULL FROM aws_s3_bucket\n";
const char* const attest_text = "question: Was it drilled?\nclaim: It was drilled.\nmax_age_days: 365\n";

void add_control(Tree& tree, const std::string& id, const std::string& control, const std::string& check_name, const std::string& check) {
  std::string folder = "controls/" + id + "/";
  tree[folder + "control.yaml"] = control;
  tree[folder + check_name] = check;
  for (const char* kind : {"pass", "fail", "unknown", "odd"}) tree[folder + "examples/" + kind + ".yaml"] = "resources: []\nexpect: {}\n";
}

Tree good_tree() {
  Tree tree;
  tree["practices/aws_account.yaml"] = practice_text;
  tree["objectives/root-user-is-not-used.yaml"] = objective_text;
  add_control(tree, "root-key", control_text, "check.guard", guard_text);
  return tree;
}

std::vector<std::string> texts(const std::vector<Error>& errors) {
  std::vector<std::string> out;
  for (const Error& error : errors) out.push_back(error.text());
  return out;
}

Content load(const Tree& tree) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t"));
  return load_content(std::move(layers));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Content, CarriesAllOfAControl) {
  Tree tree = good_tree();
  tree["controls/root-key/prevent.scp.json"] = "{\"Version\": \"2012-10-17\", \"Statement\": []}";
  tree["controls/root-key/examples/requests.yaml"] = "{}";
  tree["controls/root-key/respond.ssm.yaml"] = "schemaVersion: '0.3'\n";
  add_control(tree, "buckets", replaced(control_text, "effort: 15 min", "effort: 3 days") + sql_lines + "where: \"name <> 'x'\"\napplies_to: [live]\nfacts: [\"02.01\"]\n",
              "check.sql", sql_text);
  add_control(tree, "drilled", control_text, "attest.yaml", std::string(attest_text) + "contradicted_by: SELECT 1\n");
  Content content = load(tree);
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  ASSERT_EQ(content.controls.size(), 3u);
  EXPECT_EQ(content.controls[0].id, "buckets");  // sorted

  const Control* root = content.control("root-key");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->title, "The root user has no access key");
  EXPECT_EQ(root->judge, Judge::guard);
  EXPECT_EQ(root->check.name, "check.guard");
  EXPECT_EQ(root->check.text, guard_text);
  EXPECT_EQ(root->level, 1);
  EXPECT_EQ(root->severity, Severity::critical);
  EXPECT_EQ(root->effort_minutes, 15);
  EXPECT_EQ(root->attack, std::vector<std::string>{"T1078.004"});
  EXPECT_TRUE(root->live && root->in_template);
  ASSERT_EQ(root->prevent.size(), 1u);
  ASSERT_EQ(root->respond.size(), 1u);
  EXPECT_EQ(root->respond[0].name, "respond.ssm.yaml");
  ASSERT_EQ(root->examples.size(), 5u);
  EXPECT_EQ(root->examples[0].name, "examples/fail.yaml");
  EXPECT_EQ(root->at.at("level").text(), "t/controls/root-key/control.yaml:6:8");

  const Control* buckets = content.control("buckets");
  EXPECT_EQ(buckets->judge, Judge::sql);
  EXPECT_EQ(buckets->candidates, Candidates::type);
  EXPECT_EQ(buckets->candidate_types, std::vector<std::string>{"AWS::S3::Bucket"});
  EXPECT_EQ(buckets->where, "name <> 'x'");
  EXPECT_EQ(buckets->needs, std::vector<std::string>{"s3:ListBuckets"});
  EXPECT_EQ(buckets->effort_minutes, 3 * 8 * 60);
  EXPECT_TRUE(buckets->live);
  EXPECT_FALSE(buckets->in_template);
  EXPECT_EQ(buckets->facts, std::vector<std::string>{"02.01"});

  const Control* drilled = content.control("drilled");
  ASSERT_TRUE(drilled->attest);
  EXPECT_EQ(drilled->attest->claim, "It was drilled.");
  EXPECT_EQ(drilled->attest->age_days_max, 365);
  EXPECT_EQ(drilled->attest->contradicted_by, "SELECT 1");
  EXPECT_FALSE(drilled->in_template);
  EXPECT_EQ(content.control("nothing"), nullptr);
}

// One thing wrong in a control that is good otherwise: the exact message, and the control is left out.
TEST(Content, NamesEachMistakeInAControlByPlace) {
  struct Case {
    const char* from;
    const char* to;
    const char* error;  // after `t/controls/root-key/control.yaml:`
  };
  const Case cases[] = {
      {"severity: critical", "sevrity: critical", "1:1: `severity` is missing from a control; expected one of informational, low, medium, high, critical"},
      {"severity: critical", "sevrity: critical\nseverity: low", "9:1: unknown key `sevrity` in a control; did you mean `severity`?"},
      {"severity: critical", "severity: criticl", "9:11: `severity` is `criticl`; did you mean `critical`?"},
      {"severity: critical", "severity: [low]", "9:11: `severity` is a list; expected one of informational, low, medium, high, critical"},
      {"title: The root user has no access key", "title: ''", "1:8: `title` is empty; expected text"},
      {"level: 1", "level: 5", "6:8: `level` is `5`; expected a whole number from 1 to 4"},
      {"level: 1", "level: one", "6:8: `level` is `one`; expected a whole number from 1 to 4"},
      {"phase: 1", "phase: 0", "8:8: `phase` is `0`; expected a whole number from 1 to 4"},
      {"area: access control", "area: acces control", "7:7: `area` is `acces control`; did you mean `access control`?"},
      {"area: access control", "area: everything",
       "7:7: `area` is `everything`; expected one of account isolation, access control, network security, data protection, configuration "
       "management, logging and monitoring, threat detection, compliance monitoring, vulnerability management, security metrics, incident "
       "response, automated remediation, forensics, recovery, communication"},
      {"responsibility: customer", "responsibility: costumer", "10:17: `responsibility` is `costumer`; did you mean `customer`?"},
      {"effort: 15 min", "effort: soon", "11:9: `effort` is `soon`; expected a time such as 15 min, 2 h, 1 day or 3 days"},
      {"owner: platform", "owner: The Platform", "12:8: `owner` is `The Platform`; expected a role such as platform"},
      {"attack: [T1078.004]", "attack: [T1078.4]", "13:10: `attack` has `T1078.4`; expected an ATT&CK technique such as T1078 or T1078.004"},
      {"attack: [T1078.004]", "attack: T1078", "13:9: `attack` is `T1078`; expected a list of an ATT&CK technique such as T1078 or T1078.004"},
      {"attack: [T1078.004]", "attack: [T1078, T1078]", "13:17: `attack` has `T1078` twice"},
      {"objective: root-user-is-not-used", "objective: Root user", "4:12: `objective` is `Root user`; expected a slug such as root-user-is-not-used"},
      {"practice: aws_account", "practice: aws_acount", "5:11: there is no practice `aws_acount`; did you mean `aws_account`?"},
      {"fix: Delete the key.", "fix: Delete the key.\nneeds: [s3:ListBuckets]",
       "15:8: `needs` stands in a control that is not judged by SQL; leave it out, or judge by check.sql"},
      {"fix: Delete the key.", "fix: Delete the key.\napplies_to: []", "15:13: `applies_to` is empty, so nothing is judged; expected live, template or both"},
      {"fix: Delete the key.", "fix: Delete the key.\napplies_to: [prod]", "15:14: `applies_to` has `prod`; expected live or template"},
      {"fix: Delete the key.", "fix: Delete the key.\nfacts: [2.1]", "15:9: `facts` has `2.1`; expected a fact such as \"02.01\""},
  };
  for (const Case& c : cases) {
    Tree tree = good_tree();
    tree["controls/root-key/control.yaml"] = replaced(control_text, c.from, c.to);
    Content content = load(tree);
    bool found = false;
    for (const std::string& text : texts(content.errors)) found |= text == std::string("t/controls/root-key/control.yaml:") + c.error;
    EXPECT_TRUE(found) << c.to << "\n" << join(texts(content.errors), "\n");
    EXPECT_EQ(content.control("root-key"), nullptr) << c.to;
  }
}

TEST(Content, SqlControlsSayWhatTheyStandOn) {
  struct Case {
    const char* lines;
    const char* error;
  };
  const Case cases[] = {
      {"needs: []\n", "1:1: `for_each` is missing from a control; expected account, account_region, organization or a resource type such as AWS::S3::Bucket"},
      {"for_each: accounts\nneeds: []\n", "15:11: `for_each` is `accounts`; expected account, account_region, organization or a resource type such as AWS::S3::Bucket"},
      {"for_each: AWS::Bucket\n", "15:11: `for_each` is `AWS::Bucket`; expected account, account_region, organization or a resource type such as AWS::S3::Bucket"},
      {"for_each: [AWS::S3::Bucket, account]\n", "15:29: `for_each` has `account`; expected resource types such as AWS::S3::Bucket"},
      {"for_each: [AWS::S3::Bucket, AWS::S3::Bucket]\n", "15:29: `for_each` has `AWS::S3::Bucket` twice"},
      {"for_each: []\n", "15:11: `for_each` is empty, so nothing is judged; expected account, account_region, organization or a resource type such as AWS::S3::Bucket"},
      {"for_each: account\nneeds: [ListBuckets]\n", "16:9: `needs` has `ListBuckets`; expected reads such as s3:ListBuckets, and parts such as reeve:detect"},
      {"for_each: account\nwithin: region\n", "16:9: `within` is `region`; expected account"},
      {"for_each: organization\nwithin: account\n", "16:9: `within: account` cannot judge the organization; expected another `for_each`, or no `within`"},
      {"for_each: account\nwithin: account\nneeds: [organizations:DescribeOrganization]\n",
       "17:8: `within: account` sees no answer of `organizations:DescribeOrganization`; expected reads of the account itself, or no `within`"},
      {"for_each: account\napplies_to: [live, template]\n", "16:13: `applies_to` has `template`, which only Guard rules judge; expected [live], or check.guard"},
      {"for_each: account\nneeds: [S3:ListBuckets]\n", "16:9: `needs` has `S3:ListBuckets`; expected reads such as s3:ListBuckets, and parts such as reeve:detect"},
  };
  for (const Case& c : cases) {
    Tree tree;
    tree["practices/aws_account.yaml"] = practice_text;
    add_control(tree, "k", std::string(control_text) + c.lines, "check.sql", sql_text);
    EXPECT_EQ(texts(load(tree).errors), std::vector<std::string>{std::string("t/controls/k/control.yaml:") + c.error});
  }
}

// Changes to the files of a tree that is good otherwise (an empty text removes the file) and the exact messages.
TEST(Content, NamesEachMistakeInAFolder) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> changes;
    std::vector<std::string> errors;
    size_t controls;
  };
  const std::string odd = "controls/root-key/examples/odd.yaml";
  const Case cases[] = {
      {{{"controls/root-key/check.guard", ""}},
       {"t/controls/root-key: control `root-key` says nowhere how it is judged; expected exactly one of check.guard, check.sql, attest.yaml"},
       0},
      {{{"controls/root-key/check.sql", sql_text}},
       {"t/controls/root-key: control `root-key` is judged twice, by check.guard and check.sql; expected exactly one of check.guard, check.sql, attest.yaml"},
       0},
      {{{"controls/root-key/check.guard", "# later\n\n"}}, {"t/controls/root-key/check.guard: `check.guard` asks nothing; expected a rule"}, 0},
      {{{"controls/root-key/control.yaml", ""}}, {"t/controls/root-key: control `root-key` has no control.yaml; docs/formats/controls.md shows one"}, 0},
      {{{"controls/root-key/control.yaml", "- a\n"}}, {"t/controls/root-key/control.yaml:1:1: a control is a list; expected a map"}, 0},
      {{{"controls/root-key/control.yaml", std::string(control_text) + "level: 2\n"}},
       {"t/controls/root-key/control.yaml:15:1: this key stands twice in one map; the last one counts; expected each key once"},
       1},
      {{{odd, ""}, {"controls/root-key/examples/unknown.yaml", ""}},
       {"t/controls/root-key: control `root-key` has no examples/unknown*.yaml, examples/odd*.yaml; expected at least one example each that passes, "
        "fails, is unknown and is odd"},
       0},
      {{{"controls/root-key/examples/weird.yaml", "x: 1"}},
       {"t/controls/root-key/examples/weird.yaml: `weird.yaml` is no name for an example; expected pass*.yaml, fail*.yaml, unknown*.yaml, odd*.yaml, forms.yaml or requests.yaml"},
       0},
      {{{"controls/root-key/check.gaurd", "x"}}, {"t/controls/root-key/check.gaurd: `check.gaurd` has no place in a control; did you mean `check.guard`?"}, 0},
      {{{"controls/root-key/prevent.scp.json", "[]"}, {"controls/root-key/examples/requests.yaml", "{}"}},
       {"t/controls/root-key/prevent.scp.json: `prevent.scp.json` holds no map; expected a policy document"},
       0},
      {{{"controls/root-key/prevent.scp.json", "{}"}},
       {"t/controls/root-key: the guardrail of control `root-key` has no examples/requests.yaml; expected requests that it must stop and requests that it must let through"},
       0},
      {{{"controls/Root_Key/control.yaml", control_text}},
       {"t/controls/Root_Key: `Root_Key` is no id for a control; expected words of a–z and 0–9 joined by -, 64 bytes at most"},
       1},
      {{{"controls/alone.yaml", "x: 1"}}, {"t/controls/alone.yaml: `alone.yaml` is a file; expected a folder for each control"}, 1},
      {{{"controls/README.md", "words"}, {"controls/root-key/README.md", "words"}, {"resources/README.md", "words"}, {"README.md", "words"}}, {}, 1},
      {{{"practices/Root.yaml", practice_text}}, {"t/practices/Root.yaml: `Root.yaml` is no name for a practice; expected a file such as aws_account.yaml"}, 1},
      {{{"practices/other.yaml", replaced(practice_text, "SEC01-BP02", "BP02")}},
       {"t/practices/other.yaml:8:19: `id` is `BP02`; expected a number such as SEC01-BP02, or null"},
       1},
      {{{"resources/a.yaml", "- 1\n"}}, {"t/resources/a.yaml:1:1: `a.yaml` holds no map; expected a map"}, 1},
      {{{"resources/a.yml", "a: 1\n"}}, {"t/resources/a.yml: `a.yml` has no place in resources/; expected files that end in .yaml"}, 1},
  };
  for (const Case& c : cases) {
    Tree tree = good_tree();
    for (const auto& [path, text] : c.changes) {
      if (text.empty())
        tree.erase(path);
      else
        tree[path] = text;
    }
    Content content = load(tree);
    EXPECT_EQ(texts(content.errors), c.errors) << c.changes[0].first;
    EXPECT_EQ(content.controls.size(), c.controls) << c.changes[0].first;
  }
}

TEST(Content, TextThatIsNoYamlIsNamedAndTheRestLoads) {
  Tree tree = good_tree();
  add_control(tree, "broken", "title: [\n", "check.guard", "rule a { b exists }");
  tree["resources/bad.yaml"] = "a: \"\n";
  tree["schemas/bad.json"] = "{\"a\": }";
  Content content = load(tree);
  ASSERT_EQ(content.errors.size(), 3u) << join(texts(content.errors), "\n");
  EXPECT_EQ(content.errors[0].at.path, "t/controls/broken/control.yaml");
  EXPECT_EQ(content.errors[1].at.path, "t/resources/bad.yaml");
  EXPECT_EQ(content.errors[2].at.path, "t/schemas/bad.json");
  for (const Error& error : content.errors) EXPECT_GT(error.at.line, 0u) << error.text();
  EXPECT_EQ(content.controls.size(), 1u);
}

TEST(Content, RefusesTwoControlsThatAreTheSameCheck) {
  Tree tree = good_tree();
  add_control(tree, "a-copy", control_text, "check.guard", std::string("# another comment\n\n") + replaced(guard_text, "  Res", "      Res"));
  Content content = load(tree);
  EXPECT_EQ(texts(content.errors),
            std::vector<std::string>{"t/controls/root-key/check.guard: control `root-key` is judged by the same check as `a-copy`; ask something else, or keep one of the two"});
  EXPECT_TRUE(content.control("a-copy"));
  EXPECT_FALSE(content.control("root-key"));
}

TEST(Content, TheSameQueryOverOtherCandidatesIsAnotherCheck) {
  Tree tree = good_tree();
  add_control(tree, "one", std::string(control_text) + "for_each: account\nneeds: []\n", "check.sql", sql_text);
  add_control(tree, "two", std::string(control_text) + "for_each: account_region\nneeds: []\n", "check.sql", sql_text);
  add_control(tree, "three", std::string(control_text) + "for_each: Reeve::Organization\n", "check.sql", sql_text);
  EXPECT_EQ(texts(load(tree).errors), std::vector<std::string>{});
}

TEST(Content, TheOwnLayerNeverLosesToItsCopyBelow) {
  Tree below = good_tree(), own;
  add_control(own, "a-copy", control_text, "check.guard", guard_text);
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(below, "t"));
  layers.push_back(memory_layer(own, "w", LayerKind::workspace));
  Content content = load_content(std::move(layers));
  ASSERT_EQ(content.errors.size(), 1u);
  EXPECT_EQ(content.errors[0].at.path, "w/controls/a-copy/check.guard");
  EXPECT_TRUE(content.control("root-key"));
}

TEST(Content, TheSameIdReplacesTheWholeFolder) {
  Tree below = good_tree(), above;
  below["controls/root-key/prevent.scp.json"] = "{}";
  below["controls/root-key/examples/requests.yaml"] = "{}";
  below["resources/root.yaml"] = "type: A::B::C\n";
  add_control(above, "root-key", replaced(control_text, "level: 1", "level: 3"), "check.guard", "rule other { Resources exists }");
  above["resources/root.yaml"] = "type: A::B::D\n";
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(below, "t"));
  layers.push_back(memory_layer(above, "w", LayerKind::workspace));
  Content content = load_content(std::move(layers));
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  ASSERT_EQ(content.controls.size(), 1u);
  EXPECT_EQ(content.controls[0].level, 3);
  EXPECT_EQ(content.controls[0].layer, LayerKind::workspace);
  EXPECT_TRUE(content.controls[0].prevent.empty());  // nothing of the lower folder shows through
  EXPECT_EQ(content.controls[0].check.shown, "w/controls/root-key/check.guard");
  ASSERT_EQ(content.resource_types.size(), 1u);
  EXPECT_EQ(content.resource_types[0].document->root().get("type").text(), "A::B::D");
  ASSERT_EQ(content.layers.size(), 2u);
  EXPECT_EQ(content.layers[0].items, 4u);
  EXPECT_EQ(content.layers[1].items, 2u);
  EXPECT_EQ(content.layers[1].replaced, 2u);
}

TEST(Content, BuiltInControlsNeedNoExamples) {
  Tree tree = good_tree();
  std::erase_if(tree, [](const auto& file) { return contains(file.first, "/examples/"); });
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t", LayerKind::built_in));
  EXPECT_EQ(texts(load_content(std::move(layers)).errors), std::vector<std::string>{});
  EXPECT_EQ(load(tree).errors.size(), 1u);
}

TEST(Content, TheDigestIsOfTheTextsAndNotOfTheExamples) {
  Tree tree = good_tree();
  std::string digest = load(tree).digest;
  EXPECT_EQ(digest.size(), 64u);
  EXPECT_EQ(load(tree).digest, digest);
  Tree other = tree;
  other["controls/root-key/examples/odd.yaml"] += "# more\n";
  EXPECT_EQ(load(other).digest, digest);
  other["controls/root-key/check.guard"] += "#";
  EXPECT_NE(load(other).digest, digest);
  // The same bytes cut differently into name and text.
  Tree a{{"hunts/x", "yz"}}, b{{"hunts/xy", "z"}};
  EXPECT_NE(load(a).digest, load(b).digest);
}

TEST(Content, PracticesStandInTheOrderOfTheStandardEdition) {
  Tree tree;
  tree["practices/alpha.yaml"] = replaced(practice_text, "SEC01-BP02", "SEC01-BP03");
  tree["practices/aws_account.yaml"] = practice_text;
  tree["practices/gone.yaml"] = replaced(practice_text, "{id: SEC01-BP02}", "{id: null}");
  tree["frameworks/sec01.yaml"] = R"(title: SEC01
answers: "2024-06"
editions:
  "2024-06": {in_force: {from: "2024-06", to: "2026-05"}, complete: true}
  "2027": {in_force: {from: "2027-01"}, complete: false, numbers: {gone: SEC01-BP01, alpha: SEC01-BP02}}
)";
  Content content = load(tree);
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  ASSERT_EQ(content.practices.size(), 3u);
  EXPECT_EQ(content.practices[0].slug, "aws_account");
  EXPECT_EQ(content.practices[1].slug, "alpha");
  EXPECT_EQ(content.practices[2].slug, "gone");
  ASSERT_TRUE(content.standard_edition());
  EXPECT_EQ(content.standard_edition()->id, "2024-06");
  EXPECT_EQ(content.practices[1].number("2024-06"), "SEC01-BP03");
  EXPECT_EQ(content.practices[1].number("2027"), "SEC01-BP02");  // a new edition is one entry of one file
  EXPECT_EQ(content.practices[2].number("2027"), "SEC01-BP01");
  EXPECT_EQ(content.practices[2].number("2024-06"), "");
  EXPECT_EQ(content.edition("2027")->to, "");
  EXPECT_FALSE(content.edition("2027")->complete);
}

TEST(Content, EditionsThatDoNotFitAreNamed) {
  Tree tree = good_tree();
  tree["frameworks/sec01.yaml"] = R"(title: SEC01
answers: "2024-6"
editions:
  "2024-06": {numbers: {aws_acount: SEC01-BP01, aws_account: SEC01-BP07}}
)";
  EXPECT_EQ(texts(load(tree).errors),
            (std::vector<std::string>{
                "t/frameworks/sec01.yaml:2:10: `answers` names the edition `2024-6`, which is not described; did you mean `2024-06`?",
                "t/frameworks/sec01.yaml:4:37: there is no practice `aws_acount`; did you mean `aws_account`?",
                "t/frameworks/sec01.yaml:4:62: edition `2024-06` numbers practice `aws_account` SEC01-BP07; expected SEC01-BP02, as the practice's own file says"}));
}

TEST(Content, HouseRules) {
  Tree tree = good_tree();
  add_control(tree, "two", replaced(std::string(control_text) + sql_lines, "level: 1", "level: 2"), "check.sql", sql_text);
  add_control(tree, "four", replaced(control_text, "level: 1", "level: 4"), "attest.yaml", attest_text);
  tree["resources/bucket.yaml"] = "type: AWS::S3::Buckets\n";
  Content content = load(tree);
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  EXPECT_EQ(texts(validate_content(content)),
            (std::vector<std::string>{
                "t/practices/aws_account.yaml:1:1: practice `aws_account` has no control at level 3 Optimized; expected at least one control at each of the levels 1 to 4",
                "1 of 3 controls are attested; expected at most a quarter; judge more of them by facts",
                "t/controls/two/control.yaml:15:11: resource type `AWS::S3::Bucket` is described by no file in resources/; did you mean `AWS::S3::Buckets`?"}));

  tree["resources/bucket.yaml"] = "type: AWS::S3::Bucket\n";
  add_control(tree, "three", replaced(control_text, "level: 1", "level: 3"), "check.guard", "rule a { b exists }");
  content = load(tree);
  EXPECT_EQ(texts(validate_content(content)), std::vector<std::string>{});
  auto guard_types = [](const Control& control) -> Result<JudgedTypes> {
    return control.id == "three" ? JudgedTypes{{}, true} : JudgedTypes{{"AWS::S3::Bucket", "AWS::S3::Bukket"}, false};
  };
  EXPECT_EQ(texts(validate_content(content, guard_types)),
            (std::vector<std::string>{
                "t/controls/root-key/check.guard: resource type `AWS::S3::Bukket` is described by no file in resources/; did you mean `AWS::S3::Bucket`?",
                "t/controls/three/check.guard: control `three` asks outside of type blocks; expected rules that stand in blocks such as AWS::S3::Bucket { … }"}));
}

TEST(Content, Effort) {
  EXPECT_EQ(parse_effort("15 min"), 15);
  EXPECT_EQ(parse_effort("2 h"), 120);
  EXPECT_EQ(parse_effort("1 day"), 480);
  EXPECT_EQ(parse_effort("3 days"), 1440);
  for (const char* wrong : {"", "15", "min", "15min", "0 min", "-1 h", "+1 h", "1 days", "2 day", "1.5 h", "15 min ", "1001 min", "2 hours"})
    EXPECT_EQ(parse_effort(wrong), std::nullopt) << wrong;
}

TEST(Content, FifteenAreasUnderThreeFunctions) {
  EXPECT_EQ(operations_areas().size(), 15u);
  for (const OperationsArea& area : operations_areas())
    EXPECT_TRUE(area.function == "preventive" || area.function == "detective" || area.function == "responsive") << area.name;
}

// --- On disk.

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-content-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  void write(const Tree& tree) const {
    for (const auto& [name, text] : tree) ASSERT_TRUE(write_file(path + "/" + name, text));
  }
  std::string path;
};

TEST(ContentOnDisk, ReadsTheSameAsFromMemoryAndLeavesLitterOut) {
  Folder folder;
  folder.write(good_tree());
  folder.write({{"controls/root-key/.control.yaml.swp", "x"}, {"controls/root-key/check.guard~", "x"}, {".git/config", "x"}, {"README.md", "x"}});
  Content content = load_content({.built_in = false, .content_dir = folder.path});
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{});
  EXPECT_EQ(content.digest, load(good_tree()).digest);
  ASSERT_EQ(content.controls.size(), 1u);
  EXPECT_EQ(content.controls[0].check.shown, folder.path + "/controls/root-key/check.guard");
}

TEST(ContentOnDisk, NamesFoldersThatAreNoContent) {
  Folder folder;
  folder.write(good_tree());
  folder.write({{"contrls/x/control.yaml", control_text}, {"scripts/x.sh", ""}});
  Content content = load_content({.built_in = false, .content_dir = folder.path});
  EXPECT_EQ(texts(content.errors),
            (std::vector<std::string>{folder.path + "/contrls: `contrls` is no kind of content; did you mean `controls`?",
                                      folder.path + "/scripts: `scripts` is no kind of content; expected one of actions, apis, attack, baselines, challenges, controls, detections, escalations, exposure, facts, frameworks, "
                                                    "hunts, logsources, objectives, practices, quotas, redactions, resources, responsibility, risk, runbooks, schemas, suppressions, threats, views"}));
  // A workspace lives among other things: only what holds controls is a slip.
  content = load_content({.built_in = false, .workspace_dir = folder.path});
  ASSERT_EQ(content.errors.size(), 1u);
  EXPECT_TRUE(contains(content.errors[0].what, "`contrls`"));
}

TEST(ContentOnDisk, NamesWhatIsNotThereAndWhatIsNotFollowed) {
  Folder folder;
  folder.write(good_tree());
  std::filesystem::create_directory_symlink(folder.path + "/controls/root-key", folder.path + "/controls/linked");
  Content content = load_content({.built_in = false, .content_dir = folder.path});
  EXPECT_EQ(texts(content.errors), std::vector<std::string>{folder.path + "/controls/linked: a link to a folder is not followed; expected a folder"});
  content = load_content({.built_in = false, .content_dir = folder.path + "/nowhere"});
  ASSERT_EQ(content.errors.size(), 1u);
  EXPECT_EQ(content.errors[0].text(), folder.path + "/nowhere: no such folder of content; expected a folder with controls/, resources/ or the like");
}

TEST(ContentOnDisk, AFileTooLargeToBeContentIsNamed) {
  Folder folder;
  folder.write(good_tree());
  folder.write({{"hunts/huge.sql", std::string(5 << 20, 'x')}});
  Content content = load_content({.built_in = false, .content_dir = folder.path});
  ASSERT_EQ(content.errors.size(), 1u);
  EXPECT_EQ(content.errors[0].code, Code::limit);
  EXPECT_EQ(content.controls.size(), 1u);
}

// --- What is packed into this very program.

TEST(BuiltIn, IsTheTreeOfTheSourceWithoutExamples) {
  auto built_in = built_in_layer();
  ASSERT_TRUE(built_in) << built_in.error().text();
  EXPECT_FALSE(built_in->files.empty());
  for (const ContentFile& file : built_in->files) {
    EXPECT_FALSE(contains(file.path, "/examples/")) << file.path;
    EXPECT_EQ(file.shown, "built-in/" + file.path);
  }
  std::vector<Error> problems;
  ContentLayer disk = folder_layer(REEVE_CONTENT_SOURCE, LayerKind::folder, problems);
  EXPECT_EQ(texts(problems), std::vector<std::string>{});
  EXPECT_EQ(built_in->digest(), disk.digest());

  auto apis = built_in_apis();
  ASSERT_TRUE(apis) << apis.error().text();
  std::vector<std::string> packed, on_disk;
  for (const ContentFile& file : *apis) packed.push_back(file.path + "\n" + file.text);
  for (const ContentFile& file : disk.files)
    if (starts_with(file.path, "apis/")) on_disk.push_back(file.path + "\n" + file.text);
  EXPECT_EQ(packed, on_disk);
}

}  // namespace
}  // namespace reeve
