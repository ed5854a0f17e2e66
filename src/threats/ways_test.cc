// Ways of attack to what threats can happen to, and what they do to how often those are tried.
#include "threats/ways.h"

#include <gtest/gtest.h>

#include <memory>

#include "threats/quantify.h"

namespace reeve::threats {
namespace {

struct World {
  std::unique_ptr<store::Db> db;
  World() {
    auto opened = store::Db::open_memory();
    if (!opened) ADD_FAILURE() << opened.error().text();
    db = std::move(*opened);
  }
  void run(const std::string& sql) {
    if (auto done = db->exec(sql); !done) ADD_FAILURE() << done.error().text();
  }
  void views() {
    run("CREATE TEMP TABLE network_reach(target, behind, type, sure, anybody)");
    run("CREATE TEMP TABLE escalation_paths(principal, sure, likelihood)");
  }
  std::vector<Way> of(std::vector<std::string> types, std::string where = {}, Candidates each = Candidates::type) {
    ThreatRule rule;
    rule.for_each = each;
    rule.types = std::move(types);
    rule.where = std::move(where);
    auto ways = Ways::of_run(*db);
    if (!ways) return ADD_FAILURE() << ways.error().text(), std::vector<Way>();
    return ways->of(rule);
  }
};

TEST(Ways, AreThoseOfARulesTypesTheSurestFirst) {
  World world;
  EXPECT_TRUE(world.of({"AWS::RDS::DBInstance"}).empty()) << "content without the views knows no ways";
  world.views();
  EXPECT_TRUE(world.of({"AWS::RDS::DBInstance"}).empty());
  world.run("INSERT INTO temp.network_reach VALUES ('arn:db:a', 'arn:db:a', 'AWS::RDS::DBInstance', 0, 1), ('arn:db:b', 'arn:db:b', 'AWS::RDS::DBInstance', 1, 1), ('arn:db:b', 'arn:db:b', 'AWS::RDS::DBInstance', 0, 1),"
            "('arn:db:c', 'arn:db:c', 'AWS::RDS::DBInstance', 1, 0), ('eni-1', 'arn:aws:ec2:r1:1:instance/i-1', 'AWS::EC2::NetworkInterface', 1, 1)");
  world.run("INSERT INTO temp.escalation_paths VALUES ('arn:aws:iam::1:role/a', 0, 0.9), ('arn:aws:iam::1:role/b', 1, 0.5), ('arn:aws:iam::1:role/c', 1, 0.7), ('arn:aws:iam::1:user/d', 1, 0.3)");
  const auto databases = world.of({"AWS::RDS::DBInstance"}), machines = world.of({"AWS::EC2::Instance"}), roles = world.of({"AWS::IAM::Role"}), both = world.of({"AWS::IAM::Role", "AWS::IAM::User"});
  ASSERT_EQ(databases.size(), 1u);
  EXPECT_EQ(databases[0].first, "arn:db:b");
  EXPECT_TRUE(databases[0].sure);
  EXPECT_EQ(databases[0].resources, 2u) << "what few networks get to is not reached by the internet";
  ASSERT_EQ(machines.size(), 1u) << "the instance behind an interface";
  EXPECT_EQ(machines[0].first, "arn:aws:ec2:r1:1:instance/i-1");
  ASSERT_EQ(roles.size(), 1u);
  EXPECT_EQ(roles[0].first, "arn:aws:iam::1:role/c") << "a sure way before a likelier one that may be none";
  EXPECT_DOUBLE_EQ(roles[0].likelihood, 0.7);
  EXPECT_EQ(roles[0].resources, 3u);
  EXPECT_EQ(both[0].resources, 4u);
  EXPECT_TRUE(world.of({"AWS::IAM::Role"}, "last_used IS NULL").empty()) << "a rule with a condition was classed for what it means";
  EXPECT_TRUE(world.of({}, "", Candidates::account).empty());
}

TEST(Ways, CountAThingOnceAndNameOneOfItsOwnType) {
  World world;
  world.views();
  const std::string machine = "arn:aws:ec2:r1:1:instance/i-1", other = "arn:aws:ec2:r1:1:instance/i-2", interface = "arn:aws:ec2:r1:1:network-interface/eni-1", balancer = "arn:aws:elasticloadbalancing:r1:1:loadbalancer/app/b/1";
  const auto row = [&](const std::string& target, const std::string& behind, const std::string& type) { world.run("INSERT INTO temp.network_reach VALUES ('" + target + "', '" + behind + "', '" + type + "', 1, 1)"); };
  row(machine, machine, "AWS::EC2::Instance");
  row(interface, machine, "AWS::EC2::NetworkInterface");
  row(balancer, machine, "AWS::ElasticLoadBalancingV2::LoadBalancer");
  row(balancer, other, "AWS::ElasticLoadBalancingV2::LoadBalancer");
  const auto machines = world.of({"AWS::EC2::Instance"}), interfaces = world.of({"AWS::EC2::NetworkInterface"}), balancers = world.of({"AWS::ElasticLoadBalancingV2::LoadBalancer"});
  ASSERT_EQ(machines.size(), 1u);
  EXPECT_EQ(machines[0].resources, 2u) << "reached itself, by its interface and by a balancer: one";
  EXPECT_EQ(machines[0].first, machine);
  ASSERT_EQ(interfaces.size(), 1u);
  EXPECT_EQ(interfaces[0].first, interface) << "not what stands behind it";
  ASSERT_EQ(balancers.size(), 1u);
  EXPECT_EQ(balancers[0].resources, 1u) << "one balancer before two machines";
  EXPECT_EQ(balancers[0].first, balancer);
}

TEST(Ways, CountByTheirLikelihoodAndWidenWhatTheyLeaveOpen) {
  const Estimate whole{1, 2, 4};
  struct {
    const char* what;
    bool sure;
    double likelihood, low, mode, high;
  } cases[] = {{"sure and easy", true, 1, 1, 2, 4}, {"sure, half as likely", true, 0.5, 1, 1.5, 2.5}, {"sure, and next to impossible", true, 0, 1, 1, 1}, {"not known", false, 1, 1, 1.5, 4}};
  for (const auto& one : cases) {
    Way way;
    way.sure = one.sure, way.likelihood = one.likelihood;
    const Estimate factor = factor_of(way, whole);
    EXPECT_DOUBLE_EQ(factor.low, one.low) << one.what;
    EXPECT_DOUBLE_EQ(factor.mode, one.mode) << one.what;
    EXPECT_DOUBLE_EQ(factor.high, one.high) << one.what;
  }
}

TEST(Ways, AreACauseOfTheFrequencyUnlessPeopleSaidHowOften) {
  const RiskScale scale = load_risk_scale({});
  ASSERT_TRUE(scale.loaded);
  const Content content;
  const auto quantified = [&](std::vector<Way> ways, const char* own, const RiskScale& by) {
    model::Model model;
    model::Record& record = model.sections["threats"].emplace_back();
    record.fields["id"] = std::string("t");
    if (own) record.add_metadata("custom:reeve-frequency", std::string(own));
    State state;
    ThreatState& threat = state.threats.emplace_back();
    threat.id = "t", threat.record = &record, threat.risk = {3, 3, 3}, threat.reach_known = true, threat.reach.resources = 1, threat.ways = std::move(ways);
    const Money money = quantify(state, by, content, {.simulations = 2000, .seed = 1, .workers = 1});
    return std::tuple(money.threats[0].frequency.mode, money.threats[0].way, money.threats[0].residual.mean);
  };
  Way reached, escalates;
  reached.sure = escalates.sure = true, reached.likelihood = escalates.likelihood = 1;
  escalates.kind = Way::Kind::escalates;
  const double alone = scale.frequency[2].mode;
  const auto [none, no_way, cheap] = quantified({}, nullptr, scale);
  EXPECT_DOUBLE_EQ(none, alone);
  EXPECT_FALSE(no_way);
  const auto [once, one_way, dear] = quantified({reached}, nullptr, scale);
  EXPECT_DOUBLE_EQ(once, alone * scale.path_reached.mode);
  EXPECT_EQ(one_way, 0u);
  EXPECT_GT(dear, cheap * 1.2);
  const auto [twice, heavier, dearest] = quantified({reached, escalates}, nullptr, scale);
  EXPECT_DOUBLE_EQ(twice, alone * scale.path_escalates.mode) << "the weightiest, not both";
  EXPECT_EQ(heavier, 1u);
  EXPECT_GT(dearest, dear);
  const auto [said, unsaid, own] = quantified({reached, escalates}, "7", scale);
  EXPECT_DOUBLE_EQ(said, 7);
  EXPECT_FALSE(unsaid);
  EXPECT_GT(own, 0);
  RiskScale flat = scale;
  flat.path_reached = flat.path_escalates = {1, 1, 1};
  const auto [same, nothing, as_before] = quantified({reached, escalates}, nullptr, flat);
  EXPECT_DOUBLE_EQ(same, alone);
  EXPECT_FALSE(nothing);
  EXPECT_DOUBLE_EQ(as_before, cheap);
}

}  // namespace
}  // namespace reeve::threats
