// The estate as access sees it: principals with their policies, resources with theirs, accounts with the guardrails that bind them.
//
//   AccessEstate estate = TRY(read_access_estate(sources, content));         // what `reeve assess` reads
//   AccessEstate estate = TRY(read_authorization_details(file));             // one GetAccountAuthorizationDetails reply
//
// Policies and sets of policies are interned: a million principals with a thousand distinct sets cost a thousand sets. What could not be
// read is not left out: a principal has `unread`, a policy `Policy::unknown`, and every answer that hangs on it is unknown.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "content/content.h"
#include "formats/document.h"
#include "policy/decision.h"

namespace reeve {

class ResourceCatalogue;
struct Resource;
struct ReadRecord;

inline constexpr uint32_t no_index = UINT32_MAX;

struct AccessPolicy {
  PolicyPtr policy;
  std::string name;  // ARN of a managed policy, `inline NAME`, `trust policy`, `resource policy`, id of an organization's policy
  std::string file;  // where it was read first
  uint32_t line = 0;
  uint32_t places = 1;  // how often: one text under one name is one policy, whoever has it
};

// The policies of an identity: inline, attached and (of a user) its groups', sorted, each once.
struct IdentitySet {
  std::vector<uint32_t> policies;
  uint32_t boundary = no_index;  // a policy
  std::string unread;            // not empty: a part was not read, and why
};

struct AccessPrincipal {
  enum class Kind : uint8_t { user, role };
  Kind kind = Kind::user;
  bool service_linked = false;
  bool has_keys_or_password = true;  // of a user: can sign in or holds an active key; true unless the facts say otherwise
  uint32_t account = 0;              // index of AccessEstate::accounts
  uint32_t set = 0;                  // index of AccessEstate::sets
  uint32_t trust = no_index;         // of a role: its trust policy
  std::string arn, id;               // id: AIDA…, AROA…; may be empty
  std::vector<std::pair<std::string, std::string>> tags;
  int64_t last_used_ms = -1;         // -1: not known, 0: never
  std::vector<uint32_t> groups;      // of a user: indexes of AccessEstate::groups
  std::vector<std::string> instance_profiles;  // of a role: ARNs of those that it stands in
  uint32_t file = no_index;          // index of AccessEstate::files: where it was read
  uint32_t line = 0;
  std::string_view name() const;     // behind the last slash
};

// A group of users. What its policies allow stands in its members' sets too.
struct AccessGroup {
  std::string arn;
  uint32_t account = 0;
  uint32_t set = 0;                  // index of AccessEstate::sets; without a boundary
};

// When a principal last used a service, as IAM tells it.
struct AccessService {
  std::string prefix;   // `s3`
  int64_t last_ms = 0;  // 0: never within the time that IAM looks back on
};

struct AccessResource {
  std::string arn, type;   // CloudFormation's type name
  uint32_t account = 0;
  std::string region;
  uint32_t policy = no_index;  // its resource policy
  std::string unread;          // not empty: whether it has one is not known, and why
  Truth restrict_public = Truth::no;  // of a bucket: does S3 restrict it to the owner's account while its policy is public
  // Of a bucket: does its access control list let strangers in, and is it looked at at all; what it grants, in words.
  Truth list_open = Truth::no;
  std::string list_grants;
  uint32_t file = no_index;    // index of AccessEstate::files: where it was read
  uint32_t line = 0;
  DocumentPtr document;        // the resource in its CloudFormation shape, for what else asks (compute, network); may be null
};

struct AccessAccount {
  std::string id, name;
  std::optional<std::vector<PolicySet::Level>> scps, rcps;  // nullopt: in no organization
  bool management = false;
  bool listed_only = false;  // the organization names it, and nothing else of it was read: whom and what it has is not known
  std::string unread;  // not empty: its place in the organization or a policy on its way was not read, and why
};

class AccessEstate {
 public:
  std::vector<AccessAccount> accounts;
  std::vector<AccessPolicy> policies;
  std::vector<IdentitySet> sets;
  std::vector<AccessPrincipal> principals;
  std::vector<AccessGroup> groups;
  std::vector<AccessResource> resources;  // those with a policy or that something can be done with
  std::unordered_map<uint32_t, std::vector<AccessService>> services_used;  // by principal; of those of whom it was asked
  std::string organization;               // o-…; empty: not known
  std::set<std::string, std::less<>> policy_services;  // services some of whose resources, if they are read, tell of a policy
  int64_t newest_ms = 0;                  // the newest time that a reply states, or was read at
  std::vector<std::string> files;
  std::vector<Error> problems;            // what could not be read: exit status 3
  std::vector<std::shared_ptr<const void>> kept;  // what documents point into: the keys of their types
  std::vector<Error> notes;               // named, status unaffected

  uint32_t account(std::string_view id);  // its index; added if it is new
  const AccessPrincipal* principal(std::string_view arn) const;
  const AccessResource* resource(std::string_view arn) const;
  // The resource that an ARN names or lies in: the bucket of an object, the table of an index.
  const AccessResource* resource_of(std::string_view arn) const;
  // The policies that take part when `principal` asks for `resource` (null: a resource the estate does not have), and the request's
  // fixed part. A role acts as a session of it. What is not read is a Policy with `unknown`.
  PolicySet policies_for(const AccessPrincipal& principal, const AccessResource* resource) const;
  PolicySet policies_for(const AccessPrincipal& principal, const AccessPrincipal& role) const;  // the same of a role that it would assume
  // Those of a resource alone, for callers that the estate does not have.
  PolicySet policies_of(const AccessResource& resource) const;
  RequestCaller caller(const AccessPrincipal& principal) const;
  void index();  // after the lists have been filled

 private:
  void add_resource(PolicySet& set, const AccessResource& resource) const;
  std::unordered_map<std::string_view, uint32_t> by_arn_, resource_by_arn_, account_by_id_;
  std::deque<std::string> account_ids_;  // what the keys of account_by_id_ point into
};

struct AccessReadOptions {
  bool keep_documents = true;  // AccessResource::document; without, only resources that may have a policy are kept
};
// From everything that `reeve assess` reads. What cannot be read is a problem of the estate; resources of templates and plans are not
// born yet and take no part.
Result<AccessEstate> read_access_estate(const std::vector<std::string>& sources, const Content& content, const AccessReadOptions& options = {});

// From resources that somebody else holds, such as those of a run's record: all of them, then finish().
class AccessEstateMaker {
 public:
  AccessEstateMaker(const ResourceCatalogue& catalogue, const AccessReadOptions& options);
  ~AccessEstateMaker();
  void add(Resource resource);
  void read(const ReadRecord& record);  // calls that the organization's place is told by
  AccessEstate finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One GetAccountAuthorizationDetails reply as the whole estate: its principals, policies, one account without an organization.
Result<AccessEstate> read_authorization_details(const std::string& file);

}  // namespace reeve
