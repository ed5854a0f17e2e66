// What the forms of a type file make of replies in other shapes than they expect: unknown, never nothing.
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

TEST(SetForm, WhatAListCannotReadStaysUnknown) {
  auto catalogue = catalogue_of_yaml({R"(
type: AWS::EC2::Volume
title: group
scope: regional
arn: "arn:{partition}:ec2:{region}:{account}:group/{id}"
reads:
  - call: "ec2:DescribeGroups"
    each: Groups[]
    id: Id
    set:
      Properties.Rules:
        always: true
        list:
          - {each: Permissions, inner: Ranges, outer: {Port: Port}, item: {Range: Cidr}}
          - {each: Permissions, inner: Others, outer: {Port: Port}, item: {Other: '@'}}
)"});
  struct {
    const char *permissions, *first, *second;
  } cases[] = {
      {R"([{"Port": 1, "Ranges": [{"Cidr": "a"}], "Others": []}])", R"({"Port":1,"Range":"a"})", "absent"},
      {R"([{"Port": 1, "Ranges": [], "Others": ["b"]}])", R"({"Port":1,"Other":"b"})", "absent"},
      {R"([{"Port": 1, "Ranges": ["a", {"Cidr": "b"}]}])", "unknown: an element of `Ranges` is not a map", R"({"Port":1,"Range":"b"})"},
      {R"([{"Port": 1, "Ranges": "a"}])", "unknown: an element of `Ranges` is not a map", "absent"},
      {R"([{"Port": 1}])", "unknown: an element of `Permissions` has none of the lists that it is made of", "absent"},
      {R"("x")", "unknown: an element of `Permissions` is not a map", "absent"},
      {R"(["x", "y"])", "unknown: an element of `Permissions` is not a map", "unknown: an element of `Permissions` is not a map"},
      {R"([])", "absent", "absent"},
      {R"(null)", "unknown: no list stands at `Permissions`", "unknown: no list stands at `Permissions`"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("ec2:DescribeGroups", R"({"Groups": [{"Id": "g", "Permissions": )" + std::string(c.permissions) + "}]}");
    Heard heard = unit.load(catalogue);
    const std::string uid = "arn:aws:ec2:eu-west-1:111122223333:group/g";
    EXPECT_EQ(heard.fact(uid, "Properties.Rules[0]"), c.first) << c.permissions;
    EXPECT_EQ(heard.fact(uid, "Properties.Rules[1]"), c.second) << c.permissions;
  }
}

}  // namespace
}  // namespace reeve
