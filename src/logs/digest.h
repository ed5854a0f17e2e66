// Digest chains: are these log files the ones that CloudTrail delivered, all of them, unchanged?
//
//   auto folder = digest_folder("bucket/", workers);
//   DigestReport report = verify_digests(*folder, options);
//
// With log file validation on, CloudTrail signs once an hour and Region a digest of the log files it delivered, and each digest names the one
// before it with its signature. A bucket, or a folder laid out as one, is held against all of that: every digest's signature, every link of the
// chain, every log file's hash over its unpacked bytes, whether a file was moved, whether hours are missing, and whether log files lie there
// that no digest speaks of.
//
// Beyond what `aws cloudtrail validate-logs` compares: `previousDigestHashValue` against the digest before; that the hours of a chain meet; log
// files that no digest names; the bucket and the prefix that a digest names for each log file.
//
// What cannot be shown is said, not passed over: a signature is metadata of the digest's object, which a copy in a folder has lost. The next
// digest keeps it too, but for the newest one it is given by the caller, or that digest is `digest_unproven`; and the oldest digest may have
// had one before it, which is told of its chain.
//
// Sources: CloudTrail User Guide, "CloudTrail digest file structure", "Custom implementations of CloudTrail log file integrity validation".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

enum class DigestFault : uint8_t {
  log_tampered,     // its bytes have not the hash that its digest gives
  log_missing,      // a digest names it, it is not there
  log_unreferenced, // it lies in hours that digests cover, none names it
  log_undigested,   // it is so much younger than the newest digest of its Region that one should have named it by now
  digest_tampered,  // signature or hash does not fit its bytes, or it is no digest any more
  digest_missing,   // the digest behind it names it, it is not there
  moved,            // it, its name or its digest says that it lies in another bucket, under another key, or in another day's folder
  gap,              // between two digests of a chain are hours that none covers
  key_unknown,      // signed with a key that is not known
  digest_unproven,  // no signature of it is known that can be trusted: the newest one's was not given, or the digest that keeps it is broken
  unread,           // it is there and could not be read: no permission, a broken disk
  count
};
std::string_view name(DigestFault fault);  // `log_tampered` …

// No proof of tampering by itself: what could not be proven.
inline bool is_doubt(DigestFault fault) {
  return fault == DigestFault::log_undigested || fault == DigestFault::key_unknown || fault == DigestFault::digest_unproven || fault == DigestFault::unread;
}

struct DigestFinding {
  DigestFault fault = DigestFault::count;
  std::string object;  // key below the bucket
  int64_t time_ms = 0; // of its digest's end, or the log file's own
  std::string detail;
};

// Where the objects lie. Used by one `verify_digests` at a time.
class DigestSource {
 public:
  struct Object {
    std::string_view bytes;  // as they lie there, mostly packed
    std::string signature;   // `x-amz-meta-signature`, hexadecimal; empty: the source does not know it
  };
  // From several threads at once, each place of the list once. An error is that of the one object: Code::not_found means that it is gone.
  using Taken = std::function<void(size_t place, const Result<Object>& object)>;

  virtual ~DigestSource() = default;
  virtual std::string shown() const = 0;                // for people: `bucket/`, `s3://bucket`
  virtual Result<std::vector<std::string>> keys() = 0;  // of all objects that lie there
  virtual bool whole_keys() const { return false; }     // those keys are the bucket's own; else the folder may be a part below a prefix
  virtual Status read(const std::vector<std::string>& keys, const Taken& taken) = 0;  // an error: the rest cannot be had, or is not wanted
};
// Where in a bucket a trail's files may lie, for sources that find their way: whether the folder `prefix` may have some below it, and whether it is one
// day of one Region, to be taken whole.
bool leads_to_trail(std::string_view prefix);
bool is_trail_day(std::string_view prefix);
// A folder that is the copy of a bucket, or of a part below a prefix (keys are then matched from the folder's `AWSLogs` on).
std::unique_ptr<DigestSource> digest_folder(std::string folder, size_t workers);

using PublicKeys = std::map<std::string, std::string>;  // fingerprint → public key in DER (PKCS #1, as ListPublicKeys gives it; or SubjectPublicKeyInfo)
// What `aws cloudtrail list-public-keys` prints, added to `keys`. Errors: no such list, a key that is no base64.
Status read_public_keys(std::string_view json, const std::string& file, PublicKeys& keys);
// A JSON map from a digest's key to its signature, or to what `aws s3api head-object` prints of it.
Status read_digest_signatures(std::string_view json, const std::string& file, std::map<std::string, std::string>& signatures);

struct DigestProgress {
  const char* what = "";  // `digests`, `log files`
  uint64_t done = 0, all = 0, bytes = 0;
};

struct DigestOptions {
  PublicKeys keys;
  std::map<std::string, std::string> signatures;  // key of a digest object → its `x-amz-meta-signature`, hexadecimal
  std::string bucket;                             // the bucket that the source is, or is a copy of; empty: the one that its newest proven digest names
  size_t workers = 1;
  // Asked, where set, once for each Region with a digest whose key is not in `keys`. `to_ms` 0: until now.
  std::function<Result<PublicKeys>(const std::string& region, int64_t from_ms, int64_t to_ms)> keys_of;
  // Asked, where set, for the signature of a digest that nothing else proves; by the key in its bucket.
  std::function<Result<std::string>(const std::string& key)> signature_of;
  std::function<void(const DigestProgress&)> progress;  // one at a time, from any thread
};

// What became of the digests of one trail, account and Region.
struct DigestChain {
  std::string name;                    // as in its files' names: ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION
  std::string account, region, trail;  // out of that
  bool backfill = false;               // digests that CloudTrail made later; a chain of their own
  uint64_t digests = 0, digests_valid = 0, logs = 0, logs_valid = 0;
  int64_t from_ms = 0, to_ms = 0;
  std::string before;                  // the digest that the oldest one names, which is not there; empty: the chain begins here
};

struct DigestReport {
  uint64_t digests = 0, digests_valid = 0;  // valid: signature, place and bytes are proven
  uint64_t logs = 0, logs_valid = 0;        // named by digests; valid: bytes as a valid digest says
  uint64_t logs_later = 0;                  // lie there and are up to two hours younger than the newest digest: not digested yet
  uint64_t logs_earlier = 0;                // lie there from before the first digest of a chain: nothing was signed then
  uint64_t bytes = 0;                       // read
  int64_t from_ms = 0, to_ms = 0;           // what the digests cover
  std::string bucket;                       // against which places were held
  std::vector<DigestChain> chains;          // by name
  std::vector<DigestFinding> findings;      // by time and object
  std::vector<Error> problems;              // keys and signatures that could not be asked for
};

// Errors: there are no digests, the source cannot be listed, two objects of a folder are one of two buckets.
Result<DigestReport> verify_digests(DigestSource& source, const DigestOptions& options);

}  // namespace reeve
