// Builds an AccessEstate from resources in their CloudFormation shape, one unit after the other. Private to this room.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/estate.h"
#include "base/hash.h"
#include "estate/load.h"

namespace reeve::access {

// What stands at a path of a body: a value, nothing, or why it is not known.
struct Fact {
  Value value;
  std::string unknown;
  bool known() const { return unknown.empty(); }
};
Fact fact(Value body, std::string_view path);
// The same along a compiled path that is plain.
Fact fact(Value body, const Path& path);
// The texts of a list. A part that was not read makes `unknown` say so.
std::vector<std::string> texts(const Fact& list, std::string& unknown);

class EstateBuilder {
 public:
  EstateBuilder(AccessEstate& estate, const AccessReadOptions& options) : estate_(estate), options_(options) {}

  // Everything but the organization's own resources, which `organization` keeps.
  void add(const Resource& resource);
  // After the resources of an account: what its users have of its groups.
  void end_of_unit();
  // After the last unit: managed policies that nobody told of, and the index.
  void finish();

  // A policy document under a name; one text under one name is one policy.
  uint32_t policy(Value document, const std::string& name);
  uint32_t unread_policy(const std::string& name, const std::string& why);
  PolicyPtr compiled(Value document, const std::string& name) { return estate_.policies[policy(document, name)].policy; }

 private:
  struct Waiting {  // a user until its groups are known
    uint32_t principal;
    std::vector<std::string> groups;
    IdentitySet set;
  };
  uint32_t managed(const std::string& arn);
  // A text that was read and is no policy is named, and the exit status says so; one that was not read is an unknown.
  void name_broken(const Resource& resource, const std::string& name, const std::string& why);
  void access_list(const Resource& resource, AccessResource& bucket);
  void managed_policy(const Resource& resource);
  IdentitySet identity(const Resource& resource, bool bounded);
  void user(const Resource& resource);
  void role(const Resource& resource);
  void group(const Resource& resource);
  void last_accessed(const Resource& resource, AccessPrincipal& principal);
  void other(const Resource& resource);
  void account_settings(const Resource& resource);
  uint32_t intern(IdentitySet set);
  uint32_t file(const std::string& name);
  AccessPrincipal principal(const Resource& resource, AccessPrincipal::Kind kind);

  AccessEstate& estate_;
  const AccessReadOptions& options_;
  struct Leading {  // of a digest any eight bytes are as good a hash as all
    size_t operator()(const Sha256& digest) const;
  };
  std::unordered_map<Sha256, uint32_t, Leading> policies_;  // digest of name and text
  std::unordered_map<std::string, uint32_t> managed_;       // ARN
  std::unordered_map<Sha256, uint32_t, Leading> sets_;
  std::unordered_map<std::string, uint32_t> files_;
  std::vector<Waiting> waiting_;
  std::unordered_map<std::string, uint32_t> groups_;    // of the unit: account and name
  std::vector<DocumentPtr> kept_;  // of texts that no file has
  std::map<uint32_t, Truth> ignore_lists_;
  std::map<uint32_t, Truth> restrict_public_;           // of whole accounts
};

}  // namespace reeve::access
