// What threats reach, and where nobody knows what they could, over views made by hand: what is written here stands for what the store shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "estate/estate_test_kit.h"
#include "threats/derive.h"
#include "threats/scope.h"
#include "threats/unread.h"

namespace reeve::threats {
namespace {

constexpr const char* types[] = {
    "type: T::S::Function\ntitle: functions\nscope: regional\ncolumns: {open: Properties.Open}\nreads:\n  - {call: 's:ListFunctions', each: 'F[]', id: N, set: {Properties.Open: O}}\n",
    "type: T::S::Url\ntitle: addresses\nscope: regional\nreads:\n  - {call: 's:ListUrls', parameter: F, from: {F: 'T::S::Function'}, each: 'U[]', id: N, set: {Properties.U: U}}\n",
    "type: T::S::Global\ntitle: global things\nscope: global\nreads:\n  - {call: 's:ListGlobals', each: 'G[]', id: N, set: {Properties.G: G}}\n",
    "type: AWS::Organizations::Thing\ntitle: things\nscope: global\nreads:\n  - {call: 'organizations:ListThings', each: 'T[]', id: N, set: {Properties.T: T}}\n",
    "type: Reeve::Account::Settings\ntitle: settings\nscope: global\nsingleton: account\ncolumns: {enabled_regions: Properties.R, ec2_regions: Properties.E}\nreads:\n  - {call: 's:GetSettings', set: {Properties.S: S, Properties.R: R, Properties.E: E}}\n",
    "type: T::S::Home\ntitle: homes\nscope: regional\nsingleton: region\nreads:\n  - {call: 's:GetHome', set: {Properties.H: H}}\n",
};
constexpr std::string_view list = "s:ListFunctions", urls = "s:ListUrls", globals = "s:ListGlobals", things = "organizations:ListThings", describe_organization = "organizations:DescribeOrganization";

struct Said {
  std::string_view account, call, region, status, parameter = "";
};
struct There {
  std::string_view view, account, uid;
  std::string_view open = "NULL";
  std::string_view region = "r1";
};
struct Facts {
  std::vector<std::string_view> active, suspended;  // what the organization lists
  std::vector<std::pair<std::string_view, std::string_view>> enabled, ec2;  // account, Regions as JSON
};

struct World {
  std::unique_ptr<store::Db> db;
  ResourceCatalogue catalogue;

  World() {
    auto opened = store::Db::open_memory();
    if (!opened) ADD_FAILURE() << opened.error().text();
    db = std::move(*opened);
    for (const char* text : types) catalogue.add(must(read_resource_type(yaml_of(text)->root(), "type.yaml")));
    run("CREATE TEMP TABLE reads(account, operation, region, status, parameter)");
    for (const char* view : {"t_s_function", "t_s_url", "t_s_global", "aws_organizations_thing", "reeve_account_settings", "t_s_home"})
      run(std::string("CREATE TEMP TABLE ") + view + "(record_row INTEGER PRIMARY KEY, account TEXT, region TEXT, uid TEXT, open INTEGER, id TEXT, name TEXT, enabled_regions TEXT, ec2_regions TEXT)");
  }
  void run(const std::string& sql) {
    if (auto done = db->exec(sql); !done) ADD_FAILURE() << done.error().text();
  }
  World& said(const std::vector<Said>& all) {
    for (const Said& one : all)
      run("INSERT INTO temp.reads VALUES ('" + std::string(one.account) + "', '" + std::string(one.call) + "', '" + std::string(one.region) + "', '" + std::string(one.status) + "', '" + std::string(one.parameter) + "')");
    return *this;
  }
  World& there(const std::vector<There>& all) {
    for (const There& one : all)
      run("INSERT INTO temp." + std::string(one.view) + "(account, region, uid, open) VALUES ('" + std::string(one.account) + "', '" + std::string(one.region) + "', '" + std::string(one.uid) + "', " + std::string(one.open) + ")");
    return *this;
  }
  World& facts(const Facts& of) {
    run("CREATE TEMP TABLE accounts(account, status)");
    for (std::string_view one : of.active) run("INSERT INTO temp.accounts VALUES ('" + std::string(one) + "', 'ACTIVE')");
    for (std::string_view one : of.suspended) run("INSERT INTO temp.accounts VALUES ('" + std::string(one) + "', 'SUSPENDED')");
    for (const auto& [account, regions] : of.enabled) run("INSERT INTO temp.reeve_account_settings(account, uid, enabled_regions) VALUES ('" + std::string(account) + "', 's', '" + std::string(regions) + "')");
    for (const auto& [account, regions] : of.ec2) run("INSERT INTO temp.reeve_account_settings(account, uid, ec2_regions) VALUES ('" + std::string(account) + "', 's', '" + std::string(regions) + "')");
    return *this;
  }
  std::pair<uint64_t, uint64_t> not_read() {
    auto of_run = Unread::of_run(*db, catalogue);
    if (!of_run) return ADD_FAILURE() << of_run.error().text(), std::pair<uint64_t, uint64_t>();
    return {of_run->accounts_not_read(), of_run->regions_not_read()};
  }
  std::vector<std::string> unread(std::string_view type) {
    auto of_run = Unread::of_run(*db, catalogue);
    if (!of_run) return ADD_FAILURE() << of_run.error().text(), std::vector<std::string>();
    auto found = of_run->accounts(type);
    if (!found) return ADD_FAILURE() << found.error().text(), std::vector<std::string>();
    return {found->begin(), found->end()};
  }
  RuleReach reach(std::string type, std::string where) {
    ThreatRule rule;
    rule.id = "rule";
    rule.for_each = Candidates::type;
    rule.types = {std::move(type)};
    rule.where = std::move(where);
    auto reaches = reach_of(*db, {rule}, catalogue);
    if (!reaches) return ADD_FAILURE() << reaches.error().text(), RuleReach();
    errors = reaches->errors;
    return reaches->of[0];
  }
  std::vector<Error> errors;
};

TEST(Unread, TellsForEachWayOfListingWhetherAllWasRead) {
  using Names = std::vector<std::string>;
  struct Case {
    const char* what;
    std::string_view type;
    std::vector<Said> said;
    std::vector<There> there;
    Names unread;
    Facts facts = {};
  };
  const std::vector<Case> cases = {
      {"listed", "T::S::Function", {{"1", list, "r1", "ok"}}, {}, {}},
      {"refused", "T::S::Function", {{"1", list, "r1", "denied"}}, {}, {"1"}},
      {"refused in one Region of two", "T::S::Function", {{"1", list, "r1", "ok"}, {"1", list, "r2", "error"}}, {}, {"1"}},
      {"refused once and answered then", "T::S::Function", {{"1", list, "r1", "error"}, {"1", list, "r1", "ok"}}, {}, {}},
      {"never asked, in an account of which something is known", "T::S::Function", {{"1", globals, "r1", "ok"}, {"2", list, "r1", "ok"}}, {}, {"1"}},
      {"a service that is not there", "T::S::Function", {{"1", list, "r1", "absent"}}, {}, {}},
      {"no account was read at all", "T::S::Function", {}, {}, {"no account"}},
      {"AWS Config records it", "T::S::Function", {{"1", "config:DeliverConfigSnapshot", "r1", "ok", "T::S::Function"}}, {}, {}},
      {"AWS Config records something else", "T::S::Function", {{"1", "config:DeliverConfigSnapshot", "r1", "ok", "T::S::Global"}}, {}, {"1"}},
      {"global: whichever Region answers", "T::S::Global", {{"1", globals, "r1", "error"}, {"1", globals, "r2", "ok"}}, {}, {}},
      {"one by one: each was asked", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", urls, "r1", "ok", "f"}, {"1", urls, "r1", "absent", "g"}}, {{"t_s_function", "1", "f"}, {"t_s_function", "1", "g"}}, {}},
      {"one by one: one was refused", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", urls, "r1", "ok", "f"}, {"1", urls, "r1", "denied", "g"}}, {{"t_s_function", "1", "f"}, {"t_s_function", "1", "g"}}, {"1"}},
      {"one by one: one was not asked", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", urls, "r1", "ok", "f"}}, {{"t_s_function", "1", "f"}, {"t_s_function", "1", "g"}}, {"1"}},
      {"one by one: none was asked", "T::S::Url", {{"1", list, "r1", "ok"}}, {{"t_s_function", "1", "f"}}, {"1"}},
      {"one by one: there is none to ask", "T::S::Url", {{"1", list, "r1", "ok"}}, {}, {}},
      {"one by one: nobody knows which there are to ask", "T::S::Url", {{"1", list, "r1", "denied"}}, {}, {"1"}},
      {"one by one: some were asked, and nobody knows which there are", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", list, "r2", "denied"}, {"1", urls, "r1", "ok", "f"}}, {{"t_s_function", "1", "f"}}, {"1"}},
      {"one by one: as many were asked, and not each", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", urls, "r1", "ok", "f"}, {"1", urls, "r1", "absent", "g"}}, {{"t_s_function", "1", "f"}, {"t_s_function", "1", "h"}}, {"1"}},
      {"one by one: asked in another Region, where one has the same name", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", list, "r2", "ok"}, {"1", urls, "r1", "ok", "f"}, {"1", urls, "r1", "ok", "g"}}, {{"t_s_function", "1", "f"}, {"t_s_function", "1", "f", "NULL", "r2"}}, {"1"}},
      {"an active account of which nothing was read", "T::S::Function", {{"1", list, "r1", "ok"}}, {}, {"2"}, {{"1", "2"}, {}, {}, {}}},
      {"nor what is one by one", "T::S::Url", {{"1", list, "r1", "ok"}}, {}, {"2"}, {{"1", "2"}, {}, {}, {}}},
      {"nor its settings", "Reeve::Account::Settings", {{"1", list, "r1", "ok"}}, {{"reeve_account_settings", "1", "s1"}}, {"2"}, {{"1", "2"}, {}, {}, {}}},
      {"a suspended account answers nobody", "T::S::Function", {{"1", list, "r1", "ok"}}, {}, {}, {{"1"}, {"2"}, {}, {}}},
      {"an enabled Region that was left out", "T::S::Function", {{"1", list, "r1", "ok"}}, {}, {"1"}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"all enabled Regions were read", "T::S::Function", {{"1", list, "r1", "ok"}, {"1", list, "r2", "ok"}}, {}, {}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"EC2's word on Regions, where the account has none", "T::S::Function", {{"1", list, "r1", "ok"}}, {}, {"1"}, {{}, {}, {}, {{"1", R"(["r1","r2"])"}}}},
      {"Regions of which nobody knows", "T::S::Function", {{"1", list, "r1", "ok"}}, {}, {}, {{}, {}, {{"1", "no JSON"}}, {}}},
      {"what is global needs one Region", "T::S::Global", {{"1", globals, "r1", "ok"}}, {}, {}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"one by one in a Region that was left out", "T::S::Url", {{"1", list, "r1", "ok"}, {"1", urls, "r1", "ok", "f"}}, {{"t_s_function", "1", "f"}}, {"1"}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"one of each Region, and one is missing", "T::S::Home", {{"1", list, "r1", "ok"}}, {{"t_s_home", "1", "h"}}, {"1"}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"AWS Config records one Region, and a call tells the other", "T::S::Function", {{"1", "config:DeliverConfigSnapshot", "r1", "ok", "T::S::Function"}, {"1", list, "r2", "ok"}}, {}, {}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"AWS Config records one Region, and nothing tells the other", "T::S::Function", {{"1", "config:DeliverConfigSnapshot", "r1", "ok", "T::S::Function"}}, {}, {"1"}, {{}, {}, {{"1", R"(["r1","r2"])"}}, {}}},
      {"of the organization: one account lists it, another is refused", "AWS::Organizations::Thing", {{"1", things, "r1", "ok"}, {"2", things, "r1", "denied"}}, {}, {}},
      {"of the organization: all are refused", "AWS::Organizations::Thing", {{"1", things, "r1", "denied"}, {"2", things, "r1", "denied"}}, {}, {"organization"}},
      {"of the organization: nobody asked", "AWS::Organizations::Thing", {{"1", list, "r1", "ok"}}, {}, {"organization"}},
      {"of the organization: every account is in none", "AWS::Organizations::Thing", {{"1", describe_organization, "r1", "absent"}}, {}, {}},
      {"of the organization: one account is in none, of another nobody knows", "AWS::Organizations::Thing", {{"1", describe_organization, "r1", "absent"}, {"2", list, "r1", "ok"}}, {}, {"organization"}},
      {"settings of each account", "Reeve::Account::Settings", {{"1", list, "r1", "ok"}, {"2", list, "r1", "ok"}}, {{"reeve_account_settings", "1", "s1"}}, {"2"}},
      {"settings where no account was read", "Reeve::Account::Settings", {}, {}, {"no account"}},
      {"a type that nobody knows", "T::S::Nothing", {{"1", list, "r1", "ok"}}, {}, {}},
  };
  for (const Case& one : cases) EXPECT_EQ(World().said(one.said).there(one.there).facts(one.facts).unread(one.type), one.unread) << one.what;
}

TEST(Unread, CountsAccountsAndRegionsOfWhichNothingIsKnown) {
  World world;
  world.said({{"1", list, "r1", "ok"}, {"2", list, "r1", "denied"}, {"1", list, "r2", "denied"}}).facts({{"1", "2", "3"}, {"4"}, {{"1", R"(["r1","r2","r3"])"}}, {}});
  EXPECT_EQ(world.not_read(), (std::pair<uint64_t, uint64_t>(2, 2))) << "what is refused everywhere is not read either";
  EXPECT_EQ(World().said({{"1", list, "r1", "ok"}}).not_read(), (std::pair<uint64_t, uint64_t>(0, 0)));
}

TEST(Reach, CountsWhatIsMeantAndWhatMayBe) {
  World world;
  world.said({{"1", list, "r1", "ok"}, {"2", list, "r1", "ok"}});
  world.there({{"t_s_function", "1", "b", "1"}, {"t_s_function", "1", "a", "1"}, {"t_s_function", "1", "c", "0"}, {"t_s_function", "2", "d", "NULL"}, {"t_s_function", "2", "e", "7"}});
  const RuleReach some = world.reach("T::S::Function", "open"), all = world.reach("T::S::Function", "");
  EXPECT_TRUE(some.known);
  EXPECT_EQ(some.reach.resources, 3u);  // any number but 0 is true
  EXPECT_EQ(some.reach.unknown, 1u);
  EXPECT_EQ(some.reach.accounts, 2u);
  EXPECT_EQ(some.reach.unread, 0u);
  EXPECT_EQ(some.reach.first, (std::vector<std::string>{"a", "e"}));  // of each account the first
  EXPECT_EQ(all.reach.resources, 5u);
  EXPECT_EQ(all.reach.unknown, 0u);
  EXPECT_TRUE(found(some));
}

TEST(Reach, CountsAResourceThatSeveralAccountsTellOfOnceAndBelievesItsOwner) {
  World world;
  world.said({{"1", list, "r1", "ok"}, {"2", list, "r1", "ok"}});
  world.there({{"t_s_function", "1", "arn:aws:s:r1:2:f", "0"}, {"t_s_function", "2", "arn:aws:s:r1:2:f", "1"}, {"t_s_function", "1", "x", "1"}, {"t_s_function", "2", "x", "0"}});
  const RuleReach reach = world.reach("T::S::Function", "open = 1");
  EXPECT_EQ(reach.reach.resources, 2u);  // the owner's word on the first, the first account's on what nobody owns
  EXPECT_EQ(reach.reach.accounts, 2u);
}

TEST(Reach, IsNotKnownWhereItsConditionCannotBeAsked) {
  World world;
  world.said({{"1", list, "r1", "ok"}}).there({{"t_s_function", "1", "a", "1"}});
  for (const char* where : {"no_such_column = 1", "open) FROM temp.reads; --", "json_extract('{', '$.a') = 1", "(SELECT count(*) FROM main.sqlite_master) > 0"}) {
    const RuleReach reach = world.reach("T::S::Function", where);
    EXPECT_FALSE(reach.known) << where;
    EXPECT_FALSE(found(reach)) << where;
    EXPECT_TRUE(open(reach)) << where;
    EXPECT_EQ(world.errors.size(), 1u) << where;
  }
}

TEST(Reach, OfARuleIsNotChangedByTheConditionOfAnother) {
  World world;
  world.said({{"1", list, "r1", "ok"}}).there({{"t_s_function", "1", "a", "1"}, {"t_s_function", "1", "b", "0"}});
  struct {
    const char* where;
    bool known;
  } cases[] = {
      {"coalesce(open, 0) = 1), (0", false},
      {"coalesce(open, 0) = 1) FROM temp.t_s_function /*", false},
      {"open = 1), 1 FROM temp.t_s_function /*", false},
      {"open = 1), (1", false},
      {"open = 1 /* open", false},
      {"open = 1 AND '", false},
      {"open, 1", false},
      {"(open = 1", false},
      {"open = 1 -- ends ) here", true},
      {"open = 1 /* ) */ AND ')' <> '(' AND 'it''s' <> \"uid\"", true},
  };
  for (const auto& one : cases) {
    std::vector<ThreatRule> rules(3);
    const char* where[] = {"open = 0", one.where, "open >= 0"};
    for (size_t i = 0; i < rules.size(); ++i) rules[i].id = "rule-" + std::to_string(i), rules[i].for_each = Candidates::type, rules[i].types = {"T::S::Function"}, rules[i].where = where[i];
    const auto reaches = reach_of(*world.db, rules, world.catalogue);
    ASSERT_TRUE(reaches) << reaches.error().text();
    EXPECT_EQ(reaches->of[0].reach.resources, 1u) << one.where;
    EXPECT_EQ(reaches->of[0].reach.first, std::vector<std::string>{"b"}) << one.where;
    EXPECT_EQ(reaches->of[2].reach.resources, 2u) << one.where;
    EXPECT_EQ(reaches->of[1].known, one.known) << one.where;
    EXPECT_EQ(reaches->errors.size(), one.known ? 0u : 1u) << one.where;
    const auto of_one = means(*world.db, rules[1], "T::S::Function", "a");
    EXPECT_EQ(static_cast<bool>(of_one), one.known) << one.where;
  }
}

TEST(Reach, OfRulesThatAskAlikeOneIsNoWorseForAnothersMistake) {
  World world;
  world.said({{"1", list, "r1", "ok"}}).there({{"t_s_function", "1", "a", "1"}, {"t_s_function", "1", "b", "0"}});
  std::vector<ThreatRule> rules(4);
  const char* where[] = {"open = 1", "json_extract(iif(open = 0, '{', '{}'), '$.a') IS NULL", "open = 1", ""};
  for (size_t i = 0; i < rules.size(); ++i) rules[i].id = "rule-" + std::to_string(i), rules[i].for_each = Candidates::type, rules[i].types = {"T::S::Function"}, rules[i].where = where[i];
  const auto reaches = reach_of(*world.db, rules, world.catalogue);
  ASSERT_TRUE(reaches) << reaches.error().text();
  EXPECT_EQ(reaches->of[0].reach.resources, 1u);
  EXPECT_FALSE(reaches->of[1].known);
  EXPECT_EQ(reaches->of[2].reach.resources, 1u);
  EXPECT_EQ(reaches->of[3].reach.resources, 2u);
  ASSERT_EQ(reaches->errors.size(), 1u);
  EXPECT_NE(reaches->errors[0].text().find("rule-1"), std::string::npos) << reaches->errors[0].text();
}

}  // namespace
}  // namespace reeve::threats
