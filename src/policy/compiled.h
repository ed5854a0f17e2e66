// A policy made ready for many decisions, and a request made ready for many statements. Private to this room; decision.h is the door.
//
// What does not hang on the request is done once, when the policy is compiled: patterns, numbers, ranges, the parts of principals. What
// hangs on the caller alone is done once for each request (`Asked`). A decision without explanations allocates nothing unless a policy
// has variables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aws/arn.h"
#include "policy/condition.h"
#include "policy/decision.h"

namespace reeve::policy {

using CallerKind = RequestCaller::Kind;

// Keys that follow from the caller or the owner.
enum class Derived : uint8_t {
  none, principal_arn, principal_account, principal_type, user_id, user_name, is_aws_service, service_name, service_source, principal_org,
  principal_tag, federated_provider, assumed_root, resource_account, token, signed_only
};
Derived derived_of(std::string_view key_lower);

// How a principal element meets a caller, weakest first; which silence of other policies each beats is decision.cc's to know.
enum class Form : uint8_t { account, role, star, direct };
constexpr size_t forms = 4;
struct FormTruths {
  Truth of[forms] = {Truth::no, Truth::no, Truth::no, Truth::no};
  Truth& operator[](Form form) { return of[static_cast<size_t>(form)]; }
  Truth operator[](Form form) const { return of[static_cast<size_t>(form)]; }
  Truth any() const { return either(either(of[0], of[1]), either(of[2], of[3])); }
};

// One item of a Principal element.
struct Who {
  enum class Kind : uint8_t { everyone, account, arn, role, unique_id, service, federated, canonical };
  Kind kind = Kind::everyone;
  bool written_as_aws = false;           // `{"AWS": "*"}` rather than `"*"`
  std::string text;                      // as written
  std::string partition, account, name;  // of accounts and roles; the partition may be empty
};

// The request and whatever of it can be told once.
class Asked final : public KeySource {
 public:
  Asked(const DecisionRequest& request, const DecisionOptions& options, bool has_boundary);
  Asked(const Asked&) = delete;

  KeyView value(const std::string& key_lower, Derived derived) const;
  KeyView find(std::string_view key) const override;
  FormTruths who(const Who& who, Effect effect) const;

  const DecisionRequest& request;
  const DecisionOptions& options;
  const RequestCaller& caller;
  std::string_view action, service;  // lower case
  std::string_view resource, resource_account, resource_partition, resource_kind;  // kind: `key`, `role`, …
  std::string_view partition;        // the caller's
  std::string_view role_name, session_name;
  bool has_boundary;
  bool iam_caller() const { return caller.kind <= RequestCaller::Kind::assumed_root; }
  bool is_root() const { return caller.kind == RequestCaller::Kind::root || caller.kind == RequestCaller::Kind::assumed_root; }
  Truth same_account() const;  // no for callers without an account
  bool closed() const { return request.context.otherwise == ContextValue::State::absent; }

 private:
  KeyView derive(Derived derived) const;
  char buffer_[96];
  std::string long_action_;
  mutable std::string user_id_;
};

struct CompiledRule {
  struct Resource {
    ResourcePattern pattern;
    bool variable = false;   // to be made anew for each request
    bool shorthand = false;  // API Gateway's `execute-api:/stage/…`, which it alone reads
  };
  struct Test {
    Prepared prepared;
    bool variable = false;
    Derived derived = Derived::none;
  };
  const Statement* statement = nullptr;
  std::vector<Expanded> actions;  // lower case
  std::vector<Resource> resources;
  std::vector<Test> tests;  // of the conditions, in their order
  std::vector<Who> who;
  bool names_principal_arn = false;  // a condition ties it to literal values of aws:PrincipalArn
};

// Parts of a rule that a decision asks for one by one.
Truth action_fits(const CompiledRule& rule, const Asked& asked);
// How the statement's Principal or NotPrincipal element, which it has, meets the caller.
FormTruths principal_fits(const CompiledRule& rule, const Asked& asked, Effect effect, std::vector<std::string>* open = nullptr);
Truth resource_fits(const CompiledRule& rule, const Asked& asked, bool variables, std::vector<std::string>* open = nullptr);
Truth conditions_fit(const CompiledRule& rule, const Asked& asked, bool variables, std::vector<std::string>* open = nullptr);

}  // namespace reeve::policy

namespace reeve {

class CompiledPolicy {
 public:
  explicit CompiledPolicy(Policy from);
  CompiledPolicy(const CompiledPolicy&) = delete;

  Policy source;
  std::vector<policy::CompiledRule> rules;
  bool variables = false;
  Truth public_by_s3 = Truth::no;  // by S3's meaning of a public bucket policy
};

}  // namespace reeve
