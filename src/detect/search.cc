#include "detect/search.h"

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

constexpr size_t nowhere = std::string_view::npos;

char small(char c) { return static_cast<unsigned char>(c - 'A') < 26 ? static_cast<char>(c + 32) : c; }

#if defined(__SSE2__)
__m128i sixteen(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
__m128i eight(const char* p) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)); }

// Bytes from 0x80 on are negative, so they are no capitals.
__m128i small(__m128i bytes) {
  const __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)), _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
  return _mm_or_si128(bytes, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
}
bool same(__m128i a, __m128i b) { return _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) == 0xFFFF; }
#endif

struct Exact {
  static char of(char c) { return c; }
  static bool equal(const char* text, const char* word, size_t bytes) { return std::memcmp(text, word, bytes) == 0; }
#if defined(__SSE2__)
  static __m128i of(__m128i bytes) { return bytes; }
#endif
};

struct Folded {
  static char of(char c) { return small(c); }
  static bool equal(const char* text, const char* word, size_t bytes) { return equal_folded({text, bytes}, {word, bytes}); }
#if defined(__SSE2__)
  static __m128i of(__m128i bytes) { return small(bytes); }
#endif
};

// Where the word's first and last byte both stand at their places, the rest is compared.
template <class How>
size_t find(std::string_view text, std::string_view word) {
  if (word.empty()) return 0;
  if (word.size() > text.size()) return nowhere;
  const size_t last = text.size() - word.size(), span = word.size() - 1;
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i front = _mm_set1_epi8(word.front()), back = _mm_set1_epi8(word.back());
  auto among_sixteen = [&](size_t from) {
    const __m128i begins = _mm_cmpeq_epi8(How::of(sixteen(text.data() + from)), front);
    const __m128i ends = _mm_cmpeq_epi8(How::of(sixteen(text.data() + from + span)), back);
    for (auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(begins, ends))); hits != 0; hits &= hits - 1) {
      const size_t at = from + static_cast<size_t>(__builtin_ctz(hits));
      if (How::equal(text.data() + at, word.data(), word.size())) return at;
    }
    return nowhere;
  };
  if (text.size() >= span + 16) {
    const size_t end = text.size() - span - 16;
    for (; i < end; i += 16)
      if (const size_t at = among_sixteen(i); at != nowhere) return at;
    return among_sixteen(end);  // some of them again
  }
#endif
  for (; i <= last; ++i)
    if (How::of(text[i]) == word.front() && How::of(text[i + span]) == word.back() && How::equal(text.data() + i, word.data(), word.size())) return i;
  return nowhere;
}

}  // namespace

bool equal_folded(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  const size_t bytes = text.size();
#if defined(__SSE2__)
  if (bytes >= 16) {
    for (size_t i = 0; i + 16 < bytes; i += 16)
      if (!same(small(sixteen(text.data() + i)), sixteen(word.data() + i))) return false;
    return same(small(sixteen(text.data() + bytes - 16)), sixteen(word.data() + bytes - 16));  // some of them again
  }
  if (bytes >= 8)
    return same(small(eight(text.data())), eight(word.data())) && same(small(eight(text.data() + bytes - 8)), eight(word.data() + bytes - 8));
#endif
  for (size_t i = 0; i < bytes; ++i)
    if (small(text[i]) != word[i]) return false;
  return true;
}

size_t find_bytes(std::string_view text, std::string_view word) { return find<Exact>(text, word); }
size_t find_folded(std::string_view text, std::string_view word) { return find<Folded>(text, word); }

}  // namespace reeve
