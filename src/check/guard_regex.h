// Regex: one pattern compiled once with PCRE2, for many threads; machine code is made of it when it is first matched, where the machine
// allows that. Guard's dialect is that of Rust's regex crates: unanchored search, `$` only at the very end, Unicode classes, look-around
// and back-references allowed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve::guard {

class Regex {
 public:
  // Error: Code::parse with PCRE2's reason and the offset in the pattern.
  static Result<Regex> make(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  enum class Match : uint8_t { no, yes, gave_up };  // gave_up: the match limit (hostile pattern or text)
  Match search(std::string_view text) const;

  // Every match is replaced by `replacement` ($1, ${name}, $$) and the results are strung together: the text between matches is
  // left out, as Guard's regex_replace does. Empty optional: gave up.
  std::optional<std::string> expand_all(std::string_view text, std::string_view replacement) const;

  const std::string& pattern() const { return pattern_; }

 private:
  struct Compiled;
  Regex();
  std::string pattern_;
  std::shared_ptr<Compiled> code_;  // one for all that have this pattern: a folder of rules asks the same few again and again
};

}  // namespace reeve::guard
