#include "threats/person.h"

#include "base/text.h"

namespace reeve::threats {
namespace {

// The next character of well-formed UTF-8; of anything else the byte, beyond what characters reach.
uint32_t next(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || !valid_utf8(text.substr(at, length))) return 0x110000u + byte(at++);
  uint32_t out = length == 1 ? first : first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) out = out << 6 | (byte(at + i) & 0x3Fu);
  at += length;
  return out;
}

// White space of Unicode, and what shows nothing at all.
bool blank(uint32_t c) {
  return c <= ' ' || c == 0x7F || (c >= 0x80 && c <= 0xA0) || c == 0xAD || c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x2064) || c == 0x3000 || c == 0xFEFF;
}
// Of those, what stands within a word without parting it.
bool nothing(uint32_t c) { return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF; }

uint32_t small(uint32_t c) {
  const auto in = [&](uint32_t low, uint32_t high) { return c >= low && c <= high; };
  if (in('A', 'Z')) return c + 32;
  if (c < 0xC0) return c;
  if (in(0xC0, 0xDE)) return c == 0xD7 ? c : c + 32;
  // Capital and small side by side.
  if (in(0x100, 0x12F) || in(0x132, 0x137) || in(0x14A, 0x177) || in(0x1DE, 0x1EF) || in(0x1F8, 0x21F) || in(0x222, 0x233) || in(0x246, 0x24F) || in(0x3D8, 0x3EF) || in(0x460, 0x481) || in(0x48A, 0x4BF) || in(0x4D0, 0x52F) ||
      in(0x1E00, 0x1E95) || in(0x1EA0, 0x1EFF))
    return c | 1;
  if (in(0x139, 0x148) || in(0x179, 0x17E) || in(0x1CD, 0x1DC) || in(0x4C1, 0x4CE)) return c + (c & 1);
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xFF;
  if (c == 0x17F) return 's';
  if (c == 0x1E9E) return 0xDF;
  if (c == 0x386) return 0x3AC;
  if (in(0x388, 0x38A)) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (in(0x38E, 0x38F)) return c + 63;
  if (in(0x391, 0x3AB) && c != 0x3A2) return c + 32;
  if (c == 0x3C2) return 0x3C3;  // a sigma at a word's end
  if (in(0x400, 0x40F)) return c + 80;
  if (in(0x410, 0x42F)) return c + 32;
  if (c == 0x4C0) return 0x4CF;
  if (in(0x531, 0x556)) return c + 48;
  return c;
}

}  // namespace

std::string name_folded(std::string_view name) {
  std::string out;
  bool parted = false;
  for (size_t at = 0; at < name.size();) {
    const size_t begin = at;
    const uint32_t c = next(name, at);
    if (nothing(c)) continue;
    if (blank(c)) {
      parted = !out.empty();
      continue;
    }
    if (parted) out += ' ';
    parted = false;
    if (c >= 0x110000u) out += name[begin];
    else append_utf8(out, small(c));
  }
  return out;
}

bool same_person(std::string_view a, std::string_view b) {
  const std::string one = name_folded(a);
  return !one.empty() && one == name_folded(b);
}

}  // namespace reeve::threats
