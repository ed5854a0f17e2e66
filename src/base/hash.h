// Digests: SHA-256 for identities that leave the program, a fast 64-bit hash for tables inside one run.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace reeve {

using Sha256 = std::array<uint8_t, 32>;
Sha256 sha256(std::string_view bytes);

// A digest fed in pieces; `finish` may be called once.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void add(std::string_view bytes);
  Sha256 finish();

 private:
  void* context_;
};

std::string hex(const Sha256& digest);
// Lower-case RFC 4648 base32 without padding of the first `bytes` bytes.
std::string base32(const Sha256& digest, size_t bytes);
void append_base32(std::string& out, const Sha256& digest, size_t bytes);

// A UUID of version 5 (RFC 9562): the same for the same text, for ever. All are in one name space of Reeve's own.
std::string uuid5(std::string_view name);

uint64_t hash64(std::string_view bytes, uint64_t seed = 0);  // not for persistence, not collision-resistant

}  // namespace reeve
