// Evidence: what decided a FAIL or UNKNOWN, in the words and values that leave the evaluator.
#include <algorithm>

#include "base/text.h"
#include "check/guard_eval.h"

namespace reeve::guard {
namespace {

std::string rest_of(const Query& query, size_t from) {
  std::string out;
  for (size_t i = from; i < query.parts.size(); ++i) {
    const Part& part = query.parts[i];
    if (i == 0 && part.kind == Part::Kind::key)
      (out += '.') += part.key.name;
    else
      out += part.text;
  }
  return out;
}

}  // namespace

Value Evaluator::outward(const Found& found) const {
  Value value = found.value;
  for (size_t i = 0; i <= made_.size(); ++i) {  // what a function made points back to what it was made from
    if (!value || value.document() == rules_->file().literals.get()) return {};
    auto it = std::find_if(made_.begin(), made_.end(), [&](const Made& made) { return made.document.get() == value.document(); });
    if (it == made_.end()) return value;
    value = it->from;
  }
  return {};
}

GuardFailure Evaluator::failure(const Evidence& evidence) const {
  GuardFailure out;
  const Clause& clause = *evidence.clause;
  if (evidence.has_found) {
    const Found& found = evidence.found;
    const bool stopped = found.tag == Found::Tag::missing || (found.tag == Found::Tag::unknown && !found.value.is_unknown());
    (stopped ? out.missing_from : out.value) = outward(found);
    if (found.query) out.missing_path = rest_of(*found.query, found.part);
  } else if (clause.kind == Clause::Kind::access) {
    out.missing_path = rest_of(clause.query, 0);  // nothing was kept to point at: the query says where was looked
  }
  if (evidence.words) {
    out.expected = *evidence.words;
  } else {
    switch (clause.kind) {
      case Clause::Kind::access: out.expected = expected_words(rules_->file(), clause); break;
      case Clause::Kind::rule:
        out.expected = "rule `" + std::string(clause.name) + "` " + (clause.negated ? "does not pass" : "passes");
        break;
      case Clause::Kind::call: out.expected = "rule `" + std::string(clause.name) + "` " + (clause.negated ? "does not hold" : "holds"); break;
      case Clause::Kind::block: out.expected = evidence.has_found ? "exists" : "at least one " + query_words(clause.query); break;
      case Clause::Kind::when:
      case Clause::Kind::type: out.expected = "a condition that can be decided"; break;
    }
  }
  out.message = trim(clause.message.empty() && evidence.message ? *evidence.message : clause.message);
  out.unknown_reason = evidence.reason;
  out.line = clause.line;
  out.column = clause.column;
  return out;
}

}  // namespace reeve::guard
