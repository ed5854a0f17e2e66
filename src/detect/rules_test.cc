#include "detect/rules.h"

#include <gtest/gtest.h>

#include "detect/correlation.h"
#include "detect/demand.h"
#include "detect/matcher.h"
#include "detect/sigma.h"

namespace reeve {
namespace {

// A rule of CloudTrail with this detection section, indented by two.
std::string rule_of(const std::string& id, const std::string& detection, const std::string& more = "") {
  return "---\ntitle: Rule " + id + "\nid: " + id + "\n" + more + "logsource: {product: aws, service: cloudtrail}\ndetection:\n" + detection;
}

std::string named(const std::string& id, const std::string& event_name) {
  return rule_of(id, "  s: {eventName: " + event_name + "}\n  condition: s\n", "name: name_" + id + "\n");
}

std::string correlation_of(const std::string& id,
    const std::string& section) { return "---\ntitle: Rule " + id + "\nid: " + id + "\ncorrelation: " + section + "\n"; }

RuleSet read(const std::string& text, const RuleOptions& options = {}) {
  RuleSet out;
  load_rule_text(text, "r.yml", options, out);
  link_rules(out);
  return out;
}

std::string all_refused(const RuleSet& set) {
  std::string out;
  for (const Error& error : set.refused) out += error.text() + "\n";
  return out;
}

std::vector<std::string> hits(const RuleSet& set, std::string event) {
  event.append(64, '\0');
  const auto read = event_of(std::string_view(event).substr(0, event.size() - 64));
  if (!read) return {"no event: " + read.error().text()};
  std::vector<std::string> out;
  FieldPlan plan;
  const Matcher matcher(set, plan);
  EventFields fields(plan);
  fields.begin(*read);
  matcher.match(fields, *matcher.scratch(), [&](uint32_t rule) { out.push_back(set.rules[rule].head.id); });
  return out;
}

using Names = std::vector<std::string>;

// Names that were met are not looked up again: one thread's judgements must be those of a thread that has met nothing.
TEST(Matcher, JudgesAnEventByItselfWhateverItMetBefore) {
  const RuleSet set = read(rule_of("a", "  s: {eventName: X, errorCode: E}\n  t: {eventSource: s.aws}\n  condition: s and not t\n") +
                           rule_of("b", "  s: {eventName|startswith: X}\n  t: {errorCode: null}\n  condition: s and t\n") +
                           rule_of("c", "  s: {eventSource: [s.aws, t.aws]}\n  t: {userAgent|contains: cli}\n  condition: s or t\n") +
                           rule_of("d", "  s: {userIdentity.type: Root}\n  t: {eventName: Y}\n  condition: s and not t\n") +
                           rule_of("e", "  s: {eventName|fieldref: errorCode}\n  t: {eventSource|exists: true}\n  condition: s and t\n") +
                           rule_of("f", "  s: {eventName: x, eventSource: S.AWS}\n  condition: s\n") + rule_of("g", "  s: {eventName|re: '^[XY]$'}\n  condition: not s\n") +
                           "---\ntitle: Rule h\nid: h\nlogsource: {product: aws, service: vpcflow}\ndetection:\n  s: {eventName: X}\n  condition: s\n");
  std::vector<std::string> events;
  for (const char* name : {"\"X\"", "\"Y\"", "\"x\"", "\"\\u0058\"", "7", "null", "[\"X\",\"Y\"]"})
    for (const char* source : {"\"s.aws\"", "\"t.aws\"", "\"\"", "{}"})
      for (const char* more : {"", R"(,"errorCode":"E")", R"(,"errorCode":"X","userAgent":"aws-cli")", R"(,"userIdentity":{"type":"Root"},"userAgent":"c\u006ci")"})
        events.push_back("{\"eventName\":" + std::string(name) + ",\"eventSource\":" + source + more + "}" + std::string(64, ' '));
  FieldPlan plan;
  const Matcher matcher(set, plan);
  EventFields fields(plan);
  const auto scratch = matcher.scratch();
  size_t matched = 0;
  for (int round = 0; round < 2; ++round)
    for (const std::string& text : events)
      for (LogKind kind : {LogKind::cloudtrail, LogKind::vpc_flow}) {
        const auto event = event_of(std::string_view(text).substr(0, text.size() - 64), kind);
        ASSERT_TRUE(event) << text;
        fields.begin(*event);
        std::vector<uint32_t> met, alone;
        matcher.match(fields, *scratch, [&](uint32_t rule) { met.push_back(rule); });
        ProbeRoom room;
        for (uint32_t i = 0; i < set.rules.size(); ++i)
          if (set.rules[i].detection->kinds & bit_of(kind) && set.rules[i].detection->matches(*event, room)) alone.push_back(i);
        EXPECT_EQ(met, alone) << text;
        matched += met.size();
      }
  EXPECT_GT(matched, 200u);
}

TEST(Rules, EveryDocumentOfAFileIsRead) {
  const RuleSet set = read(named("a", "X") + named("b", "Y") + "---\n" + named("c", "X"));
  EXPECT_EQ(all_refused(set), "");
  EXPECT_EQ(set.documents, 3u);
  EXPECT_EQ(hits(set, R"({"eventName":"x"})"), (Names{"a", "c"}));
}

struct Refused {
  std::string text, expected;
};

TEST(Rules, WhatCannotBeHonouredIsRefusedWithItsPlace) {
  const std::vector<Refused> table = {
      {rule_of("a", "  s: {f|contian: x}\n  condition: s\n"), "r.yml:6:7: no such modifier as `contian`"},
      {rule_of("a", "  s: {f: x}\n  condition: t\n"), "r.yml:7:14: condition `t`: there is no selection `t`"},
      {rule_of("a", "  s: {f: x}\n  condition: s and (s\n"), "a parenthesis is not closed"},
      {rule_of("a", "  s: {f: x}\n  condition: 2 of s*\n"), "`2 of` is not in the specification"},
      {rule_of("a", "  s: {f: x}\n  condition: 1 of t*\n"), "`t*` matches no selection"},
      {rule_of("a", "  _s: {f: x}\n  condition: 1 of them\n"), "`them` matches no selection"},
      {rule_of("a", "  s: {f: x}\n  condition: s | count() > 5\n"), "is left over"},
      {rule_of("a", "  s: {f: x}\n"), "a detection without a condition"},
      {rule_of("a", "  s: {f: x, f: y}\n  condition: s\n"), "r.yml:6:13: a key that stands twice"},
      {rule_of("a", "  s: {}\n  condition: s\n"), "`s` is empty"},
      {rule_of("a", "  s: [[x]]\n  condition: s\n"), "a list in a list"},
      {rule_of("a", "  s: {f: x}\n  timeframe: 5m\n  condition: s\n"), "`timeframe`"},
      {rule_of("a", "  s: {f|expand: '%x%'}\n  condition: s\n"), "the placeholder `%x%` has no value"},
      {rule_of("a", "  s: {f: x}\n  condition: s\n", "level: severe\n"), "no such level as `severe`"},
      {rule_of("a", "  s: {f: x}\n  condition: s\n", "action: global\n"), "`action: global`"},
      {rule_of("a", "  s: {f: x}\n  condition: s\n", "taxonomy: ecs\n"), "the taxonomy `ecs`"},
      {"title: a\ndetection:\n  s: {f: x}\n  condition: s\n", "a rule without a log source"},
      {"logsource: {product: aws}\ndetection: {s: {f: x}, condition: s}\n", "a rule without a title"},
      {"title: a\n", "no Sigma document"},
      {"title: [a\n", "r.yml:"},
      {named("a", "X") + named("a", "Y"), "the id `a` is that of another rule"},
  };
  for (const Refused& row : table) {
    const RuleSet set = read(row.text);
    EXPECT_NE(all_refused(set).find(row.expected), std::string::npos) << row.text << all_refused(set);
    EXPECT_EQ(set.documents, set.rules.size() + set.refused.size()) << row.text;
  }
}

TEST(Rules, ThoseOfOtherLogsArePassedOverAndNamed) {
  const RuleSet set = read("title: a\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {Image: x}, condition: s}\n");
  EXPECT_EQ(all_refused(set), "");
  EXPECT_EQ(set.passed_over, 1u);
  ASSERT_EQ(set.notes.size(), 1u);
  EXPECT_NE(set.notes[0].text().find("product windows, category process_creation"), std::string::npos);
}

TEST(Rules, OneWithoutAnIdHasTheSameForEver) {
  const std::string text = "title: a\nlogsource: {product: aws}\ndetection: {s: {eventName: x}, condition: s}\n";
  EXPECT_EQ(read(text).rules.at(0).head.id, read(text).rules.at(0).head.id);
  EXPECT_NE(read(text).rules.at(0).head.id, read("title: b" + text.substr(8)).rules.at(0).head.id);
}

struct BadCorrelation {
  std::string section, expected;
};

TEST(Correlations, AreHeldAgainstTheSpecification) {
  const std::vector<BadCorrelation> table = {
      {"{type: event_cuont, rules: [a], timespan: 1m, condition: {gte: 1}}", "did you mean `event_count`"},
      {"{type: event_count, rules: [a], timespan: 1w, condition: {gte: 1}}", "`1w` is no time span"},
      {"{type: event_count, rules: [a], timespan: 0m, condition: {gte: 1}}", "`0m` is no time span"},
      {"{type: event_count, rules: [a], timespan: 1M, condition: {gte: 1}}", "`1M` is no time span"},
      {"{type: event_count, rules: [a], condition: {gte: 1}}", "without a time span"},
      {"{type: event_count, rules: [], timespan: 1m, condition: {gte: 1}}", "a correlation of no rules"},
      {"{type: event_count, rules: [a, a], timespan: 1m, condition: {gte: 1}}", "stands twice"},
      {"{type: event_count, rules: [a, name_a], timespan: 1m, condition: {gte: 1}}", "named twice"},
      {"{type: event_count, rules: [x], timespan: 1m, condition: {gte: 1}}", "there is no rule `x`"},
      {"{type: event_count, rules: [a], timespan: 1m}", "without a condition"},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {ge: 1}}", "has no `ge`"},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1.5}}", "a count is compared"},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1, field: f}}", "counts no field"},
      {"{type: value_count, rules: [a], timespan: 1m, condition: {gte: 1}}", "without a field"},
      {"{type: value_sum, rules: [a], timespan: 1m, condition: {gte: 1, field: [f, g]}}", "takes one field"},
      {"{type: temporal, rules: [a, b], timespan: 1m, condition: a and x}", "there is no selection `x`"},
      {"{type: event_count, rules: [a, b], timespan: 1m, condition: {gte: 1}, group-by: [u], aliases: {u: {a: f}}}", "has no field for the rule `b`"},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1}, aliases: {u: {z: f}}}", "names `z`"},
      {"{type: event_count, rules: [c], timespan: 1m, condition: {gte: 1}}", "in a circle"},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1}, group_by: [u]}", "did you mean `group-by`"},
  };
  for (const BadCorrelation& row : table) {
    const RuleSet set = read(named("a", "X") + named("b", "Y") + correlation_of("c", row.section));
    EXPECT_EQ(set.rules.size(), 2u) << row.section;
    EXPECT_NE(all_refused(set).find(row.expected), std::string::npos) << row.section << "\n" << all_refused(set);
  }
}

TEST(Correlations, StandBehindWhatTheyBuildOn) {
  const RuleSet set = read(correlation_of("top", "{type: temporal, rules: [low, b], timespan: 1h}") +
                           correlation_of("low",
                               "{type: event_count, rules: [name_a], timespan: 90m, condition: {gt: 1, lte: 5}, group-by: [u, g], aliases: {u: {name_a: userName}}}") +
                           named("a", "X") + named("b", "Y"));
  EXPECT_EQ(all_refused(set), "");
  ASSERT_EQ(set.rules.size(), 4u);
  EXPECT_EQ(set.rules[2].head.id, "low");
  const CorrelationRule& low = *set.rules[2].correlation;
  EXPECT_EQ(low.timespan_ms, 90 * 60'000);
  EXPECT_EQ(low.bounds.size(), 2u);
  EXPECT_EQ(low.group_by.fields.at(0).at(0).name(), "userName");
  EXPECT_EQ(low.group_by.fields.at(0).at(1).name(), "g");
  EXPECT_EQ(set.rules[3].correlation->rules, (std::vector<uint32_t>{2, 1}));
  EXPECT_TRUE(set.rules[0].head.quiet && set.rules[1].head.quiet && set.rules[2].head.quiet && !set.rules[3].head.quiet);
}

TEST(Correlations, MayNameABaseByATitleThatOneRuleHas) {
  const std::string section = "{type: event_count, rules: [Rule a], timespan: 1m, condition: {gte: 1}, generate: true}";
  const RuleSet set = read(named("a", "X") + correlation_of("c", section));
  EXPECT_EQ(set.rules.size(), 2u);
  EXPECT_EQ(set.notes.size(), 1u);
  EXPECT_FALSE(set.rules[0].head.quiet);
  std::string twice = named("b", "X");
  twice.replace(twice.find("Rule b"), 6, "Rule a");
  EXPECT_NE(all_refused(read(named("a", "X") + twice + correlation_of("c", section))).find("more than one rule"), std::string::npos);
}

TEST(Filters, LeaveOutWhatTheyMatch) {
  const std::string filter = "---\ntitle: f\nlogsource: {product: aws}\nfilter:\n  rules: [name_a]\n  s: {user: adm}\n  condition: ";
  for (const char* condition : {"s", "not s"}) {  // both are written for the same
    const RuleSet set = read(named("a", "X") + named("b", "X") + filter + condition + "\n");
    EXPECT_EQ(all_refused(set), "");
    EXPECT_EQ(set.filters, 1u);
    EXPECT_EQ(hits(set, R"({"eventName":"X","user":"adm"})"), (Names{"b"})) << condition;
    EXPECT_EQ(hits(set, R"({"eventName":"X","user":"eve"})"), (Names{"a", "b"})) << condition;
  }
  RuleSet any = read(named("a", "X") + named("b",
      "X") + "---\ntitle: f\nlogsource: {product: aws}\nfilter: {rules: any, s: {user: adm}, condition: s}\n");
  EXPECT_EQ(hits(any, R"({"eventName":"X","user":"adm"})"), Names{});
  const RuleSet other = read(named("a",
      "X") + "---\ntitle: f\nlogsource: {product: aws, service: guardduty}\nfilter: {rules: [a], s: {user: adm}, condition: s}\n");
  EXPECT_NE(all_refused(other).find("another log source"), std::string::npos);
}

struct Demanding {
  std::string detection;
  std::vector<std::pair<std::string, std::string>> expected;  // `*`: any
};

TEST(Demand, FollowsFromTheCondition) {
  const std::vector<Demanding> table = {
      {"  s: {eventSource: A, eventName: [B, C]}\n  condition: s\n", {{"a", "b"}, {"a", "c"}}},
      {"  s: {eventName: B}\n  t: {eventSource: A}\n  condition: s and t\n", {{"a", "b"}}},
      {"  s: {eventName: B}\n  t: {eventName: C}\n  condition: s or t\n", {{"*", "b"}, {"*", "c"}}},
      {"  s: {eventName: B}\n  t: {eventName: C}\n  condition: s and t\n", {}},
      {"  s: {eventName: B}\n  t: {eventName: B}\n  condition: s and not t\n", {{"*", "b"}}},
      {"  s: {eventName: B*}\n  condition: s\n", {{"*", "*"}}},
      {"  s: {eventName|startswith: B}\n  condition: s\n", {{"*", "*"}}},
      {"  s: {eventName|neq: B}\n  condition: s\n", {{"*", "*"}}},
      {"  s: {eventName|cased: B}\n  condition: s\n", {{"*", "b"}}},
      {"  s: {eventName: B}\n  t: {f: x}\n  condition: s or t\n", {{"*", "*"}, {"*", "b"}}},
      {"  s: [{eventName: B, eventSource: A}, {eventName: C}]\n  condition: s\n", {{"*", "c"}, {"a", "b"}}},
      {"  s: {requestParameters.eventName: B}\n  condition: s\n", {{"*", "*"}}},
  };
  for (const Demanding& row : table) {
    const RuleSet set = read(rule_of("a", row.detection));
    ASSERT_EQ(all_refused(set), "") << row.detection;
    std::vector<std::pair<std::string, std::string>> got;
    for (const NamesDemanded& one : names_demanded(*set.rules[0].detection)) got.emplace_back(one.source.value_or("*"), one.name.value_or("*"));
    EXPECT_EQ(got, row.expected) << row.detection;
  }
}

TEST(Matcher, AsksAllRulesOfNamesThatAreNotPlain) {
  const RuleSet set = read(named("a", "CreateUser"));
  EXPECT_EQ(hits(set, R"({"eventName":"Create\u0055ser"})"), (Names{"a"}));
  EXPECT_EQ(hits(set, R"({"eventName":["x","createUSER"]})"), (Names{"a"}));
  EXPECT_EQ(hits(set, R"({"eventName":null})"), Names{});
}

}  // namespace
}  // namespace reeve
