// What binds an account is what stands on the way from the root down to it: tables of trees, and what is denied there.
#include "assess/organization_tree.h"

#include <gtest/gtest.h>

#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* kAll = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
const char* kS3 = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})";
const char* kStay = R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]})";
const char* kIreland =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}]})";
const char* kPerimeter =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]})";
const char* kOneBucket =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::secret/*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}}]})";
const char* kPartner =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1","aws:PrincipalAccount":"999988887777"}}}]})";

// root r-1 > ou-top > ou-mid > ou-low > account 111111111111; the management account is 999999999999. Everything is known and has
// AWS's own policies unless a case says otherwise: `at` is a list of policy names, "" the two of AWS, "?" not read.
struct Way {
  const char *root = "", *top = "", *mid = "", *low = "", *account = "";
};

struct TreeDb {
  std::unique_ptr<store::Db> db = must(store::Db::open_memory());
  explicit TreeDb(const Way& way, bool rcp = false, const char* enabled = "'ENABLED'") {
    must(db->exec("CREATE TABLE reeve_organization(organization_id, root_id, management_account, scp_enabled, rcp_enabled, root_service_control_policies,"
                  " root_resource_control_policies, unknown);"
                  "CREATE TABLE aws_organizations_organizationalunit(id, parent, service_control_policies, resource_control_policies);"
                  "CREATE TABLE aws_organizations_account(id, parent, service_control_policies, resource_control_policies);"
                  "CREATE TABLE aws_organizations_policy(id, policy_type, policy_document, targets);"
                  "CREATE TABLE accounts(account, management); CREATE TABLE reads(account, operation, status, parameter);"
                  "INSERT INTO accounts VALUES('111111111111', 0), ('999999999999', 1), ('222222222222', NULL);"
                  "INSERT INTO reads VALUES('333333333333', 'organizations:DescribeOrganization', 'absent', '')"));
    std::string on = enabled;
    row("reeve_organization", "'o-1', 'r-1', '999999999999', " + (rcp ? "'ENABLED', " + on : on + ", 'ENABLED'") + ", " + attached(way.root, rcp) + ", '{}'");
    row("aws_organizations_organizationalunit", "'ou-top', 'r-1', " + attached(way.top, rcp));
    row("aws_organizations_organizationalunit", "'ou-mid', 'ou-top', " + attached(way.mid, rcp));
    row("aws_organizations_organizationalunit", "'ou-low', 'ou-mid', " + attached(way.low, rcp));
    row("aws_organizations_organizationalunit", "'ou-aside', 'r-1', '[\"p-FullAWSAccess\", \"stay\"]', '[\"p-RCPFullAWSAccess\", \"perimeter\"]'");
    row("aws_organizations_account", "'111111111111', 'ou-low', " + attached(way.account, rcp));
    row("aws_organizations_account", "'999999999999', 'r-1', NULL, NULL");
    for (auto& [id, text] : std::map<std::string, const char*>{{"all", kAll}, {"s3", kS3}, {"stay", kStay}, {"ireland", kIreland}})
      row("aws_organizations_policy", "'" + id + "', 'SERVICE_CONTROL_POLICY', '" + text + "', NULL");
    for (auto& [id, text] : std::map<std::string, const char*>{{"perimeter", kPerimeter}, {"one-bucket", kOneBucket}, {"partner", kPartner}})
      row("aws_organizations_policy", "'" + id + "', 'RESOURCE_CONTROL_POLICY', '" + text + "', NULL");
    row("aws_organizations_policy", std::string("'denied', '") + (rcp ? "RESOURCE" : "SERVICE") + "_CONTROL_POLICY', NULL, NULL");
  }
  void row(const std::string& table, const std::string& values) { must(db->exec("INSERT INTO " + table + " VALUES(" + values + ")")); }

  static std::string attached(std::string_view at, bool rcp) {
    auto names = [](std::string_view full, std::string_view more) {
      std::string out = "'[\"" + std::string(full) + "\"";
      for (std::string word : words(more)) out += ", \"" + word + "\"";
      return out + "]'";
    };
    std::string scps = names("p-FullAWSAccess", rcp ? "" : at), rcps = names("p-RCPFullAWSAccess", rcp ? at : "");
    std::string& own = rcp ? rcps : scps;
    if (at == "?") own = "NULL";
    if (at.substr(0, 1) == "=") {  // these and not AWS's own
      own = "'[";
      for (std::string word : words(at.substr(1))) own += std::string(own.size() > 2 ? "," : "") + "\"" + word + "\"";
      own += "]'";
    }
    return scps + ", " + rcps;
  }
  static std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    for (size_t i = 0; i < text.size();) {
      size_t end = std::min(text.find(' ', i), text.size());
      if (end > i) out.emplace_back(text.substr(i, end - i));
      i = end + 1;
    }
    return out;
  }
};

TEST(OrganizationTree, ServiceControlPoliciesComeDownTheTree) {
  const Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;
  struct {
    const char* what;
    Way way;
    const char *action, *region;
    Truth denied;
  } cases[] = {
      {"nothing but AWS's own", {}, "organizations:LeaveOrganization", "", no},
      {"a Deny at the root", {.root = "stay"}, "organizations:LeaveOrganization", "", yes},
      {"a Deny at the topmost unit", {.top = "stay"}, "organizations:LeaveOrganization", "", yes},
      {"a Deny at a unit between", {.mid = "stay"}, "organizations:LeaveOrganization", "", yes},
      {"a Deny at the account's unit", {.low = "stay"}, "organizations:LeaveOrganization", "", yes},
      {"a Deny at the account", {.account = "stay"}, "organizations:LeaveOrganization", "", yes},
      {"a Deny denies nothing else", {.root = "stay"}, "s3:GetObject", "", no},
      // An allow list: AWS's own policy is taken away, and what stands in its place is all that is left.
      {"an allow list at a unit", {.mid = "=s3"}, "ec2:RunInstances", "", yes},
      {"an allow list lets its own through", {.mid = "=s3"}, "s3:GetObject", "", no},
      {"an allow list beside AWS's own allows everything", {.mid = "s3"}, "ec2:RunInstances", "", no},
      {"an allow list above binds below", {.root = "=s3"}, "ec2:RunInstances", "", yes},
      {"what a unit allows again is not given back", {.top = "=s3", .account = "all"}, "ec2:RunInstances", "", yes},
      {"an own policy that allows everything is no list", {.mid = "=all"}, "ec2:RunInstances", "", no},
      // Regions.
      {"another Region", {.top = "ireland"}, "ec2:RunInstances", "us-west-2", yes},
      {"the home Region", {.top = "ireland"}, "ec2:RunInstances", "eu-west-1", no},
      {"any Region", {.top = "ireland"}, "ec2:RunInstances", "", no},
      {"a global service", {.top = "ireland"}, "iam:CreateUser", "us-west-2", no},
      // What was not read.
      {"a unit not read", {.mid = "?"}, "organizations:LeaveOrganization", "", unknown},
      {"a unit not read under a Deny", {.root = "stay", .mid = "?"}, "organizations:LeaveOrganization", "", yes},
      {"a policy not read", {.mid = "denied"}, "organizations:LeaveOrganization", "", unknown},
      {"a policy not read beside a Deny", {.mid = "denied stay"}, "organizations:LeaveOrganization", "", yes},
      {"no policy at a unit, which cannot be", {.mid = "="}, "organizations:LeaveOrganization", "", unknown},
  };
  for (auto& c : cases) {
    TreeDb tree(c.way);
    EXPECT_EQ(must(OrganizationTree(*tree.db).scp_denies("111111111111", c.action, "any", c.region)), c.denied) << c.what;
  }
}

TEST(OrganizationTree, AGuardrailBindsMembersOnly) {
  struct {
    const char *what, *account, *enabled;
    Way way;
    const char *verdict, *value;
  } cases[] = {
      {"a member, denied", "111111111111", "'ENABLED'", {.root = "stay"}, "pass", "denied"},
      {"a member, one of two denied", "111111111111", "'ENABLED'", {.root = "=s3"}, "fail", "s3:GetObject is not denied"},
      {"a member, not denied", "111111111111", "'ENABLED'", {}, "fail", "organizations:LeaveOrganization, s3:GetObject are not denied"},
      {"a member, not read", "111111111111", "'ENABLED'", {.low = "?"}, "unknown", "the policies above the account were not all read"},
      {"the type is not yet switched on", "111111111111", "'PENDING_ENABLE'", {.root = "=denied"}, "fail", "organizations:LeaveOrganization, s3:GetObject are not denied"},
      {"the type is being switched off", "111111111111", "'PENDING_DISABLE'", {.root = "=denied"}, "fail", "organizations:LeaveOrganization, s3:GetObject are not denied"},
      {"the type was never switched on", "111111111111", "NULL", {.root = "stay"}, "fail", "organizations:LeaveOrganization, s3:GetObject are not denied"},
      {"the management account", "999999999999", "'ENABLED'", {.root = "stay"}, "not_applicable", "the management account"},
      {"an account of no organization", "333333333333", "'ENABLED'", {.root = "stay"}, "not_applicable", "in no organization"},
      {"a stranger", "222222222222", "'ENABLED'", {.root = "stay"}, "unknown", "organizations:ListAccounts was not read"},
  };
  for (auto& c : cases) {
    TreeDb tree(c.way, false, c.enabled);
    std::vector<std::string> actions{"organizations:LeaveOrganization"};
    if (std::string_view(c.verdict) != "pass") actions.push_back("s3:GetObject");
    auto got = must(OrganizationTree(*tree.db).guardrail(c.account, actions, "any"));
    EXPECT_EQ(got.verdict, c.verdict) << c.what;
    EXPECT_EQ(got.value, c.value) << c.what;
  }
}

// Where the policies stand says what stands at a target, if it is known that these are all.
TEST(OrganizationTree, TargetsTellWhatIsAttached) {
  struct {
    const char *what, *reads;
    Truth denied;
  } cases[] = {
      {"all policies listed", "('999999999999', 'organizations:ListPolicies', 'ok', 'SERVICE_CONTROL_POLICY')", Truth::yes},
      {"all policies listed, in pages of twenty", "('999999999999', 'organizations:ListPolicies', 'ok', 'SERVICE_CONTROL_POLICY/20')", Truth::yes},
      {"all policies listed, of which type is not told", "('999999999999', 'organizations:ListPolicies', 'ok', '')", Truth::yes},
      {"the list was not read", "('999999999999', 'organizations:ListRoots', 'ok', '')", Truth::unknown},
      {"another type's list was", "('999999999999', 'organizations:ListPolicies', 'ok', 'TAG_POLICY')", Truth::unknown},
      {"one of the lists was refused",
       "('999999999999', 'organizations:ListPolicies', 'ok', 'SERVICE_CONTROL_POLICY'), ('999999999999', 'organizations:ListPolicies', 'denied', '')", Truth::unknown},
      {"another type's list was refused",
       "('999999999999', 'organizations:ListPolicies', 'ok', 'SERVICE_CONTROL_POLICY'), ('999999999999', 'organizations:ListPolicies', 'denied', 'TAG_POLICY')",
       Truth::yes},
  };
  for (auto& c : cases) {
    TreeDb tree({.low = "?"});
    must(tree.db->exec("DELETE FROM aws_organizations_policy; INSERT INTO reads VALUES" + std::string(c.reads)));
    tree.row("aws_organizations_policy", "'s3', 'SERVICE_CONTROL_POLICY', '" + std::string(kS3) + "', '[\"ou-low\"]'");
    EXPECT_EQ(must(OrganizationTree(*tree.db).scp_denies("111111111111", "ec2:RunInstances", "any")), c.denied) << c.what;
  }
}

// Accounts under the same policies share an answer, unless a policy tells them apart.
TEST(OrganizationTree, OfTwoOrganizationsNeitherSpeaksForTheOther) {
  TreeDb one(Way{.root = "stay"});
  OrganizationTree alone(*one.db);
  EXPECT_EQ(must(alone.scp_denies("111111111111", "organizations:LeaveOrganization", "any")), Truth::yes);
  TreeDb two(Way{.root = "stay"});
  two.row("reeve_organization", "'o-2', 'r-2', '888888888888', 'ENABLED', 'ENABLED', NULL, NULL, '{}'");
  OrganizationTree both(*two.db);
  EXPECT_EQ(must(both.scp_denies("111111111111", "organizations:LeaveOrganization", "any")), Truth::unknown);
  EXPECT_EQ(must(both.rcp_denies("111111111111", "s3:GetObject", "arn:aws:s3:::b/k")), Truth::unknown);
  auto said = must(both.guardrail("111111111111", {"organizations:LeaveOrganization"}, "any"));
  EXPECT_EQ(said.verdict + ": " + said.value, "unknown: replies of several organizations are in one input");
}

TEST(OrganizationTree, APolicyMayMeanOneAccount) {
  for (const char* condition : {R"({"StringEquals":{"aws:PrincipalAccount":"111111111111"}})", R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1*:*"}})",
                                R"({"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:*"}})"}) {
    TreeDb tree({.low = "mine"});
    tree.row("aws_organizations_account", "'222222222222', 'ou-low', '[\"p-FullAWSAccess\"]', NULL");
    tree.row("aws_organizations_policy", "'mine', 'SERVICE_CONTROL_POLICY', '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":" +
                                             std::string(condition) + "}]}', NULL");
    OrganizationTree organization(*tree.db);
    EXPECT_EQ(must(organization.scp_denies("111111111111", "s3:GetObject", "any")), Truth::yes) << condition;
    EXPECT_EQ(must(organization.scp_denies("222222222222", "s3:GetObject", "any")), Truth::no) << condition;
    EXPECT_EQ(must(organization.scp_denies("111111111111", "s3:GetObject", "any")), Truth::yes) << condition;
  }
}

TEST(OrganizationTree, ResourceControlPoliciesKeepStrangersOut) {
  const Truth yes = Truth::yes, no = Truth::no, unknown = Truth::unknown;
  struct {
    const char* what;
    Way way;
    const char *action, *enabled;
    Truth denied;
  } cases[] = {
      {"nothing but AWS's own", {}, "s3:GetObject", "'ENABLED'", no},
      {"at the root", {.root = "perimeter"}, "s3:GetObject", "'ENABLED'", yes},
      {"at a unit between", {.mid = "perimeter"}, "s3:GetObject", "'ENABLED'", yes},
      {"at the account", {.account = "perimeter"}, "s3:GetObject", "'ENABLED'", yes},
      {"another service", {.root = "perimeter"}, "kms:Decrypt", "'ENABLED'", no},
      {"one bucket alone", {.root = "one-bucket"}, "s3:GetObject", "'ENABLED'", no},
      {"a partner excepted by name", {.root = "partner"}, "s3:GetObject", "'ENABLED'", yes},
      {"a unit not read", {.mid = "?"}, "s3:GetObject", "'ENABLED'", unknown},
      {"a unit not read under the policy", {.root = "perimeter", .mid = "?"}, "s3:GetObject", "'ENABLED'", yes},
      {"the type is not on", {.root = "perimeter"}, "s3:GetObject", "NULL", no},
  };
  for (auto& c : cases) {
    TreeDb tree(c.way, true, c.enabled);
    EXPECT_EQ(must(OrganizationTree(*tree.db).rcp_denies("111111111111", c.action, "arn:aws:s3:::*/*")), c.denied) << c.what;
    EXPECT_EQ(must(OrganizationTree(*tree.db).rcp_denies("999999999999", c.action, "arn:aws:s3:::*/*")), no) << c.what;
  }
}

}  // namespace
}  // namespace reeve
