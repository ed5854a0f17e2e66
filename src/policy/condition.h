// One condition entry against one value of its key.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/glob.h"
#include "policy/policy.h"

namespace reeve::policy {

// An address range; a plain address is a range of one.
struct Cidr {
  bool v6 = false;
  std::array<uint8_t, 16> bytes{};
  int prefix = 0;
  bool mapped() const;  // an IPv4 address written as IPv6
};
std::optional<Cidr> parse_cidr(std::string_view text);
bool contains(const Cidr& range, const Cidr& address);
std::string text_of(const Cidr& cidr);  // its first address

// Milliseconds since 1970 of a date as conditions write it; `ambiguous` for a bare year, which may also be epoch seconds.
struct Moment {
  int64_t ms = 0;
  bool ambiguous = false;
};
std::optional<Moment> parse_moment(std::string_view text);

// An entry made ready for many values: patterns compiled, numbers, dates, ranges and bytes read once.
struct Prepared {
  std::vector<Expanded> patterns;           // of String and ARN operators, in the order of the values
  std::vector<std::vector<Glob>> segments;  // of ARN operators: the parts between the first five colons
  std::vector<std::optional<double>> numbers;
  std::vector<std::optional<Moment>> moments;
  std::vector<std::optional<Cidr>> ranges;
  std::vector<std::optional<std::string>> bytes;
};
Prepared prepare(const Condition& condition, const KeySource& keys, bool variables);
Prepared prepare(const Condition& condition, const Context& context, bool variables);
// Does a value of the entry hang on the context?
bool has_variable(const Condition& condition);

// How an entry is read where AWS's pages leave it open, and where to say that they do.
struct ConditionRules {
  bool variables = true;                              // the policy's version knows them
  Truth several = Truth::unknown;                     // DecisionSwitches::multivalued_without_set
  Truth arn_star = Truth::yes;                        // DecisionSwitches::arn_pattern_star
  std::vector<std::string>* open = nullptr;           // gets the names of open points met
};

// Whether the entry holds when its key has `value`. `context` serves the variables in the entry's values.
Truth condition_on(const Condition& condition, const ContextValue& value, const Context& context, bool variables);
Truth condition_on(const Condition& condition, const Prepared& prepared, const ContextValue& value, bool variables);
Truth condition_on(const Condition& condition, const Prepared& prepared, const KeyView& value, const ConditionRules& rules);

}  // namespace reeve::policy
