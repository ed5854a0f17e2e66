// A rule file on a document, step by step: which conditions held, which values were looked at, what each of them said.
//
//   GuardTrace trace = trace_guard(*rules, document, options);
//   for (const GuardStep& rule : trace.steps) … rule.status, rule.steps[0].words
//
// For `check explain`, and for formats that retell a failing rule clause by clause. Judging as usual pays nothing for it.
#pragma once

#include <string>
#include <vector>

#include "check/guard.h"

namespace reeve::guard {

struct GuardStep {
  // rule: a rule, or a call of a parameterised one. conditions: a `when`. one_of: clauses joined by `or`. clause: one claim.
  // block: `query { … }`, a type block or a `when` block. element: one value that a block is asked of. filter: one value that a
  // filter is asked of. reference: another rule by name. value: one value that a clause is asked of.
  enum class Kind : uint8_t { rule, conditions, one_of, clause, block, element, filter, reference, value };
  Kind kind = Kind::clause;
  GuardStatus status = GuardStatus::skip;
  bool gate = false;              // it decides whether others apply
  uint32_t line = 0, column = 0;  // in the rule file
  std::string name;               // of a rule or reference
  std::string words;              // what is asked, near to how the rule says it
  std::string message;            // the rule's own <<message>>, untrimmed
  std::string reason;             // why it is unknown, or could not be done

  // Of a clause and its values: the operator in cfn-guard's words (`Eq`, `Exists` …), and whether it is negated.
  std::string op;
  bool negated = false;
  std::string query, with;

  // Of values and elements: the value, or the map or list in which the query stopped, and the rest of the query.
  Value value, stopped;
  std::string rest;
  std::vector<Value> against;  // what it was compared with

  std::vector<GuardStep> steps;
};

struct GuardTrace {
  std::vector<GuardStep> steps;      // one for each rule block, as in GuardResult
  std::vector<DocumentPtr> kept;     // that functions made and steps point into
};

// `document` and `rules` outlive the trace.
GuardTrace trace_guard(const GuardRules& rules, Value document, const GuardOptions& options);

// JSON text of a value that a step names, secrets blacked out; a literal of the rules as the rules write it.
std::string trace_json(const GuardRules& rules, Value value, size_t bytes_max);

}  // namespace reeve::guard
