// A whole collection without a network: an engine that answers from a table, and what was asked, recorded and told of it.
#include "collect/collection.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "content/apis.h"
#include "estate/estate_test_kit.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

const Time kNow = *parse_time("2026-11-29T12:00:00Z");

constexpr const char* kTypes[] = {R"(
type: AWS::S3::Bucket
title: bucket
scope: global
arn: "arn:{partition}:s3:::{id}"
reads:
  - {call: "s3:ListBuckets", each: "Buckets[]", id: Name, set: {Properties.BucketName: Name}}
  - {call: "s3:GetBucketPolicy", parameter: Bucket, set: {Observed.Policy: Policy}, absent_when: [NoSuchBucketPolicy]}
)",
                                  R"(
type: AWS::EC2::VPC
title: network
scope: regional
reads:
  - {call: "ec2:DescribeVpcs", each: "Vpcs[]", id: VpcId, set: {Properties.CidrBlock: CidrBlock}}
)",
                                  R"(
type: Reeve::Account::Settings
title: settings
scope: global
singleton: account
reads:
  - {call: "ec2:DescribeRegions", set: {Observed.Ec2Regions: "Regions[].RegionName"}}
)",
                                  R"(
type: AWS::Organizations::Account
title: account
scope: global
reads:
  - {call: "organizations:ListAccounts", each: "Accounts[]", id: Id, set: {Properties.AccountName: Name}}
  - {call: "organizations:DescribeOrganization", set: {Observed.Organization: Organization.Id}}
)"};

struct Reply {
  std::string json;  // or
  std::string code;
  Failure failure = Failure::none;
};

// Answers `account/region/call/parameters` by the longest beginning of whole words that the table has.
class FakeEngine : public CollectEngine {
 public:
  explicit FakeEngine(std::map<std::string, Reply> table) : table_(std::move(table)) {}
  void ask(PlannedCall call) override { waiting_.push_back(std::move(call)); }
  bool full() const override { return false; }
  bool next(CallOutcome& outcome) override {
    if (waiting_.empty() || (stop_after && asked.size() >= stop_after)) {
      if (stopping && !waiting_.empty()) stopping->ask();
      return false;
    }
    most = std::max(most, waiting_.size());
    outcome = {};
    outcome.call = std::move(waiting_.front());
    waiting_.pop_front();
    std::string what = outcome.call.place.account + "/" + outcome.call.place.region + "/" + outcome.call.call;
    for (auto& [name, value] : request_texts(outcome.call.input->root())) what += "/" + value;
    asked.push_back(what);
    const Reply* reply = nullptr;
    for (auto& [begin, one] : table_)
      if (what.rfind(begin, 0) == 0 && (what.size() == begin.size() || what[begin.size()] == '/')) reply = &one;
    if (!reply) {
      outcome.failure = Failure::other, outcome.error_code = "HTTP 404", outcome.error_time = kNow;
    } else if (reply->failure != Failure::none) {
      outcome.failure = reply->failure, outcome.error_code = reply->code, outcome.error_time = kNow;
    } else {
      outcome.pages.push_back({outcome.call.input, reply->json, reply->json, "r", kNow});
    }
    return true;
  }
  void stop() override { waiting_.clear(); }
  EngineCounts counts() const override { return {}; }
  size_t in_flight() const override { return 0; }
  size_t waiting() const override { return waiting_.size(); }

  std::vector<std::string> asked;
  size_t most = 0, stop_after = 0;
  CollectStop* stopping = nullptr;

 private:
  std::map<std::string, Reply> table_;
  std::deque<PlannedCall> waiting_;
};

class NoKeys : public CredentialProvider {
 public:
  Result<Credentials> get() override { return Credentials(); }
  void refuse() override {}
};

class CollectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.out = folder_ / "snap";
    options_.engine.now = [] { return kNow; };
    options_.stop = &stop_;
    options_.redactions = std::make_shared<const Redactions>();  // replies stay as the table has them
    plan({std::begin(kTypes), std::end(kTypes)});
  }
  void plan(const std::vector<const char*>& types) {
    ResourceCatalogue catalogue;
    for (auto text : types) catalogue.add(must(read_resource_type(must(read_yaml(text, Source{nullptr, "type.yaml", "", 0, "", "$"}))->root(), "type.yaml")));
    std::vector<Error> errors;
    plan_ = plan_of(catalogue, must(built_in_api_catalogue()), errors);
    for (auto& error : errors) ADD_FAILURE() << error.text();
  }

  CollectSummary collect(FakeEngine& engine, const std::set<std::string>& closed = {}) {
    auto record = must(CollectRecord::open(options_.out, kNow));
    AccountOpener opener(2, [&] {
      return [&](const std::string& account) {
        AccountOpener::Opened out{account, "audit", closed.count(account) ? nullptr : std::make_shared<NoKeys>(), {}};
        if (!out.provider) out.error = {Code::io, "sts:AssumeRole AccessDenied", {}, "", ""};
        return out;
      };
    });
    Keyring keys;
    keys.put("", std::make_shared<NoKeys>());
    CollectGauges gauges;
    Collection collection(options_, plan_, engine, *record, opener, keys, gauges);
    error_ = collection.discover();
    if (error_) error_ = collection.run();
    std::sort(engine.asked.begin(), engine.asked.end());
    return collection.summary();
  }

  TestFolder made_;
  const std::filesystem::path folder_{made_.path()};
  CollectOptions options_;
  CollectStop stop_;
  CollectPlan plan_;
  Status error_;
};

std::map<std::string, Reply> organization() {
  return {{"/global/sts:GetCallerIdentity", {R"({"Account": "111111111111", "Arn": "arn:aws:iam::111111111111:user/u"})"}},
          {"111111111111/global/organizations:DescribeOrganization", {R"({"Organization": {"Id": "o-1", "MasterAccountId": "111111111111"}})"}},
          {"111111111111/global/organizations:ListAccounts",
           {R"({"Accounts": [{"Id": "111111111111", "Name": "payer", "State": "ACTIVE"}, {"Id": "222222222222", "Name": "app", "State": "ACTIVE"}, {"Id": "333333333333", "Name": "old", "Status": "SUSPENDED"}]})"}},
          {"111111111111/global/ec2:DescribeRegions", {R"({"Regions": [{"RegionName": "eu-west-1"}, {"RegionName": "us-east-1"}, {"RegionName": "ap-east-1", "OptInStatus": "not-opted-in"}]})"}},
          {"222222222222/global/ec2:DescribeRegions", {R"({"Regions": [{"RegionName": "eu-west-1"}]})"}},
          {"111111111111/global/s3:ListBuckets", {R"({"Buckets": [{"Name": "logs"}, {"Name": "web"}]})"}},
          {"111111111111/global/s3:GetBucketPolicy/logs", {"", "NoSuchBucketPolicy", Failure::other}},
          {"111111111111/global/s3:GetBucketPolicy/web", {R"({"Policy": "{}"})"}},
          {"222222222222/global/s3:ListBuckets", {"", "AccessDenied", Failure::denied}},
          {"111111111111/eu-west-1/ec2:DescribeVpcs", {R"({"Vpcs": []})"}},
          {"111111111111/us-east-1/ec2:DescribeVpcs", {R"({"Vpcs": []})"}},
          {"222222222222/eu-west-1/ec2:DescribeVpcs", {R"({"Vpcs": []})"}}};
}

std::string told(const CollectSummary& summary) {
  std::string out;
  for (auto& account : summary.accounts) {
    out += account.id + " " + account.state;
    for (auto& region : account.regions) out += " " + region;
    out += account.reason.empty() ? "\n" : " (" + account.reason + ")\n";
  }
  for (auto& [kind, gaps] : {std::pair("denied", &summary.denied), std::pair("errors", &summary.errors), std::pair("absent", &summary.absent), std::pair("unsupported", &summary.unsupported)})
    for (auto& [key, gap] : *gaps) out += std::string(kind) + " " + std::get<0>(key) + " " + std::get<1>(key) + " " + std::get<2>(key) + " " + std::get<3>(key) + "\n";
  return out + (summary.complete ? "complete" : "incomplete");
}

TEST_F(CollectionTest, OneAccountAsksWhatContentNames) {
  FakeEngine engine(organization());
  auto summary = collect(engine);
  ASSERT_TRUE(error_) << error_.error().text();
  EXPECT_EQ(told(summary), "111111111111 read eu-west-1 us-east-1\nabsent s3:GetBucketPolicy NoSuchBucketPolicy 111111111111 global\ncomplete");
  EXPECT_EQ(summary.accounts_left, 1u) << "the suspended one is not there to be read";
  EXPECT_EQ(std::count_if(engine.asked.begin(), engine.asked.end(), [](auto& what) { return what.find("ListAccounts") != std::string::npos; }), 1) << "what was asked to find the accounts is not asked again";
  EXPECT_EQ(engine.asked.size(), 9u);
}

TEST_F(CollectionTest, ARoleOpensTheOtherAccounts) {
  options_.role_names = {"audit"};
  FakeEngine engine(organization());
  auto summary = collect(engine);
  EXPECT_EQ(told(summary),
            "111111111111 read eu-west-1 us-east-1\n222222222222 partly eu-west-1\n333333333333 suspended (the organization calls it SUSPENDED)\n"
            "denied s3:ListBuckets AccessDenied 222222222222 global\nabsent s3:GetBucketPolicy NoSuchBucketPolicy 111111111111 global\ncomplete")
      << "a denial is an answer";
}

TEST_F(CollectionTest, WhatIsNotReachedMakesItIncomplete) {
  options_.role_names = {"audit"};
  struct {
    const char* what;
    std::set<std::string> closed;
    std::vector<std::string> accounts, regions;
    std::map<std::string, Reply> other;
    const char* line;
  } cases[] = {{"an account that lets nobody in", {"222222222222"}, {}, {}, {}, "222222222222 not_reached (sts:AssumeRole AccessDenied)"},
               {"a Region that no account has", {}, {}, {"eu-west-1", "mars-north-1"}, {}, "errors ec2:DescribeRegions RegionNotOn 222222222222 mars-north-1"},
               {"a call that was throttled to death", {}, {}, {}, {{"222222222222/eu-west-1/ec2:DescribeVpcs", {"", "RequestLimitExceeded", Failure::throttled}}}, "errors ec2:DescribeVpcs RequestLimitExceeded 222222222222 eu-west-1"},
               {"a call that timed out", {}, {}, {}, {{"222222222222/eu-west-1/ec2:DescribeVpcs", {"", "", Failure::timed_out}}}, "errors ec2:DescribeVpcs TimedOut 222222222222 eu-west-1"},
               {"a call that the endpoint does not have", {}, {}, {}, {{"222222222222/eu-west-1/ec2:DescribeVpcs", {"", "HTTP 404", Failure::other}}}, "errors ec2:DescribeVpcs HTTP 404 222222222222 eu-west-1"},
               {"a reply that is no JSON", {}, {}, {}, {{"222222222222/eu-west-1/ec2:DescribeVpcs", {"{"}}}, "errors ec2:DescribeVpcs UnreadableReply 222222222222 eu-west-1"}};
  for (auto& c : cases) {
    std::filesystem::remove_all(options_.out);
    options_.accounts = c.accounts, options_.regions = c.regions;
    auto table = organization();
    for (auto& [key, reply] : c.other) table[key] = reply;
    FakeEngine engine(table);
    auto summary = collect(engine, c.closed);
    EXPECT_FALSE(summary.complete) << c.what;
    EXPECT_NE(told(summary).find(c.line), std::string::npos) << c.what << "\n" << told(summary);
  }
}

TEST_F(CollectionTest, FiltersLeaveOut) {
  options_.role_names = {"audit"}, options_.accounts = {"222222222222"}, options_.services = {"ec2"};
  FakeEngine engine(organization());
  auto summary = collect(engine);
  EXPECT_EQ(told(summary), "222222222222 read eu-west-1\ncomplete");
  for (auto& what : engine.asked) EXPECT_EQ(what.find("/s3:"), std::string::npos) << what;
}

TEST_F(CollectionTest, UnitsNameTheAccountsBelowThem) {
  options_.role_names = {"audit"}, options_.organizational_units = {"ou-1"};
  auto table = organization();
  const std::string at = "111111111111/global/organizations:";
  table[at + "ListAccountsForParent/ou-1"] = {R"({"Accounts": []})"};
  table[at + "ListOrganizationalUnitsForParent/ou-1"] = {R"({"OrganizationalUnits": [{"Id": "ou-2"}]})"};
  table[at + "ListAccountsForParent/ou-2"] = {R"({"Accounts": [{"Id": "222222222222", "Name": "app", "State": "ACTIVE"}]})"};
  table[at + "ListOrganizationalUnitsForParent/ou-2"] = {R"({"OrganizationalUnits": []})"};
  FakeEngine engine(table);
  auto summary = collect(engine);
  ASSERT_TRUE(error_) << error_.error().text();
  ASSERT_EQ(summary.accounts.size(), 1u);
  EXPECT_EQ(summary.accounts[0].id, "222222222222");
  options_.organizational_units = {"ou-9"};
  FakeEngine other(table);
  collect(other);
  ASSERT_FALSE(error_);
  EXPECT_NE(error_.error().text().find("what stands below `ou-9` cannot be listed: organizations:ListAccountsForParent HTTP 404"), std::string::npos) << error_.error().text();
}

// What an account is told of itself it is asked with its own role; from above only where that fails. What only administrators are told
// nobody else is asked.
TEST_F(CollectionTest, AsksEachAccountOfItselfAndAdministratorsAlone) {
  options_.role_names = {"audit"};
  plan({R"(
type: AWS::Organizations::Account
title: account
scope: global
reads:
  - {call: "organizations:ListAccounts", each: "Accounts[]", id: Id, set: {Properties.AccountName: Name}}
  - {call: "organizations:DescribeEffectivePolicy", parameter: TargetId, in_account: TargetId, with: {PolicyType: TAG_POLICY}, set: {Observed.Effective: EffectivePolicy}}
)",
        R"(
type: Reeve::Account::Settings
title: settings
scope: global
singleton: account
reads:
  - {call: "ec2:DescribeRegions", set: {Observed.Ec2Regions: "Regions[].RegionName"}}
  - {call: "account:GetContactInformation", parameter: AccountId, from: {AccountId: AWS::Organizations::Account}, set: {Properties.Contact: ContactInformation}}
)",
        R"(
type: Reeve::Region::Settings
title: settings
scope: regional
singleton: region
reads:
  - {call: "macie2:DescribeOrganizationConfiguration", asked_by: administrators, set: {Observed.MacieAutoEnable: autoEnable}}
)"});
  auto table = organization();
  const std::string delegates = "111111111111/global/organizations:ListDelegatedAdministrators";
  auto asked = [&](const std::set<std::string>& closed) {
    std::filesystem::remove_all(options_.out);
    FakeEngine engine(table);
    collect(engine, closed);
    EXPECT_TRUE(error_) << error_.error().text();
    std::vector<std::string> out;
    for (auto& what : engine.asked)
      for (auto part : {"GetContact", "Effective", "macie2"})
        if (what.find(part) != std::string::npos) out.push_back(what);
    return out;
  };
  using Asked = std::vector<std::string>;
  const std::string contact = "/global/account:GetContactInformation", policy = "/global/organizations:DescribeEffectivePolicy/TAG_POLICY/";
  const std::string macie = "/macie2:DescribeOrganizationConfiguration", payer = "111111111111", app = "222222222222", old = "333333333333";
  for (auto& account : {payer, app}) table[account + contact] = {R"({"ContactInformation": {}})"}, table[account + policy + account] = {R"({"EffectivePolicy": {}})"};
  for (auto& account : {app, old}) table[payer + contact + "/" + account] = {R"({"ContactInformation": {}})"}, table[payer + policy + account] = {R"({"EffectivePolicy": {}})"};
  table[delegates] = {R"({"DelegatedAdministrators": []})"};
  // The suspended account cannot be asked itself.
  EXPECT_EQ(asked({}), (Asked{payer + "/eu-west-1" + macie, payer + contact, payer + contact + "/" + old, payer + policy + payer, payer + policy + old,
                              payer + "/us-east-1" + macie, app + contact, app + policy + app}));
  table[delegates] = {R"({"DelegatedAdministrators": [{"Id": "222222222222"}]})"};
  EXPECT_EQ(asked({}).size(), 9u) << "a delegate is asked too";
  EXPECT_EQ(asked({app}), (Asked{payer + "/eu-west-1" + macie, payer + contact, payer + contact + "/" + app, payer + contact + "/" + old, payer + policy + payer,
                                 payer + policy + app, payer + policy + old, payer + "/us-east-1" + macie}))
      << "no role there";
  table[app + contact] = {"", "AccessDeniedException", Failure::denied};
  auto refused = asked({});
  EXPECT_EQ(refused.size(), 10u);
  EXPECT_TRUE(std::count(refused.begin(), refused.end(), payer + contact + "/" + app)) << "refused there";
  table[payer + contact + "/" + app] = {"", "AccessDeniedException", Failure::denied};
  EXPECT_EQ(asked({}).size(), 10u) << "refused here too: that is all";
  table[delegates] = {"", "AccessDeniedException", Failure::denied};
  EXPECT_EQ(asked({}).size(), 10u) << "who administers is not known: all are asked";
}

// Ended after each number of answers in turn, and gone on with: in the end nothing is missing and nothing was asked twice.
TEST_F(CollectionTest, GoesOnAfterAnyEndWithoutAskingTwice) {
  options_.role_names = {"audit"};
  FakeEngine whole(organization());
  std::string wanted = told(collect(whole));
  for (size_t end = 1; end <= whole.asked.size(); ++end) {
    std::filesystem::remove_all(options_.out);
    CollectStop stop;
    options_.stop = &stop;
    FakeEngine first(organization());
    first.stop_after = end, first.stopping = &stop;
    auto partly = collect(first);
    options_.stop = &stop_;
    EXPECT_TRUE(!error_ || partly.interrupted || end == whole.asked.size()) << end;
    FakeEngine second(organization());
    EXPECT_EQ(told(collect(second)), wanted) << "ended after " << end;
    std::multiset<std::string> asked(first.asked.begin(), first.asked.end());
    asked.insert(second.asked.begin(), second.asked.end());
    for (auto& what : whole.asked)
      EXPECT_EQ(asked.count(what), what.rfind("/global/sts", 0) == 0 ? 2u : 1u) << what << " ended after " << end;
  }
}

}  // namespace
}  // namespace reeve
