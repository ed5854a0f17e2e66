// Policy: what AWS's policy language says, as pure answers. No I/O, no clock, no catalogue of actions.
//
//   auto policy = TRY(parse_policy(document));                       // a map, JSON text, or URL-encoded JSON text
//   auto answer = allows_public(policy, {.resource_arn = arn, .account = "111122223333"});
//   if (answer.verdict == Truth::yes) use(answer.decided.path);      // `$.Statement[0]`
//
// Every question is about *requests*, and most requests have parts nobody fixed: another action, another caller, a context key that
// this or that request carries. A question is answered by looking for a witness, one request that would go through. The search
// ranges over values that the policies themselves tell apart (each literal, an instance of each pattern and of pairs of patterns,
// a value named nowhere, absence), so "no witness" means no request, as far as the policies can tell requests apart:
//   yes      a request exists (or, for scp_denies, none does) whatever the parts that could not be read may hold
//   no       the opposite, with equal certainty
//   unknown  it hangs on an unread part of the policy, on a fact that was not given, or on a rule that AWS leaves open
// Answers name the statement that decided, and the witness in words.
//
// Sources: IAM User Guide ("Policy evaluation logic", "JSON policy elements", "Condition operators", "Context keys"), Organizations
// User Guide ("SCP evaluation"), S3 User Guide ("Blocking public access").
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

// ---- Truth: Kleene's three values, ordered so that "and" is the least and "or" the greatest -------------------------------------

enum class Truth : uint8_t { no, unknown, yes };
std::string_view name(Truth truth);
constexpr Truth truth(bool b) { return b ? Truth::yes : Truth::no; }
constexpr Truth both(Truth a, Truth b) { return a < b ? a : b; }
constexpr Truth either(Truth a, Truth b) { return a < b ? b : a; }
constexpr Truth negate(Truth a) { return static_cast<Truth>(2 - static_cast<int>(a)); }

// ---- The document, compiled -----------------------------------------------------------------------------------------------------

// Action, NotAction, Resource or NotResource.
struct Terms {
  bool present = false;
  bool negated = false;              // the Not… form
  std::vector<std::string> values;   // as written
  bool unknown = false;              // some item of the list, or the whole element, could not be read
};

struct Principal {
  enum class Kind : uint8_t { everyone, aws, service, federated, canonical };
  Kind kind = Kind::everyone;
  std::string value;  // account id, ARN, unique id, service name, provider, canonical id; of everyone: `AWS` if written so, else empty
};

struct Principals {
  bool present = false;
  bool negated = false;  // NotPrincipal
  std::vector<Principal> values;
  bool unknown = false;
};

enum class Operator : uint8_t {
  string_equals, string_equals_ignore_case, string_like, numeric_equals, numeric_less, numeric_less_equals, numeric_greater,
  numeric_greater_equals, date_equals, date_less, date_less_equals, date_greater, date_greater_equals, boolean, binary_equals, ip_address,
  arn_like, null
};
enum class SetTest : uint8_t { none, all_values, any_value };

// One key under one operator.
struct Condition {
  Operator op = Operator::string_equals;
  bool negated = false;    // …NotEquals, …NotLike, NotIpAddress
  bool if_exists = false;
  SetTest set = SetTest::none;
  std::string op_text;     // as written
  std::string key;         // as written
  std::string key_lower;   // context keys are compared without regard to case, the tag's name included
  std::vector<std::string> values;
  bool unknown = false;    // some value could not be read
  std::string path;        // `$.Statement[0].Condition.StringEquals['aws:PrincipalOrgID']`
  uint32_t line = 0;
};

enum class Effect : uint8_t { allow, deny, unknown };

struct Statement {
  uint32_t index = 0;
  std::string sid;
  std::string path;        // `$.Statement[0]`; `$.Statement` when it is no list
  uint32_t line = 0;       // 0 not known
  Effect effect = Effect::allow;
  Principals principals;
  Terms actions, resources;
  std::vector<Condition> conditions;
  std::string unknown;     // not empty: nothing of the statement could be read, and why
  bool conditions_unknown = false;  // conditions may exist that were not read
};

struct PolicyNote {  // something wrong that does not stop the reading: a duplicate or unknown element
  std::string what;
  std::string path;
  uint32_t line = 0;
};

struct Policy {
  std::string name;        // given by the caller (a policy's name, ARN or file), printed in answers; may be empty
  std::string version;     // empty if absent, which means 2008-10-17
  std::string id;
  std::vector<Statement> statements;
  std::vector<PolicyNote> notes;
  std::string unknown;     // not empty: the document, or part of its list of statements, could not be read, and why

  bool variables() const { return version == "2012-10-17"; }  // `${…}` is plain text in older policies
};

// A policy document as AWS's APIs and templates hold it: a map, JSON text in a string, or URL-encoded JSON text in a string (IAM's
// replies and AWS Config). `kept` owns a document made from text. Anything else is an Error with its place.
struct PolicyDocument {
  Value value;
  DocumentPtr kept;
};
Result<PolicyDocument> policy_document(Value value);

// Reads any of those. The result borrows nothing. Malformed policies (no Effect, both Action and NotAction, an operator that does not
// exist, a principal of no known form …) are an Error whose place and text say the path; a part of Kind::unknown is no error.
Result<Policy> parse_policy(Value document, std::string name = {});

// ---- One request, closed world --------------------------------------------------------------------------------------------------

struct ContextValue {
  enum class State : uint8_t { absent, present, unknown };
  State state = State::present;
  std::vector<std::string> values;  // several for a multi-valued key

  static ContextValue absent() { return {State::absent, {}}; }
  static ContextValue unknown() { return {State::unknown, {}}; }
  static ContextValue of(std::string value) { return {State::present, {std::move(value)}}; }
  static ContextValue of(std::vector<std::string> values) { return {State::present, std::move(values)}; }
};

// Context keys and their values, keyed by lower-case name.
class Context {
 public:
  Context() = default;
  Context(std::initializer_list<std::pair<std::string, ContextValue>> items);
  void set(std::string_view key, ContextValue value);
  const ContextValue* find(std::string_view key) const;  // any case; null: never spoken of
  const std::map<std::string, ContextValue>& items() const { return items_; }

  // What a key that was never set means: absent (a request given whole) or unknown.
  ContextValue::State otherwise = ContextValue::State::unknown;

 private:
  std::map<std::string, ContextValue> items_;
};

// `s3:Get*` against `s3:GetObject`: case does not matter, `*` and `?` stand anywhere.
bool action_matches(std::string_view pattern, std::string_view action);
// A Resource entry against an ARN, variables resolved from the context. Unknown where AWS does not say whether a `*` inside a segment
// may cross a colon, or when a variable's value is not known. `variables`: the policy's Version allows them.
Truth resource_matches(std::string_view pattern, std::string_view arn, const Context& context = {}, bool variables = true);
// One condition entry, all of a statement's conditions, and a statement's action, resource and conditions together (not its
// principal, and whatever its effect). `resource` empty: the resource is not looked at.
Truth condition_holds(const Condition& condition, const Context& context, bool variables = true);
Truth conditions_hold(const Statement& statement, const Context& context, bool variables = true);
Truth statement_covers(const Statement& statement, std::string_view action, std::string_view resource, const Context& context,
                       bool variables = true);

// ---- Answers --------------------------------------------------------------------------------------------------------------------

// Which statement decided. `policy` is the Policy's name; index -1: no single statement did.
struct Decided {
  std::string policy;
  int statement = -1;
  std::string sid;
  std::string path;
  uint32_t line = 0;
};

struct Answer {
  Truth verdict = Truth::unknown;
  Decided decided;
  std::string action;   // of the witness, or the pattern that granted it; may be empty
  std::string why;      // one sentence, lower case, without full stop
  std::string witness;  // the request found, `aws:PrincipalArn=…, aws:SourceIp=absent`; only what the policies look at
};

// ---- Service control policies ---------------------------------------------------------------------------------------------------

// What a guardrail question means. Parts that are not given are open: the answer ranges over every request that has any value there.
// An SCP never reaches the management account or service-linked roles; that is the caller's to know.
struct ScpRequest {
  std::string action;               // `cloudtrail:StopLogging`; a pattern asks about every action it covers
  std::string resource;             // ARN or pattern; empty: any resource, so a Deny on one trail alone is no guardrail
  std::string account;              // 12 digits; empty: any account
  std::string partition = "aws";
  enum class Who : uint8_t { any, root, arn };
  Who who = Who::any;               // any: users, roles and the root user of the account
  std::string principal_arn;        // Who::arn: the user's or role's ARN (not a session's)
  std::string org_id;               // o-…; empty: aws:PrincipalOrgID is unknown
  Context context;                  // keys that are fixed; the rest stays open whatever `otherwise` says
};

struct ScpAnswer {
  // No request at all goes through, exceptions included.
  Answer for_all;
  // None goes through from an ordinary caller: a principal that no policy names or describes (a role at path `/` and a user, of
  // names written nowhere, without tags, and the root user), calling AWS itself, not through a service. This is what "guardrail"
  // means in practice: `ArnNotLike aws:PrincipalArn …/break-glass` leaves it standing, `ArnNotLike …:role/*` does not.
  Answer for_ordinary;
  // The conditions by which for_all falls though for_ordinary holds: who is excepted, for a person to agree with.
  struct Exception {
    Decided where;
    std::string key;
    std::vector<std::string> values;
  };
  std::vector<Exception> exceptions;
};

// `levels`: the policies attached to root, then each OU, then the account. AWS needs an Allow at every level; a level without any
// policy therefore denies everything (Organizations forbids that, so an empty level usually means it was not read: say so with a
// Policy whose `unknown` is set). verdict yes: denied.
ScpAnswer scp_denies(const std::vector<std::vector<Policy>>& levels, const ScpRequest& request);

// ---- Resource control policies --------------------------------------------------------------------------------------------------

struct RcpRequest {
  std::string action;    // `s3:GetObject`
  std::string resource;  // ARN or pattern of what the action takes
  std::string account;   // the owner
  std::string org_id;    // the owner's organization; empty: not known
};
// Do resource control policies keep strangers (anybody without credentials, and principals of an account that no policy names) from
// every request of that action? Levels as for scp_denies. An account that a policy excepts by name is no stranger; a service that acts
// for a stranger's resource is another question (service_unbounded). What is the management account's no such policy protects, which
// is the caller's to know.
Answer rcp_denies_strangers(const std::vector<std::vector<Policy>>& levels, const RcpRequest& request);

// ---- Guardrails: one policy, one request ----------------------------------------------------------------------------------------

// A service control policy bounds the organization's principals, a resource control policy the requests to its resources.
enum class GuardrailKind : uint8_t { scp, rcp };

// What AWS Organizations would not take in such a policy, each with its path; empty if nothing. What it has to say about the names of
// services and actions is not known here.
std::vector<PolicyNote> guardrail_breaches(const Policy& policy, GuardrailKind kind);

// A request given whole: a key that the context does not have is absent.
struct GuardrailRequest {
  std::string action;    // `cloudtrail:StopLogging`
  std::string resource;  // ARN, or `*` for an action that takes none
  Context context;
};
// Does the policy alone stop the request? yes: a Deny holds, and `decided` is it; no: none does, whatever others may say. That it does not
// reach everybody (service-linked roles, the management account) is the caller's to know.
Answer guardrail_denies(const Policy& policy, const GuardrailRequest& request);

// ---- Resource policies ----------------------------------------------------------------------------------------------------------

enum class PublicMeaning : uint8_t {
  caller,  // can a stranger (anonymous, or any account, or any account's resource through a service) make some request succeed?
  s3       // the S3 User Guide's rule for bucket policies: is every Allow tied to fixed values of the keys it lists? Denies and
           // secrets do not count there; `aws:userid` of `AROA…:*` does not bound, a fixed KMS key id in the request does
};

struct PublicQuestion {
  // Whose policy it is: statements that speak neither of it nor of what lies in it (ARN/…, ARN:…) are left out. Empty: every
  // statement counts, as for role trust and for vaults, whose statements name other things.
  std::string resource_arn;
  std::string account;       // the owner; empty: not known
  std::string org_id;        // the owner's organization; empty: not known
  PublicMeaning meaning = PublicMeaning::caller;
};

// May anyone outside use the resource? Looks at the policy alone: a block (S3 Block Public Access, RCP) is another question.
// Principals that are fixed (accounts, users, roles, services) are not public, whoever they are; Deny statements that leave nothing
// of the grant make it not public. Trust in an identity provider that serves everybody (GitHub, Cognito, Google …) is public unless
// the claim that names the tenant is tested.
Answer allows_public(const Policy& policy, const PublicQuestion& question);

// May an AWS service act on the resource for just any account's resource (the "confused deputy" question)? Yes if a service principal
// is allowed without aws:SourceArn, SourceAccount, SourceOrgID or SourceOrgPaths bounding it. Meaningful for topics, queues, buckets,
// keys and functions; role trust for EC2, Lambda and the like is guarded by iam:PassRole instead.
Answer service_unbounded(const Policy& policy, const PublicQuestion& question);

struct Own {
  std::vector<std::string> accounts;  // ids of the organization's (or user's) accounts
  bool accounts_complete = true;      // false: another account may be one of ours, so it yields unknown
  std::string org_id;
  std::string resource_arn;
};
// May a principal of an account outside `own` (a stranger's, too) use the resource? Services are not accounts.
Answer allows_account_outside(const Policy& policy, const Own& own);

// Does a role's trust policy let AWS principals in only with MFA? Allow + Bool aws:MultiFactorAuthPresent "true" does;
// BoolIfExists, Null and their like do not, because calls with long-term keys carry no such key. SAML and web identity may have
// asked for MFA outside AWS: unknown. A policy that lets nobody in: yes.
Answer requires_mfa(const Policy& trust_policy);

// ---- Identity policies ----------------------------------------------------------------------------------------------------------

struct AdminOptions {
  bool count_conditional = false;  // also if the grant holds only under conditions (MFA, source address …)
};
// Do the policies of one identity together allow every action on every resource? A Deny matters only if it leaves nothing.
Answer allows_admin(const std::vector<Policy>& policies, const AdminOptions& options = {});

// Do the policies of one identity make it an administrator in effect? Yes if it allows, on every resource or on all but named ones, every
// action or all but named ones, or all of IAM, with some action left by which one gives oneself the rest. A condition on the grant
// excuses nothing: it says when one is an administrator. What a Deny without a way around it takes away is not granted.
Answer administers(const std::vector<Policy>& policies);

// Do an identity's policies let it take sessions of other accounts' root users (sts:AssumeRoot), and for any task or for those
// that a condition on sts:TaskPolicyArn names? A pattern that any task fits names none.
struct RootSessions {
  Truth allowed = Truth::unknown, any_task = Truth::unknown;
  Decided decided;  // where any task is allowed
};
RootSessions root_sessions(const std::vector<Policy>& policies);

}  // namespace reeve
