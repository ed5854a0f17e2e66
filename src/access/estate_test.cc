#include "access/estate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/text.h"

namespace reeve {
namespace {

class AccessEstateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::path(testing::TempDir()) / ("access-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
                                                        ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string write(const std::string& name, const std::string& text) {
    const auto path = dir_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  std::filesystem::path dir_;
};

std::string identity_names(const AccessEstate& estate, const std::string& arn) {
  const AccessPrincipal* principal = estate.principal(arn);
  if (!principal) return "no such principal";
  const IdentitySet& set = estate.sets[principal->set];
  std::vector<std::string> out;
  for (uint32_t at : set.policies) out.push_back(estate.policies[at].name);
  std::sort(out.begin(), out.end());
  if (set.boundary != no_index) out.push_back("bounded by " + estate.policies[set.boundary].name);
  if (!set.unread.empty()) out.push_back("unread: " + set.unread);
  return join(out, ", ");
}

// One of everything: a group, a customer's policy with two versions, one of AWS's that is not in the reply, URL-encoded text.
constexpr const char* dump = R"({
"UserDetailList": [
 {"Path": "/", "UserName": "ann", "UserId": "AIDAANNANNANNANNANNA", "Arn": "arn:aws:iam::111122223333:user/ann", "CreateDate": "2025-01-01T00:00:00Z",
  "GroupList": ["readers"], "AttachedManagedPolicies": [], "Tags": [{"Key": "team", "Value": "web"}],
  "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sqs%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D"}]},
 {"Path": "/", "UserName": "bob", "UserId": "AIDABOBBOBBOBBOBBOBB", "Arn": "arn:aws:iam::111122223333:user/bob", "CreateDate": "2025-01-01T00:00:00Z",
  "GroupList": ["nobody-told"], "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
  "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limits"}}],
"GroupDetailList": [
 {"Path": "/", "GroupName": "readers", "GroupId": "AGPAREADERSREADERSREA", "Arn": "arn:aws:iam::111122223333:group/readers", "CreateDate": "2025-01-01T00:00:00Z",
  "GroupPolicyList": [], "AttachedManagedPolicies": [{"PolicyName": "read", "PolicyArn": "arn:aws:iam::111122223333:policy/read"}]}],
"RoleDetailList": [
 {"Path": "/apps/", "RoleName": "web", "RoleId": "AROAWEBWEBWEBWEBWEBW", "Arn": "arn:aws:iam::111122223333:role/apps/web", "CreateDate": "2025-01-01T00:00:00Z",
  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
  "InstanceProfileList": [{"InstanceProfileName": "web", "Arn": "arn:aws:iam::111122223333:instance-profile/web", "Path": "/", "InstanceProfileId": "AIPA", "CreateDate": "2025-01-01T00:00:00Z", "Roles": []}],
  "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}}],
  "AttachedManagedPolicies": [{"PolicyName": "read", "PolicyArn": "arn:aws:iam::111122223333:policy/read"}], "RoleLastUsed": {"LastUsedDate": "2026-11-01T00:00:00Z", "Region": "eu-west-1"}},
 {"Path": "/aws-service-role/x.amazonaws.com/", "RoleName": "AWSServiceRoleForX", "RoleId": "AROASLRSLRSLRSLRSLRS", "Arn": "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
  "CreateDate": "2025-01-01T00:00:00Z", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
  "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "RoleLastUsed": {}}],
"Policies": [
 {"PolicyName": "read", "PolicyId": "ANPAREADREADREADREAD", "Arn": "arn:aws:iam::111122223333:policy/read", "Path": "/", "DefaultVersionId": "v2", "AttachmentCount": 2, "PermissionsBoundaryUsageCount": 0, "IsAttachable": true,
  "CreateDate": "2025-01-01T00:00:00Z", "UpdateDate": "2025-01-01T00:00:00Z",
  "PolicyVersionList": [
   {"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}, "VersionId": "v1", "IsDefaultVersion": false},
   {"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}, "VersionId": "v2", "IsDefaultVersion": true}]},
 {"PolicyName": "limits", "PolicyId": "ANPALIMITSLIMITSLIMI", "Arn": "arn:aws:iam::111122223333:policy/limits", "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 0, "PermissionsBoundaryUsageCount": 1, "IsAttachable": true,
  "CreateDate": "2025-01-01T00:00:00Z", "UpdateDate": "2025-01-01T00:00:00Z",
  "PolicyVersionList": [{"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Actions": "s3:*", "Resource": "*"}]}, "VersionId": "v1", "IsDefaultVersion": true}]}]
})";

TEST_F(AccessEstateTest, ADumpIsAWholeEstate) {
  auto estate = read_authorization_details(write("dump.json", dump));
  ASSERT_TRUE(estate) << estate.error().text();
  ASSERT_EQ(estate->accounts.size(), 1u);
  EXPECT_EQ(estate->accounts[0].id, "111122223333");
  EXPECT_FALSE(estate->accounts[0].scps);
  struct {
    const char *arn, *policies;
  } rows[] = {
      {"arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:policy/read, inline own"},
      {"arn:aws:iam::111122223333:user/bob",
       "arn:aws:iam::aws:policy/ReadOnlyAccess, bounded by arn:aws:iam::111122223333:policy/limits, unread: the policies of group `nobody-told` were not read"},
      {"arn:aws:iam::111122223333:role/apps/web", "arn:aws:iam::111122223333:policy/read, inline own"},
      {"arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", ""},
  };
  for (auto& row : rows) EXPECT_EQ(identity_names(*estate, row.arn), row.policies) << row.arn;
  const AccessPrincipal& web = *estate->principal("arn:aws:iam::111122223333:role/apps/web");
  EXPECT_EQ(web.name(), "web");
  EXPECT_EQ(web.instance_profiles, std::vector<std::string>{"arn:aws:iam::111122223333:instance-profile/web"});
  EXPECT_GT(web.last_used_ms, 0);
  EXPECT_EQ(estate->policies[web.trust].name, "trust policy");
  EXPECT_TRUE(estate->principal("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX")->service_linked);
  const AccessPrincipal& ann = *estate->principal("arn:aws:iam::111122223333:user/ann");
  ASSERT_EQ(ann.tags.size(), 1u);
  EXPECT_EQ(ann.id, "AIDAANNANNANNANNANNA");
  EXPECT_EQ(ann.last_used_ms, -1);
  ASSERT_EQ(ann.groups.size(), 1u);
  EXPECT_EQ(estate->groups[ann.groups[0]].arn, "arn:aws:iam::111122223333:group/readers");
  // The policy that cannot be read is named, and nothing is allowed by it.
  ASSERT_EQ(estate->problems.size(), 1u);
  EXPECT_NE(estate->problems[0].text().find("dump.json:"), std::string::npos) << estate->problems[0].text();
}

TEST_F(AccessEstateTest, WhatADumpAllows) {
  auto estate = read_authorization_details(write("dump.json", dump));
  ASSERT_TRUE(estate);
  struct {
    const char *arn, *action;
    Decision::Result result;
  } rows[] = {
      {"user/ann", "s3:GetObject", Decision::Result::allowed},           // through the group, the default version
      {"user/ann", "s3:PutObject", Decision::Result::implicitly_denied},  // the version before
      {"user/ann", "sqs:SendMessage", Decision::Result::allowed},         // URL-encoded
      {"user/bob", "s3:GetObject", Decision::Result::unknown},            // AWS's own policy and a boundary, neither read
      {"role/apps/web", "sqs:SendMessage", Decision::Result::allowed},
  };
  for (auto& row : rows) {
    const AccessPrincipal* principal = estate->principal("arn:aws:iam::111122223333:" + std::string(row.arn));
    ASSERT_TRUE(principal) << row.arn;
    DecisionRequest request;
    request.caller = estate->caller(*principal);
    request.action = row.action;
    request.resource = starts_with(row.action, "s3") ? "arn:aws:s3:::bucket/key" : "arn:aws:sqs:eu-west-1:111122223333:queue";
    request.resource_account = "111122223333";
    EXPECT_EQ(name(decide(request, estate->policies_for(*principal, nullptr)).result), name(row.result)) << row.arn << " " << row.action;
  }
}

TEST_F(AccessEstateTest, EqualPoliciesAndSetsAreOne) {
  std::string roles;
  for (int i = 0; i < 50; ++i)
    roles += std::string(i ? "," : "") + R"({"Path": "/", "RoleName": "r)" + std::to_string(i) + R"(", "RoleId": "AROA)" + std::to_string(1000000000000000 + i) +
             R"(", "Arn": "arn:aws:iam::111122223333:role/r)" + std::to_string(i) + R"(", "CreateDate": "2025-01-01T00:00:00Z", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
  "InstanceProfileList": [], "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}], "AttachedManagedPolicies": []})";
  auto estate = read_authorization_details(write("many.json", R"({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [)" + roles + "]}"));
  ASSERT_TRUE(estate) << estate.error().text();
  EXPECT_EQ(estate->principals.size(), 50u);
  EXPECT_EQ(estate->sets.size(), 1u);
  EXPECT_EQ(estate->policies.size(), 2u);  // the trust policy and the inline one
  EXPECT_EQ(estate->policies[0].places, 50u);
}

TEST_F(AccessEstateTest, WhatIsNoDumpIsRefused) {
  struct {
    const char *name, *text;
  } rows[] = {{"empty.json", ""}, {"list.json", "[1, 2]"}, {"other.json", R"({"Buckets": []})"}, {"cut.json", R"({"UserDetailList": [)"}};
  for (auto& row : rows) {
    auto estate = read_authorization_details(write(row.name, row.text));
    ASSERT_FALSE(estate) << row.name;
    EXPECT_NE(estate.error().text().find(row.name), std::string::npos) << estate.error().text();
  }
  EXPECT_FALSE(read_authorization_details((dir_ / "missing.json").string()));
}

// The example organization: what the units above each account attach, whose buckets speak of whom.
TEST_F(AccessEstateTest, TheExampleOrganization) {
  auto estate = read_access_estate({std::string(REEVE_EXAMPLES) + "/northfield/cli"}, load_content(ContentOptions()));
  ASSERT_TRUE(estate) << estate.error().text();
  for (const Error& error : estate->problems) ADD_FAILURE() << error.text();
  EXPECT_FALSE(estate->organization.empty());
  size_t management = 0, bound = 0;
  for (const AccessAccount& account : estate->accounts) {
    management += account.management;
    bound += account.scps.has_value();
    if (account.scps) {
      EXPECT_GE(account.scps->size(), 2u) << account.id;
    }
  }
  EXPECT_EQ(management, 1u);
  EXPECT_EQ(bound, estate->accounts.size() - 1);
  EXPECT_GT(estate->principals.size(), 10u);
  EXPECT_GT(std::count_if(estate->resources.begin(), estate->resources.end(), [](auto& one) { return one.policy != no_index; }), 0);
}

}  // namespace
}  // namespace reeve
