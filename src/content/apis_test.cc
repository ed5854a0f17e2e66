#include "content/apis.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

std::string api(const std::string& service, const std::string& operation) {
  return R"({"service": ")" + service + R"(", "id": "X", "protocol": "query", "version": "1", "endpoint_prefix": "x", "signing_name": "x", "operations": {")" + operation + R"(": {}}})";
}

TEST(Apis, are_the_built_in_ones_unless_a_layer_says_otherwise) {
  Content content = load_content(ContentOptions{});
  std::vector<Error> errors;
  ApiCatalogue built_in = apis_of(content, errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_GT(built_in.services().size(), 80u);
  EXPECT_TRUE(built_in.operation("iam:ListRoles"));
  auto alone = built_in_api_catalogue();
  ASSERT_TRUE(alone) << alone.error().text();
  EXPECT_EQ(alone->services().size(), built_in.services().size());

  std::vector<ContentLayer> layers;
  layers.push_back(*built_in_layer());
  layers.push_back(memory_layer({{"apis/iam.json", api("iam", "ListThings")}, {"apis/own.json", api("own", "Get")}}));
  ApiCatalogue layered = apis_of(load_content(std::move(layers)), errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(layered.operation("iam:ListThings"));
  EXPECT_FALSE(layered.operation("iam:ListRoles"));
  EXPECT_TRUE(layered.operation("own:Get"));
  EXPECT_TRUE(layered.operation("s3:ListBuckets"));
}

TEST(Apis, what_does_not_hold_is_named_and_the_rest_is_there) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer({{"apis/a.json", "{"}, {"apis/b.json", api("c", "Get")}, {"apis/d.json", api("d", "Get")}, {"apis/e.txt", ""}}, "t"));
  std::vector<Error> errors;
  ApiCatalogue apis = apis_of(load_content(std::move(layers)), errors);
  EXPECT_EQ(apis.services().size(), 1u);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_TRUE(starts_with(errors[0].text(), "t/apis/a.json:1:")) << errors[0].text();
  EXPECT_EQ(errors[1].text(), "t/apis/b.json: service `c` does not stand in a file of its name; expected c.json");
  EXPECT_EQ(errors[2].text(), "t/apis/e.txt: `e.txt` has no place in apis/; expected files that end in .json");
}

}  // namespace
}  // namespace reeve
