// Tokens: JSON walked as it stands, without a tree. For the few members of the few events that a rule is about.
//
// A token is the text of one JSON value, strings with their quotes, without white space around it. The walk trusts nothing: on text that is
// no JSON it ends early, and never reads outside of the token.
#pragma once

#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {

enum class TokenKind : unsigned char { absent, null, boolean, number, string, list, map };
// By its first byte; `absent` for the empty token.
inline TokenKind token_kind(std::string_view token) {
  if (token.empty()) return TokenKind::absent;
  switch (token.front()) {
    case '"': return TokenKind::string;
    case '{': return TokenKind::map;
    case '[': return TokenKind::list;
    case 't':
    case 'f': return TokenKind::boolean;
    case 'n': return TokenKind::null;
    default: return TokenKind::number;
  }
}

// Goes through a map's members or a list's items; both end when the token does.
//   for (TokenMembers m(token); m.next();) use(m.name(), m.value());
class TokenMembers {
 public:
  explicit TokenMembers(std::string_view map) : rest_(map) {}
  bool next();
  std::string_view raw_name() const { return name_; }  // between its quotes, escapes as they stand
  bool named(std::string_view name) const;             // compares what the escapes stand for
  std::string_view value() const { return value_; }

 private:
  std::string_view rest_, name_, value_;
  bool begun_ = false;
};

class TokenItems {
 public:
  explicit TokenItems(std::string_view list) : rest_(list) {}
  bool next();
  std::string_view value() const { return value_; }

 private:
  std::string_view rest_, value_;
  bool begun_ = false;
};

// Whether there is a backslash: else the text of a string is what stands between its quotes. The token is an event's: 64 bytes behind it may be read.
inline bool has_escape(std::string_view token) {
#if defined(__SSE2__)
  // Most are short and of any size: to look at more than is asked is quicker than to ask how much.
  const size_t bytes = token.size();
  if (bytes - 1 < 64) {
    const __m128i slash = _mm_set1_epi8('\\');
    auto slashes = [&](size_t at) {
      return static_cast<uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(token.data() + at)), slash)))) << at;
    };
    uint64_t found = slashes(0) | slashes(16);
    if (bytes > 32) found |= slashes(32) | slashes(48);
    return found << (64 - bytes) != 0;
  }
#endif
  return token.find('\\') != std::string_view::npos;
}

// A map's member by name; the last of duplicates; empty: absent, or no map.
std::string_view token_member(std::string_view map, std::string_view name);
// A string token's value: into the token itself where it holds no escape, else written to `room`. Of another token its text.
std::string_view token_text(std::string_view token, std::string& room);

}  // namespace reeve
