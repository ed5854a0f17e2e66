// The search behind every open question: is there a request that passes?
//
// A request has an action, a resource, a caller and context keys; each is a dimension with a finite list of candidate values drawn
// from the policies (literals, instances of patterns and of pairs of patterns, bounds of numbers and ranges) and from the caller's
// nature (values named nowhere, absence). Every part of a statement looks at one dimension, so it becomes a mask over that
// dimension's candidates. A witness keeps at least one candidate in every dimension while some Allow per level holds and every Deny
// has one part that fails. The search is run twice: counting unknown masks as helpful, and as not.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace reeve::policy {

inline constexpr std::string_view filler = "zqxjkv";  // a name that no policy mentions, nor any likely pattern; `<any>` in words

// What values a key can have.
struct Domain {
  std::vector<ContextValue> fixed;       // these, and …
  std::vector<std::string> templates;    // … texts that match one of these patterns and one of the policies'
  std::vector<std::string> plain;        // … and these, after the others
  bool absent = false;                   // or none
  bool typed = false;                    // numbers, dates, booleans and addresses from the policies' values too
  bool stranger_address = false;         // addresses: none inside a range narrow enough to be somebody's own
  // A claim like `repo:ORG/REPO…`: whoever registers ORG gets it. Patterns whose first wildcard stands before the `tenant_end` that
  // follows `tenant_prefix` are within anybody's reach, others are not.
  std::string tenant_prefix;
  char tenant_end = 0;
  size_t tenant_enough = SIZE_MAX;  // a literal beginning of this length is nobody else's either

  static Domain open() { return {.fixed = {}, .templates = {"*"}, .absent = true, .typed = true}; }
  static Domain none() { return {.absent = true}; }
  static Domain unknown() { return {.fixed = {ContextValue::unknown()}}; }
  static Domain of(std::string value) { return {.fixed = {ContextValue::of(std::move(value))}}; }
};

struct Caller {
  enum class Kind : uint8_t { anonymous, aws, service, federated, any };
  Kind kind = Kind::anonymous;
  std::string label;      // `an anonymous caller`
  std::string service;    // kind service: the principal; empty: a service that is let in by `*`
  std::string provider;   // kind federated
  Truth canonical = Truth::no;  // is a CanonicalUser principal this caller?
  std::vector<std::pair<std::string, Domain>> domains;  // key in lower case, or a prefix ending in `*`; the first that fits

  Domain domain_of(std::string_view key) const;  // open if none fits
  void set(std::string key, Domain domain) { domains.emplace_back(std::move(key), std::move(domain)); }
};

struct Question {
  std::vector<std::vector<const Policy*>> levels;  // at every level some Allow must hold; every Deny counts
  Domain action, resource;
  Caller caller;
  bool principals = true;                                  // Principal elements are looked at
  std::function<bool(const Statement&)> allow_counts = {};  // which Allow statements may be used; empty: all
  bool exact = false;  // every way in which the policies tell requests apart is tried (cells.h), so that `no` is proved
};

struct Found {
  Truth verdict = Truth::no;            // is there a witness?
  const Policy* policy = nullptr;       // the last level's Allow that let it through; on `no`, the Deny that alone stops all, if one does
  const Statement* statement = nullptr;
  std::string action, witness;
  int level_without_allow = -1;         // on `no`: a level where no Allow can hold
  bool exhausted = false;               // the search was cut short (verdict unknown)
  // The witness as a request: its resource and the keys that the policies look at, values as they are.
  std::string raw_action, resource;
  ContextValue principal_arn = ContextValue::absent();
  std::vector<std::pair<std::string, ContextValue>> keys;
};
Found find_witness(const Question& question);

// Does the condition hold for every value that its key can have with the question's caller? False also if that is not known.
bool always_holds(const Condition& condition, const Question& question, const Policy& policy);

// Is there a request that the statement does not cover (other than by action, resource or principal)?
Truth conditions_escapable(const Policy& policy, const Statement& statement);

Decided decided_by(const Policy& policy, const Statement& statement);

}  // namespace reeve::policy
