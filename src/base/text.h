// Text: small, allocation-shy helpers on UTF-8 byte strings. Knows nothing of formats or AWS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve {

bool starts_with(std::string_view s, std::string_view prefix);
bool ends_with(std::string_view s, std::string_view suffix);
bool contains(std::string_view s, std::string_view part);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII letters only
std::string lower(std::string_view s);                             // ASCII letters only
std::string_view trim(std::string_view s);                         // ASCII white space
std::vector<std::string_view> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Wildcard match as IAM and shells agree on it: `*` any run, `?` one byte; everything else literal. Linear in practice.
bool glob_match(std::string_view pattern, std::string_view text);

std::optional<int64_t> parse_int(std::string_view s);    // whole string, optional sign, base 10
std::optional<double> parse_double(std::string_view s);  // whole string, locale-free

// True if `s` is well-formed UTF-8 (no overlong forms, no surrogates).
bool valid_utf8(std::string_view s);
// The offset of the first byte that is not, or npos.
size_t utf8_error(std::string_view s);
size_t code_points(std::string_view s);  // how many characters well-formed UTF-8 has
// Writes a code point (up to U+10FFFF) as 1 to 4 bytes and gives their number; append_utf8 puts them at the end of `out`.
size_t encode_utf8(uint32_t code_point, char* out);
void append_utf8(std::string& out, uint32_t code_point);
// `%2F` and the like to bytes; malformed escapes stay as they are. `+` is left alone (a file name, not a form).
std::string percent_decode(std::string_view s);
std::optional<std::string> base64_decode(std::string_view s);  // standard alphabet, padding required, white space ignored

// The known name nearest to a mistyped one, by edit distance (neighbours swapped count once, case does not count) of at most a
// third of its length; empty if none is near.
std::string nearest(std::string_view typed, const std::vector<std::string>& known, size_t slips_max = 100);

// 1264 → "1,264".
std::string with_thousands(uint64_t n);

}  // namespace reeve
