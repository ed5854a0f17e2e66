#include "logs/grammar.h"

namespace reeve {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool sound_scalar(const char* p, const char* end) {
  if (literal(p, end)) return true;
  if (*p == '-') ++p;
  if (p == end || !digit(*p)) return false;
  if (*p == '0') ++p;
  else
    while (p < end && digit(*p)) ++p;
  if (p < end && *p == '.') {
    const char* fraction = ++p;
    while (p < end && digit(*p)) ++p;
    if (p == fraction) return false;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    const char* exponent = p;
    while (p < end && digit(*p)) ++p;
    if (p == exponent) return false;
  }
  return p == end;
}

const uint32_t* past_value(const Places& places, const uint32_t* at, size_t depth, Walked& how) {
  const char* const t = places.text;
  const uint32_t* i = at;
  const uint32_t* const end = places.end;
  const size_t outside = depth;
  const auto left = [&](Walked why) {
    how = why;
    return at;
  };
  bool in_map[kDepthMax + 1];  // by depth: is what is open there a map?
  char c;

value:
  if (i == end) return left(Walked::cut);
  c = t[*i];
  if (c == '"') {
    ++i;
  } else if (c == '{') {
    if (depth == kDepthMax) return left(Walked::too_deep);
    in_map[++depth] = true;
    if (++i == end) return left(Walked::cut);
    if (t[*i] != '}') goto key;
    ++i, --depth;
  } else if (c == '[') {
    if (depth == kDepthMax) return left(Walked::too_deep);
    in_map[++depth] = false;
    if (++i == end) return left(Walked::cut);
    if (t[*i] != ']') goto value;
    ++i, --depth;
  } else {
    const char* from = t + *i;
    ++i;
    const char* to = i == end ? t + places.bytes : t + *i;
    if (!sound_scalar(from, trimmed(from, to))) return left(i == end ? Walked::cut : Walked::broken);
  }
after:
  if (depth == outside) {
    how = Walked::whole;
    return i;
  }
  if (i == end) return left(Walked::cut);
  c = t[*i];
  ++i;
  if (in_map[depth]) {
    if (c == ',') {
      if (i == end) return left(Walked::cut);
      goto key;
    }
    if (c != '}') return left(Walked::broken);
  } else {
    if (c == ',') goto value;
    if (c != ']') return left(Walked::broken);
  }
  --depth;
  goto after;
key:
  // Members whose values are strings, one behind the other, are most of what stands in a record: they need no look at what is open.
  while (end - i > 3 && t[i[0]] == '"' && t[i[1]] == ':' && t[i[2]] == '"') {
    c = t[i[3]];
    if (c == ',') {
      i += 4;
      continue;
    }
    if (c != '}') return left(Walked::broken);
    i += 4;
    --depth;
    goto after;
  }
  if (i == end) return left(Walked::cut);
  if (t[*i] != '"') return left(Walked::broken);
  if (end - i < 2) return left(Walked::cut);
  if (t[i[1]] != ':') return left(Walked::broken);
  i += 2;
  goto value;
}

}  // namespace reeve
