#include "detect/encodings.h"

#include <arpa/inet.h>

#include "base/text.h"

namespace reeve {

std::string base64_encode(std::string_view bytes) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t have = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= have ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string base64_at_offset(std::string_view bytes, size_t offset) {
  const std::string whole = base64_encode(std::string(offset, ' ') + std::string(bytes));
  static constexpr size_t begin[] = {0, 2, 3};   // characters that bits of the neighbour in front are in
  static constexpr size_t behind[] = {0, 3, 2};  // and behind, padding included
  const size_t cut = behind[(offset + bytes.size()) % 3];
  return begin[offset] + cut >= whole.size() ? "" : whole.substr(begin[offset], whole.size() - cut - begin[offset]);
}

std::string utf16_encode(std::string_view utf8, Utf16 form) {
  std::string out = form == Utf16::marked ? "\xFF\xFE" : "";
  auto unit = [&](uint32_t u) {
    const char high = static_cast<char>(u >> 8), low = static_cast<char>(u & 255);
    out += form == Utf16::big ? high : low;
    out += form == Utf16::big ? low : high;
  };
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t point = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
    for (size_t k = 1; k < bytes && i + k < utf8.size(); ++k) point = point << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    i += bytes;
    if (point >= 0x10000) {
      unit(0xD800 + ((point - 0x10000) >> 10));
      unit(0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      unit(point);
    }
  }
  return out;
}

bool read_network(std::string_view text, Probe& probe) {
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  probe.v6 = address.find(':') != std::string::npos;
  const int bits_max = probe.v6 ? 128 : 32;
  int64_t bits = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view behind = text.substr(slash + 1);
    const auto number = behind.find_first_not_of("0123456789") == std::string_view::npos ? parse_int(behind) : std::nullopt;
    if (!number || *number > bits_max) return false;
    bits = *number;
  }
  probe.network.fill(0);
  if (address.find('\0') != std::string::npos || inet_pton(probe.v6 ? AF_INET6 : AF_INET, address.c_str(), probe.network.data()) != 1) return false;
  probe.bits = static_cast<uint8_t>(bits);
  for (int bit = probe.bits; bit < bits_max; ++bit)
    if (probe.network[static_cast<size_t>(bit / 8)] & (0x80 >> bit % 8)) return false;
  return true;
}

}  // namespace reeve
