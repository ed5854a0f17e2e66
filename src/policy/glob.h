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

// A pattern after `${…}` has been put in.
struct Expanded {
  Glob glob;
  bool null = false;     // a variable without value: the pattern matches nothing
  bool unknown = false;  // a variable whose value is not known; it stands in the glob as a star
};
// `wildcards`: the operator knows `*` and `?`. `variables`: the policy's version does. A malformed `${` stays text.
Expanded expand(std::string_view pattern, const Context& context, bool variables, bool wildcards);
// Does the expanded pattern match, three-valued.
Truth matches(const Expanded& pattern, std::string_view text);

// A Resource entry made ready: `loose` lets stars cross colons, `strict` holds those inside a segment back.
struct ResourcePattern {
  Expanded loose;
  Glob strict;
};
ResourcePattern resource_pattern(std::string_view pattern, const Context& context, bool variables);
Truth matches(const ResourcePattern& pattern, std::string_view arn);

}  // namespace reeve::policy
