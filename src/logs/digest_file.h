// One digest file: what it says, and whether a signature is that of its bytes. Private to this room; digest.h has the story.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logs/digest.h"

namespace reeve {

struct NamedLog {
  std::string bucket, key, hash;
};

struct Digest {
  std::string key;               // below the source
  std::string why;               // not empty: it is no digest, or not there for us
  bool unread = false;           // and that is because it could not be read
  std::string hash;              // of its unpacked bytes
  std::string chain;             // account, Region and trail, out of its name
  std::string bucket, object;    // as it says of itself
  std::string start, end, fingerprint, algorithm;
  std::string previous_bucket, previous_object, previous_hash, previous_signature;
  int64_t start_ms = 0, end_ms = 0;
  std::vector<NamedLog> logs;
  std::string metadata;          // its signature as its object's metadata gives it
  std::string kept;              // as the digest behind it gives it
  const Digest* keeper = nullptr;
  bool backfill = false;
  enum class Proof : uint8_t { none, valid, tampered, no_key } proof = Proof::none;
  bool metadata_wrong = false;   // the other signature proves it, that of the metadata does not fit
  bool moved = false, good = false;  // good: nothing at all speaks against it
};

// Fills in what the packed bytes say; what is no digest gets a `why`.
void read_digest(std::string_view packed, Digest& digest);
void prove(Digest& digest, const PublicKeys& keys);

// `…_20150817T150131Z.json.gz`, also `…T1501Z_abc.json.gz`: when it was delivered; 0: its name does not tell.
int64_t time_in_name(std::string_view path);
// The SHA-256 over all that packed bytes unpack to, hexadecimal. An error: why they do not.
Result<std::string> unpacked_hash(std::string_view packed, const std::string& name);

}  // namespace reeve
