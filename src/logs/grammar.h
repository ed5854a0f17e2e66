// JSON's grammar over the places that simdjson's first stage has found; for this room only (logs/walk.h and logs/members.h go by it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "logs/walk.h"

namespace reeve {

// A text, and the end of the places of its brackets, colons, commas, strings and other values.
struct Places {
  const char* text;
  size_t bytes;
  const uint32_t* end;
};

inline bool blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Where a string that begins at `from` ends, its next neighbour being at `next`.
inline const char* trimmed(const char* from, const char* next) {
  while (next > from && blank(next[-1])) --next;
  return next;
}

// `null`, `true` or `false`, all of it; five bytes from its first may be read.
inline __attribute__((always_inline)) bool literal(const char* from, const char* next) {
  uint32_t word, rest;
  std::memcpy(&word, from, 4);
  std::memcpy(&rest, from + 1, 4);
  const auto is = [](uint32_t four, const char (&text)[5]) {
    uint32_t other = 0;
    for (unsigned i = 0; i < 4; ++i) other |= static_cast<uint32_t>(static_cast<unsigned char>(text[i])) << (8 * i);
    return four == other;
  };
  return next - from == 4 ? is(word, "null") || is(word, "true") : next - from == 5 && is(word, "fals") && is(rest, "alse");
}

// A number or literal, from its first byte to its last.
bool sound_scalar(const char* p, const char* end);

// Behind the value at `at`, with all that is in it held against the grammar; `depth` brackets are open around it. `how`: whole, or why there is nothing behind it, which
// is then `at`.
const uint32_t* past_value(const Places& places, const uint32_t* at, size_t depth, Walked& how);

}  // namespace reeve
