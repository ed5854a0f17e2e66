#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "formats/json.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

bool plain(char letter) {
  const auto c = static_cast<uint8_t>(letter);
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#if defined(__SSE2__)
// Sixteen bytes at once; from 0x80 on a byte is negative.
__m128i odd(__m128i bytes) {
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
  return _mm_or_si128(low, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
}
__m128i bytes16(const char* s) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(s)); }
__m128i bytes8(const char* s) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(s)); }
#endif

}  // namespace

// Whether every byte may stand in a JSON string as it is: printable ASCII without quote and backslash.
bool is_plain_json(std::string_view s) {
#if defined(__SSE2__)
  if (s.size() >= 8) {
    const char* const end = s.data() + s.size();
    if (s.size() < 16) {  // both halves, the middle twice
      const __m128i both = _mm_unpacklo_epi64(bytes8(s.data()), bytes8(end - 8));
      return _mm_movemask_epi8(odd(both)) == 0;
    }
    __m128i any = odd(bytes16(end - 16));
    for (const char* p = s.data(); p + 16 < end; p += 16) any = _mm_or_si128(any, odd(bytes16(p)));
    return _mm_movemask_epi8(any) == 0;
  }
#endif
  return std::all_of(s.begin(), s.end(), plain);
}

void append_json_string(std::string& out, std::string_view s) {
  if (is_plain_json(s)) {
    const size_t at = out.size();
    out.append(s.size() + 2, '"');  // grown once; the text goes between the quotes
    s.copy(out.data() + at + 1, s.size());
    return;
  }
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t bad = utf8_error(s);
  size_t run = 0;  // start of what can be copied as it stands
  for (size_t i = 0; i < s.size(); ++i) {
    auto c = static_cast<uint8_t>(s[i]);
    if (i == bad) {
      out.append(s, run, i - run);
      out += "\xEF\xBF\xBD";
      run = i + 1;
      size_t next = utf8_error(s.substr(run));
      bad = next == std::string_view::npos ? next : run + next;
      continue;
    }
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(s, run, i - run);
    run = i + 1;
    out += '\\';
    switch (c) {
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case '\n': out += 'n'; break;
      case '\r': out += 'r'; break;
      case '\t': out += 't'; break;
      case '\b': out += 'b'; break;
      case '\f': out += 'f'; break;
      default:
        out += "u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(s, run);
  out += '"';
}

namespace {

// An integer beyond int64 as digits, without the plus sign and zeros that YAML allows before it; empty if it is written
// otherwise.
std::string plain_digits(std::string_view raw) {
  std::string out;
  if (starts_with(raw, "-")) out = "-";
  if (starts_with(raw, "-") || starts_with(raw, "+")) raw.remove_prefix(1);
  while (raw.size() > 1 && raw.front() == '0') raw.remove_prefix(1);
  for (char c : raw)
    if (c < '0' || c > '9') return {};
  return raw.empty() ? std::string() : out + std::string(raw);
}

}  // namespace

JsonWriter::JsonWriter(std::string& out, int indent) : out_(out), indent_(indent) {}

void JsonWriter::new_line() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(static_cast<size_t>(indent_ * depth_), ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) out_ += ',';
  new_line();
  first_ = false;
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  out_ += '{';
  ++depth_;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  assert(depth_ > 0 && !after_key_);
  --depth_;
  if (!first_) new_line();
  out_ += '}';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  out_ += '[';
  ++depth_;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  assert(depth_ > 0 && !after_key_);
  --depth_;
  if (!first_) new_line();
  out_ += ']';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(depth_ > 0 && !after_key_);
  before_value();
  append_json_string(out_, name);
  out_ += indent_ ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  before_value();
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::integer(int64_t value) {
  before_value();
  char buffer[24];
  auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out_.append(buffer, result.ptr);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();  // JSON has no word for it
  if (value == 0) value = 0;                 // minus zero is the same value
  before_value();
  char buffer[32];
  auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out_.append(buffer, result.ptr);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  before_value();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::value(Value v) {
  if (!v) return null();
  switch (v.kind()) {
    case Kind::null: return null();
    case Kind::boolean: return boolean(v.boolean());
    case Kind::integer: {
      if (auto whole = v.integer()) return integer(*whole);
      std::string digits = plain_digits(v.text());
      if (digits.empty()) return string(v.text());
      before_value();
      out_ += digits;
      return *this;
    }
    case Kind::number: {
      auto real = v.number();
      if (real && std::isfinite(*real)) return number(*real);
      // Beyond a double: a JSON number as it was written, which is valid here too; YAML's infinities only as text.
      if (real || v.style() != Style::json) return string(v.text());
      before_value();
      out_ += v.text();
      return *this;
    }
    case Kind::string: return string(v.text());
    case Kind::list:
      begin_array();
      for (Value item : v.items()) value(item);
      return end_array();
    case Kind::map:
      begin_object();
      for (auto entry : v.entries()) key(entry.key()).value(entry.value);
      return end_object();
    case Kind::unknown: return begin_object().member("$unknown", v.text()).end_object();
  }
  return *this;
}

std::string to_json(Value value, int indent) {
  std::string out;
  JsonWriter(out, indent).value(value);
  return out;
}

}  // namespace reeve
