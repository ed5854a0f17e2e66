// Guard: AWS's policy-as-code language, whole (version 3), judged with three values.
//
// A rule file is compiled once into GuardRules (immutable, shared between threads) and evaluated against any number of documents.
// The language is that of cfn-guard 3 (grammar above the parser in guard_parse.cc); what differs by version is chosen by Semantics.
//
//   auto rules = compile_guard(text, "rules.guard");
//   GuardResult r = rules->evaluate({resource.document->root()}, options);
//   r.status, r.rules[i].status, r.rules[i].failures[j].value.path()
//
// Unknown (design §10.5): a clause that touches an unknown node, or asks an open map for a key it does not have, is UNKNOWN; AND and
// OR are Kleene's; a filter over unknown keeps the element as "maybe" (a clause that fails on a maybe element is UNKNOWN, not
// FAIL); a `when` that is UNKNOWN makes its block or rule UNKNOWN. Under semantics 3.2.0 and 3.2.1 an unknown node does not
// occur (nothing is folded there).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "formats/document.h"

namespace reeve::guard {

enum class GuardStatus : uint8_t { pass, fail, skip, unknown };
std::string_view name(GuardStatus status);

// `reeve`: 3.2.0 for parameterised calls that skip, with 3.2.1's clear repairs, and unknown. The two numbers reproduce those versions.
enum class Semantics : uint8_t { reeve, v3_2_0, v3_2_1 };

struct GuardOptions {
  Semantics semantics = Semantics::reeve;
  Time as_of;                      // what now() answers
  uint64_t steps_max = 50'000'000; // evaluation steps; beyond it the rule is an Error
  bool evidence = true;            // collect failures and unknowns; off where only the status counts
};

// One clause that decided a FAIL or UNKNOWN.
struct GuardFailure {
  Value value;               // the value that was judged; no value if it is missing
  Value missing_from;        // for a missing value: the map or list in which the query stopped
  std::string missing_path;  // and the rest of the query, `.BucketEncryption.Rules`
  std::string expected;      // in words: `== true`, `exists`, `in ["aws:kms", "AES256"]`, `not a string matching /^0\./`
  std::string message;       // the rule's own <<message>>, trimmed; may be empty
  std::string unknown_reason;  // for UNKNOWN: why
  uint32_t line = 0, column = 0;  // of the clause in the rule file
};

struct GuardRuleResult {
  std::string rule;  // name; `default` for bare clauses
  uint32_t line = 0;
  GuardStatus status = GuardStatus::skip;
  std::vector<GuardFailure> failures;  // of FAIL: the failing clauses; of UNKNOWN: the undecided ones; otherwise empty
  std::optional<Error> error;          // an evaluation that could not be done (type error under 3.2.0, step limit); status is FAIL or UNKNOWN
};

struct GuardResult {
  GuardStatus status = GuardStatus::skip;  // FAIL > UNKNOWN > PASS > SKIP
  std::vector<GuardRuleResult> rules;      // one per block, in file order, `default` first
  bool used_now = false;                   // now() was called: the result depends on as_of
};

class GuardRules {
 public:
  virtual ~GuardRules() = default;
  virtual GuardResult evaluate(Value document, const GuardOptions& options) const = 0;
  // The resource types named by type blocks anywhere in the file (`AWS::S3::Bucket`), and whether anything is asked outside of
  // type blocks (then every document must be evaluated). For dispatch.
  virtual const std::vector<std::string>& types() const = 0;
  virtual bool any_type() const = 0;
  virtual bool uses_now() const = 0;
  // Property paths below a type block that the rules mention, as far as they are plain keys: `Properties.Encrypted`. For read sets,
  // and for the content check that every property judged is mapped.
  struct Mention {
    std::string type;
    std::string path;
    uint32_t line = 0;
  };
  virtual const std::vector<Mention>& mentions() const = 0;
  virtual std::vector<std::string> rule_names() const = 0;
};

// `file` is for error places. Errors: Code::parse with line and column and what was expected. A name that stands for nothing and a wrong
// number of arguments are errors too, but not under the numbered semantics: those versions meet them only where they are asked for.
Result<std::shared_ptr<const GuardRules>> compile_guard(std::string_view text, const std::string& file,
                                                        Semantics semantics = Semantics::reeve);

}  // namespace reeve::guard
