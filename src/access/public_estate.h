// Which resources of an estate can strangers use? `public_access` asked of everything with a policy, and of buckets' access control lists.
//
//   for (const PublicResource& one : public_resources(estate, table, reached_by_rcp)) …    // public first, then unknown, then not
//
// A role counts with its trust policy. What was not read (a denied call, a malformed policy) is unknown and says so. Not looked at, as the
// estate does not have them: access points, grants of keys (they are given to principals, never to everybody), RAM shares.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/estate.h"
#include "access/public_access.h"

namespace reeve {

struct PublicResource {
  uint32_t resource = no_index;  // of AccessEstate::resources, or …
  uint32_t role = no_index;      // … of AccessEstate::principals
  Truth verdict = Truth::unknown;
  PublicAccess policy;           // by its policy
  Truth list = Truth::no;        // by a bucket's access control list
  std::string list_grants;       // `READ to AllUsers`
};

// `reached_by_rcp`: does a resource control policy reach the service of that prefix at all?
std::vector<PublicResource> public_resources(const AccessEstate& estate, const ActionTable& table, const std::function<bool(std::string_view)>& reached_by_rcp,
                                             size_t workers = 1);

}  // namespace reeve
