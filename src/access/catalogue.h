// The table of actions: what IAM knows (content/actions/iam.json), compiled for sets of actions. (What a call needs is content/actions.h.)
//
//   ActionTable catalogue = TRY(table_of(content));      // or built_in_table()
//   ActionSet set = catalogue.matching("s3:Get*");               // a bitset over every action there is
//   catalogue.types_of(id); catalogue.keys_of(id);
//
// Only a prefilter and a source of names: whether a request goes through is decided by policy/decision.h, and an action that the
// catalogue does not have is judged all the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/content.h"

namespace reeve {

// A set of actions; `other` stands for every action that the catalogue does not have.
class ActionSet {
 public:
  explicit ActionSet(size_t actions = 0) : words_((actions + 63) / 64) {}
  void add(uint32_t action) { words_[action / 64] |= uint64_t{1} << (action % 64); }
  bool has(uint32_t action) const { return words_[action / 64] >> (action % 64) & 1; }
  void unite(const ActionSet& with);
  void intersect(const ActionSet& with);
  void subtract(const ActionSet& without);
  bool empty() const;
  size_t count() const;
  bool other = false;
  const std::vector<uint64_t>& words() const { return words_; }

 private:
  std::vector<uint64_t> words_;
};

class ActionTable {
 public:
  enum class Level : uint8_t { list = 1, read = 2, write = 4, permissions = 8, tagging = 16 };  // bits
  struct ResourceType {
    std::string name;                // `bucket`
    std::string arn;                 // `arn:${Partition}:s3:::${BucketName}`
    std::vector<uint32_t> keys;
  };
  struct Use {  // a resource type of an action
    uint32_t type = 0;
    bool required = false;
    std::vector<uint32_t> keys;      // condition keys of this type for this action
  };
  struct Key {
    std::string name;                // `s3:prefix`, `aws:ResourceTag/${TagKey}`
    std::string type;                // `String`, `ArrayOfString` …
  };
  struct Action {
    std::string name;                // `s3:GetObject`
    std::string lower;
    uint8_t levels = 0;
    std::vector<Use> uses;           // empty: the action takes no resource and is matched by `*` alone
    std::vector<uint32_t> keys;
  };

  static Result<ActionTable> read(const std::string& file);  // content/actions/iam.json
  static Result<ActionTable> parse(std::string_view text, const std::string& shown);  // its text; `shown` is its name in errors

  size_t size() const { return actions_.size(); }
  const std::vector<Action>& actions() const { return actions_; }
  const Action& action(uint32_t id) const { return actions_[id]; }
  const ResourceType& type(uint32_t id) const { return types_[id]; }
  const Key& key(uint32_t id) const { return keys_[id]; }
  std::optional<uint32_t> find(std::string_view action) const;  // any case
  bool service(std::string_view prefix) const;                  // is there such a prefix
  ActionSet none() const { return ActionSet(size()); }
  ActionSet all() const;
  ActionSet matching(std::string_view pattern) const;           // `s3:Get*`, `*`; `other` if it may match what is not listed
  // Does the condition key say anything about the action: of the action, of a resource type of it, or global (`aws:…`)?
  bool key_applies(uint32_t action, std::string_view key) const;
  const std::string& source() const { return source_; }

 private:
  std::string source_;
  std::vector<Action> actions_;      // by lower-case name
  std::vector<ResourceType> types_;
  std::vector<Key> keys_;
  std::vector<std::pair<std::string, std::pair<uint32_t, uint32_t>>> services_;  // prefix, its actions
};

// The table as content has it (the built-in one unless a layer above replaces it), and the built-in one, read once.
Result<ActionTable> table_of(const Content& content);
Result<std::shared_ptr<const ActionTable>> built_in_table();

}  // namespace reeve
