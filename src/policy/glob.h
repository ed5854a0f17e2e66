// Patterns with `*` and `?`, kept apart from their text so that an escaped or substituted star stays a plain character.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace reeve::policy {

struct Glob {
  std::string text;
  std::string wild;  // per byte of text: 0 a literal, '*' any run, 'c' any run without a colon, '?' any one byte

  bool literal() const { return wild.find_first_not_of('\0') == std::string::npos; }
  size_t literal_prefix() const;  // bytes before the first wildcard
  void add(std::string_view literal_text);
  void add_wild(char kind);
};

Glob glob_of(std::string_view text, bool wildcards = true);
bool matches(const Glob& glob, std::string_view text);
// A text that the glob matches, each star filled with `filler`.
std::string instance(const Glob& glob, std::string_view filler);
// A text that both match; nothing if there is none (or the patterns are absurdly long).
std::optional<std::string> common_instance(const Glob& a, const Glob& b, std::string_view filler);
// True if the glob matches every text.
bool matches_everything(const Glob& glob);

// What most patterns are; `general` needs the matcher.
enum class Shape : uint8_t { general, everything, literal, prefix };
Shape shape_of(const Glob& glob);

// A pattern after `${…}` has been put in.
struct Expanded {
  Glob glob;
  Shape shape = Shape::general;
  bool null = false;     // a variable without value: the pattern matches nothing
  bool unknown = false;  // a variable whose value is not known; it stands in the glob as a star
};
// The value of a context key, borrowed from the context or from what a caller told of itself.
struct KeyView {
  ContextValue::State state = ContextValue::State::unknown;
  const std::vector<std::string>* values = nullptr;  // null: `one` alone
  std::string_view one;

  static KeyView of(const ContextValue& value) { return {value.state, &value.values, {}}; }
  static KeyView of(std::string_view text) { return {ContextValue::State::present, nullptr, text}; }
  size_t size() const { return state != ContextValue::State::present ? 0 : values ? values->size() : 1; }
  std::string_view operator[](size_t i) const { return values ? std::string_view((*values)[i]) : one; }
};
// Where the values of variables come from.
class KeySource {
 public:
  virtual KeyView find(std::string_view key) const = 0;  // any case

 protected:
  ~KeySource() = default;
};

bool has_variable(std::string_view pattern);  // `${`; what has none expands to the same in every context

// `wildcards`: the operator knows `*` and `?`. `variables`: the policy's version does. A malformed `${` stays text.
Expanded expand(std::string_view pattern, const KeySource& keys, bool variables, bool wildcards);
Expanded expand(std::string_view pattern, const Context& context, bool variables, bool wildcards);
// Does the expanded pattern match, three-valued.
Truth matches(const Expanded& pattern, std::string_view text);

// A Resource entry made ready: `loose` lets stars cross colons, `strict` holds those inside a segment back.
struct ResourcePattern {
  Expanded loose;
  Glob strict;
};
ResourcePattern resource_pattern(std::string_view pattern, const KeySource& keys, bool variables);
ResourcePattern resource_pattern(std::string_view pattern, const Context& context, bool variables);
Truth matches(const ResourcePattern& pattern, std::string_view arn);

}  // namespace reeve::policy
