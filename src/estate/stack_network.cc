#include "estate/stack_network.h"

#include <arpa/inet.h>

#include <array>

#include "base/text.h"

namespace reeve {

std::optional<std::vector<std::string>> blocks_of(const std::string& block, int64_t count, int64_t bits) {
  const size_t slash = block.find('/');
  if (slash == std::string::npos || count < 1 || count > 256) return std::nullopt;
  const std::string base = block.substr(0, slash);
  const auto length = parse_int(std::string_view(block).substr(slash + 1));
  const int family = base.find(':') == std::string::npos ? AF_INET : AF_INET6;
  const size_t bytes = family == AF_INET ? 4 : 16;
  const auto all = static_cast<int64_t>(bytes * 8);
  std::array<uint8_t, 16> address{};
  if (inet_pton(family, base.c_str(), address.data()) != 1 || !length || *length < 0 || *length > all) return std::nullopt;
  const int64_t within = all - bits;  // length of the blocks made
  if (bits < 1 || within < *length || within > all || (within - *length < 9 && count > int64_t{1} << (within - *length))) return std::nullopt;
  for (int64_t i = *length; i < all; ++i) address[static_cast<size_t>(i / 8)] &= static_cast<uint8_t>(~(0x80 >> (i % 8)));
  std::vector<std::string> out;
  for (int64_t n = 0; n < count; ++n) {
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(family, address.data(), text, sizeof text)) return std::nullopt;
    out.push_back(std::string(text) + "/" + std::to_string(within));
    // The next block: one more at the block's last bit.
    auto at = static_cast<size_t>((within - 1) / 8);
    unsigned carry = 0x80u >> ((within - 1) % 8);
    for (; carry; --at) {
      const unsigned sum = address[at] + carry;
      address[at] = static_cast<uint8_t>(sum);
      carry = sum >> 8;
      if (at == 0) break;
    }
  }
  return out;
}

}  // namespace reeve
