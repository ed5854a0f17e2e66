// Folders of detections: what holds, and the exact message for each thing that does not.
#include "content/detections.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/text.h"

namespace reeve {
namespace {

using Tree = std::map<std::string, std::string>;
using Texts = std::vector<std::string>;

const char* const rule_text = R"(title: Trail stopped
id: 0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0001
status: test
description: A trail was stopped.
references:
  - https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html
author: Reeve
date: 2026-11-29
tags:
  - attack.defense-evasion
  - attack.t1562.008
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventSource: cloudtrail.amazonaws.com
    eventName: StopLogging
  condition: selection
falsepositives:
  - The trail is moved to another account
level: high
)";

const char* const own_text = R"(controls: [trail-is-logging]
triage:
  - Ask who stopped it.
group: [recipientAccountId, userIdentity.arn]
entity: userIdentity.arn
)";

const char* const base_text = R"(title: One failed sign-in
id: 0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0002
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: ConsoleLogin}
  condition: selection
)";

const char* const correlation_text = R"(title: Many failed sign-ins
id: 0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0003
status: test
description: Many of them.
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
author: Reeve
date: 2026-11-29
tags: [attack.credential-access, attack.t1110]
correlation:
  type: event_count
  rules: [0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0002]
  group-by: [sourceIPAddress]
  timespan: 10m
  condition: {gte: 10}
falsepositives: [A forgotten password]
level: medium
)";

Tree good_tree() {
  return {{"detections/trail-stopped/rule.yml", rule_text},
          {"detections/trail-stopped/detection.yaml", own_text},
          {"detections/trail-stopped/examples/match-stop.json", "{}"},
          {"detections/trail-stopped/examples/none-failed.json", "{}"}};
}

Detections read(const Tree& tree) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t"));
  return detections_of(ContentFiles(std::move(layers)));
}

Texts texts(const std::vector<Error>& errors) {
  Texts out;
  for (const Error& error : errors) out.push_back(error.text());
  return out;
}

Texts wrong_of(const std::string& path, const std::string& from, const std::string& to) {
  Tree tree = good_tree();
  std::string& text = tree.at("detections/trail-stopped/" + path);
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const Detections found = read(tree);
  EXPECT_TRUE(found.all.empty() || found.errors.empty());
  return texts(found.errors);
}

TEST(Detections, AFolderIsRead) {
  const Detections found = read(good_tree());
  EXPECT_EQ(texts(found.errors), Texts{});
  ASSERT_EQ(found.all.size(), 1u);
  const Detection& one = found.all[0];
  EXPECT_EQ(one.id, "trail-stopped");
  EXPECT_EQ(one.title, "Trail stopped");
  EXPECT_EQ(one.rule.text, rule_text);
  EXPECT_EQ(one.controls, Texts{"trail-is-logging"});
  EXPECT_EQ(one.triage, Texts{"Ask who stopped it."});
  EXPECT_EQ(one.group, (Texts{"recipientAccountId", "userIdentity.arn"}));
  EXPECT_EQ(one.entity, "userIdentity.arn");
  EXPECT_EQ(one.tags, (Texts{"attack.defense-evasion", "attack.t1562.008"}));
  EXPECT_EQ(one.examples.size(), 2u);
  EXPECT_EQ(found.of_rule("0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0001"), &one);
  EXPECT_EQ(found.of_rule("trail-stopped"), nullptr);
}

TEST(Detections, OfACorrelationTheBasesStayQuiet) {
  Tree tree = good_tree();
  tree["detections/trail-stopped/rule.yml"] = std::string(base_text) + "---\n" + correlation_text;
  const Detections found = read(tree);
  EXPECT_EQ(texts(found.errors), Texts{});
  ASSERT_EQ(found.all.size(), 1u);
  EXPECT_EQ(found.all[0].rule_id, "0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0003");
  // A base that raises alerts too is a detection of its own, and wants a folder of its own.
  std::string loud = tree["detections/trail-stopped/rule.yml"];
  loud.replace(loud.find("  timespan"), 0, "  generate: true\n");
  tree["detections/trail-stopped/rule.yml"] = loud;
  EXPECT_EQ(texts(read(tree).errors),
            Texts{"t/detections/trail-stopped/rule.yml:8:1: 2 documents of it raise alerts; expected one; the others are bases that a correlation names by id"});
}

TEST(Detections, WhatDoesNotHoldIsNamedAndLeftOut) {
  const std::string rule = "t/detections/trail-stopped/rule.yml", own = "t/detections/trail-stopped/detection.yaml";
  struct Case {
    std::string path, from, to;
    Texts errors;
  };
  const std::vector<Case> cases = {
      {"rule.yml", "id: 0a6ef0c2-3f5e", "id: 0A6EF0C2-3f5e", {rule + ":2:5: `id` is `0A6EF0C2-3f5e-4d0a-9b1c-6a2f6f1f0001`; expected a UUID in lower case"}},
      {"rule.yml", "  - attack.t1562.008\n", "", {rule + ":10:3: no tag names a technique; expected one such as attack.t1078.004"}},
      {"rule.yml", "attack.t1562.008", "attack.t1562.08", {rule + ":10:3: no tag names a technique; expected one such as attack.t1078.004"}},
      {"rule.yml", "  - attack.defense-evasion\n", "", {rule + ":10:3: no tag names a tactic; expected one such as attack.persistence"}},
      {"rule.yml", "falsepositives:\n  - The trail is moved to another account\n", "falsepositives: []\n",
       {rule + ":20:17: `falsepositives` is empty; expected what is known to be harmless and looks the same"}},
      {"rule.yml", "level: high", "level: severe", {rule + ":22:8: `level` is `severe`; expected one of informational, low, medium, high, critical"}},
      {"rule.yml", "date: 2026-11-29", "date: 29/11/2026", {rule + ":8:7: `date` is `29/11/2026`; expected a day such as 2026-11-29"}},
      {"rule.yml", "detection:", "detections:", {}},
      {"detection.yaml", "controls: [trail-is-logging]", "controls: []", {own + ":1:11: `controls` is empty; expected at least one"}},
      {"detection.yaml", "triage:\n  - Ask who stopped it.\n", "triage: []\n", {own + ":2:9: `triage` is empty; expected at least one"}},
      {"detection.yaml", "entity: userIdentity.arn", "entity: user identity", {own + ":5:9: `entity` is `user identity`; expected a field such as userIdentity.arn"}},
      {"detection.yaml", "entity: userIdentity.arn\n", "", {}},
      {"detection.yaml", "group:", "groups:", {}},
  };
  for (const Case& c : cases) {
    const Texts errors = wrong_of(c.path, c.from, c.to);
    if (c.errors.empty()) EXPECT_FALSE(errors.empty()) << c.to;
    else EXPECT_EQ(errors, c.errors) << c.to;
  }
}

TEST(Detections, AFolderWithoutExamplesOfBothKindsIsRefusedFromDisk) {
  Tree tree = good_tree();
  tree.erase("detections/trail-stopped/examples/match-stop.json");
  tree.erase("detections/trail-stopped/examples/none-failed.json");
  EXPECT_EQ(texts(read(tree).errors),
            (Texts{"t/detections/trail-stopped: detection `trail-stopped` has no example that matches (examples/match-NAME.json); docs/formats/detections.md shows one",
                   "t/detections/trail-stopped: detection `trail-stopped` has no example that must not match (examples/none-NAME.json); docs/formats/detections.md shows one"}));
  // The program has them checked when it is built, and carries none.
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer(tree, "t", LayerKind::built_in));
  EXPECT_EQ(texts(detections_of(ContentFiles(std::move(layers))).errors), Texts{});
}

TEST(Detections, StrangeFilesMissingFilesAndSharedIdsAreNamed) {
  Tree tree = good_tree();
  tree["detections/trail-stopped/examples/fail.json"] = "{}";
  EXPECT_EQ(texts(read(tree).errors), Texts{"t/detections/trail-stopped/examples/fail.json: `examples/fail.json` has no place in a detection; expected rule.yml, detection.yaml, "
                                            "examples/match-NAME.json or examples/none-NAME.json"});
  tree = good_tree();
  tree.erase("detections/trail-stopped/rule.yml");
  EXPECT_EQ(texts(read(tree).errors), Texts{"t/detections/trail-stopped: detection `trail-stopped` has no rule.yml; docs/formats/detections.md shows one"});
  tree = good_tree();
  for (const auto& [path, text] : good_tree()) tree["detections/trail-halted/" + path.substr(25)] = text;
  const Detections found = read(tree);
  EXPECT_EQ(found.all.size(), 1u);
  EXPECT_EQ(texts(found.errors), Texts{"t/detections/trail-stopped/rule.yml: rule id `0a6ef0c2-3f5e-4d0a-9b1c-6a2f6f1f0001` is that of detection `trail-halted` too; expected an id of its own"});
}

TEST(Detections, TheBuiltInOnesHoldAndServeControls) {
  const Detections found = load_detections({});
  EXPECT_EQ(texts(found.errors), Texts{});
  EXPECT_FALSE(found.all.empty());
  const Content content = load_content(ContentOptions{});
  for (const Detection& one : found.all)
    for (const std::string& control : one.controls) EXPECT_TRUE(content.control(control)) << one.id << " " << control;
}

}  // namespace
}  // namespace reeve
