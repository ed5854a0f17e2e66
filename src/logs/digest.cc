#include "logs/digest.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/time.h"
#include "formats/archive.h"
#include "logs/event.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr uint64_t kDigestBytesMax = 256ull << 20;  // of one digest, unpacked
constexpr std::string_view kLogs = "AWSLogs/";

struct NamedLog {
  std::string bucket, key, hash;
};

struct Digest {
  std::string path, key;         // on disk; below the bucket
  std::string why;               // not empty: it cannot be read as a digest
  std::string hash;              // of its unpacked bytes
  std::string account, chain;    // chain: account, Region and trail, out of its name
  std::string bucket, object;    // as it says of itself
  std::string start, end, fingerprint, algorithm;
  std::string previous_bucket, previous_object, previous_hash, previous_signature;
  int64_t start_ms = 0, end_ms = 0;
  std::vector<NamedLog> logs;
  std::string signature;         // as the digest behind it, or its object's metadata, gives it
  const Digest* signature_of = nullptr;  // that digest; nullptr: the metadata
  bool backfill = false;
  enum class Proof { none, valid, tampered, no_key } proof = Proof::none;
  bool moved = false;
};

std::string member_text(std::string_view map, std::string_view name) {
  std::string room;
  std::string_view token = token_member(map, name);
  return token_kind(token) == TokenKind::string ? std::string(token_text(token, room)) : std::string();
}

int64_t time_of(const std::string& text) {
  auto time = parse_time(text);
  return time ? time->ms : 0;
}

// `…_20150817T150131Z.json.gz`, also `…T1501Z_abc.json.gz`: when it was delivered; 0: its name does not tell.
int64_t time_in_name(std::string_view path) {
  std::string_view file = path.substr(path.rfind('/') + 1);
  for (size_t at = file.find('T', 8); at != std::string_view::npos; at = file.find('T', at + 1)) {
    std::string_view day = file.substr(at - 8, 8);
    size_t zone = file.find('Z', at);
    if (zone == std::string_view::npos || (zone - at != 5 && zone - at != 7)) continue;
    std::string_view clock = file.substr(at + 1, zone - at - 1);
    auto digits = [](std::string_view s) { return s.find_first_not_of("0123456789") == std::string_view::npos; };
    if (!digits(day) || !digits(clock)) continue;
    std::string text(day.substr(0, 4));
    text.append("-").append(day.substr(4, 2)).append("-").append(day.substr(6, 2)).append("T").append(clock.substr(0, 2)).append(":");
    text.append(clock.substr(2, 2)).append(":").append(clock.size() == 6 ? clock.substr(4, 2) : std::string_view("00")).append("Z");
    return time_of(text);
  }
  return 0;
}

// The hash over all that a file unpacks to. An error: why not.
Result<std::string> unpacked_hash(const std::string& path) {
  Sha256Stream hash;
  TRY(unpack_stream(path, [&](std::string_view piece) {
    hash.add(piece);
    return true;
  }));
  return hex(hash.finish());
}

void read_digest(Digest& digest) {
  auto file = FileBytes::open(digest.path);
  auto text = file ? unpack_bytes((*file)->view(), kDigestBytesMax, digest.path) : Result<std::string>(tl::unexpected(file.error()));
  if (!text) {
    digest.why = text.error().what;
    return;
  }
  digest.hash = hex(sha256(*text));
  size_t size = text->size();
  text->append(64, '\0');
  auto event = event_of({text->data(), size});
  if (!event) {
    digest.why = event.error().what;
    return;
  }
  std::string_view map = event->text;
  auto member = [&](std::string_view name) { return member_text(map, name); };
  digest.account = member("awsAccountId");
  digest.bucket = member("digestS3Bucket");
  digest.object = member("digestS3Object");
  digest.start = member("digestStartTime");
  digest.end = member("digestEndTime");
  digest.fingerprint = member("digestPublicKeyFingerprint");
  digest.algorithm = member("digestSignatureAlgorithm");
  digest.previous_bucket = member("previousDigestS3Bucket");
  digest.previous_object = member("previousDigestS3Object");
  digest.previous_hash = member("previousDigestHashValue");
  digest.previous_signature = member("previousDigestSignature");
  digest.start_ms = time_of(digest.start);
  digest.end_ms = time_of(digest.end);
  for (TokenItems logs(token_member(map, "logFiles")); logs.next();)
    digest.logs.push_back({member_text(logs.value(), "s3Bucket"), member_text(logs.value(), "s3Object"), lower(member_text(logs.value(),
        "hashValue"))});
  if (digest.object.empty() || digest.bucket.empty() || digest.end_ms == 0) digest.why = "it has not the members of a digest";
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  if (text.empty() || text.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = value(text[i]), low = value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

bool signed_by(const std::string& key_der, std::string_view text, std::string_view signature) {
  using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
  const auto* der = reinterpret_cast<const unsigned char*>(key_der.data());
  Key key(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &der, static_cast<long>(key_der.size())), EVP_PKEY_free);
  if (!key) {
    der = reinterpret_cast<const unsigned char*>(key_der.data());
    key.reset(d2i_PUBKEY(nullptr, &der, static_cast<long>(key_der.size())));
  }
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return false;
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

void prove(Digest& digest, const DigestOptions& options) {
  if (digest.signature.empty() || !digest.why.empty()) return;
  auto key = options.keys.find(digest.fingerprint);
  if (key == options.keys.end()) {
    digest.proof = Digest::Proof::no_key;
    return;
  }
  auto signature = from_hex(digest.signature);
  std::string text = digest.end + "\n" + digest.bucket + "/" + digest.object + "\n" + digest.hash + "\n" +
                     (digest.previous_signature.empty() ? "null" : digest.previous_signature);
  bool valid = signature && (digest.algorithm.empty() || digest.algorithm == "SHA256withRSA") && signed_by(key->second, text, *signature);
  digest.proof = valid ? Digest::Proof::valid : Digest::Proof::tampered;
}

// All that is found out about one folder.
class Verification {
 public:
  Verification(const std::string& folder, const DigestOptions& options) : folder_(folder), options_(options) {}

  Result<DigestReport> run() {
    std::vector<Error> problems;
    std::vector<std::string> logs;
    for (const Entry& entry : walk(folder_, problems)) {
      std::string key = entry.path.substr(std::min(entry.path.size(), folder_.size()));
      while (!key.empty() && key.front() == '/') key.erase(0, 1);
      if (key.find("/CloudTrail-Digest/") != std::string::npos) {
        digests_.push_back({});
        digests_.back().path = entry.path;
        digests_.back().key = key;
      } else if (key.find("/CloudTrail/") != std::string::npos) {
        logs.push_back(key);
      }
      if (!paths_.emplace(tail(key), entry.path).second)
        return fail(Code::conflict, "`" + paths_[tail(key)] + "` and `" + entry.path + "` are the same object of two buckets", Place{entry.path},
                    "the copy of one bucket", "verify each bucket's copy by itself");
    }
    if (!problems.empty()) return tl::unexpected(problems.front());
    if (digests_.empty())
      return fail(Code::not_found, "there are no digest files below `" + folder_ + "`", Place{folder_}, "AWSLogs/ACCOUNT/CloudTrail-Digest/…",
                  "give the folder that is the copy of the trail's bucket; digests are written when log file validation is on");
    parallel_for(digests_.size(), options_.workers, [&](size_t i, size_t) { read_digest(digests_[i]); });
    chains();
    parallel_for(digests_.size(), options_.workers, [&](size_t i, size_t) { prove(digests_[i], options_); });
    tell_digests();
    check_logs();
    unreferenced(logs);
    std::sort(report_.findings.begin(), report_.findings.end(), [](const DigestFinding& a, const DigestFinding& b) {
      return std::tie(a.time_ms, a.object, a.fault, a.detail) < std::tie(b.time_ms, b.object, b.fault, b.detail);
    });
    return std::move(report_);
  }

 private:
  // A key from its `AWSLogs` on: what a copy below a prefix keeps of it.
  static std::string tail(std::string_view key) {
    size_t at = key.find(kLogs);
    return std::string(at == std::string_view::npos ? key : key.substr(at));
  }

  void add(DigestFault fault, std::string object, int64_t time_ms, std::string detail) {
    report_.findings.push_back({fault, std::move(object), time_ms, std::move(detail)});
  }

  // Puts the digests of each trail, account and Region in order and hands each the signature that the next one keeps of it.
  void chains() {
    std::map<std::string, std::vector<Digest*>> chains;
    for (Digest& digest : digests_) {
      std::string_view file = std::string_view(digest.key).substr(digest.key.rfind('/') + 1);
      file = file.substr(0, file.find(".json"));
      digest.backfill = ends_with(file, "_backfill");
      if (digest.backfill) file = file.substr(0, file.rfind('_'));
      digest.chain = std::string(file.substr(0, file.rfind('_'))) + (digest.backfill ? " (backfill)" : "");
      if (digest.end_ms == 0) digest.end_ms = time_in_name(digest.key);
      chains[digest.chain].push_back(&digest);
      by_key_[tail(digest.key)] = &digest;
    }
    report_.chains = chains.size();
    for (auto& [chain, links] : chains) {
      std::sort(links.begin(), links.end(), [](const Digest* a, const Digest* b) { return std::tie(a->end_ms, a->key) < std::tie(b->end_ms,
          b->key); });
      for (size_t i = 0; i < links.size(); ++i) link(*links[i], i > 0 ? links[i - 1] : nullptr);
    }
    bucket_ = options_.bucket;
    const Digest* newest = nullptr;
    for (const Digest& digest : digests_)
      if (digest.why.empty() && (newest == nullptr || digest.end_ms > newest->end_ms)) newest = &digest;
    if (bucket_.empty() && newest != nullptr) bucket_ = newest->bucket;
  }

  void link(Digest& digest, const Digest* before) {
    auto given = options_.signatures.find(digest.key);
    if (given != options_.signatures.end()) digest.signature = given->second;
    if (!digest.why.empty()) return;
    if (report_.from_ms == 0 || (digest.start_ms != 0 && digest.start_ms < report_.from_ms)) report_.from_ms = digest.start_ms;
    report_.to_ms = std::max(report_.to_ms, digest.end_ms);
    if (digest.previous_object.empty()) {
      if (before != nullptr)
        add(DigestFault::gap, digest.key, digest.start_ms, "no digest covers " + before->end + " to " + digest.start +
            ": the chain begins anew here");
      return;
    }
    auto previous = by_key_.find(tail(digest.previous_object));
    Digest* found = previous == by_key_.end() ? nullptr : previous->second;
    if (found == nullptr) {
      // The oldest digest of a copy names one that may never have been copied.
      if (before != nullptr) add(DigestFault::digest_missing, digest.previous_object, digest.start_ms, "named by " + digest.key);
      return;
    }
    if (found->signature.empty()) found->signature = digest.previous_signature, found->signature_of = &digest;
    else if (!digest.previous_signature.empty() && lower(found->signature) != lower(digest.previous_signature))
      add(DigestFault::digest_tampered, found->key, found->end_ms, "its object has another signature than the digest behind it keeps");
    if (!found->why.empty()) return;
    if (!digest.previous_hash.empty() && lower(digest.previous_hash) != found->hash) hash_differs_[found] = &digest;
    if (digest.start_ms > found->end_ms && !digest.backfill)
      add(DigestFault::gap, digest.key, digest.start_ms, "no digest covers " + found->end + " to " + digest.start);
  }

  // Does a proven digest (or one whose key was not given, which nothing speaks against) keep another hash of this one?
  bool hash_differs(const Digest& digest) const {
    auto kept = hash_differs_.find(&digest);
    return kept != hash_differs_.end() && kept->second->proof != Digest::Proof::tampered;
  }

  void tell_digests() {
    for (Digest& digest : digests_) {
      ++report_.digests;
      if (!digest.why.empty()) {
        add(DigestFault::digest_tampered, digest.key, digest.end_ms, digest.why);
        continue;
      }
      // A copy may lie below a prefix; where it is a bucket's root the whole key has to fit.
      bool at_root = starts_with(digest.key, kLogs) ? tail(digest.object) == digest.key
                                                    : digest.object == digest.key || digest.bucket + "/" + digest.object == digest.key;
      digest.moved = !at_root || digest.bucket != bucket_;
      if (digest.moved) add(DigestFault::moved, digest.key, digest.end_ms, "it says that it lies at s3://" + digest.bucket + "/" + digest.object);
      switch (digest.proof) {
        case Digest::Proof::valid:
          if (hash_differs(digest)) add(DigestFault::digest_tampered, digest.key, digest.end_ms, "the digest behind it keeps another hash of it");
          else if (!digest.moved) ++report_.digests_valid;
          break;
        case Digest::Proof::tampered:
          // A signature out of a digest that is itself not proven says nothing against this one.
          if (digest.signature_of == nullptr || digest.signature_of->proof == Digest::Proof::valid)
            add(DigestFault::digest_tampered, digest.key, digest.end_ms, "its signature does not fit");
          else
            add(DigestFault::digest_unproven, digest.key, digest.end_ms, "the digest that keeps its signature, " + digest.signature_of->key +
                ", is not proven itself");
          break;
        case Digest::Proof::no_key:
          add(hash_differs(digest) ? DigestFault::digest_tampered : DigestFault::key_unknown, digest.key, digest.end_ms,
              "signed with the key " + digest.fingerprint + ", which was not given");
          break;
        case Digest::Proof::none:
          add(DigestFault::digest_unproven, digest.key, digest.end_ms,
              "no digest keeps its signature, and that of its object's metadata was not given");
          break;
      }
    }
  }

  void check_logs() {
    struct Check {
      const Digest* digest;
      const NamedLog* log;
      std::string hash, why;
      bool there = false;
    };
    std::vector<Check> checks;
    for (const Digest& digest : digests_)
      for (const NamedLog& log : digest.logs) {
        checks.push_back({&digest, &log, {}, {}, false});
        named_.insert(tail(log.key));
      }
    parallel_for(checks.size(), options_.workers, [&](size_t i, size_t) {
      Check& check = checks[i];
      auto path = paths_.find(tail(check.log->key));
      if (path == paths_.end()) return;
      check.there = true;
      auto hash = unpacked_hash(path->second);
      if (hash) check.hash = std::move(*hash);
      else check.why = hash.error().what;
    });
    for (const Check& check : checks) {
      ++report_.logs;
      int64_t time = time_in_name(check.log->key);
      if (time == 0) time = check.digest->end_ms;
      if (!check.there) add(DigestFault::log_missing, check.log->key, time, "named by " + check.digest->key);
      else if (!check.why.empty()) add(DigestFault::log_tampered, check.log->key, time, check.why);
      else if (check.hash != check.log->hash) add(DigestFault::log_tampered, check.log->key, time, "its bytes have another hash than " +
          check.digest->key + " gives");
      else if (check.log->bucket != bucket_) add(DigestFault::moved, check.log->key, time, "its digest says that it lies in the bucket " +
          check.log->bucket);
      else if (check.digest->proof == Digest::Proof::valid && !check.digest->moved) ++report_.logs_valid;
    }
  }

  void unreferenced(const std::vector<std::string>& logs) {
    for (const std::string& key : logs) {
      if (named_.contains(tail(key))) continue;
      int64_t time = time_in_name(key);
      if (time != 0 && time >= report_.to_ms) ++report_.logs_later;
      else add(DigestFault::log_unreferenced, key, time, "no digest names it");
    }
  }

  const std::string folder_;
  const DigestOptions& options_;
  DigestReport report_;
  std::vector<Digest> digests_;
  std::map<std::string, std::string> paths_;  // by key, from AWSLogs on
  std::map<std::string, Digest*> by_key_;
  std::map<const Digest*, const Digest*> hash_differs_;  // and which digest keeps another hash of it
  std::set<std::string> named_;
  std::string bucket_;
};

}  // namespace

std::string_view name(DigestFault fault) {
  static constexpr std::string_view kNames[] = {"log_tampered", "log_missing", "log_unreferenced", "digest_tampered", "digest_missing",
                                                "moved", "gap", "key_unknown", "digest_unproven"};
  return fault < DigestFault::count ? kNames[static_cast<size_t>(fault)] : std::string_view();
}

Result<DigestReport> verify_digests(const std::string& folder, const DigestOptions& options) { return Verification(folder, options).run(); }

}  // namespace reeve
