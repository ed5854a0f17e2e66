// docs/threats.md: all threats by area, how many have a detection, and which techniques of ATT&CK they answer. Made from content; the test
// says where it is not what content says, and takes it anew with REEVE_UPDATE_DOCS=1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "content/threats.h"

namespace reeve {
namespace {

struct Area {
  const char* title;
  std::vector<const char*> of;  // `account`, `organization`, services, or single types where a service has several areas
};

const std::vector<Area>& areas() {
  static const std::vector<Area> all = {
      {"Organization and accounts", {"organization", "account", "Organizations", "ControlTower", "RAM", "Reeve::Account::Settings", "Reeve::Region::Settings", "Reeve::Organization"}},
      {"Identities and access", {"IAM", "SSO", "Reeve::Account::Root", "Cognito"}},
      {"Records, detection and response", {"CloudTrail", "Config", "GuardDuty", "SecurityHub", "AccessAnalyzer", "CloudWatch", "Logs", "AWS::EC2::FlowLog", "Notifications"}},
      {"Keys, secrets and certificates", {"KMS", "SecretsManager", "CertificateManager"}},
      {"Builds and deployments", {"CodeBuild", "CodePipeline", "CodeDeploy", "CloudFormation", "ServiceCatalog", "ImageBuilder", "ECR", "ElasticBeanstalk"}},
      {"Machines", {"EC2", "AutoScaling", "SSM", "WorkSpaces"}},
      {"Containers, functions and jobs", {"Lambda", "ECS", "EKS", "Batch", "StepFunctions", "AppRunner", "Glue"}},
      {"Stores of data and backups",
       {"S3", "RDS", "DynamoDB", "DAX", "DocDB", "Neptune", "Redshift", "RedshiftServerless", "ElastiCache", "EFS", "FSx", "OpenSearchService", "Elasticsearch", "Athena", "DMS", "DataSync", "Transfer", "Backup", "AWS::EC2::Volume"}},
      {"Networks and what faces them",
       {"ElasticLoadBalancing", "ElasticLoadBalancingV2", "CloudFront", "WAFv2", "Route53", "NetworkFirewall", "ApiGateway", "ApiGatewayV2", "AppSync", "AWS::EC2::VPC", "AWS::EC2::Subnet",
        "AWS::EC2::SecurityGroup", "AWS::EC2::NetworkAcl", "AWS::EC2::RouteTable", "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCPeeringConnection",
        "AWS::EC2::VPNConnection", "AWS::EC2::ClientVpnEndpoint", "AWS::EC2::TransitGateway", "AWS::EC2::EIP", "AWS::EC2::NetworkInterface"}},
      {"Messages and events", {"SNS", "SQS", "Events", "Kinesis", "KinesisFirehose", "MSK", "AmazonMQ", "SES"}},
      {"Models and notebooks", {"SageMaker"}},
  };
  return all;
}

// The area of what a threat can happen to; of several types, that of the first. Empty if `areas` has none.
std::string area_of(const ThreatRule& rule) {
  std::string whole = rule.for_each == Candidates::account ? "account" : rule.for_each == Candidates::organization ? "organization" : rule.types.front();
  const auto find = [](std::string_view wanted) -> std::string {
    for (const Area& area : areas())
      for (std::string_view one : area.of)
        if (one == wanted) return area.title;
    return {};
  };
  if (std::string area = find(whole); !area.empty()) return area;
  const size_t first = whole.find("::"), second = first == std::string::npos ? first : whole.find("::", first + 2);
  return second == std::string::npos ? std::string() : find(whole.substr(first + 2, second - first - 2));
}

std::string cell(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "`" : ", `") + id + "`";
  return out.empty() ? "–" : out;
}

std::string share(size_t part, size_t whole) {
  const size_t tenths = whole ? (part * 1000 + whole / 2) / whole : 0;
  return std::to_string(part) + " of " + std::to_string(whole) + " (" + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %)";
}

std::string page_of_threats(const Threats& known) {
  std::map<std::string, std::vector<const ThreatRule*>> by_area;
  std::map<std::string, std::vector<std::string>> by_technique;
  size_t with_where = 0, without_detection = 0;
  for (const ThreatRule& rule : known.rules) {
    by_area[area_of(rule)].push_back(&rule);
    for (const std::string& technique : rule.attack) by_technique[technique].push_back(rule.id);
    with_where += !rule.where.empty();
    without_detection += rule.detect.empty();
  }
  const std::map<std::string, std::string> reasons(known.techniques.not_here.begin(), known.techniques.not_here.end());
  size_t by_threats = 0, by_reasons = 0;
  for (const std::string& technique : known.techniques.all) by_technique.contains(technique) ? ++by_threats : by_reasons += reasons.contains(technique);

  std::string out = "## Counts\n\n| what | how many |\n|---|---|\n";
  out += "| threats | " + std::to_string(known.rules.size()) + " |\n";
  out += "| of them with a condition, so that only some resources of a type are meant | " + share(with_where, known.rules.size()) + " |\n";
  out += "| of them without a detection | " + share(without_detection, known.rules.size()) + " |\n";
  out += "| techniques of ATT&CK " + known.techniques.version + " for the platform IaaS answered | " + std::to_string(by_threats + by_reasons) + " of " +
         std::to_string(known.techniques.all.size()) + ": " + std::to_string(by_threats) + " by threats, " + std::to_string(by_reasons) + " by a reason |\n\n";

  out += "| area | threats | without a detection |\n|---|---|---|\n";
  for (const Area& area : areas()) {
    size_t bare = 0;
    for (const ThreatRule* rule : by_area[area.title]) bare += rule->detect.empty();
    out += "| " + std::string(area.title) + " | " + std::to_string(by_area[area.title].size()) + " | " + std::to_string(bare) + " |\n";
  }
  for (const Area& area : areas()) {
    out += "\n## " + std::string(area.title) + "\n\n| threat | says | techniques | prevented by | detected by | answered by |\n|---|---|---|---|---|---|\n";
    for (const ThreatRule* rule : by_area[area.title])
      out += "| `" + rule->id + "` | " + rule->title + " | " + join(rule->attack, ", ") + " | " + cell(rule->prevent) + " | " + cell(rule->detect) + " | " + cell(rule->respond) + " |\n";
  }
  out += "\n## Techniques\n\n| technique | threats, or why none |\n|---|---|\n";
  for (const std::string& technique : known.techniques.all) {
    const auto reason = reasons.find(technique);
    const auto found = by_technique.find(technique);
    out += "| " + technique + " | " + (reason != reasons.end() ? reason->second : found != by_technique.end() ? cell(found->second) : "nothing yet") + " |\n";
  }
  return out;
}

ThreatRule rule_for(std::vector<std::string> types) {
  ThreatRule out;
  out.for_each = Candidates::type;
  out.types = std::move(types);
  return out;
}

TEST(ThreatsPage, AreasGoByTypeThenByService) {
  EXPECT_EQ(area_of(rule_for({"AWS::EC2::Instance"})), "Machines");
  EXPECT_EQ(area_of(rule_for({"AWS::EC2::VPC"})), "Networks and what faces them");
  EXPECT_EQ(area_of(rule_for({"AWS::IAM::Role", "AWS::KMS::Key"})), "Identities and access");
  EXPECT_EQ(area_of(rule_for({"AWS::Nowhere::Thing"})), "");
  ThreatRule account;
  account.for_each = Candidates::account;
  EXPECT_EQ(area_of(account), "Organization and accounts");
}

TEST(ThreatsPage, CountsWhatHasNoDetection) {
  Threats known;
  known.rules = {rule_for({"AWS::KMS::Key"}), rule_for({"AWS::IAM::Role"}), rule_for({"AWS::IAM::Role"})};
  known.rules[0].detect = {"key-scheduled-for-deletion"};
  known.rules[0].attack = {"T1485"};
  known.techniques.version = "18.1";
  known.techniques.all = {"T1114", "T1485", "T1490"};
  known.techniques.not_here = {{"T1114", "there is no mail"}};
  const std::string page = page_of_threats(known);
  EXPECT_TRUE(contains(page, "| of them without a detection | 2 of 3 (66.7 %) |")) << page;
  EXPECT_TRUE(contains(page, "answered | 2 of 3: 1 by threats, 1 by a reason |")) << page;
  EXPECT_TRUE(contains(page, "| Keys, secrets and certificates | 1 | 0 |")) << page;
  EXPECT_TRUE(contains(page, "| T1114 | there is no mail |")) << page;
  EXPECT_TRUE(contains(page, "| T1490 | nothing yet |")) << page;
}

TEST(ThreatsPage, SaysWhatTheContentSays) {
  const Threats known = load_threats({.built_in = false, .content_dir = REEVE_CONTENT_SOURCE});
  for (const ThreatRule& rule : known.rules) EXPECT_NE(area_of(rule), "") << rule.id << ": " << join(rule.types, ", ") << " has no area on the page";
  const std::string page = std::string(REEVE_CONTENT_SOURCE) + "/../docs/threats.md", mark = "<!-- from here on: content/threats -->\n\n";
  auto text = read_file(page, 1 << 20);
  ASSERT_TRUE(text) << text.error().text();
  const size_t at = text->find(mark);
  ASSERT_NE(at, std::string::npos);
  const std::string wanted = text->substr(0, at) + mark + page_of_threats(known);
  if (wanted != *text && std::getenv("REEVE_UPDATE_DOCS")) {
    ASSERT_TRUE(write_file(page, wanted));
    text = wanted;
  }
  EXPECT_TRUE(*text == wanted) << page << " is not what content/threats says; take it anew: REEVE_UPDATE_DOCS=1 build/test_content";
}

}  // namespace
}  // namespace reeve
