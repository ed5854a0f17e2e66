// Modifiers: a field with its modifiers and its values, as a rule writes them, made a Predicate; or refused with its place.
//
// Source: Sigma Modifiers Appendix 2.1.0. Which modifiers go together, and with which types of values, is the table in
// docs/formats/detections.md, "Modifiers"; what is not in it is refused, never read as something near.
#pragma once

#include <string_view>

#include "detect/predicate.h"
#include "detect/rules.h"
#include "formats/document.h"

namespace reeve {

struct ReadingRule {
  const RuleOptions& options;
  std::string path;  // of the file
  std::map<std::string, std::string> fields = {};  // where the fields that its log source names stand
  Place at(Value value) const { return {path, value.line(), value.column()}; }
};

// `key`: the text of the node that names the field (`field|mod|mod`); a key without a field (`|all`) makes keywords.
Result<Predicate> read_predicate(std::string_view key, Value key_node, Value value, const ReadingRule& reading);
// A list of values under no field at all, or one value: any of them anywhere in the event.
Result<Predicate> read_keyword(Value value, const ReadingRule& reading);

}  // namespace reeve
