// Blocks of addresses, as `Fn::Cidr` cuts them. Private to the stack resolver.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace reeve {

// The first `count` (1 to 256) blocks of `block` (`10.0.0.0/16`, IPv4 or IPv6) that leave `bits` for the addresses within each; none
// if that cannot be.
std::optional<std::vector<std::string>> blocks_of(const std::string& block, int64_t count, int64_t bits);

}  // namespace reeve
