// Digest chains: are these log files the ones that CloudTrail delivered, all of them, unchanged?
//
//   DigestReport report = verify_digests("bucket/", options);
//
// With log file validation on, CloudTrail signs once an hour and Region a digest of the log files it delivered, and each digest names the one
// before it with its signature. A folder laid out as the bucket is held against all of that: every digest's signature, every link of the
// chain, every log file's hash over its unpacked bytes, whether a file was moved, whether hours are missing, and whether log files lie there
// that no digest speaks of.
//
// Beyond what `aws cloudtrail validate-logs` compares: `previousDigestHashValue` against the digest before; that the hours of a chain meet; log
// files that no digest names; gzip data behind the first member of a log file; the bucket that a digest names for each log file.
//
// What a folder cannot show is said, not passed over: the newest digest's signature is kept as metadata of its object, so it is given
// by the caller or the digest is `digest_unproven`; and the oldest digest may have had one before it.
//
// Sources: CloudTrail User Guide, "CloudTrail digest file structure", "Custom implementations of CloudTrail log file integrity validation".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

enum class DigestFault : uint8_t {
  log_tampered,     // its bytes have not the hash that its digest gives
  log_missing,      // a digest names it, it is not there
  log_unreferenced, // it lies in hours that digests cover, none names it
  digest_tampered,  // signature or hash does not fit its bytes, or it is no digest any more
  digest_missing,   // the digest behind it names it, it is not there
  moved,            // it says of itself that it lies in another bucket or under another key
  gap,              // between two digests of a chain are hours that none covers
  key_unknown,      // signed with a key that was not given
  digest_unproven,  // no signature of it is known that can be trusted: the newest one's was not given, or the digest that keeps it is broken
  count
};
std::string_view name(DigestFault fault);  // `log_tampered` …

// No proof of tampering by itself: what could not be proven.
inline bool is_doubt(DigestFault fault) { return fault == DigestFault::key_unknown || fault == DigestFault::digest_unproven; }

struct DigestFinding {
  DigestFault fault = DigestFault::count;
  std::string object;  // key below the bucket
  int64_t time_ms = 0; // of its digest's end, or the log file's own
  std::string detail;
};

struct DigestOptions {
  std::map<std::string, std::string> keys;        // fingerprint → public key in DER (PKCS #1, as ListPublicKeys gives it; or SubjectPublicKeyInfo)
  std::map<std::string, std::string> signatures;  // key of a digest object → its `x-amz-meta-signature`, hexadecimal
  std::string bucket;                             // the bucket that the folder is a copy of; empty: the one that its newest digest names
  size_t workers = 1;
};

struct DigestReport {
  uint64_t digests = 0, digests_valid = 0;  // valid: signature, place and bytes are proven
  uint64_t logs = 0, logs_valid = 0;        // named by digests; valid: bytes as a valid digest says
  uint64_t logs_later = 0;                  // lie there and are younger than the newest digest: not digested yet
  uint64_t chains = 0;                      // by account, Region and trail
  int64_t from_ms = 0, to_ms = 0;           // what the digests cover
  std::vector<DigestFinding> findings;      // by time and object
};

// `folder`: the copy of a bucket, or of a part below a prefix (keys are then matched from the folder's `AWSLogs` on).
Result<DigestReport> verify_digests(const std::string& folder, const DigestOptions& options);

}  // namespace reeve
