#include "access/ways_up.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "access/estate.h"

namespace reeve {
namespace {

constexpr const char* account = "111122223333";

std::string arn(const std::string& name) { return "arn:aws:iam::" + std::string(account) + ":" + (name[0] == 'u' ? "user/" : "role/") + name; }

std::string statement(const std::string& action, const std::string& resource) {
  return R"({"Effect": "Allow", "Action": ")" + action + R"(", "Resource": ")" + resource + R"("})";
}

// An account of users and roles, each with one inline policy; who may assume a role is said by its trust and by the caller's policy.
struct Made {
  std::map<std::string, std::vector<std::string>> may;       // who → statements
  std::map<std::string, std::vector<std::string>> trusts;    // role → who

  std::string dump() const {
    std::string users, roles;
    for (const auto& [name, statements] : may) {
      std::string list;
      for (const std::string& one : statements) list += (list.empty() ? "" : ", ") + one;
      const std::string policy = list.empty() ? "" : R"({"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [)" + list + "]}}";
      const std::string head = R"({"Path": "/", "Arn": ")" + arn(name) + R"(", "CreateDate": "2025-01-01T00:00:00Z", "AttachedManagedPolicies": [], )";
      if (name[0] == 'u') {
        users += (users.empty() ? "" : ", ") + head + R"("UserName": ")" + name + R"(", "UserId": "AIDA)" + name + R"(", "GroupList": [], "UserPolicyList": [)" + policy + "]}";
      } else {
        std::string who;
        if (const auto at = trusts.find(name); at != trusts.end())
          for (const std::string& one : at->second) who += (who.empty() ? "\"" : ", \"") + arn(one) + "\"";
        const std::string trust = who.empty() ? R"({"Service": "ec2.amazonaws.com"})" : "{\"AWS\": [" + who + "]}";
        roles += (roles.empty() ? "" : ", ") + head + R"("RoleName": ")" + name + R"(", "RoleId": "AROA)" + name +
                 R"(", "InstanceProfileList": [], "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": )" + trust + R"(, "Action": "sts:AssumeRole"}]}, "RolePolicyList": [)" +
                 policy + "]}";
      }
    }
    return R"({"UserDetailList": [)" + users + R"(], "GroupDetailList": [], "RoleDetailList": [)" + roles + R"(], "Policies": []})";
  }
};

class WaysUp : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = (std::filesystem::path(testing::TempDir()) / ("ways-up-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".json")).string();
    known_ = load_escalations({});
    ASSERT_TRUE(known_.errors.empty());
  }
  void TearDown() override { std::filesystem::remove(file_); }
  AccessEstate estate_of(const Made& made) {
    std::ofstream(file_) << made.dump();
    auto estate = read_authorization_details(file_);
    EXPECT_TRUE(estate) << (estate ? std::string() : estate.error().text());
    return std::move(*estate);
  }
  std::string file_;
  Escalations known_;
};

std::string told(const AttackGraph& graph, const AttackPath& path) {
  std::string out(graph.name(path.from));
  for (const AttackPath::Step& step : path.steps) out += " > " + std::string(graph.name(step.edge->to));
  return out;
}

TEST_F(WaysUp, GivesTheChainOfRolesAndWhereToCutIt) {
  Made made;
  made.may["u1"] = {statement("sts:AssumeRole", arn("r1"))};
  made.may["u2"] = {statement("sts:AssumeRole", arn("r1"))};
  made.may["u3"] = {};
  made.may["r1"] = {statement("sts:AssumeRole", arn("r9"))};
  made.may["r9"] = {statement("*", "*")};
  made.trusts["r1"] = {"u1", "u2"};
  made.trusts["r9"] = {"r1"};
  const AccessEstate estate = estate_of(made);
  const AttackGraph graph(estate, known_, {});
  const std::vector<AttackPath> ways = ways_up(graph, true);
  std::vector<std::string> texts;
  for (const AttackPath& way : ways) texts.push_back(told(graph, way));
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts, (std::vector<std::string>{arn("r1") + " > " + arn("r9"), arn("u1") + " > " + arn("r1") + " > " + arn("r9"), arn("u2") + " > " + arn("r1") + " > " + arn("r9")}));
  const auto cut = best_cut(graph, ways);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->ends, 3u);
  EXPECT_EQ(cut->of, 3u);
  for (const Chokepoint& point : chokepoints(graph))
    if (!point.policy.empty()) {
      EXPECT_EQ(point.file, file_) << point.policy;
      if (point.policy == "trust policy") EXPECT_TRUE(point.principal == arn("r1") || point.principal == arn("r9")) << "a trust policy is that of the role, not of who assumes it: " << point.principal;
    }
  EXPECT_FALSE(best_cut(graph, {})) << "nothing to cut where no way is given";
}

TEST_F(WaysUp, AnAdministratorNeedsNone) {
  Made made;
  made.may["r9"] = {statement("*", "*")};
  made.may["u1"] = {};
  const AccessEstate estate = estate_of(made);
  const AttackGraph graph(estate, known_, {});
  EXPECT_TRUE(ways_up(graph, true).empty());
  EXPECT_TRUE(ways_up(graph, false).empty());
}

// Against the search that looks at every pair of ends: the same beginnings, with the likelihood of their best way; and the same best cut.
TEST_F(WaysUp, AgreesWithTheSearchOverAllPairs) {
  std::mt19937 random(20261130);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  size_t beginnings = 0, cuts = 0;
  for (int round = 0; round < 60; ++round) {
    Made made;
    std::vector<std::string> names;
    for (int i = 0; i < 8; ++i) names.push_back("u" + std::to_string(i));
    for (int i = 0; i < 12; ++i) names.push_back("r" + std::to_string(i));
    for (const std::string& name : names) {
      std::vector<std::string>& may = made.may[name];
      for (int i = below(3); i > 0; --i) {
        const std::string role = "r" + std::to_string(below(12));
        may.push_back(statement("sts:AssumeRole", arn(role)));
        if (below(4)) made.trusts[role].push_back(name);
      }
      if (round % 2) continue;
      if (below(12) == 0) may.push_back(statement("iam:CreateAccessKey", arn("u" + std::to_string(below(8)))));
      if (below(15) == 0) may.push_back(statement("iam:PutUserPolicy", arn(name)));
    }
    made.may["r" + std::to_string(below(12))] = {statement("*", "*")};
    const AccessEstate estate = estate_of(made);
    const AttackGraph graph(estate, known_, {});
    std::map<std::string, double> wanted, got;
    for (const AttackPath& path : find_paths(graph, {.steps_max = 25}))
      if (path.certain) {
        double& best = wanted[std::string(graph.name(path.from))];
        best = std::max(best, path.likelihood);
      }
    const std::vector<AttackPath> ways = ways_up(graph, true);
    for (const AttackPath& path : ways) {
      EXPECT_TRUE(path.certain);
      EXPECT_TRUE(got.emplace(graph.name(path.from), path.likelihood).second) << "one way for each beginning";
    }
    ASSERT_EQ(got.size(), wanted.size()) << "round " << round;
    for (const auto& [name, likelihood] : wanted) EXPECT_NEAR(got[name], likelihood, 1e-12) << "round " << round << ", " << name;
    EXPECT_TRUE(std::is_sorted(ways.begin(), ways.end(), [](const AttackPath& a, const AttackPath& b) { return a.rank > b.rank; })) << "round " << round;
    beginnings += wanted.size();
    const auto cut = best_cut(graph, ways);
    const std::vector<Chokepoint> all = chokepoints(graph, 1);
    if (round % 2 && !all.empty() && cut) {  // else there may be ways on which something is unknown, which it looks at too
      EXPECT_EQ(cut->ends, all.front().ends) << "round " << round << ": " << cut->policy << " " << cut->statement << " " << cut->way << " against " << all.front().policy << " " << all.front().statement << " " << all.front().way;
      ++cuts;
    }
  }
  EXPECT_GT(beginnings, 100u);
  EXPECT_GT(cuts, 10u);
}

}  // namespace
}  // namespace reeve
