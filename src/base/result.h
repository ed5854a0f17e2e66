// Result<T>: a value, or an Error that a person can act on.
//
// Every function that the world can disappoint (files, input documents, content, SQL) returns Result<T>. An Error says what
// was attempted on what, where in the input it went wrong, what was expected there and what to do. Programmer mistakes are
// assertions, never Errors. TRY(expr) unwraps a Result or returns its Error to the caller.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace reeve {

// The closed list of reasons. `limit` is a bound that protects us from hostile input; `conflict` is two facts that disagree.
enum class Code : uint8_t { io, not_found, parse, type, limit, unsupported, usage, conflict, internal };
std::string_view name(Code code);

// A place in an input: file (or "-"), one-based line and column; 0 means not known.
struct Place {
  std::string path;
  uint32_t line = 0;
  uint32_t column = 0;
  std::string text() const;  // `path:line:column`, leaving out what is not known
};

struct Error {
  Code code = Code::internal;
  std::string what;      // lower case, no full stop, user input in back-ticks
  Place at;              // where in the input
  std::string expected;  // what would have been right there; may be empty
  std::string hint;      // what to do about it; may be empty

  // `PATH:LINE:COLUMN: what; expected …; hint` on one line (contracts §1).
  std::string text() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Code code, std::string what, Place at = {}, std::string expected = {}, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(what), std::move(at), std::move(expected), std::move(hint)});
}

namespace detail {
template <class T>
T take(Result<T>&& r) {
  return std::move(*r);
}
inline void take(Status&&) {}
}  // namespace detail

}  // namespace reeve

#define TRY(expression)                                                          \
  __extension__({                                                                \
    auto try_result_ = (expression);                                             \
    if (!try_result_) return ::tl::unexpected(std::move(try_result_).error());   \
    ::reeve::detail::take(std::move(try_result_));                               \
  })
