// Rules from templates: what is written holds for what it was written from, and what may not be written stays a comment.
#include "check/rulegen.h"

#include "check/guard_testing.h"

namespace reeve {
namespace {

using guard::GuardOptions;
using guard::GuardStatus;

std::string resources(const std::string& rows) { return "Resources:\n" + rows; }
std::string volume(const std::string& id, const std::string& properties) { return "  " + id + ": {Type: 'AWS::EC2::Volume', Properties: " + properties + "}\n"; }

TEST(Rulegen, WhatIsWrittenHoldsForItsSource) {
  struct {
    const char* what;
    std::vector<std::string> templates;
    std::vector<std::string> says, not_says;
    size_t clauses;
  } cases[] = {
      {"one value", {resources(volume("A", "{Encrypted: true}"))}, {"Properties.Encrypted == true"}, {}, 1},
      {"several values", {resources(volume("A", "{Size: 8}") + volume("B", "{Size: 16}"))}, {"Properties.Size IN [8, 16]"}, {}, 1},
      {"of several templates", {resources(volume("A", "{Size: 8}")), resources(volume("B", "{Size: '8'}"))}, {"Properties.Size IN [8, \"8\"]"}, {}, 1},
      {"that some have", {resources(volume("A", "{Size: 8}") + volume("B", "{Encrypted: true}"))}, {"Properties.Size exists ].Properties.Size == 8", "Properties.Encrypted == true"}, {}, 2},
      {"quotes", {resources(volume("A", "{Name: \"it's\", Other: 'say \"x\"'}"))}, {"== \"it's\"", "== 'say \"x\"'"}, {}, 2},
      {"both quotes", {resources(volume("A", "{Name: \"it's \\\"x\\\"\"}"))}, {"# Properties.Name: its value cannot be written", "Properties.Name exists"}, {"it's"}, 1},
      {"maps and lists", {resources(volume("A", "{Tags: [{Key: a, Value: !Ref B}], None: null, Ratio: 1.5}"))}, {"Properties.Tags ==", "\"Ref\":\"B\"", "Properties.Ratio == 1.5"}, {}, 3},
      {"a secret by its name", {resources(volume("A", "{MasterUserPassword: swordfish, Size: 8}"))}, {"# Properties.MasterUserPassword: its value may be a secret", "MasterUserPassword exists"}, {"swordfish"}, 2},
      {"a secret by its look", {resources(volume("A", "{Words: ['AKIAIOSFODNN7EXAMPLE']}"))}, {"its value may be a secret"}, {"AKIAIOSFODNN7EXAMPLE"}, 1},
      {"an odd name", {resources(volume("A", "{'a b': 1, 'c-d': 2}"))}, {"Properties.\"a b\" == 1", "Properties.\"c-d\" == 2"}, {}, 2},
      {"a name that would leave its comment", {resources(volume("A", "{\"Password\\nrule evil { A exists }\": x, Size: 8}"))}, {"# a property's name cannot be written", "Size == 8"}, {"evil"}, 1},
      {"an odd type", {resources("  A: {Type: \"It's::Odd\", Properties: {X: 1}}\n  B: {Type: '9::Lives', Properties: {X: 1}}\n")}, {"\"It's::Odd\"", "rule type_9_lives"}, {}, 2},
      {"types of one name", {resources("  A: {Type: 'A::B::C', Properties: {X: 1}}\n  B: {Type: 'A::B_C', Properties: {X: 2}}\n")}, {"rule a_b_c when", "rule a_b_c_2 when"}, {}, 2},
      {"nothing to say", {resources("  A: {Type: 'A::B::C'}\n  B: 5\n"), "A: 1\n", "[1]\n"}, {}, {}, 0},
  };
  for (auto& c : cases) {
    std::vector<DocumentPtr> documents;
    for (const std::string& text : c.templates) documents.push_back(guard::document(text));
    const GeneratedRules made = generate_rules(documents, {});
    for (const std::string& word : c.says) EXPECT_NE(made.text.find(word), std::string::npos) << c.what << ": " << word << "\n" << made.text;
    for (const std::string& word : c.not_says) EXPECT_EQ(made.text.find(word), std::string::npos) << c.what << ": " << word << "\n" << made.text;
    EXPECT_EQ(made.clauses, c.clauses) << c.what << "\n" << made.text;
    const auto rules = guard::compile_guard(made.text, "made.guard");
    ASSERT_TRUE(rules) << c.what << rules.error().text() << "\n" << made.text;
    EXPECT_EQ((*rules)->rule_names().size(), made.rules) << c.what;
    std::vector<std::string> seen;  // each rule passes somewhere and fails nowhere
    for (const DocumentPtr& document : documents)
      for (const auto& rule : (*rules)->evaluate(document->root(), GuardOptions{}).rules) {
        EXPECT_TRUE(rule.status == GuardStatus::pass || rule.status == GuardStatus::skip) << c.what << ": " << rule.rule << "\n" << made.text;
        if (rule.status == GuardStatus::pass) seen.push_back(rule.rule);
      }
    for (const std::string& name : (*rules)->rule_names()) EXPECT_NE(std::find(seen.begin(), seen.end(), name), seen.end()) << c.what << ": " << name << "\n" << made.text;
  }
}

TEST(Rulegen, AnotherTemplateFailsWhatWasWritten) {
  const GeneratedRules made = generate_rules({guard::document(resources(volume("A", "{Encrypted: true, Size: 8}")))}, {});
  const auto rules = *guard::compile_guard(made.text, "made.guard");
  for (const char* other : {"{Encrypted: false, Size: 8}", "{Encrypted: true, Size: 9}", "{Encrypted: true}"})
    EXPECT_EQ(rules->evaluate(guard::document(resources(volume("A", other)))->root(), GuardOptions{}).status, GuardStatus::fail) << other;
}

}  // namespace
}  // namespace reeve
