// Lint: what is wrong with a policy before anybody is let in or kept out by it.
//
//   LintKnowledge knowledge = TRY(LintKnowledge::built_in());
//   LintedPolicy linted = lint_policy(document->root(), knowledge, {});
//   for (const PolicyLint& lint : linted.lints) print(lint.rule->id, lint.line, lint.column, lint.message);
//
// Three sorts of lint. *Invalid*: AWS refuses the policy, or reads it otherwise than it was meant. *Idle*: a part never does anything, such as
// a condition key that none of the actions has. *Risk*: it does what it says, and that is more than its author is likely to want.
//
// What kind of policy it is follows from its content (use_of) unless it is said: a Principal makes a resource policy, nothing but Denies
// makes a guardrail. Each rule is a row of lint_rules() with the page of AWS that it stands on; docs/formats/policy-lint.md lists them.
// A lint stands at a line and column of the text. Nothing is said of a request: that is policy/decision.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/catalogue.h"
#include "findings/level.h"
#include "formats/document.h"

namespace reeve {

enum class PolicyUse : uint8_t { identity, resource, trust, scp, rcp, endpoint };
std::string_view name(PolicyUse use);
std::optional<PolicyUse> parse_policy_use(std::string_view text);

struct LintRule {
  std::string_view id;
  enum class Sort : uint8_t { invalid, idle, risk } sort;
  Severity severity;
  std::string_view title;  // what it says, in general
  std::string_view page;   // of AWS's documentation
};
std::string_view name(LintRule::Sort sort);
const std::vector<LintRule>& lint_rules();  // by id

struct PolicyLint {
  const LintRule* rule = nullptr;
  std::string message;
  std::string path;  // `$.Statement[0].Action`
  uint32_t line = 0, column = 0;
  int statement = -1;
  std::string sid;
};

// What is judged with. Limits are data with a date (content/quotas/policies.yaml), and so are the keys that every action may have
// (content/actions/global_keys.yaml).
struct LintKnowledge {
  struct Limit {
    int64_t characters = 0;
    std::string what;          // `a customer managed policy`
    std::string service;       // of resource policies: the prefix of its actions
  };
  struct GlobalKey {
    std::string type;         // `String`, `ArrayOfString`, `ARN` …
    bool identifier = false;  // names one account, organization, VPC or endpoint: a wildcard in it is always wrong
    bool services = true;     // false: a service that calls for itself does not send it
  };
  std::shared_ptr<const ActionTable> actions;          // null: nothing is said of actions and their keys
  std::map<std::string, GlobalKey, std::less<>> keys;  // by lower-case name; `aws:principaltag/` stands for every tag
  std::map<PolicyUse, std::vector<Limit>> limits;      // smallest first

  static Result<LintKnowledge> built_in();
  // From the text of the two files; `actions` stays as it is.
  Status read_limits(std::string_view text, const std::string& shown);
  Status read_keys(std::string_view text, const std::string& shown);
  const GlobalKey* key(std::string_view lower_case) const;
};

struct LintedPolicy {
  PolicyUse use = PolicyUse::identity;
  std::vector<PolicyLint> lints;  // in the order of the text
};
// The kind of policy, by its content.
PolicyUse use_of(Value policy);
// The policies that a document of JSON holds: itself, or the policy in an answer of AWS's APIs (`PolicyDocument`, `AssumeRolePolicyDocument`,
// `PolicyVersion.Document`, `Policy` as text). Empty: it is none.
std::vector<Value> policies_in(Value document);
// `policy`: a map, or a policy as text in a string. An Error where it is neither, or no JSON.
Result<LintedPolicy> lint_policy(Value policy, const LintKnowledge& knowledge, std::optional<PolicyUse> use);

}  // namespace reeve
