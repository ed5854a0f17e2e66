#include "access/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

const ActionTable& iam() {
  static const auto kept = *built_in_table();
  return *kept;
}

std::string names(const ActionSet& set, const ActionTable& catalogue) {
  std::vector<std::string> out;
  for (uint32_t i = 0; i < catalogue.size(); ++i)
    if (set.has(i)) out.push_back(catalogue.action(i).name);
  if (set.other) out.push_back("other");
  return join(out, " ");
}

// Two services, one action without a resource, one key with a variable.
constexpr const char* small = R"({"source": "test 1", "services": {
  "s3": {"keys": ["s3:prefix String", "s3:ExistingObjectTag/${Key} String", "aws:ResourceTag/${TagKey} String"],
    "resources": {"bucket": ["arn:${Partition}:s3:::${BucketName}"], "object": ["arn:${Partition}:s3:::${BucketName}/${ObjectName}", 1]},
    "actions": {"ListBucket": ["L", [["bucket*", 0]], []], "GetObject": ["R", ["object*"], []], "ListAllMyBuckets": ["L", [], []]}},
  "s3express": {"actions": {"CreateSession": ["RW", [], []]}}}})";

TEST(Catalogue, WhatAPatternMatches) {
  const auto catalogue = ActionTable::parse(small, "small.json");
  ASSERT_TRUE(catalogue) << catalogue.error().text();
  struct {
    const char *pattern, *expected;
  } rows[] = {
      {"s3:GetObject", "s3:GetObject"},
      {"S3:getobject", "s3:GetObject"},
      {"s3:Nothing", "other"},
      {"s3:List*", "s3:ListAllMyBuckets s3:ListBucket other"},
      {"s3:*Bucket", "s3:ListBucket other"},
      {"s3:?etObject", "s3:GetObject other"},
      {"s3:*", "s3:GetObject s3:ListAllMyBuckets s3:ListBucket other"},
      {"s3*", "s3:GetObject s3:ListAllMyBuckets s3:ListBucket s3express:CreateSession other"},
      {"*:CreateSession", "s3express:CreateSession other"},
      {"*", "s3:GetObject s3:ListAllMyBuckets s3:ListBucket s3express:CreateSession other"},
      {"nowhere:*", "other"},
  };
  for (auto& row : rows) EXPECT_EQ(names(catalogue->matching(row.pattern), *catalogue), row.expected) << row.pattern;
}

TEST(Catalogue, WhichKeysSayAnything) {
  const auto catalogue = ActionTable::parse(small, "small.json");
  ASSERT_TRUE(catalogue);
  struct {
    const char *action, *key;
    bool applies;
  } rows[] = {
      {"s3:ListBucket", "s3:prefix", true},           {"s3:ListBucket", "S3:Prefix", true},
      {"s3:GetObject", "s3:prefix", false},           {"s3:GetObject", "s3:ExistingObjectTag/team", true},
      {"s3:GetObject", "s3:ExistingObjectTag/", false}, {"s3:ListBucket", "s3:ExistingObjectTag/team", false},
      {"s3:ListAllMyBuckets", "aws:SourceIp", true},  {"s3express:CreateSession", "s3:prefix", false},
  };
  for (auto& row : rows) EXPECT_EQ(catalogue->key_applies(*catalogue->find(row.action), row.key), row.applies) << row.action << " " << row.key;
}

TEST(Catalogue, LevelsTypesAndServices) {
  const auto catalogue = ActionTable::parse(small, "small.json");
  ASSERT_TRUE(catalogue);
  using L = ActionTable::Level;
  EXPECT_EQ(catalogue->action(*catalogue->find("s3express:CreateSession")).levels, uint8_t(L::read) | uint8_t(L::write));
  const auto& list = catalogue->action(*catalogue->find("s3:ListBucket"));
  ASSERT_EQ(list.uses.size(), 1u);
  EXPECT_TRUE(list.uses[0].required);
  EXPECT_EQ(catalogue->type(list.uses[0].type).arn, "arn:${Partition}:s3:::${BucketName}");
  EXPECT_EQ(catalogue->key(list.uses[0].keys.at(0)).name, "s3:prefix");
  EXPECT_EQ(catalogue->key(list.uses[0].keys.at(0)).type, "String");
  EXPECT_TRUE(catalogue->service("S3"));
  EXPECT_FALSE(catalogue->service("s"));
  for (const char* prefix : {"s3", "s3-outposts", "ec2", "sso"}) EXPECT_TRUE(iam().service(prefix)) << prefix;
  EXPECT_FALSE(catalogue->find("s3"));
}

TEST(Catalogue, ATableThatDoesNotHoldIsNamedWithItsPlace) {
  struct {
    const char *text, *error;
  } rows[] = {
      {"[]", "t.json:1:1: this is no table of IAM's actions; expected a map with `services`"},
      {R"({"services": {"a": {"actions": {"B": ["X", [], []]}}}})", "t.json:1:33: `a:B` has no access level; expected letters of L, R, W, P and T"},
      {R"({"services": {"a": {"actions": {"B": ["R", ["c*"], []]}}}})", "t.json:1:45: `c` is no resource type of a; expected a name under `resources`"},
      {R"({"services": {"a": {"actions": {"B": ["R", [], [4]]}}}})", "t.json:1:49: this is no place in the service's `keys`; expected a number below 0"},
      {R"({"services": {"a": {"keys": ["a:k"]}}})", "t.json:1:30: `a:k` has no type; expected a key's name, a space and its type"},
  };
  for (auto& row : rows) {
    auto got = ActionTable::parse(row.text, "t.json");
    ASSERT_FALSE(got) << row.text;
    EXPECT_EQ(got.error().text(), row.error);
  }
}

TEST(Catalogue, SetsOfActions) {
  const ActionTable& all = iam();
  ActionSet reads = all.matching("s3:Get*"), objects = all.matching("s3:*Object");
  ActionSet both = reads;
  both.intersect(objects);
  EXPECT_TRUE(both.has(*all.find("s3:GetObject")));
  EXPECT_FALSE(both.has(*all.find("s3:PutObject")));
  ActionSet neither = all.all();
  neither.subtract(reads);
  neither.subtract(objects);
  EXPECT_EQ(neither.count() + reads.count() + objects.count() - both.count(), all.size());
  EXPECT_FALSE(neither.other);
  ActionSet none = all.none();
  EXPECT_TRUE(none.empty());
  none.unite(both);
  EXPECT_EQ(none.count(), both.count());
  EXPECT_TRUE(none.other);
}

TEST(Catalogue, TheBuiltInTableIsTheWholeOfIam) {
  const ActionTable& all = iam();
  EXPECT_GT(all.size(), 20000u);
  EXPECT_TRUE(std::is_sorted(all.actions().begin(), all.actions().end(), [](auto& a, auto& b) { return a.lower < b.lower; }));
  for (const char* action : {"iam:PassRole", "sts:AssumeRole", "s3:GetObject", "kms:Decrypt", "ec2:RunInstances"}) EXPECT_TRUE(all.find(action)) << action;
  EXPECT_EQ(all.matching("*").count(), all.size());
  const auto& assume = all.action(*all.find("sts:AssumeRole"));
  ASSERT_FALSE(assume.uses.empty());
  EXPECT_TRUE(all.key_applies(*all.find("sts:AssumeRole"), "sts:ExternalId"));
}

}  // namespace
}  // namespace reeve
