#include "aws/arn.h"

#include <gtest/gtest.h>

#include "aws/region.h"

namespace reeve {
namespace {

TEST(Arn, cuts_at_the_first_five_colons_and_keeps_the_rest) {
  struct Row {
    const char *text, *partition, *service, *region, *account, *resource, *type, *id, *name;
  };
  const Row rows[] = {
      {"arn:aws:iam::123456789012:role/a/b/Deploy", "aws", "iam", "", "123456789012", "role/a/b/Deploy", "role", "a/b/Deploy", "Deploy"},
      {"arn:aws:s3:::bucket", "aws", "s3", "", "", "bucket", "", "bucket", "bucket"},
      {"arn:aws-cn:sns:cn-north-1:000000000001:topic", "aws-cn", "sns", "cn-north-1", "000000000001", "topic", "", "topic", "topic"},
      {"arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/a/b:*", "aws-us-gov", "logs", "us-gov-west-1", "123456789012",
       "log-group:/a/b:*", "log-group", "/a/b:*", "b:*"},
      {"arn:aws:iam::aws:policy/AdministratorAccess", "aws", "iam", "", "aws", "policy/AdministratorAccess", "policy",
       "AdministratorAccess", "AdministratorAccess"},
      {"arn:aws-eusc:sts::123456789012:assumed-role/R/s", "aws-eusc", "sts", "", "123456789012", "assumed-role/R/s", "assumed-role",
       "R/s", "s"},
  };
  for (const auto& row : rows) {
    auto arn = parse_arn(row.text);
    ASSERT_TRUE(arn) << row.text;
    EXPECT_EQ(arn->partition, row.partition);
    EXPECT_EQ(arn->service, row.service);
    EXPECT_EQ(arn->region, row.region);
    EXPECT_EQ(arn->account, row.account);
    EXPECT_EQ(arn->resource, row.resource);
    EXPECT_EQ(arn->resource_type(), row.type);
    EXPECT_EQ(arn->resource_id(), row.id);
    EXPECT_EQ(arn->name(), row.name);
    EXPECT_EQ(arn->text(), row.text);
    EXPECT_EQ(arn_account(row.text), row.account);
  }
}

TEST(Arn, refuses_what_is_no_arn) {
  for (auto text : {"", "arn", "arn:", "arn:aws", "arn:aws:s3", "arn:aws:s3::", "arn::s3:::b", "arn:aws::::b", "ARN:aws:s3:::b", "*",
                    "123456789012", " arn:aws:s3:::b"}) {
    EXPECT_FALSE(parse_arn(text)) << text;
    EXPECT_EQ(arn_service(text), "");
  }
}

TEST(Region, shapes) {
  for (auto region : {"eu-central-1", "us-east-1", "ap-southeast-7", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1",
                      "cn-northwest-1", "me-central-1", "eu-isoe-west-1", "xx-newplace-12"})
    EXPECT_TRUE(is_region_name(region)) << region;
  for (auto text : {"", "global", "aws-global", "eu-central-1a", "eu-central", "EU-central-1", "eu--1", "eu-1", "-eu-central-1", "us-east-100",
                    "us-west-2-lax-1"})
    EXPECT_FALSE(is_region_name(text)) << text;
}

TEST(Region, partition) {
  EXPECT_EQ(partition_of_region("eu-central-1"), "aws");
  EXPECT_EQ(partition_of_region("cn-north-1"), "aws-cn");
  EXPECT_EQ(partition_of_region("us-gov-east-1"), "aws-us-gov");
  EXPECT_EQ(partition_of_region("us-iso-west-1"), "aws-iso");
  EXPECT_EQ(partition_of_region("us-isob-east-1"), "aws-iso-b");
  EXPECT_EQ(partition_of_region("eusc-de-east-1"), "aws-eusc");
  EXPECT_EQ(partition_of_region("global"), "");
}

TEST(Account, twelve_digits) {
  EXPECT_TRUE(is_account_id("000000000000"));
  EXPECT_FALSE(is_account_id("12345678901"));
  EXPECT_FALSE(is_account_id("1234567890123"));
  EXPECT_FALSE(is_account_id("12345678901a"));
}

}  // namespace
}  // namespace reeve
