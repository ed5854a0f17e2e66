// Threats: what a folder says, the exact message for each thing that does not hold, and what must hold for all that content knows.
#include "content/threats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "content/content.h"

namespace reeve {
namespace {

using Tree = std::map<std::string, std::string>;
using Texts = std::vector<std::string>;

const char* const threat_text = R"(title: Bucket is read by strangers
source: outsider
prerequisites: that learns the bucket's name
action: list and read the objects
impact: disclosure of what it holds
goals: [confidentiality]
assets: [objects]
stride: [I, T]
attack: [T1530, T1619]
for_each: AWS::S3::Bucket
where: "bucket_name IS NOT NULL"
risk: {frequency: 4, capability: 2, loss: 3}
prevent: [bucket-closed]
detect: [bucket-opened, bucket-closed]
respond: [bucket-closed]
)";

const char* const control_text = R"(title: The bucket is closed
statement: No stranger reads it.
why: Strangers read what stands open.
objective: data-is-protected
practice: aws_account
level: 1
area: data protection
phase: 1
severity: high
responsibility: customer
effort: 15 min
owner: platform
fix: Close it.
)";

const char* const rule_text = R"(title: Bucket opened
id: 0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0001
status: test
description: A bucket was opened.
references: ["https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"]
author: Reeve
date: 2026-11-29
tags: [attack.collection, attack.t1530]
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: PutBucketPolicy}
  condition: selection
falsepositives: [A site]
level: high
)";

const char* const type_text = R"(type: AWS::S3::Bucket
title: S3 bucket
scope: global
arn: "arn:{partition}:s3:::{id}"
columns: {bucket_name: Properties.BucketName}
permissions: [s3:ListAllMyBuckets]
reads:
  - {call: "s3:ListBuckets", each: "Buckets[]", id: Name, set: {Properties.BucketName: Name}}
)";

const std::string folder = "threats/bucket-read/";

Tree good_tree() {
  Tree tree = {{folder + "threat.yaml", threat_text},
               {folder + "examples/applies-named.yaml", "resources: []\n"},
               {folder + "examples/not-named.yaml", "resources: []\n"},
               {"attack/iaas.yaml", "version: \"18.1\"\ntechniques: [T1619, T1530, T1114]\nnot_here:\n  T1114: {because: there is no mail}\n"},
               {"resources/aws-s3-bucket.yaml", type_text},
               {"objectives/data-is-protected.yaml",
                "title: Data\nstatement: Data are safe.\nowner: platform\npractices: [aws_account]\nevidence_max_age_days: 7\nappetite:\n"
                "  failing_percent: 5\n  mend_within_days: {critical: 1, high: 7, medium: 30, low: 90}\n"},
               {"practices/aws_account.yaml", "title: Root\nquestion: Who?\nquestions: [Who?]\nstatement: By exception.\nrisk: high\n"},
               {"controls/bucket-closed/control.yaml", control_text},
               {"controls/bucket-closed/check.guard", "AWS::S3::Bucket { Properties.BucketName exists }\n"},
               {"detections/bucket-opened/rule.yml", rule_text},
               {"detections/bucket-opened/detection.yaml", "controls: [bucket-closed]\ntriage: [Ask who.]\ngroup: [recipientAccountId]\nentity: userIdentity.arn\n"},
               {"detections/bucket-opened/examples/match-one.json", "{}"},
               {"detections/bucket-opened/examples/none-one.json", "{}"}};
  for (const char* kind : {"pass", "fail", "unknown", "odd"}) tree[std::string("controls/bucket-closed/examples/") + kind + ".yaml"] = "resources: []\nexpect: {}\n";
  return tree;
}

ContentFiles files(const Tree& tree) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t"));
  return ContentFiles(std::move(layers));
}

Texts texts(const std::vector<Error>& errors) {
  Texts out;
  for (const Error& error : errors) out.push_back(error.text());
  return out;
}

Tree replaced(Tree tree, const std::string& path, std::string_view from, std::string_view to) {
  std::string& text = tree.at(path);
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return tree;
}

Texts unbound(const Tree& tree) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t"));
  const Content content = load_content(std::move(layers));
  EXPECT_EQ(texts(content.errors), Texts{});
  const Threats known = threats_of(*content.files);
  EXPECT_EQ(texts(known.errors), Texts{});
  return texts(bindings_hold(known, content));
}

TEST(Threats, AreReadWhole) {
  const Threats known = threats_of(files(good_tree()));
  EXPECT_EQ(texts(known.errors), Texts{});
  ASSERT_EQ(known.rules.size(), 1u);
  const ThreatRule& rule = known.rules[0];
  EXPECT_EQ(rule.id, "bucket-read");
  EXPECT_EQ(rule.title, "Bucket is read by strangers");
  EXPECT_EQ(rule.source, "outsider");
  EXPECT_EQ(rule.prerequisites, "that learns the bucket's name");
  EXPECT_EQ(rule.action, "list and read the objects");
  EXPECT_EQ(rule.impact, "disclosure of what it holds");
  EXPECT_EQ(rule.goals, Texts{"confidentiality"});
  EXPECT_EQ(rule.assets, Texts{"objects"});
  EXPECT_EQ(rule.stride, "TI") << "in the order of the word";
  EXPECT_EQ(rule.attack, (Texts{"T1530", "T1619"}));
  EXPECT_EQ(rule.for_each, Candidates::type);
  EXPECT_EQ(rule.types, Texts{"AWS::S3::Bucket"});
  EXPECT_EQ(rule.where, "bucket_name IS NOT NULL");
  EXPECT_EQ(rule.risk.frequency, 4);
  EXPECT_EQ(rule.risk.capability, 2);
  EXPECT_EQ(rule.risk.loss, 3);
  EXPECT_EQ(rule.prevent, Texts{"bucket-closed"});
  EXPECT_EQ(rule.detect, (Texts{"bucket-opened", "bucket-closed"}));
  EXPECT_EQ(rule.respond, Texts{"bucket-closed"});
  EXPECT_EQ(rule.examples.size(), 2u);
  EXPECT_EQ(rule.file, "t/threats/bucket-read/threat.yaml");
  EXPECT_EQ(known.rule("bucket-read"), &rule);
  EXPECT_EQ(known.rule("bucket-rea"), nullptr);
  EXPECT_EQ(known.rule(""), nullptr);
  EXPECT_EQ(known.techniques.version, "18.1");
  EXPECT_EQ(known.techniques.all, (Texts{"T1114", "T1530", "T1619"})) << "sorted";
  ASSERT_EQ(known.techniques.not_here.size(), 1u);
  EXPECT_EQ(known.techniques.not_here[0], (std::pair<std::string, std::string>("T1114", "there is no mail")));
}

TEST(Threats, HappenToAccountsTheOrganizationOrSeveralTypes) {
  const std::string path = folder + "threat.yaml";
  Tree tree = replaced(good_tree(), path, "where: \"bucket_name IS NOT NULL\"\n", "");
  tree.erase(folder + "examples/applies-named.yaml");
  tree.erase(folder + "examples/not-named.yaml");
  const auto each = [&](std::string_view to) { return threats_of(files(replaced(tree, path, "AWS::S3::Bucket", to))); };
  EXPECT_EQ(each("account").rules.at(0).for_each, Candidates::account);
  EXPECT_EQ(each("organization").rules.at(0).for_each, Candidates::organization);
  EXPECT_EQ(each("[AWS::S3::Bucket, AWS::IAM::User]").rules.at(0).types, (Texts{"AWS::IAM::User", "AWS::S3::Bucket"}));
}

TEST(Threats, NameEachMistakeByPlace) {
  struct Case {
    const char* from;
    const char* to;
    const char* error;  // after `t/threats/bucket-read/threat.yaml:`
  };
  const std::string long_text = "impact: " + std::string(201, 'x');
  const Case cases[] = {
      {"title: Bucket is read by strangers\n", "", "1:1: `title` is missing from a threat; expected text"},
      {"source: outsider", "sourc: outsider", "2:1: unknown key `sourc` in a threat; did you mean `source`?"},
      {"source: outsider\n", "", "1:1: `source` is missing from a threat; expected text"},
      {"action: list and read the objects", "action: list and read the objects.", "4:9: `action` ends with a full stop, and stands in the middle of a sentence; expected no full stop"},
      {"impact: disclosure of what it holds", long_text.c_str(), "5:9: `impact` is longer than Threat Composer lets it be; expected 200 characters at most"},
      {"goals: [confidentiality]", "goals: [secrecy]",
       "6:9: `goals` has `secrecy`; expected some of confidentiality, integrity, availability, authenticity, accountability, authorization"},
      {"goals: [confidentiality]", "goals: []", "9:9: a threat without a goal that it hurts, a letter of STRIDE and a technique; expected at least one of each"},
      {"stride: [I, T]", "stride: [X]", "8:10: `stride` has `X`; expected letters of STRIDE"},
      {"stride: [I, T]", "stride: [I, I]", "8:13: `stride` has `I` twice"},
      {"attack: [T1530, T1619]", "attack: [T15300]", "9:10: `attack` has `T15300`; expected techniques of ATT&CK such as T1078.004"},
      {"for_each: AWS::S3::Bucket", "for_each: bucket",
       "10:11: `for_each` is `bucket`; expected account, organization, a resource type such as AWS::S3::Bucket, or a list of those"},
      {"for_each: AWS::S3::Bucket", "for_each: []",
       "10:11: `for_each` is empty, so nothing is threatened; expected account, organization, a resource type such as AWS::S3::Bucket, or a list of those"},
      {"for_each: AWS::S3::Bucket", "for_each: organization", "11:8: there is one organization, of which nothing is left out; expected no `where`"},
      {"frequency: 4", "frequency: 6", "12:19: `frequency` is `6`; expected a whole number from 1 to 5"},
      {", loss: 3", "", "12:7: `loss` is missing from the risk of a threat; expected a whole number from 1 to 5"},
      {"risk: {frequency: 4, capability: 2, loss: 3}\n", "", "1:1: `risk` is missing from a threat; expected {frequency: 1–5, capability: 1–5, loss: 1–5}"},
      {"prevent: [bucket-closed]\ndetect: [bucket-opened, bucket-closed]\nrespond: [bucket-closed]\n", "",
       "1:8: nothing prevents, detects or answers this threat; expected at least one id under `prevent`, `detect` or `respond`"},
      {"prevent: [bucket-closed]", "prevent: [Bucket Closed]", "13:11: `prevent` has `Bucket Closed`; expected ids of content"},
      {"where: \"bucket_name IS NOT NULL\"\n", "", "10:11: examples of a threat that applies to everything; expected a `where`, or no examples"},
  };
  for (const Case& one : cases) {
    const Threats known = threats_of(files(replaced(good_tree(), folder + "threat.yaml", one.from, one.to)));
    EXPECT_TRUE(known.rules.empty()) << one.to;
    const Texts found = texts(known.errors);
    EXPECT_TRUE(std::find(found.begin(), found.end(), std::string("t/threats/bucket-read/threat.yaml:") + one.error) != found.end())
        << one.error << "\nbut: " << (found.empty() ? "nothing" : join(found, "\n     "));
  }
}

TEST(Threats, NameFilesThatHaveNoPlace) {
  const auto with = [](const std::string& path) {
    Tree tree = good_tree();
    tree[path] = "resources: []\n";
    return texts(threats_of(files(tree)).errors);
  };
  EXPECT_EQ(with(folder + "README.md"), Texts{});
  EXPECT_EQ(with(folder + "examples/unknown-named.yaml"), Texts{});
  EXPECT_EQ(with(folder + "notes.txt"), Texts{"t/threats/bucket-read/notes.txt: `notes.txt` has no place in a threat; expected threat.yaml and examples/"});
  EXPECT_EQ(with(folder + "examples/named.yaml"),
            Texts{"t/threats/bucket-read/examples/named.yaml: `examples/named.yaml` does not say what is expected of it; expected applies-*.yaml, not-*.yaml or unknown-*.yaml"});
  EXPECT_EQ(with("threats/loose.yaml"), Texts{"t/threats/loose.yaml: `loose.yaml` has no place in threats/; expected folders named words-like-these with a threat.yaml"});
  EXPECT_EQ(with("attack/containers.yaml"), Texts{"t/attack/containers.yaml: `containers.yaml` has no place in attack/; expected iaas.yaml"});

  Tree tree = good_tree();
  tree.erase(folder + "examples/not-named.yaml");
  EXPECT_EQ(texts(threats_of(files(tree)).errors),
            Texts{"t/threats/bucket-read/threat.yaml:11:8: a `where` without examples of both kinds; expected examples/applies-*.yaml and examples/not-*.yaml"});
}

TEST(Threats, TechniquesAreReadStrictly) {
  const auto wrong = [](std::string_view from, std::string_view to) { return texts(threats_of(files(replaced(good_tree(), "attack/iaas.yaml", from, to))).errors); };
  EXPECT_EQ(wrong("T1114: {because", "T1115: {because"), Texts{"t/attack/iaas.yaml:4:3: `T1115` is no technique of this platform; expected one of `techniques`"});
  EXPECT_EQ(wrong("{because: there is no mail}", "{}"), Texts{"t/attack/iaas.yaml:4:10: `because` is missing from a technique that is no threat here; expected text"});
  EXPECT_EQ(wrong("not_here:\n  T1114: {because: there is no mail}\n", "not_here: none\n"), Texts{"t/attack/iaas.yaml:3:11: `not_here` is no map; expected T1114: {because: …}"});
  EXPECT_EQ(wrong("version: \"18.1\"\n", ""), Texts{"t/attack/iaas.yaml:1:1: `version` is missing from the techniques of a platform; expected text"});
}

TEST(Threats, AreBoundToWhatThereIs) {
  EXPECT_EQ(unbound(good_tree()), Texts{});
  const std::string path = folder + "threat.yaml", at = "t/threats/bucket-read/threat.yaml:";
  EXPECT_EQ(unbound(replaced(good_tree(), path, "prevent: [bucket-closed]", "prevent: [bucket-close]")),
            Texts{at + "13:10: threat `bucket-read` is bound to `bucket-close`, which is no control; did you mean `bucket-closed`?"});
  EXPECT_EQ(unbound(replaced(good_tree(), path, "respond: [bucket-closed]", "respond: [bucket-opened]")).size(), 1u) << "a detection answers nothing";
  EXPECT_EQ(unbound(replaced(good_tree(), path, "[bucket-opened, ", "[bucket-opend, ")),
            Texts{at + "14:9: threat `bucket-read` is bound to `bucket-opend`, which is no control or detection; did you mean `bucket-opened`?"});
  EXPECT_EQ(unbound(replaced(good_tree(), path, "for_each: AWS::S3::Bucket", "for_each: AWS::S3::Buckets")),
            Texts{"t/threats/bucket-read/threat.yaml: threat `bucket-read` is for each `AWS::S3::Buckets`, a type that content/resources does not know; did you mean `AWS::S3::Bucket`?"});

  Tree twice = good_tree();
  for (const char* file : {"threat.yaml", "examples/applies-named.yaml", "examples/not-named.yaml"}) twice["threats/bucket-read-again/" + std::string(file)] = twice.at(folder + file);
  EXPECT_EQ(unbound(twice),
            Texts{"t/threats/bucket-read-again/threat.yaml: threats `bucket-read` and `bucket-read-again` have the same title; expected another title, or one threat"});
}

TEST(Threats, AnswerEachTechniqueOnce) {
  const auto with = [](std::string_view from, std::string_view to) { return unbound(replaced(good_tree(), "attack/iaas.yaml", from, to)); };
  EXPECT_EQ(with("not_here:\n  T1114: {because: there is no mail}\n", ""),
            Texts{"technique T1114 is answered by no threat and by no reason; expected a threat that names it, or `not_here`"});
  EXPECT_EQ(with("  T1114: {because", "  T1619: {because: it is}\n  T1114: {because"), Texts{"technique T1619 is named by a threat, and said to be none; expected one of the two"});
}

// --- What content knows.

struct Known {
  Threats threats;
  Content content;
};

Known on_disk() {
  const ContentOptions options{.built_in = false, .content_dir = REEVE_CONTENT_SOURCE};
  return {load_threats(options), load_content(options)};
}

TEST(ThreatsOnDisk, HoldAndAreBound) {
  const Known known = on_disk();
  EXPECT_EQ(texts(known.threats.errors), Texts{});
  EXPECT_EQ(texts(bindings_hold(known.threats, known.content)), Texts{});
  EXPECT_GE(known.threats.rules.size(), 150u);
  for (const ThreatRule& rule : known.threats.rules) EXPECT_FALSE(rule.prevent.empty() && rule.detect.empty() && rule.respond.empty()) << rule.id;
}

TEST(ThreatsOnDisk, NoTwoSayTheSame) {
  std::map<std::string, std::string> titles, actions;
  for (const ThreatRule& rule : on_disk().threats.rules) {
    const auto [title, new_title] = titles.emplace(lower(rule.title), rule.id);
    EXPECT_TRUE(new_title) << rule.id << " and " << title->second << " have the same title";
    const auto [action, new_action] = actions.emplace(lower(rule.action), rule.id);
    EXPECT_TRUE(new_action) << rule.id << " and " << action->second << " do the same";
  }
}

TEST(ThreatsOnDisk, MakeASentence) {
  for (const ThreatRule& rule : on_disk().threats.rules) {
    for (std::string_view article : {"a ", "an ", "the ", "A ", "An ", "The "}) EXPECT_FALSE(starts_with(rule.source, article)) << rule.id << ": the sentence brings the article";
    // What follows “can” is a verb, so no capital and no “can” of its own.
    EXPECT_FALSE(rule.action[0] >= 'A' && rule.action[0] <= 'Z') << rule.id << ": " << rule.action;
    EXPECT_FALSE(starts_with(rule.action, "can ") || starts_with(rule.action, "to ")) << rule.id << ": " << rule.action;
  }
}

// The IaaS platform of ATT&CK 18.1 has 104 techniques.
TEST(ThreatsOnDisk, AnswerEveryTechnique) {
  const Known known = on_disk();
  EXPECT_EQ(known.threats.techniques.version, "18.1");
  EXPECT_EQ(known.threats.techniques.all.size(), 104u);
  std::set<std::string> answered;
  for (const ThreatRule& rule : known.threats.rules) answered.insert(rule.attack.begin(), rule.attack.end());
  for (const auto& [technique, because] : known.threats.techniques.not_here) {
    EXPECT_FALSE(answered.contains(technique)) << technique;
    answered.insert(technique);
  }
  for (const std::string& technique : known.threats.techniques.all) EXPECT_TRUE(answered.contains(technique)) << technique;
}

}  // namespace
}  // namespace reeve
