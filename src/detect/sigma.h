// SigmaRule: the detection of one Sigma rule, compiled: predicates, and the condition over them.
//
// Made from the `detection` section (or a filter's `filter`) of a document; every selection becomes a formula over predicates, and the
// rule's condition one over those. The Matcher judges many at once; `matches` judges one alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detect/condition.h"
#include "detect/modifiers.h"
#include "detect/predicate.h"
#include "detect/rules.h"
#include "formats/document.h"

namespace reeve {

using LogKinds = uint32_t;  // a bit for each LogKind
constexpr LogKinds bit_of(LogKind kind) { return 1u << static_cast<unsigned>(kind); }

class SigmaRule {
 public:
  std::vector<Predicate> predicates;
  RuleCondition formula;   // over predicates
  LogKinds kinds = 0;  // of the records it judges

  bool matches(const LogEvent& event, ProbeRoom& room) const;
  std::vector<FieldPath> fields() const;  // each once, in the order as written
  // `and not` the other.
  void exclude(const SigmaRule& other);
  // `and` the other.
  void require(const SigmaRule& other);
};

// `section`: the map of selections with its `condition`. `leave_out`: a key that is no selection (a filter's `rules`).
// `conditions_negative`: told whether every selection stands under exactly one negation or an odd number of them.
Result<SigmaRule> read_detection(Value section, const ReadingRule& reading, std::string_view leave_out = {}, bool* conditions_negative = nullptr);

}  // namespace reeve
