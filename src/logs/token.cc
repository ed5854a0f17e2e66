#include "logs/token.h"

#include <cstring>

#include "base/text.h"
#include "logs/token_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four digits behind `\u`, or -1.
int unit_at(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = hex_value(p[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

// Behind the string that begins at `p` (its opening quote); `end` if it does not end.
const char* string_end(const char* p, const char* end) {
  for (++p; p < end; ++p) {
#if defined(__SSE2__)
    while (end - p >= 16) {
      __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
      if (hits != 0) {
        p += __builtin_ctz(static_cast<unsigned>(hits));
        break;
      }
      p += 16;
    }
    if (p >= end) return end;
#endif
    if (*p == '"') return p + 1;
    if (*p == '\\') ++p;
  }
  return end;
}

// Behind the map or list that begins at `p`; `end` if it does not end. Brackets are counted, not paired: the reader has held the whole
// record against the grammar already, and on other text the walk only ends early.
const char* nest_end(const char* p, const char* end) {
  size_t depth = 0;
  while (p < end) {
#if defined(__SSE2__)
    while (end - p >= 16) {
      __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      // `[` and `{`, `]` and `}` differ in one bit, which is set in no other byte that could be taken for them.
      __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
      __m128i any = _mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
      int hits = _mm_movemask_epi8(_mm_or_si128(any, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
      if (hits != 0) {
        p += __builtin_ctz(static_cast<unsigned>(hits));
        break;
      }
      p += 16;
    }
    if (p >= end) return end;
#endif
    switch (*p) {
      case '"': p = string_end(p, end); continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (--depth == 0) return p + 1;
        break;
      default: break;
    }
    ++p;
  }
  return end;
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

const char* past_blanks(const char* p, const char* end) {
  while (p < end && is_blank(*p)) ++p;
  return p;
}

std::string_view between(const char* from, const char* to) { return {from, static_cast<size_t>(to - from)}; }

}  // namespace

const char* token_end(const char* p, const char* end) {
  if (p >= end) return end;
  if (*p == '"') return string_end(p, end);
  if (*p == '{' || *p == '[') return nest_end(p, end);
  while (p < end && *p != ',' && *p != '}' && *p != ']' && *p != ':' && !is_blank(*p)) ++p;
  return p;
}

void unescape_json(std::string_view escaped, std::string& out) {
  const char* p = escaped.data();
  const char* end = p + escaped.size();
  while (p < end) {
    const char* slash = static_cast<const char*>(std::memchr(p, '\\', static_cast<size_t>(end - p)));
    if (slash == nullptr || end - slash < 2) break;
    out.append(p, slash);
    p = slash + 2;
    switch (slash[1]) {
      case '"':
      case '\\':
      case '/': out += slash[1]; continue;
      case 'b': out += '\b'; continue;
      case 'f': out += '\f'; continue;
      case 'n': out += '\n'; continue;
      case 'r': out += '\r'; continue;
      case 't': out += '\t'; continue;
      case 'u': {
        int unit = unit_at(p, end);
        if (unit < 0) break;
        p += 4;
        uint32_t code = static_cast<uint32_t>(unit);
        if (unit >= 0xD800 && unit < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
          int low = unit_at(p + 2, end);
          if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
            p += 6;
          }
        }
        append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);  // half of a pair stands for no character
        continue;
      }
      default: break;
    }
    out.append(slash, 2);  // no escape of JSON: as it stands
  }
  out.append(p, end);
}

bool TokenMembers::next() {
  const char* p = rest_.data();
  const char* end = p + rest_.size();
  rest_ = {};
  if (!begun_) {
    begun_ = true;
    if (p == end || *p != '{') return false;
    p = past_blanks(p + 1, end);
  } else {
    p = past_blanks(p, end);
    if (p == end || *p != ',') return false;
    p = past_blanks(p + 1, end);
  }
  if (p == end || *p != '"') return false;
  const char* name = p + 1;
  p = string_end(p, end);
  if (p == end) return false;  // a member's name is never the end of a map
  name_ = between(name, p - 1);
  p = past_blanks(p, end);
  if (p == end || *p != ':') return false;
  p = past_blanks(p + 1, end);
  const char* value = p;
  p = token_end(p, end);
  if (p == value || p == end) return false;
  value_ = between(value, p);
  rest_ = between(p, end);
  return true;
}

bool TokenMembers::named(std::string_view name) const {
  if (name_.size() < name.size()) return false;  // an escape is never shorter than what it stands for
  if (name_.find('\\') == std::string_view::npos) return name_ == name;
  std::string text;
  unescape_json(name_, text);
  return text == name;
}

bool TokenItems::next() {
  const char* p = rest_.data();
  const char* end = p + rest_.size();
  rest_ = {};
  if (!begun_) {
    begun_ = true;
    if (p == end || *p != '[') return false;
  } else {
    p = past_blanks(p, end);
    if (p == end || *p != ',') return false;
  }
  p = past_blanks(p + 1, end);
  const char* value = p;
  p = token_end(p, end);
  if (p == value || p == end) return false;  // also at the list's `]`
  value_ = between(value, p);
  rest_ = between(p, end);
  return true;
}

std::string_view token_member(std::string_view map, std::string_view name) {
  std::string_view found;
  for (TokenMembers m(map); m.next();)
    if (m.named(name)) found = m.value();
  return found;
}

std::string_view token_text(std::string_view token, std::string& room) {
  if (token.size() < 2 || token.front() != '"') return token;
  std::string_view inside = token.substr(1, token.size() - (token.back() == '"' ? 2 : 1));
  if (inside.find('\\') == std::string_view::npos) return inside;
  room.clear();
  unescape_json(inside, room);
  return room;
}

}  // namespace reeve
