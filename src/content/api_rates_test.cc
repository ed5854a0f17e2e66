#include "content/api_rates.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

struct Read {
  std::shared_ptr<const ApiRates> rates;
  std::string said;
};

Read read(const std::string& text) {
  ContentFile file{"quotas/api_rates.yaml", "api_rates.yaml", text};
  ContentItem item{"quotas", "api_rates.yaml", LayerKind::folder, "api_rates.yaml", {&file}};
  std::vector<Error> errors;
  auto rates = read_api_rates(item, errors);
  Read out{rates ? *rates : nullptr, ""};
  for (const Error& error : errors) out.said += error.text() + "\n";
  if (!rates && errors.empty()) out.said = rates.error().text();
  return out;
}

const std::string good = R"(as_of: 2026-11-29
share: 0.5
default: {per_s: 10, burst: 20, each_operation: true}
services:
  ec2:
    source: https://example.test/ec2
    each_operation: true
    per_s: 20
    burst: 100
    families:
      - {operations: [DescribeA, DescribeB], per_s: 4}
      - {operations: [DescribeC, DescribeD], each_operation: true, per_s: 1, burst: 3}
  account:
    source: https://example.test/account
    scope: account
    per_s: 0.5
)";

TEST(ApiRates, gives_each_operation_its_bucket_and_our_share_of_it) {
  const Read file = read(good);
  ASSERT_TRUE(file.rates) << file.said;
  EXPECT_EQ(file.said, "");
  struct Row {
    const char *service, *operation, *family;
    double per_s, burst;
    bool whole_account;
  };
  const Row rows[] = {
      {"ec2", "DescribeVpcs", "DescribeVpcs", 10, 50, false},  {"ec2", "DescribeA", "DescribeA", 2, 2, false}, {"ec2", "DescribeB", "DescribeA", 2, 2, false},
      {"ec2", "DescribeC", "DescribeC", 0.5, 1.5, false},      {"ec2", "DescribeD", "DescribeD", 0.5, 1.5, false},
      {"account", "ListRegions", "", 0.25, 1, true},           {"unheard-of", "ListThings", "ListThings", 5, 10, false},
  };
  for (const Row& row : rows) {
    const ApiRate rate = file.rates->of(row.service, row.operation);
    EXPECT_EQ(rate.family, row.family) << row.service << row.operation;
    EXPECT_DOUBLE_EQ(rate.per_s, row.per_s) << row.service << row.operation;
    EXPECT_DOUBLE_EQ(rate.burst, row.burst) << row.service << row.operation;
    EXPECT_EQ(rate.whole_account, row.whole_account) << row.service << row.operation;
  }
}

TEST(ApiRates, names_what_does_not_hold) {
  struct Row {
    const char *from, *to, *said;
  };
  const Row rows[] = {
      {"share: 0.5", "share: 2", "api_rates.yaml:2:8: `share` is no such number; expected a number above 0, at most 1"},
      {"share: 0.5\n", "", "no `share`"},
      {"as_of: 2026-11-29\n", "", "as_of"},
      {"per_s: 20", "per_s: 0", "`per_s` is no such number"},
      {"per_s: 20", "per_s: fast", "`per_s` is no such number"},
      {"    per_s: 0.5\n", "", "no `per_s`"},
      {"https://example.test/ec2", "somebody said so", "source"},
      {"scope: account", "scope: planet", "planet"},
      {"burst: 100", "bursts: 100", "burst"},
      {"DescribeB", "describe-b", "operations"},
      {"DescribeC", "DescribeA", "stands in two families"},
      {"  ec2:", "  EC2 :", "no name of a service"},
      {"services:", "services: []\nmore:", "services"},
  };
  for (const Row& row : rows) {
    std::string text = good;
    const size_t at = text.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.from;
    const Read file = read(text.replace(at, std::string(row.from).size(), row.to));
    EXPECT_FALSE(file.rates) << row.to;
    EXPECT_NE(file.said.find(row.said), std::string::npos) << row.to << "\n" << file.said;
  }
  EXPECT_FALSE(read("").rates);
  EXPECT_FALSE(read("[1]").rates);
}

TEST(ApiRates, the_built_in_file_holds) {
  auto rates = built_in_api_rates();
  ASSERT_TRUE(rates) << rates.error().text();
  EXPECT_DOUBLE_EQ((*rates)->of("cloudtrail", "LookupEvents").per_s, 1);
  EXPECT_TRUE((*rates)->of("organizations", "ListAccounts").whole_account);
}

}  // namespace
}  // namespace reeve
