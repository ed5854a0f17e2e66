#include "detect/log_sources.h"

#include <gtest/gtest.h>

#include "detect/correlation.h"

namespace reeve {
namespace {

LogKinds bits(std::initializer_list<LogKind> kinds) {
  LogKinds out = 0;
  for (LogKind kind : kinds) out |= bit_of(kind);
  return out;
}

TEST(LogSources, AsPackedMeanTheKindsThatReeveReads) {
  struct Row {
    const char *product, *service, *category;
    LogKinds kinds;
  };
  const LogKinds all = ~0u, flows = bits({LogKind::vpc_flow}), names = bits({LogKind::dns_query});
  for (const Row& row : std::vector<Row>{
           {"aws", "cloudtrail", "", bits({LogKind::cloudtrail, LogKind::insight})},
           {"", "cloudtrail", "", bits({LogKind::cloudtrail, LogKind::insight})},
           {"aws", "", "", all},
           {"aws", "guardduty", "", bits({LogKind::guardduty})},
           {"aws", "s3_access", "", bits({LogKind::s3_access})},
           {"aws", "route53", "", names},
           {"", "", "dns", names},
           {"", "", "firewall", flows},
           {"", "", "network_connection", flows},
           {"", "connection", "network", flows},
           {"", "dns", "network", names},
           {"", "", "network", flows | names},
           {"aws", "cloudtrail", "dns", 0},
           {"aws", "nothing", "", 0},
           {"windows", "", "", 0},
           {"windows", "", "dns", 0},
           {"zeek", "dns", "", 0},
           {"", "", "process_creation", 0},
           {"aws", "cloudtrail", "of_another_taxonomy", bits({LogKind::cloudtrail, LogKind::insight})},
       }) {
    RuleHead head;
    head.logsource.product = row.product, head.logsource.service = row.service, head.logsource.category = row.category;
    EXPECT_EQ(built_in_log_sources().kinds_of(head), row.kinds) << row.product << "/" << row.service << "/" << row.category;
  }
}

TEST(LogSources, ThatDoNotHoldAreNamedAndLeftOut) {
  struct Row {
    const char *text, *what;
  };
  for (const Row& row : std::vector<Row>{
           {"- a\n", "no map"},
           {"products: [aws]\nservice: {}\n", "know no `service`"},
           {"services: {a: {kinds: [syslog]}}\n", "`syslog` is no kind of record"},
           {"services: {a: {fields: {b: c}}}\n", "`a` means no records"},
           {"services: {a: {kinds: [cloudtrail], fields: {b: [c]}}}\n", "the field `b` stands nowhere"},
           {"services: {a: {kinds: [cloudtrail], field: {}}}\n", "know no `field`"},
           {"services: [a]\n", "no map of names"},
           {"services: {\n", ""},
       }) {
    std::vector<Error> errors;
    std::vector<ContentLayer> layers;
    layers.push_back(memory_layer({{"logsources/x.yaml", row.text}}));
    const LogSources sources = log_sources_of(ContentFiles(std::move(layers)), errors);
    ASSERT_EQ(errors.size(), 1u) << row.text;
    EXPECT_NE(errors[0].what.find(row.what), std::string::npos) << errors[0].text();
    EXPECT_TRUE(sources.services.empty()) << row.text;
  }
}

constexpr const char* rule = R"(title: A door
id: 00000000-0000-4000-8000-000000000001
name: door
logsource: {category: firewall}
detection: {selection: {dst_port: 22, srcaddr: 192.0.2.1}, condition: selection}
---
title: Doors
id: 00000000-0000-4000-8000-000000000002
correlation: {type: value_count, rules: [door], group-by: [src_ip], timespan: 1h, condition: {field: dst_ip, gte: 2}}
)";

TEST(LogSources, SayWhereARulesFieldsStandAlsoInItsCorrelations) {
  RuleSet rules;
  load_rule_text(rule, "r.yml", {}, rules);
  link_rules(rules);
  ASSERT_EQ(rules.rules.size(), 2u) << (rules.refused.empty() ? "" : rules.refused[0].text());
  ProbeRoom room;
  auto matches = [&](const std::string& record) {
    const std::string text = record + std::string(64, ' ');
    auto event = event_of(text, LogKind::vpc_flow);
    return event && rules.rules[0].detection->matches(*event, room);
  };
  EXPECT_TRUE(matches(R"({"srcaddr":"192.0.2.1","dstport":22})"));
  EXPECT_FALSE(matches(R"({"srcaddr":"192.0.2.1","dst_port":22})"));
  EXPECT_FALSE(matches(R"({"srcaddr":"192.0.2.1","dstport":23})"));
  const CorrelationRule& correlation = *rules.rules[1].correlation;
  EXPECT_EQ(correlation.group_by.names, (std::vector<std::string>{"src_ip"})) << "it is told by the rule's own name";
  EXPECT_EQ(correlation.group_by.fields[0][0].name(), "srcaddr");
  EXPECT_EQ(correlation.values[0][0].name(), "dstaddr");
}

}  // namespace
}  // namespace reeve
