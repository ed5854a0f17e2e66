// What the plan asks, by small catalogues: each case says what was answered and which calls follow. A call is shown as
// `Region call {input}`.
#include "collect/plan.h"

#include "base/text.h"
#include "collect/permissions.h"
#include "collect/plan_text.h"
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

// Operations as `service:Operation Member! Member[5] Page#50`: `!` demanded, `[5]` a list of at most five, `[]` a list, `#` the page's size.
ApiCatalogue apis_of(std::initializer_list<const char*> operations) {
  std::map<std::string, std::string> by_service;
  for (std::string line : operations) {
    auto words = split(line, ' ');
    auto call = split(words[0], ':');
    std::string members, pages;
    for (size_t i = 1; i < words.size(); ++i) {
      std::string_view word = words[i];
      std::string name(word.substr(0, word.find_first_of("![#"))), member = R"("is": "string")";
      if (size_t list = word.find('['); list != std::string_view::npos) {
        member = R"("is": "Texts")";
        if (word[list + 1] != ']') member += ", \"max\": " + std::string(word.substr(list + 1, word.find(']') - list - 1));
      }
      if (size_t page = word.find('#'); page != std::string_view::npos) {
        member = R"("is": "integer", "max": )" + std::string(word.substr(page + 1));
        pages = R"(, "pages": {"in": ["T"], "out": ["T"], "limit": ")" + name + R"("})";
      }
      if (word.find('!') != std::string_view::npos) member += R"(, "required": true)";
      members += (members.empty() ? "" : ", ") + ("\"" + name + "\": {" + member + "}");
    }
    std::string& out = by_service[std::string(call[0])];
    out += (out.empty() ? "" : ",") + ("\"" + std::string(call[1]) + "\": {\"input\": \"" + std::string(call[1]) + "In\"" + pages + "}|" + "\"" + std::string(call[1]) + "In\": {\"members\": {" + members + "}}|");
  }
  ApiCatalogue out;
  for (auto& [service, text] : by_service) {
    std::string made, shapes = R"("Texts": {"list": "string"})";
    auto parts = split(text, '|');
    for (size_t i = 0; i + 1 < parts.size(); i += 2) made += std::string(parts[i]), shapes += ", " + std::string(parts[i + 1]);
    DocumentPtr document = json_of(R"({"service": ")" + service + R"(", "source": "test", "id": ")" + service + R"(", "protocol": "json", "version": "1", "endpoint_prefix": "x", "signing_name": "x", "target_prefix": "x", "json_version": "1.1", "operations": {)" + made + "}, \"shapes\": {" + shapes + "}}");
    out.add(must(read_api(document->root(), service + ".json")));
  }
  return out;
}

std::vector<std::string> shown(const std::vector<PlannedCall>& calls) {
  std::vector<std::string> out;
  for (auto& call : calls) out.push_back(call.place.region + " " + call.call + " " + to_json(call.input->root()));
  std::sort(out.begin(), out.end());
  return out;
}
using Shown = std::vector<std::string>;

PlannedCall asked(const std::string& call, const std::string& input = "{}", const std::string& region = "eu-west-1") {
  return {{"111122223333", region}, call, json_of(input)};
}

struct Made {
  CollectPlan plan;
  std::vector<std::string> errors;
};
Made make(std::initializer_list<std::string> types, std::initializer_list<const char*> operations) {
  std::vector<Error> errors;
  Made out{plan_of(catalogue_of_yaml(types), apis_of(operations), errors), {}};
  for (auto& error : errors) out.errors.push_back(error.text());
  return out;
}
Shown after(const CollectPlan& plan, const PlannedCall& call, const std::string& reply) { return shown(plan.after(call, json_of(reply)->root())); }

const char* const kQueue = R"(
type: A::Q::Queue
title: queue
scope: regional
arn: "arn:{partition}:q:{region}:{account}:{id}"
reads:
  - {call: "q:List", each: "Urls[]", id: "@", set: {Properties.Url: "@"}}
  - {call: "q:Attributes", parameter: Url, match: Properties.Url, set: {Properties.Key: Key}}
  - {call: "q:Tags", parameter: Arn, match: arn, set: {Properties.Tags: Tags}}
)";

TEST(Plan, AsksForEachThatAListNames) {
  Made made = make({kQueue}, {"q:List Limit#50", "q:Attributes Url!", "q:Tags Arn!"});
  EXPECT_EQ(made.errors, Shown{});
  EXPECT_EQ(shown(made.plan.first({"111122223333", "eu-west-1"}, CollectScope::region)), Shown{R"(eu-west-1 q:List {"Limit":50})"});
  EXPECT_EQ(shown(made.plan.first({"111122223333", "global"}, CollectScope::account)), Shown{});
  EXPECT_EQ(after(made.plan, asked("q:List"), R"({"Urls": ["u1", "u2"]})"),
            (Shown{R"(eu-west-1 q:Attributes {"Url":"u1"})", R"(eu-west-1 q:Attributes {"Url":"u2"})", R"(eu-west-1 q:Tags {"Arn":"arn:aws:q:eu-west-1:111122223333:u1"})",
                   R"(eu-west-1 q:Tags {"Arn":"arn:aws:q:eu-west-1:111122223333:u2"})"}));
  EXPECT_EQ(after(made.plan, asked("q:List"), R"({"Urls": []})"), Shown{});
  EXPECT_EQ(after(made.plan, asked("q:List"), R"({"Urls": null})"), Shown{});
}

TEST(Plan, GivesOuterParametersAndBatches) {
  Made made = make({R"(
type: A::E::Cluster
title: cluster
scope: regional
reads:
  - {call: "e:ListClusters", each: "arns[]", id: "@", arn: "@", set: {Properties.Name: "@"}}
)",
                    R"(
type: A::E::Service
title: service
scope: regional
reads:
  - {call: "e:ListServices", parameter: cluster, from: {cluster: "A::E::Cluster arn"}, each: "arns[]", id: "@"}
  - {call: "e:Describe", parameter: [cluster, services], with: {include: [A, B]}, batch: 2, each: "services[]", id: arn, set: {Properties.Role: role}}
)"},
                   {"e:ListClusters", "e:ListServices cluster!", "e:Describe cluster services![] include[]"});
  EXPECT_EQ(made.errors, Shown{});
  EXPECT_EQ(after(made.plan, asked("e:ListClusters"), R"({"arns": ["c"]})"), Shown{R"(eu-west-1 e:ListServices {"cluster":"c"})"});
  EXPECT_EQ(after(made.plan, asked("e:ListServices", R"({"cluster": "c"})"), R"({"arns": ["s1", "s2", "s3", "s1"]})"),
            (Shown{R"(eu-west-1 e:Describe {"cluster":"c","include":["A","B"],"services":["s1","s2"]})", R"(eu-west-1 e:Describe {"cluster":"c","include":["A","B"],"services":["s3"]})"}));
}

TEST(Plan, TakesTheSizeOfABatchFromTheModel) {
  Made made = make({R"(
type: A::R::Rule
title: rule
scope: regional
reads:
  - {call: "r:List", each: "Rules[]", id: "@"}
  - {call: "r:Get", parameter: Names, each: "Rules[]", id: Name, set: {Properties.X: X}}
)"},
                   {"r:List", "r:Get Names[25]"});
  std::string names;
  for (int i = 0; i < 26; ++i) names += (i ? ", \"" : "\"") + std::to_string(i) + "\"";
  EXPECT_EQ(made.plan.after(asked("r:List"), json_of("{\"Rules\": [" + names + "]}")->root()).size(), 2u);
}

TEST(Plan, AsksOnceForEachFixedValueAndOnlyWhereThatIs) {
  Made made = make({R"(
type: A::W::Acl
title: acl
scope: regional
reads:
  - {call: "w:List", with: {Scope: REGIONAL}, each: "Acls[]", id: Id, set: {Properties.Name: Name}}
  - {call: "w:List", with: {Scope: CLOUDFRONT}, only_in: us-east-1, each: "Acls[]", id: Id, set: {Properties.Name: Name}}
  - {call: "w:Get", parameter: [Scope, Name, Id], set: {Properties.Rules: Rules}}
)"},
                   {"w:List Scope!", "w:Get Scope! Name! Id!"});
  EXPECT_EQ(made.errors, Shown{});
  EXPECT_EQ(shown(made.plan.first({"1", "eu-west-1"}, CollectScope::region)), Shown{R"(eu-west-1 w:List {"Scope":"REGIONAL"})"});
  EXPECT_EQ(shown(made.plan.first({"1", "us-east-1"}, CollectScope::region)), (Shown{R"(us-east-1 w:List {"Scope":"CLOUDFRONT"})", R"(us-east-1 w:List {"Scope":"REGIONAL"})"}));
  EXPECT_EQ(after(made.plan, asked("w:List", R"({"Scope": "CLOUDFRONT"})", "us-east-1"), R"({"Acls": [{"Id": "i", "Name": "n"}]})"),
            Shown{R"(us-east-1 w:Get {"Id":"i","Name":"n","Scope":"CLOUDFRONT"})"});
}

const char* const kBucket = R"(
type: A::S3::Bucket
title: bucket
scope: global
reads:
  - {call: "s3:List", each: "Buckets[]", id: Name, region: Region, set: {Properties.Name: Name}}
  - {call: "s3:Where", parameter: Bucket, region: "Location || 'us-east-1'", set: {Observed.Location: Location}}
  - {call: "s3:Policy", parameter: Bucket, absent_when: [NoSuchBucketPolicy], set: {Observed.Policy: Policy}}
)";

TEST(Plan, AsksABucketWhereItIs) {
  Made made = make({kBucket}, {"s3:List", "s3:Where Bucket!", "s3:Policy Bucket!"});
  EXPECT_EQ(made.errors, Shown{});
  EXPECT_EQ(after(made.plan, asked("s3:List", "{}", "global"), R"({"Buckets": [{"Name": "b", "Region": "eu-west-1"}]})"),
            (Shown{R"(eu-west-1 s3:Policy {"Bucket":"b"})", R"(global s3:Where {"Bucket":"b"})"}));
  // A list that does not say: the bucket is asked where it is first.
  EXPECT_EQ(after(made.plan, asked("s3:List", "{}", "global"), R"({"Buckets": [{"Name": "b"}]})"), Shown{R"(global s3:Where {"Bucket":"b"})"});
  EXPECT_EQ(after(made.plan, asked("s3:Where", R"({"Bucket": "b"})", "global"), R"({"Location": "eu-west-1"})"), Shown{R"(eu-west-1 s3:Policy {"Bucket":"b"})"});
  EXPECT_EQ(after(made.plan, asked("s3:Where", R"({"Bucket": "b"})", "global"), "{}"), Shown{R"(us-east-1 s3:Policy {"Bucket":"b"})"});
  // And where that is refused, anywhere.
  EXPECT_EQ(shown(made.plan.instead(asked("s3:Where", R"({"Bucket": "b"})", "global"))), Shown{R"(global s3:Policy {"Bucket":"b"})"});
  EXPECT_TRUE(made.plan.absent("s3:Policy", "NoSuchBucketPolicy"));
  EXPECT_FALSE(made.plan.absent("s3:Policy", "AccessDenied"));
  EXPECT_FALSE(made.plan.absent("s3:List", "NoSuchBucketPolicy"));
}

const char* const kUser = R"(
type: A::IAM::User
title: user
scope: global
reads:
  - {call: "iam:All", each: "Users[]", id: Name, set: {Properties.Name: Name, Properties.Groups: Groups}}
  - {call: "iam:ListUsers", each: "Users[]", id: Name, set: {Properties.Name: Name}}
  - {call: "iam:Groups", parameter: User, set: {Properties.Groups: Groups}}
  - {call: "iam:Keys", parameter: User, set: {Observed.Keys: Keys}}
)";

TEST(Plan, LeavesOutWhatCheaperCallsTell) {
  Made made = make({kUser}, {"iam:All MaxItems#1000", "iam:ListUsers", "iam:Groups User!", "iam:Keys User!"});
  EXPECT_EQ(made.errors, Shown{});
  EXPECT_EQ(shown(made.plan.first({"1", "global"}, CollectScope::account)), Shown{R"(global iam:All {"MaxItems":1000})"});
  EXPECT_EQ(after(made.plan, asked("iam:All", "{}", "global"), R"({"Users": [{"Name": "a"}]})"), Shown{R"(global iam:Keys {"User":"a"})"});
  // Refused, the others tell.
  EXPECT_EQ(shown(made.plan.instead(asked("iam:All", "{}", "global"))), Shown{R"(global iam:ListUsers {})"});
  EXPECT_EQ(after(made.plan, asked("iam:ListUsers", "{}", "global"), R"({"Users": [{"Name": "a"}]})"),
            (Shown{R"(global iam:Groups {"User":"a"})", R"(global iam:Keys {"User":"a"})"}));
  EXPECT_EQ(made.plan.calls(), (Shown{"iam:All", "iam:Groups", "iam:Keys", "iam:ListUsers"}));
}

const char* const kAccount = R"(
type: A::Account::Settings
title: account
scope: global
singleton: account
reads:
  - {call: "account:Contact", parameter: AccountId, with: {Kind: [SECURITY, BILLING]}, from: {AccountId: A::Organizations::Account}, set: {Properties.Contact: Contact}}
  - {call: "s3control:Block", parameter: AccountId, set: {Properties.Block: Block}}
)";

TEST(Plan, LetsTheManagementAccountAskForOthers) {
  Made made = make({kAccount, R"(
type: A::Organizations::Account
title: account
scope: global
reads:
  - {call: "organizations:ListAccounts", each: "Accounts[]", id: Id, set: {Properties.Name: Name}}
)"},
                   {"account:Contact AccountId Kind!", "s3control:Block AccountId!", "organizations:ListAccounts"});
  EXPECT_EQ(made.errors, Shown{});
  CollectPlace global{"111122223333", "global"};
  EXPECT_EQ(shown(made.plan.first(global, CollectScope::organization)), Shown{R"(global organizations:ListAccounts {})"});
  EXPECT_EQ(shown(made.plan.first(global, CollectScope::account)),
            (Shown{R"(global account:Contact {"Kind":"BILLING"})", R"(global account:Contact {"Kind":"SECURITY"})", R"(global s3control:Block {"AccountId":"111122223333"})"}));
  EXPECT_EQ(made.plan.first(global, CollectScope::account, true).size(), 3u) << "what an account is told of itself it asks itself";
  EXPECT_EQ(after(made.plan, asked("organizations:ListAccounts", "{}", "global"), R"({"Accounts": [{"Id": "111122223333"}, {"Id": "444455556666"}]})"),
            (Shown{R"(global account:Contact {"AccountId":"444455556666","Kind":"BILLING"})", R"(global account:Contact {"AccountId":"444455556666","Kind":"SECURITY"})"}));
  auto others = made.plan.instead(asked("account:Contact", R"({"AccountId": "444455556666", "Kind": "BILLING"})", "global"));
  ASSERT_EQ(shown(others), Shown{R"(global account:Contact {"Kind":"BILLING"})"});
  EXPECT_EQ(others[0].place.account, "444455556666");
  EXPECT_EQ(shown(made.plan.instead(asked("account:Contact", R"({"Kind": "BILLING"})", "global"))), Shown{});
  auto itself = made.plan.by_itself(asked("account:Contact", R"({"AccountId": "444455556666", "Kind": "BILLING"})", "global"));
  ASSERT_TRUE(itself);
  EXPECT_EQ(itself->key(), others[0].key());
  EXPECT_FALSE(made.plan.by_itself(asked("account:Contact", R"({"Kind": "BILLING"})", "global"))) << "it is about the caller";
  EXPECT_FALSE(made.plan.by_itself(asked("account:Contact", R"({"AccountId": "111122223333", "Kind": "BILLING"})", "global"))) << "so is this";
  EXPECT_FALSE(made.plan.by_itself(asked("s3control:Block", R"({"AccountId": "444455556666"})", "global"))) << "nobody asks it of others";
}

// What only the management account is told stays with it.
TEST(Plan, AsksFromAboveWhatNoAccountIsToldOfItself) {
  Made made = make({R"(
type: A::Account::Settings
title: account
scope: global
singleton: account
reads:
  - {call: "account:Email", parameter: AccountId, from: {AccountId: A::Organizations::Account}, set: {Properties.Email: Email}}
)",
                    R"(
type: A::Organizations::Account
title: account
scope: global
reads:
  - {call: "organizations:ListAccounts", each: "Accounts[]", id: Id, set: {Properties.Name: Name}}
  - {call: "organizations:Delegates", each: "Delegates[]", id: Id, set: {Observed.Since: Since}}
  - {call: "organizations:Services", parameter: AccountId, named_by: "organizations:Delegates", set: {Observed.Services: Services}}
  - {call: "organizations:Effective", parameter: TargetId, in_account: TargetId, set: {Observed.Effective: Policy}}
  - {call: "organizations:Attached", parameter: TargetId, left_to: "organizations:Targets", set: {Observed.Attached: Policies}}
  - {call: "organizations:Enabled", asked_by: administrators, set: {Observed.Enabled: Enabled}}
)"},
                   {"account:Email AccountId!", "organizations:ListAccounts", "organizations:Delegates", "organizations:Services AccountId!", "organizations:Effective TargetId",
                    "organizations:Attached TargetId!", "organizations:Enabled"});
  EXPECT_EQ(made.errors, Shown{});
  EXPECT_EQ(shown(made.plan.first({"111122223333", "global"}, CollectScope::account, true)), Shown{});
  EXPECT_EQ(after(made.plan, asked("organizations:ListAccounts", "{}", "global"), R"({"Accounts": [{"Id": "444455556666"}]})"),
            (Shown{R"(global account:Email {"AccountId":"444455556666"})", R"(global organizations:Effective {"TargetId":"444455556666"})"}));
  EXPECT_EQ(after(made.plan, asked("organizations:Delegates", "{}", "global"), R"({"Delegates": [{"Id": "444455556666"}]})"),
            (Shown{R"(global account:Email {"AccountId":"444455556666"})", R"(global organizations:Effective {"TargetId":"444455556666"})", R"(global organizations:Services {"AccountId":"444455556666"})"}));
  EXPECT_FALSE(made.plan.by_itself(asked("account:Email", R"({"AccountId": "444455556666"})", "global")));
  auto there = made.plan.by_itself(asked("organizations:Effective", R"({"TargetId": "444455556666"})", "global"));
  ASSERT_TRUE(there);
  EXPECT_EQ(there->place.account, "444455556666");
  EXPECT_EQ(to_json(there->input->root()), R"({"TargetId":"444455556666"})");
  EXPECT_TRUE(made.plan.by_administrators("organizations:Enabled"));
  EXPECT_FALSE(made.plan.by_administrators("organizations:ListAccounts"));
}

TEST(Plan, AsksAgainForWhatIsNotThereYet) {
  Made made = make({R"(
type: A::Account::Root
title: root
scope: global
singleton: account
reads:
  - {call: "iam:Generate"}
  - {call: "iam:Report", after: "iam:Generate", again_when: [ReportInProgress, "JobStatus=IN_PROGRESS"], set: {Observed.X: X}}
)"},
                   {"iam:Generate", "iam:Report"});
  EXPECT_EQ(shown(made.plan.first({"1", "global"}, CollectScope::account)), Shown{"global iam:Generate {}"});
  EXPECT_EQ(after(made.plan, asked("iam:Generate", "{}", "global"), R"({"State": "STARTED"})"), Shown{"global iam:Report {}"});
  EXPECT_TRUE(made.plan.again("iam:Report", "ReportInProgress"));
  EXPECT_FALSE(made.plan.again("iam:Report", "AccessDenied"));
  EXPECT_TRUE(made.plan.again("iam:Report", "", json_of(R"({"JobStatus": "IN_PROGRESS"})")->root()));
  EXPECT_FALSE(made.plan.again("iam:Report", "", json_of(R"({"JobStatus": "COMPLETED"})")->root()));
  EXPECT_FALSE(made.plan.again("iam:Generate", "ReportInProgress"));
}

TEST(Plan, NamesWhatItCannotAsk) {
  Made made = make({R"(
type: A::B::Thing
title: thing
scope: regional
reads:
  - {call: "b:List", each: "Things[]", id: Id}
  - {call: "b:Missing", parameter: Id, set: {Properties.A: A}}
  - {call: "b:Demands", parameter: Id, set: {Properties.B: B}}
  - {call: "b:Get", parameter: [Shelf, Id], set: {Properties.C: C}}
  - {call: "b:Other", parameter: Name, set: {Properties.D: D}}
)"},
                   {"b:List", "b:Demands Id! Colour!", "b:Get Shelf! Id!", "b:Other Id!"});
  ASSERT_EQ(made.errors.size(), 4u);
  EXPECT_NE(made.errors[0].find("call `b:Missing` has no file in content/apis"), std::string::npos) << made.errors[0];
  EXPECT_NE(made.errors[1].find("`b:Demands` demands `Colour`, which nothing gives"), std::string::npos) << made.errors[1];
  EXPECT_NE(made.errors[2].find("no reply gives `Shelf` and `Id` of `b:Get`"), std::string::npos) << made.errors[2];
  EXPECT_NE(made.errors[3].find("`b:Other` has no parameter `Name`"), std::string::npos) << made.errors[3];
  EXPECT_EQ(made.plan.calls(), Shown{"b:List"});
}

TEST(PlanText, CountsWhatIsKnown) {
  Made made = make({kUser, kQueue}, {"iam:All", "iam:ListUsers", "iam:Groups User!", "iam:Keys User!", "q:List", "q:Attributes Url!", "q:Tags Arn!"});
  EXPECT_EQ(plan_text(kinds_of(made.plan, {})),
            "In each account: 1 call, and 1 more for each that a reply names; 2 left out, since others tell what they tell\n"
            "  iam:All\n"
            "  iam:ListUsers  only where iam:All is refused\n"
            "  iam:Groups User=…  only where iam:All is refused\n"
            "  iam:Keys User=…  after iam:All, iam:ListUsers\n"
            "\n"
            "In each Region of each account: 1 call, and 2 more for each that a reply names\n"
            "  q:List\n"
            "  q:Attributes Url=…  after q:List\n"
            "  q:Tags Arn=…  after q:List\n");
  EXPECT_EQ(kinds_of(made.plan, {{"q"}}).size(), 3u);
}

}  // namespace
}  // namespace reeve
