#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <bit>
#include <cassert>
#include <cstring>

namespace reeve {
namespace {

// Odd constants with about half their bits set: the fractions of the square roots of 2, 3 and 5.
constexpr uint64_t kA = 0x6a09e667f3bcc909ull;
constexpr uint64_t kB = 0xbb67ae8584caa73bull;
constexpr uint64_t kC = 0x3c6ef372fe94f82bull;

uint64_t load64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}

uint64_t load32(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}

// Both halves of a 128-bit product folded together: one multiplication that lets every input bit reach every output bit.
uint64_t fold(uint64_t a, uint64_t b) {
  auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

// The plain functions, which OpenSSL would rather not have used, take two thirds of the time that its contexts do for the short texts that ids
// are made of.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Sha256 sha256(std::string_view bytes) {
  Sha256 digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  // A text that ends in the second block at the latest needs none of the context's book-keeping: it is padded here (FIPS 180-4, 5.1.1).
  constexpr size_t block = SHA256_CBLOCK, behind = 1 + 8;
  if (bytes.size() + behind <= 2 * block) {
    unsigned char padded[2 * block] = {};
    bytes.copy(reinterpret_cast<char*>(padded), bytes.size());  // of no bytes there may be no address
    padded[bytes.size()] = 0x80;
    const size_t end = bytes.size() + behind <= block ? block : 2 * block;
    padded[end - 1] = static_cast<unsigned char>(bytes.size() * 8);
    padded[end - 2] = static_cast<unsigned char>(bytes.size() * 8 >> 8);
    for (size_t at = 0; at < end; at += block) SHA256_Transform(&context, padded + at);
    for (size_t i = 0; i < digest.size(); i += 4) {
      const uint32_t word = context.h[i / 4];
      digest[i] = static_cast<uint8_t>(word >> 24), digest[i + 1] = static_cast<uint8_t>(word >> 16);
      digest[i + 2] = static_cast<uint8_t>(word >> 8), digest[i + 3] = static_cast<uint8_t>(word);
    }
    return digest;
  }
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}
#pragma GCC diagnostic pop

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr);
}

Sha256Stream::~Sha256Stream() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256Stream::add(std::string_view bytes) {
  EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
}

Sha256 Sha256Stream::finish() {
  Sha256 digest;
  unsigned size = 0;
  [[maybe_unused]] int ok = EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), digest.data(), &size);
  assert(ok == 1);
  return digest;
}

std::string hex(const Sha256& digest) {
  std::string out;
  out.reserve(64);
  for (uint8_t byte : digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

std::string base32(const Sha256& digest, size_t bytes) {
  std::string out;
  append_base32(out, digest, bytes);
  return out;
}

void append_base32(std::string& out, const Sha256& digest, size_t bytes) {
  assert(bytes <= digest.size());
  char text[(sizeof(Sha256) + 4) / 5 * 8];
  unsigned char padded[sizeof(Sha256) + 5];
  std::memcpy(padded, digest.data(), sizeof(Sha256));
  std::memset(padded + bytes, 0, 5);  // zeros behind the last
  for (size_t from = 0, made = 0; from < bytes; from += 5, made += 8) {
    const unsigned char* p = padded + from;
    const uint64_t five = uint64_t{p[0]} << 32 | uint64_t{p[1]} << 24 | uint64_t{p[2]} << 16 | uint64_t{p[3]} << 8 | p[4];  // five bytes, eight characters
    // In halves, quarters and eighths, the first in the lowest place.
    uint64_t parts = five >> 20 | (five & 0xFFFFF) << 32;
    parts = (parts >> 10 & 0x000003FF000003FF) | (parts & 0x000003FF000003FF) << 16;
    parts = (parts >> 5 & 0x001F001F001F001F) | (parts & 0x001F001F001F001F) << 8;
    constexpr uint64_t ones = 0x0101010101010101, letters = 26;
    const uint64_t digits = (parts + (128 - letters) * ones) >> 7 & ones;  // a one for each that is no letter
    const uint64_t characters = parts + 'a' * ones - ('a' - '2' + letters) * digits;
    if constexpr (std::endian::native == std::endian::little) std::memcpy(text + made, &characters, 8);
    else
      for (int i = 0; i < 8; ++i) text[made + static_cast<size_t>(i)] = static_cast<char>(characters >> (8 * i));
  }
  out.append(text, (bytes * 8 + 4) / 5);
}

std::string uuid5(std::string_view name) {
  // SHA-1 because the RFC says so; nothing hangs on its strength. The name space is the UUID of version 5 of the URL `reeve:` in RFC 9562's
  // name space for URLs.
  constexpr unsigned char space[] = {0xfe, 0xcf, 0x5e, 0xbd, 0x67, 0xa3, 0x53, 0x00, 0x9e, 0x67, 0x5d, 0x15, 0xe7, 0xb6, 0xd0, 0xf6};
  std::string text(reinterpret_cast<const char*>(space), sizeof space);
  text += name;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  [[maybe_unused]] bool ok = EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr) == 1;
  assert(ok && size == 20);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  std::string out;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += "0123456789abcdef"[digest[i] >> 4];
    out += "0123456789abcdef"[digest[i] & 15];
  }
  return out;
}

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  const char* p = bytes.data();
  size_t n = bytes.size();
  uint64_t h = fold(seed ^ kA, n ^ kB);
  while (n > 16) {
    h = fold(load64(p) ^ h, load64(p + 8) ^ kB);
    p += 16;
    n -= 16;
  }
  // The last 1 to 16 bytes, read as two words that may overlap: the length went in above, so the overlap is harmless.
  uint64_t a = 0, b = 0;
  if (n >= 8) {
    a = load64(p);
    b = load64(p + n - 8);
  } else if (n >= 4) {
    a = load32(p);
    b = load32(p + n - 4);
  } else if (n > 0) {
    a = static_cast<uint64_t>(static_cast<uint8_t>(p[0])) << 16 | static_cast<uint64_t>(static_cast<uint8_t>(p[n / 2])) << 8 |
        static_cast<uint8_t>(p[n - 1]);
  }
  return fold(fold(a ^ kC, b ^ h) ^ kA, h ^ kC);
}

}  // namespace reeve
