// What modifiers make of a value: base64, UTF-16, networks.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "detect/predicate.h"

namespace reeve {

std::string base64_encode(std::string_view bytes);
// The part of a base64 text that does not depend on its neighbours when `bytes` begins `offset` bytes (0 to 2) behind a multiple of three.
std::string base64_at_offset(std::string_view bytes, size_t offset);

enum class Utf16 : uint8_t { little, big, marked };  // marked: little, behind a byte-order mark
std::string utf16_encode(std::string_view utf8, Utf16 form);

// Fills `network`, `bits`, `v6`; false: no network, or bits are set behind the prefix.
bool read_network(std::string_view text, Probe& probe);

}  // namespace reeve
