#include "content/workspace.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"

namespace reeve {
namespace {

using Tree = std::map<std::string, std::string>;

// Each test works inside a folder of its own, so that messages name relative paths.
class WorkspaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-workspace-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  void write(const Tree& tree) {
    for (const auto& [name, text] : tree) ASSERT_TRUE(write_file(name, text));
  }
  static std::vector<std::string> texts(const std::vector<Error>& errors) {
    std::vector<std::string> out;
    for (const Error& error : errors) out.push_back(error.text());
    return out;
  }
  std::vector<std::string> errors_of(const Tree& tree) {
    write(tree);
    auto workspace = load_workspace(".");
    if (!workspace) return {"refused: " + workspace.error().text()};
    return texts(workspace->errors);
  }
  std::filesystem::path folder_, before_;
};

const char* const attestation_text = R"(control: root-recovery-drilled
answer: yes
owner: j.okafor
approver: a.rossi
given: 2026-10-01
expires: 2027-10-01
evidence: ["minutes of 1 Oct 2026"]
)";

const char* const exception_text = R"(control: bucket-not-public
resource: "arn:aws:s3:::website-*"
owner: web-team
approver: a.rossi
reason: Static website.
expires: 2027-02-01
)";

TEST_F(WorkspaceTest, ReadsAllOfIt) {
  write({{"w/reeve.yaml", R"(organization: Northfield Group
edition: "2024-06"
scope:
  sources: [exports, /srv/more.tar.zst]
  accounts: [111122223333, "012345678901"]
  regions: [eu-west-1]
owners:
  platform: j.okafor
thresholds:
  fail_on: high
)"},
         {"w/attestations/b.yaml", std::string("- {control: zeta, answer: no, owner: a, approver: b, given: 2026-01-01, expires: 2026-06-01, reason: not yet}\n")},
         {"w/attestations/a.yaml", attestation_text},
         {"w/attestations/README.md", "words"},
         {"w/attestations/later.yaml", "# nothing yet\n"},
         {"w/exceptions/web.yaml", exception_text}});
  auto workspace = load_workspace("w");
  ASSERT_TRUE(workspace) << workspace.error().text();
  EXPECT_EQ(texts(workspace->errors), std::vector<std::string>{});
  EXPECT_EQ(workspace->organization, "Northfield Group");
  EXPECT_EQ(workspace->edition, "2024-06");
  EXPECT_EQ(workspace->sources, (std::vector<std::string>{"w/exports", "/srv/more.tar.zst"}));
  EXPECT_EQ(workspace->accounts, (std::vector<std::string>{"111122223333", "012345678901"}));
  EXPECT_EQ(workspace->regions, std::vector<std::string>{"eu-west-1"});
  EXPECT_EQ(workspace->owners.at("platform"), "j.okafor");
  EXPECT_EQ(workspace->fail_on, "high");
  ASSERT_EQ(workspace->attestations.size(), 2u);
  EXPECT_EQ(workspace->attestations[0].control, "root-recovery-drilled");
  EXPECT_TRUE(workspace->attestations[0].answer);
  EXPECT_EQ(rfc3339(workspace->attestations[0].expires), "2027-10-01T00:00:00Z");
  EXPECT_EQ(workspace->attestations[0].at.text(), "w/attestations/a.yaml:1:1");
  EXPECT_FALSE(workspace->attestations[1].answer);
  EXPECT_EQ(workspace->attestations[1].reason, "not yet");
  ASSERT_EQ(workspace->exceptions.size(), 1u);
}

TEST_F(WorkspaceTest, ExceptionsCoverByGlobUntilTheyExpire) {
  write({{"reeve.yaml", "organization: N\n"}, {"exceptions/web.yaml", exception_text}});
  auto workspace = load_workspace(".");
  ASSERT_TRUE(workspace);
  const ResourceException& e = workspace->exceptions.at(0);
  EXPECT_TRUE(e.covers("bucket-not-public", "arn:aws:s3:::website-de"));
  EXPECT_FALSE(e.covers("bucket-not-public", "arn:aws:s3:::payroll"));
  EXPECT_FALSE(e.covers("bucket-encrypted", "arn:aws:s3:::website-de"));
  Time end = *parse_time("2027-02-01");
  EXPECT_FALSE(e.expired({end.ms - 1}));
  EXPECT_TRUE(e.expired(end));
  EXPECT_TRUE(workspace->expired_exceptions({end.ms - 1}).empty());
  EXPECT_EQ(texts(workspace->expired_exceptions(end)),
            std::vector<std::string>{"exceptions/web.yaml:1:1: the exception of `arn:aws:s3:::website-*` from `bucket-not-public` expired on 2027-02-01; ask web-team to "
                                     "renew or remove it"});
}

TEST_F(WorkspaceTest, NamesEachMistake) {
  struct Case {
    Tree tree;
    std::vector<std::string> errors;
  };
  auto changed = [](std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const Tree good{{"reeve.yaml", "organization: N\n"}};
  const Case cases[] = {
      {{{"reeve.yaml", "organisation: N\n"}},
       {"reeve.yaml:1:1: unknown key `organisation` in a workspace; did you mean `organization`?",
        "reeve.yaml:1:1: `organization` is missing from a workspace; expected text"}},
      {{{"reeve.yaml", "organization: N\nchannels: {}\n"}},
       {"reeve.yaml:2:1: unknown key `channels` in a workspace; expected one of organization, edition, scope, owners, thresholds, redaction_salt, placeholders, outputs"}},
      {{{"reeve.yaml", "organization: N\norganization: M\n"}}, {"reeve.yaml:2:1: this key stands twice in one map; the last one counts; expected each key once"}},
      {{{"reeve.yaml", "organization: N\nscope: {acounts: []}\n"}}, {"reeve.yaml:2:9: unknown key `acounts` in `scope`; did you mean `accounts`?"}},
      {{{"reeve.yaml", "organization: N\nscope: {accounts: [1234]}\n"}}, {"reeve.yaml:2:20: `accounts` has `1234`; expected an account id of 12 digits"}},
      {{{"reeve.yaml", "organization: N\nscope: {regions: [eu-west-1a]}\n"}}, {"reeve.yaml:2:19: `regions` has `eu-west-1a`; expected a Region such as eu-central-1"}},
      {{{"reeve.yaml", "organization: N\nscope: all\n"}}, {"reeve.yaml:2:8: `scope` is `all`; expected a map"}},
      {{{"reeve.yaml", "organization: N\nowners: {platform: }\n"}}, {"reeve.yaml:2:20: role `platform` names nobody; expected a person or team"}},
      {{{"reeve.yaml", "organization: N\nowners: {The Team: x}\n"}}, {"reeve.yaml:2:10: `The Team` is no role; expected a role such as platform"}},
      {{{"reeve.yaml", "organization: N\nthresholds: {fail_on: hihg}\n"}}, {"reeve.yaml:2:23: `fail_on` is `hihg`; did you mean `high`?"}},
      {{{"reeve.yaml", "- a\n"}}, {"refused: reeve.yaml:1:1: the workspace file holds no map; expected organization: NAME and so on; docs/formats/workspace.md shows one"}},
      {{{"exceptions/a.yaml", changed(exception_text, "expires: 2027-02-01", "expires: never")}},
       {"exceptions/a.yaml:6:10: `expires` is `never`; expected a date such as 2027-02-01 or a time such as 2027-02-01T09:00:00Z"}},
      {{{"exceptions/a.yaml", changed(exception_text, "owner: web-team\n", "")}}, {"exceptions/a.yaml:1:1: `owner` is missing from an exception; expected text"}},
      {{{"exceptions/a.yaml", changed(exception_text, "reason: Static website.", "reasons: x\nreason: ''")}},
       {"exceptions/a.yaml:5:1: unknown key `reasons` in an exception; did you mean `reason`?", "exceptions/a.yaml:6:9: `reason` is empty; expected text"}},
      {{{"exceptions/a.yaml", "just words"}}, {"exceptions/a.yaml:1:1: `a.yaml` holds neither a map nor a list; expected an exception or a list of them"}},
      {{{"exceptions/a.txt", "x"}}, {"exceptions/a.txt: `a.txt` has no place in exceptions/; expected files that end in .yaml"}},
      {{{"exceptions", "x"}}, {"exceptions: `exceptions` is a file; expected a folder"}},
      {{{"attestations/a.yaml", changed(attestation_text, "answer: yes", "answer: maybe")}}, {"attestations/a.yaml:2:9: `answer` is `maybe`; expected yes or no"}},
      {{{"attestations/a.yaml", changed(attestation_text, "answer: yes\n", "")}}, {"attestations/a.yaml:1:1: `answer` is missing from an attestation; expected yes or no"}},
      {{{"attestations/a.yaml", changed(attestation_text, "expires: 2027", "expires: 2025")}},
       {"attestations/a.yaml:6:10: the attestation expires before it is given; expected a time after `given`"}},
      {{{"attestations/a.yaml", changed(attestation_text, "[\"minutes of 1 Oct 2026\"]", "minutes")}}, {"attestations/a.yaml:7:11: `evidence` is `minutes`; expected a list of text"}},
  };
  for (const Case& c : cases) {
    for (const auto& entry : std::filesystem::directory_iterator(".")) std::filesystem::remove_all(entry.path());
    write(good);
    EXPECT_EQ(errors_of(c.tree), c.errors) << c.tree.begin()->second;
  }
}

TEST_F(WorkspaceTest, OneBadItemOfAListLeavesTheOthers) {
  write({{"reeve.yaml", "organization: N\n"},
         {"exceptions/all.yaml", "- {control: a, resource: r, owner: o, approver: p, reason: q, expires: 2027-01-01}\n- {control: b}\n"
                                 "- {control: c, resource: r, owner: o, approver: p, reason: q, expires: 2027-01-01}\n"}});
  auto workspace = load_workspace(".");
  ASSERT_TRUE(workspace);
  ASSERT_EQ(workspace->exceptions.size(), 2u);
  EXPECT_EQ(workspace->exceptions[1].control, "c");
  EXPECT_EQ(workspace->errors.size(), 5u);
  for (const Error& error : workspace->errors) EXPECT_EQ(error.at.line, 2u);
}

TEST_F(WorkspaceTest, HeldAgainstContent) {
  Content content;
  for (auto [id, judge, owner] : {std::tuple("bucket-not-public", Judge::guard, "web-team"), std::tuple("root-recovery-drilled", Judge::attested, "platform")}) {
    Control control;
    control.id = id;
    control.judge = judge;
    control.owner = owner;
    content.controls.push_back(control);
  }
  content.editions.push_back({"2024-06"});
  write({{"reeve.yaml", "organization: N\nedition: 2024-6\nowners: {platfrom: x, platform: y}\n"},
         {"attestations/a.yaml", std::string("- ") + "{control: bucket-not-public, answer: yes, owner: a, approver: b, given: 2026-01-01, expires: 2026-06-01}\n"
                                 "- {control: root-recovery-driled, answer: yes, owner: a, approver: b, given: 2026-01-01, expires: 2026-06-01}\n"},
         {"exceptions/a.yaml", "{control: nothing-like-it, resource: r, owner: o, approver: p, reason: q, expires: 2027-01-01}\n"}});
  auto workspace = load_workspace(".");
  ASSERT_TRUE(workspace);
  EXPECT_EQ(texts(workspace->errors), std::vector<std::string>{});
  EXPECT_EQ(texts(validate_workspace(*workspace, content)),
            (std::vector<std::string>{
                "attestations/a.yaml:1:3: control `bucket-not-public` is judged by facts, not by attestation; an exception accepts a failing resource, with owner and expiry",
                "attestations/a.yaml:2:3: there is no control `root-recovery-driled`; did you mean `root-recovery-drilled`?",
                "exceptions/a.yaml:1:1: there is no control `nothing-like-it`; `reeve content list` names them",
                "reeve.yaml:2:10: there is no edition `2024-6`; did you mean `2024-06`?",
                "reeve.yaml:3:10: no control is owned by role `platfrom`; did you mean `platform`?"}));
}

TEST_F(WorkspaceTest, IsFoundUpward) {
  write({{"a/reeve.yaml", "organization: N\n"}, {"a/b/c/x", ""}});
  EXPECT_EQ(find_workspace("a"), "a");
  EXPECT_EQ(find_workspace("a/"), "a");
  EXPECT_EQ(find_workspace("a/b/c"), "a");
  EXPECT_EQ(find_workspace((folder_ / "a/b").string()), (folder_ / "a").string());
  std::filesystem::current_path(folder_ / "a");
  EXPECT_EQ(find_workspace("."), ".");
  EXPECT_EQ(find_workspace(""), ".");
  std::filesystem::current_path(folder_ / "a/b/c");
  EXPECT_EQ(find_workspace("."), "../..");
  EXPECT_EQ(find_workspace("/"), std::nullopt);
  auto missing = load_workspace("/");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(), "/reeve.yaml: there is no workspace in `/`; expected a folder with reeve.yaml; `reeve init` makes one");
}

TEST_F(WorkspaceTest, InitWritesOneThatLoads) {
  auto written = write_workspace("new", "Northfield: \"Group\" #1");
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*written, (std::vector<std::string>{"new/attestations/README.md", "new/exceptions/README.md", "new/drills/README.md", "new/.gitignore", "new/reeve.yaml"}));
  auto workspace = load_workspace("new");
  ASSERT_TRUE(workspace) << workspace.error().text();
  EXPECT_EQ(texts(workspace->errors), std::vector<std::string>{});
  EXPECT_EQ(workspace->organization, "Northfield: \"Group\" #1");
  EXPECT_EQ(workspace->fail_on, "fail");

  auto again = write_workspace("new", "N");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().text(), "new/reeve.yaml: there is a workspace already; edit it, or name another folder");
}

// The examples that `reeve init` writes for people are read by the reader itself.
TEST_F(WorkspaceTest, TheExamplesItWritesHold) {
  ASSERT_TRUE(write_workspace("new", "N"));
  for (const char* name : {"attestations", "exceptions"}) {
    std::string page = *read_file(std::string("new/") + name + "/README.md");
    size_t begin = page.find("```yaml\n") + 8;
    ASSERT_TRUE(write_file(std::string("new/") + name + "/one.yaml", page.substr(begin, page.find("```", begin) - begin)));
  }
  auto workspace = load_workspace("new");
  ASSERT_TRUE(workspace);
  EXPECT_EQ(texts(workspace->errors), std::vector<std::string>{});
  EXPECT_EQ(workspace->attestations.size(), 1u);
  EXPECT_EQ(workspace->exceptions.size(), 1u);
}

TEST_F(WorkspaceTest, InitKeepsWhatIsThere) {
  write({{".gitignore", "build/"}, {"attestations/README.md", "mine"}});
  ASSERT_TRUE(write_workspace(".", "N"));
  EXPECT_EQ(*read_file(".gitignore"), "build/\n.reeve/\n");
  EXPECT_EQ(*read_file("attestations/README.md"), "mine");
}

}  // namespace
}  // namespace reeve
