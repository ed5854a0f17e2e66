// RuleCondition: a Sigma condition (`selection and not 1 of filter_*`) as a tree over the things it names.
//
// Source: Sigma Rules Specification 2.1.0, "Condition". Binding, loosest first: or, and, not, `x of`, parentheses. Operators may be written in
// any case. `1 of` and `any of` are or, `all of` is and, over the names that a pattern (with `*`) matches; `them` is all names. Names that
// begin with `_` are left out of both unless the pattern itself begins so. A pattern that matches nothing is an error, as is any other number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

struct RuleCondition {
  enum class Kind : uint8_t { name, all, any, negation };
  Kind kind = Kind::name;
  uint32_t name = 0;          // Kind::name: index among the names
  std::vector<RuleCondition> of;  // negation: one

  bool holds(const std::function<bool(uint32_t name)>& is_true) const;
};

// `at` is the place of the text in its file, for messages. `used[i]` is set for each name that the condition mentions.
Result<RuleCondition> parse_condition(std::string_view text, const std::vector<std::string>& names, const Place& at, std::vector<bool>* used = nullptr);

}  // namespace reeve
