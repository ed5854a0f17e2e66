// What the parts of the linter share: a policy taken apart with the place of every piece, and the list that lints go to.
#pragma once

#include <string>
#include <vector>

#include "access/lint.h"

namespace reeve::lint {

struct Text {
  std::string text;
  Value at;
};

struct Who {
  std::string kind;  // AWS, Service, Federated, CanonicalUser; empty for a bare `*`
  std::string text;
  Value at;
  bool everyone() const { return text == "*" && (kind.empty() || kind == "AWS"); }
};

struct Test {  // one key under one operator
  std::string written;         // the operator
  std::string set;             // `ForAllValues`, `ForAnyValue`; empty: none
  std::string op;              // without set and IfExists; as AWS spells it, if it is one of AWS's
  std::string family;          // String, Numeric, Date, Bool, Binary, IpAddress, Arn, Null; empty: AWS has no such operator
  bool if_exists = false, negated = false;
  std::string key, lower_key;
  std::vector<Text> values;
  Value at, operator_at;
};

struct Statement {
  Value node;
  int index = 0;
  std::string sid;
  bool allow = false, deny = false;
  bool not_action = false, not_resource = false, not_principal = false;
  Value action_at, resource_at, principal_at;  // of the element's key; none: it has no such element
  std::vector<Text> actions, resources;
  std::vector<Who> principals;
  std::vector<Test> tests;
  ActionSet covered;       // by its Action or NotAction, of what the table has
  bool everyone() const;   // a Principal is `*`
  bool speaks_of(std::string_view action, const ActionTable* table) const;  // its Action or NotAction covers it
};

class Run {
 public:
  Run(const LintKnowledge& with, PolicyUse as, Value judged, Value outer) : knowledge(with), use(as), policy(judged), outer_(outer) {}

  const LintKnowledge& knowledge;
  const PolicyUse use;
  const Value policy;
  bool variables = false;  // the version knows them
  std::vector<Statement> statements;
  std::vector<PolicyLint> lints;

  const ActionTable* table() const { return knowledge.actions.get(); }
  bool has_principals() const { return use != PolicyUse::identity && use != PolicyUse::scp; }
  void add(std::string_view rule, Value at, std::string message, const Statement* in = nullptr);

 private:
  Value outer_;  // the string that the policy's text stands in; none: the file's own text
};

// The parts, each over the whole policy. `read_form` fills Run::statements and says what AWS would refuse.
void read_form(Run& run);
void lint_sizes(Run& run);
void lint_actions(Run& run);
void lint_resources(Run& run);
void lint_principals(Run& run);
void lint_conditions(Run& run);
void lint_keys(Run& run);
void lint_grants(Run& run);
void lint_trust(Run& run);

// The type of a condition key for any of the statement's actions: `String`, `ArrayOfString` …; empty: not known.
std::string type_of_key(const Run& run, const Statement& statement, const std::string& lower_key);
bool has_wildcard(std::string_view text);       // `*` or `?` outside `${…}`
std::string quoted(std::string_view text);      // in back-ticks, shortened where it is long

}  // namespace reeve::lint
