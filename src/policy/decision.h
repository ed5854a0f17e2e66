// The decision: does this request go through? AWS's evaluation of one request against the policies that take part in it.
//
//   auto policy = compile_policy(TRY(parse_policy(document, name)));
//   Decision decision = decide(request, {.identity = {policy}, .resource = bucket_policy, .scps = levels});
//   if (decision.result == Decision::Result::allowed) …
//
// Who takes part and which grant beats which silence follows AWS's pages: same and other account, root, sessions, federated users,
// services, anonymous and web-identity callers; KMS keys and role trust have their own rules. The caller of `decide` says which
// policies there are; `decide` says which of them count (an SCP does not bind the management account nor a service-linked role).
//
// Three-valued: with `Context::otherwise` unknown (an open world) a key that was not given may make the result unknown, and `unknown`
// names the key; a policy of which only its existence is known (`Policy::unknown`) likewise. Nothing unknown ever becomes allowed. In
// a closed world (`otherwise` absent) only points that AWS's pages leave open, most of them switches below, stay unknown. What is denied
// in any case, though whether by a Deny is not known, is implicitly_denied and names the Deny's unknowns.
//
// Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries"; Organizations
// User Guide, "SCP evaluation", "RCP evaluation"; KMS Developer Guide, "Determining access"; the STS API reference.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace reeve {

// A policy made ready for many decisions: patterns compiled, action and key names in lower case. Immutable; shared between threads.
class CompiledPolicy;
using PolicyPtr = std::shared_ptr<const CompiledPolicy>;
PolicyPtr compile_policy(Policy policy);
const Policy& source_of(const CompiledPolicy& policy);

// Who asks. Keys that follow from it (aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:PrincipalIsAWSService, aws:userid …)
// are derived unless the request's context has them.
struct RequestCaller {
  enum class Kind : uint8_t { user, role_session, federated_user, root, assumed_root, service, anonymous, web_identity, saml };
  Kind kind = Kind::user;
  std::string arn;      // user, session (`arn:…:sts::111122223333:assumed-role/NAME/SESSION`), federated user, root
  // Of a role session: its role, with path; empty: told from the session's ARN, the path then not known. Of a federated user: the user who
  // asked for the session; empty: not known.
  std::string role_arn;
  std::string account;  // 12 digits; empty for services and anonymous callers
  std::string service;  // of a service principal: `lambda.amazonaws.com`; of web identity and SAML: the provider's ARN or host
  std::string unique_id;  // AIDA…, AROA…; empty: not known
  bool service_linked = false;
};

struct DecisionRequest {
  RequestCaller caller;
  std::string action;            // `s3:GetObject`
  std::string resource;          // ARN, or `*` for an action that takes none
  std::string resource_account;  // the owner, 12 digits; empty: told from the ARN, else not known
  std::string resource_type;     // `key`, `role` … where the ARN does not tell; may be empty
  Context context;
};

// The policies of a request. A list that is absent (`nullopt`) means that there is no such policy; one that is empty means that there is
// one which says nothing.
struct PolicySet {
  std::vector<PolicyPtr> identity;
  std::optional<std::vector<PolicyPtr>> boundary, session;
  PolicyPtr resource;  // null: none. A role's trust policy and a key's policy are resource policies
  struct Level {
    std::string id;  // r-…, ou-…, the account's id
    std::vector<PolicyPtr> policies;
  };
  // Of the caller's account and of the owner's, from the root down; nullopt: the account is in no organization (all is allowed).
  std::optional<std::vector<Level>> scps, rcps;
  bool caller_is_management = false, owner_is_management = false;  // whom SCPs and RCPs do not bind
  std::optional<std::vector<PolicyPtr>> endpoint;  // of the VPC endpoint that the request came through
  // S3's RestrictPublicBuckets, the strictest of access point, bucket, account and organization.
  Truth restrict_public_buckets = Truth::no;
};

// Points that AWS's pages leave open. Unknown: the result says unknown where it hangs on one, and names it.
struct DecisionSwitches {
  Truth star_beats_boundary = Truth::unknown;      // does an Allow to `*` in the same account beat a silent boundary or session policy
  Truth star_covers_services = Truth::unknown;     // is a service principal covered by an Allow to `*`
  Truth star_crosses_colon = Truth::unknown;       // may a `*` inside a segment of a Resource pattern match a colon
  // A multi-valued key under an operator without ForAnyValue or ForAllValues: yes if one value is enough, no if each has to hold.
  Truth multivalued_without_set = Truth::unknown;
  Truth arn_pattern_star = Truth::unknown;         // does `*` alone, which has not six parts, match every ARN under an ARN operator
  Truth star_covers_federated = Truth::unknown;    // is a web-identity or SAML caller covered by `Principal: "*"` in a trust policy
  Truth not_principal_allows_anonymous = Truth::unknown;  // does Allow with NotPrincipal let callers without credentials in
  Truth not_principal_by_account = Truth::unknown; // does NotPrincipal with Allow leave out whom it names by account or role alone
  Truth endpoint_account_is_root = Truth::unknown; // in an endpoint policy: does an account as principal stand for its root user alone
  Truth rcp_without_resource = Truth::unknown;     // do the caller's RCPs reach an action that takes no resource
  Truth console_federation = Truth::unknown;       // a federated user's session was made for the console, where IAM may be called
  Truth root_access_central = Truth::unknown;      // sts:AssumeRoot: the caller's account manages the members' root access
};

struct DecisionOptions {
  DecisionSwitches switches;
  bool explain = true;  // fill `reasons`; `result`, `by` and `unknown` are filled in any case
  bool derive_keys = true;  // from the caller and the owner, where the context does not speak of the key; false: the context is all there is
};

struct Decision {
  enum class Result : uint8_t { allowed, explicitly_denied, implicitly_denied, unknown };
  // Which policies decided: where the Deny stands, whose Allow is missing, or which grant let the request in.
  enum class By : uint8_t { none, identity, boundary, session, resource, scp, rcp, endpoint, service_rule };
  struct Reason {
    By kind = By::none;
    Effect effect = Effect::allow;
    Truth holds = Truth::yes;  // does the statement cover the request
    Decided where;             // policy, statement, path, line
    std::string level;         // of SCPs and RCPs
    std::string note;          // `names the account alone, which only delegates`; may be empty
  };
  Result result = Result::unknown;
  By by = By::none;
  std::vector<Reason> reasons;
  std::vector<std::string> unknown;  // context keys (`aws:SourceIp`), policies not read, switches by name
};
std::string_view name(Decision::Result result);  // `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied`, `Unknown`
std::string_view name(Decision::By by);

Decision decide(const DecisionRequest& request, const PolicySet& policies, const DecisionOptions& options = {});

// What an action's resources look like: `object`, `arn:*:s3:::*/*`.
struct ResourceShape {
  std::string type, pattern;
  bool flat = false;  // its name has no slash, as a bucket's
};
bool fits_shape(const ResourceShape& shape, std::string_view resource);  // some resource of the shape fits the ARN or pattern
// A request for any resource that fits a pattern: one answer for each grant (an Allow's Resource entry) and shape that meet it, by the
// resources where the patterns of all policies part. Allowed: one of them at least is, and `witness` is it.
struct PatternDecision {
  struct Part {
    std::string type, pattern, witness;
    Decision decision;
  };
  Decision::Result overall = Decision::Result::implicitly_denied;  // allowed if a part is, explicitly_denied if all are
  std::vector<Part> parts;  // empty: no policy grants anything there
};
// `request.resource` is the pattern. No shapes: any text is a resource.
PatternDecision decide_pattern(const DecisionRequest& request, const PolicySet& policies, const std::vector<ResourceShape>& shapes,
                               const DecisionOptions& options = {});

}  // namespace reeve
