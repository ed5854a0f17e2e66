// What is asked only of those that a list names: of the others it is known not to be there, and of the named nothing is concluded.
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* const kMember = R"(
type: AWS::Organizations::Account
title: member
scope: global
reads:
  - {call: "organizations:ListAccounts", each: "Accounts[]", id: Id, set: {Properties.Name: Name}}
  - {call: "organizations:ListDelegatedAdministrators", each: "Delegates[]", id: Id, set: {Observed.Since: Since}}
  - {call: "organizations:ListDelegatedServicesForAccount", parameter: AccountId, named_by: "organizations:ListDelegatedAdministrators", absent_when: [NotRegistered], set: {Observed.Services: "Services[].Name"}}
)";

TEST(Unnamed, WhatAListDoesNotNameHasNothing) {
  auto catalogue = catalogue_of_yaml({kMember});
  const std::string call = "organizations:ListDelegatedServicesForAccount";
  struct {
    const char *what, *delegates, *services, *named, *other;
    std::vector<std::string> filter = {};
  } cases[] = {
      {"one is named and told of", R"({"Delegates": [{"Id": "222222222222"}]})", R"({"Services": [{"Name": "s"}]})", R"(["s"])", "absent"},
      {"one is named and refused", R"({"Delegates": [{"Id": "222222222222"}]})", R"({"Error": {"Code": "AccessDenied"}})", "unknown: organizations:ListDelegatedServicesForAccount AccessDenied", "absent"},
      {"one is named and not asked", R"({"Delegates": [{"Id": "222222222222"}]})", nullptr, "unknown: organizations:ListDelegatedServicesForAccount not read", "absent"},
      {"nobody is named", R"({"Delegates": []})", nullptr, "absent", "absent"},
      {"the list is not whole", R"({"Delegates": [], "NextToken": "t"})", nullptr, "unknown: organizations:ListDelegatedServicesForAccount not read", "unknown: organizations:ListDelegatedServicesForAccount not read"},
      {"the list is not there", "{}", nullptr, "unknown: organizations:ListDelegatedServicesForAccount not read", "unknown: organizations:ListDelegatedServicesForAccount not read"},
      {"the list is refused", R"({"Error": {"Code": "AccessDenied"}})", nullptr, "unknown: organizations:ListDelegatedServicesForAccount not read", "unknown: organizations:ListDelegatedServicesForAccount not read"},
      {"one has no id", R"({"Delegates": [{"Since": 1}]})", nullptr, "unknown: organizations:ListDelegatedServicesForAccount not read", "unknown: organizations:ListDelegatedServicesForAccount not read"},
      {"the list is of one service's", R"({"Delegates": []})", nullptr, "unknown: organizations:ListDelegatedServicesForAccount not read", "unknown: organizations:ListDelegatedServicesForAccount not read", {"s"}},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.unit.kind = Unit::Kind::organization;
    unit.reply("organizations:ListAccounts", R"({"Accounts": [{"Id": "222222222222"}, {"Id": "333333333333"}]})", "us-east-1");
    unit.reply("organizations:ListDelegatedAdministrators", c.delegates, "us-east-1", c.filter);
    if (c.services) unit.reply(call, c.services, "us-east-1", {"222222222222"});
    Heard heard = unit.load(catalogue);
    const std::string home = "aws/111122223333/global/AWS::Organizations::Account/";
    EXPECT_EQ(heard.fact(home + "222222222222", "Observed.Services"), c.named) << c.what;
    EXPECT_EQ(heard.fact(home + "333333333333", "Observed.Services"), c.other) << c.what;
  }
}

TEST(Unnamed, TheSizeOfAPageIsNoFilter) {
  auto catalogue = catalogue_of_yaml({kMember});
  for (auto& [parameter, fact] : {std::pair("MaxResults", "absent"), std::pair("ServicePrincipal", "unknown: organizations:ListDelegatedServicesForAccount not read")}) {
    TestUnit unit;
    unit.unit.kind = Unit::Kind::organization;
    unit.reply("organizations:ListAccounts", R"({"Accounts": [{"Id": "222222222222"}]})", "us-east-1");
    unit.reply("organizations:ListDelegatedAdministrators", R"({"Delegates": []})", "us-east-1").parameters = {{parameter, "20"}};
    EXPECT_EQ(unit.load(catalogue).fact("aws/111122223333/global/AWS::Organizations::Account/222222222222", "Observed.Services"), fact) << parameter;
  }
}

// The list of another account may be that of another organization.
TEST(Unnamed, AnotherAccountsListSaysNothing) {
  auto catalogue = catalogue_of_yaml({kMember});
  TestUnit unit;
  unit.unit.kind = Unit::Kind::organization;
  unit.reply("organizations:ListAccounts", R"({"Accounts": [{"Id": "222222222222"}]})", "us-east-1");
  unit.reply("organizations:ListDelegatedAdministrators", R"({"Delegates": []})", "us-east-1").account = "444455556666";
  EXPECT_EQ(unit.load(catalogue).fact("aws/111122223333/global/AWS::Organizations::Account/222222222222", "Observed.Services"),
            "unknown: organizations:ListDelegatedServicesForAccount not read");
}

TEST(Unnamed, TheFileSaysWhichList) {
  const std::string head = "type: A::B::C\ntitle: t\nscope: global\nreads:\n  - {call: 's:List', each: 'L[]', id: Id}\n";
  struct {
    const char *line, *what;
  } cases[] = {{"  - {call: 's:Get', parameter: Id, named_by: 's:Other', set: {Observed.A: A}}\n", "`named_by` names `s:Other`, which lists none of these"},
               {"  - {call: 's:Get', named_by: 's:List', set: {Observed.A: A}}\n", "`named_by` is about a call for each resource"},
               {"  - {call: 's:Get', parameter: Id, in_account: Other, set: {Observed.A: A}}\n", "`in_account` names `Other`, which is no `parameter`"},
               {"  - {call: 's:Get', asked_by: anybody, set: {Observed.A: A}}\n", "`anybody` are no accounts that ask"}};
  for (auto& c : cases) {
    auto document = read_yaml(head + c.line, Source{nullptr, "t.yaml", "", 0, "", "$"});
    ASSERT_TRUE(document);
    auto type = read_resource_type((*document)->root(), "t.yaml");
    ASSERT_FALSE(type) << c.line;
    EXPECT_NE(type.error().text().find(c.what), std::string::npos) << type.error().text();
  }
}

}  // namespace
}  // namespace reeve
