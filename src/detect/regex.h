// SearchRegex: a regular expression that is looked for anywhere in a text, in time that grows with the text and nothing else: what an event
// holds is in an attacker's hand, and must not be able to make a rule slow.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace reeve {

class SearchRegex {
 public:
  struct Flags {
    bool ignore_case = false, multi_line = false, dot_all = false;
  };
  // Errors name the construct and have no place.
  static Result<SearchRegex> make(std::string_view pattern, Flags flags);
  static std::string quoted(std::string_view text);

  explicit operator bool() const { return regex_ != nullptr; }
  bool in(std::string_view text) const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
  std::string hint_;  // every match has it in it; empty: none is known
};

}  // namespace reeve
