// For the tests of this room: policies from text.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "formats/json.h"
#include "policy/policy.h"

namespace reeve::testing_policy {

inline Result<Policy> read_policy(std::string_view json, std::string name = {}) {
  auto document = read_json(json, Source{.file = "test.json"});
  if (!document) return tl::unexpected(document.error());
  return parse_policy((*document)->root(), std::move(name));
}

inline Policy policy_of(std::string_view json, std::string name = {}) {
  auto policy = read_policy(json, std::move(name));
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().text()) << "\n" << json;
  return policy ? *policy : Policy{};
}

// One or more statements, comma-separated, with the current version.
inline Policy statements(std::string_view json, std::string name = {}) {
  return policy_of(R"({"Version":"2012-10-17","Statement":[)" + std::string(json) + "]}", std::move(name));
}

inline std::string shared_folder() {
  const char* set = std::getenv("REEVE_SHARED");
  return set && *set ? set : "../shared";
}

}  // namespace reeve::testing_policy
