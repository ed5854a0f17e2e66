// Digest chains made here, whole and then spoilt in one way each: every way is named, and nothing else.
#include "logs/digest.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <zlib.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"

namespace reeve {
namespace {

constexpr const char* kBucket = "logs-bucket";
constexpr const char* kAccount = "111122223333";
constexpr int64_t kFrom = 1767225600000;  // 2026-01-01

std::string gzipped(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

struct Signer {
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{EVP_RSA_gen(2048), EVP_PKEY_free};
  std::string der(bool pkcs1) const {
    unsigned char* bytes = nullptr;
    int size = pkcs1 ? i2d_PublicKey(key.get(), &bytes) : i2d_PUBKEY(key.get(), &bytes);
    std::string out(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    OPENSSL_free(bytes);
    return out;
  }
  std::string sign(const std::string& text) const {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    unsigned char room[512];
    size_t size = sizeof room;
    EXPECT_EQ(EVP_DigestSign(context.get(), room, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
    std::string out;
    for (size_t i = 0; i < size; ++i) {
      char pair[3];
      std::snprintf(pair, sizeof pair, "%02x", room[i]);
      out += pair;
    }
    return out;
  }
};

const Signer& signer() {
  static Signer one;
  return one;
}

std::string stamp(int64_t ms) {
  std::string out;
  for (char c : rfc3339(Time{ms}))
    if (c != '-' && c != ':') out += c;
  return out;
}

// A trail's bucket of some hours, two log files an hour.
struct Bucket {
  std::string root;
  DigestOptions options;
  std::vector<std::string> digests, logs;  // keys, oldest first

  // `off`: an hour in which validation was off; the chain begins anew behind it.
  explicit Bucket(const std::string& test, int hours = 4, const std::string& prefix = "", int off = -1) : root(testing::TempDir() + "reeve_digest_" +
      test) {
    std::filesystem::remove_all(root);
    options.keys["fingerprint"] = signer().der(true);
    std::string before_key, before_hash, before_signature;
    for (int hour = 0; hour < hours; ++hour) {
      if (hour == off) {
        options.signatures[before_key] = before_signature;
        before_key.clear(), before_hash.clear(), before_signature.clear();
        continue;
      }
      int64_t start = kFrom + hour * 3'600'000ll, end = start + 3'600'000;
      std::string files;
      for (int n = 0; n < 2; ++n) {
        std::string key = prefix + "AWSLogs/" + kAccount + "/CloudTrail/us-east-1/2026/01/01/" + kAccount + "_CloudTrail_us-east-1_" +
                          stamp(start + n * 300'000 + 60'000).substr(0, 13) + "Z_" + std::to_string(n) + "abc.json.gz";
        std::string text = "{\"Records\":[{\"eventName\":\"" + key + "\"}]}";
        write(key, gzipped(text));
        logs.push_back(key);
        if (!files.empty()) files += ',';
        files += "{\"s3Bucket\":\"" + std::string(kBucket) + "\",\"s3Object\":\"" + key + "\",\"hashValue\":\"" + hex(sha256(text)) +
            "\",\"hashAlgorithm\":\"SHA-256\"}";
      }
      std::string key = prefix + "AWSLogs/" + kAccount + "/CloudTrail-Digest/us-east-1/2026/01/01/" + kAccount +
          "_CloudTrail-Digest_us-east-1_trail_us-east-1_" + stamp(end) + ".json.gz";
      auto text_or_null = [](const std::string& s) { return s.empty() ? std::string("null") : "\"" + s + "\""; };
      std::string text = "{\"awsAccountId\":\"" + std::string(kAccount) + "\",\"digestStartTime\":\"" + rfc3339(Time{start}) +
          "\",\"digestEndTime\":\"" + rfc3339(Time{end}) +
                         "\",\"digestS3Bucket\":\"" + kBucket + "\",\"digestS3Object\":\"" + key +
                             "\",\"digestPublicKeyFingerprint\":\"fingerprint\",\"digestSignatureAlgorithm\":\"SHA256withRSA\"" +
                         ",\"previousDigestS3Bucket\":" + text_or_null(before_key.empty() ? "" : kBucket) + ",\"previousDigestS3Object\":" +
                             text_or_null(before_key) +
                         ",\"previousDigestHashValue\":" + text_or_null(before_hash) +
                             ",\"previousDigestHashAlgorithm\":\"SHA-256\",\"previousDigestSignature\":" + text_or_null(before_signature) +
                         ",\"logFiles\":[" + files + "]}";
      write(key, gzipped(text));
      digests.push_back(key);
      before_signature = signer().sign(rfc3339(Time{end}) + "\n" + kBucket + "/" + key + "\n" + hex(sha256(text)) + "\n" +
          (before_signature.empty() ? "null" : before_signature));
      before_key = key;
      before_hash = hex(sha256(text));
    }
    options.signatures[before_key] = before_signature;
  }
  ~Bucket() { std::filesystem::remove_all(root); }

  void write(const std::string& key, const std::string& bytes) const { ASSERT_TRUE(write_file(root + "/" + key, bytes)); }
  void remove(const std::string& key) const { std::filesystem::remove(root + "/" + key); }
  void rename(const std::string& from, const std::string& to) const {
    std::filesystem::create_directories(folder_of(root + "/" + to));
    std::filesystem::rename(root + "/" + from, root + "/" + to);
  }
};

Result<DigestReport> verified(const std::string& folder, const DigestOptions& options) {
  return verify_digests(*digest_folder(folder, options.workers), options);
}

std::string told(const DigestReport& report) {
  std::vector<std::string> out;
  for (const DigestFinding& finding : report.findings) {
    EXPECT_FALSE(finding.object.empty());
    EXPECT_FALSE(finding.detail.empty());
    EXPECT_NE(finding.time_ms, 0) << finding.object;
    out.push_back(std::string(name(finding.fault)) + " " + file_name(finding.object));
  }
  return join(out, ", ");
}

struct ChainCase {
  const char* name;
  std::function<void(Bucket&)> spoil;
  std::function<std::string(const Bucket&)> expected;  // findings
  uint64_t digests_valid, logs_valid;
};

class Chains : public testing::TestWithParam<ChainCase> {};

TEST_P(Chains, NameWhatWasDone) {
  Bucket bucket(GetParam().name);
  GetParam().spoil(bucket);
  for (size_t workers : {1, 2}) {
    bucket.options.workers = workers;
    auto report = verified(bucket.root, bucket.options);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(told(*report), GetParam().expected(bucket));
    EXPECT_EQ(report->digests_valid, GetParam().digests_valid);
    EXPECT_EQ(report->logs_valid, GetParam().logs_valid);
    EXPECT_EQ(report->chains.size(), 1u);
  }
}

auto one(const char* fault, size_t log) {
  return [=](const Bucket& b) { return std::string(fault) + " " + file_name(b.logs[log]); };
}
auto one_digest(const char* fault, size_t digest) {
  return [=](const Bucket& b) { return std::string(fault) + " " + file_name(b.digests[digest]); };
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Chains,
    testing::Values(
        ChainCase{"whole", [](Bucket&) {}, [](const Bucket&) { return std::string(); }, 4, 8},
        ChainCase{"key_in_the_other_form", [](Bucket& b) { b.options.keys["fingerprint"] = signer().der(false); },
            [](const Bucket&) { return std::string(); }, 4, 8},
        ChainCase{"log_packed_anew", [](Bucket& b) { b.write(b.logs[2], "{\"Records\":[{\"eventName\":\"" + b.logs[2] + "\"}]}"); },
            [](const Bucket&) { return std::string(); }, 4, 8},
        ChainCase{"tampered_log", [](Bucket& b) { b.write(b.logs[2], gzipped("{\"Records\":[]}")); }, one("log_tampered", 2), 4, 7},
        ChainCase{"log_with_a_second_member", [](Bucket& b) { b.write(b.logs[2], gzipped("{\"Records\":[{\"eventName\":\"" + b.logs[2] + "\"}]}") +
            gzipped("{}")); }, one("log_tampered", 2), 4, 7},
        ChainCase{"cut_log", [](Bucket& b) { b.write(b.logs[2], gzipped("{\"Records\":[]}").substr(0, 12)); }, one("log_tampered", 2), 4, 7},
        ChainCase{"missing_log", [](Bucket& b) { b.remove(b.logs[5]); }, one("log_missing", 5), 4, 7},
        ChainCase{"unreferenced_log",
            [](Bucket& b) {
              b.logs.push_back("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T0130Z_evil.json.gz");
              b.write(b.logs.back(), gzipped("{}"));
            },
            one("log_unreferenced", 8), 4, 8},
        ChainCase{"log_that_is_not_digested_yet",
            [](Bucket& b) {
              b.write("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T0405Z_late.json.gz",
                      gzipped("{}"));
            },
            [](const Bucket&) { return std::string(); }, 4, 8},
        ChainCase{"log_that_should_be_digested_by_now",
            [](Bucket& b) {
              for (const char* time : {"20260101T0600Z", "20260101T0601Z"})
                b.write("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_" + std::string(time) + "_late.json.gz", gzipped("{}"));
            },
            [](const Bucket&) { return std::string("log_undigested 111122223333_CloudTrail_us-east-1_20260101T0601Z_late.json.gz"); }, 4, 8},
        ChainCase{"logs_with_another_day_than_their_folder",
            [](Bucket& b) {
              for (const char* time : {"20250101T0030Z", "20270101T0030Z"})
                b.write("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_" + std::string(time) + "_evil.json.gz", gzipped("{}"));
            },
            [](const Bucket&) { return std::string("moved 111122223333_CloudTrail_us-east-1_20250101T0030Z_evil.json.gz, moved 111122223333_CloudTrail_us-east-1_20270101T0030Z_evil.json.gz"); }, 4, 8},
        ChainCase{"log_from_before_the_chain",
            [](Bucket& b) { b.write("AWSLogs/111122223333/CloudTrail/us-east-1/2025/12/31/111122223333_CloudTrail_us-east-1_20251231T2355Z_old.json.gz", gzipped("{}")); },
            [](const Bucket&) { return std::string(); }, 4, 8},
        ChainCase{"log_below_another_prefix", [](Bucket& b) { b.rename(b.logs[2], "other/" + b.logs[2]); }, one("moved", 2), 4, 7},
        ChainCase{"tampered_digest",
            [](Bucket& b) {
              b.write(b.digests[2], gzipped("{\"digestEndTime\":\"2026-01-01T03:00:00Z\",\"digestStartTime\":\"2026-01-01T02:00:00Z\","
                                            "\"digestS3Bucket\":\"logs-bucket\",\"digestS3Object\":\"" + b.digests[2] +
                                            "\",\"digestPublicKeyFingerprint\":\"fingerprint\",\"previousDigestS3Object\":\"" + b.digests[1] +
                                                "\",\"previousDigestSignature\":\"00\",\"logFiles\":[]}"));
            },
            [](const Bucket& b) {
              return "digest_unproven " + file_name(b.digests[1]) + ", log_unreferenced " + file_name(b.logs[4]) + ", log_unreferenced " +
                  file_name(b.logs[5]) + ", digest_tampered " +
                     file_name(b.digests[2]);
            },
            2, 4},
        ChainCase{"digest_that_is_none", [](Bucket& b) { b.write(b.digests[0], gzipped("hello")); },
            [](const Bucket& b) { return "log_unreferenced " + file_name(b.logs[0]) + ", log_unreferenced " + file_name(b.logs[1]) +
                ", digest_tampered " + file_name(b.digests[0]); }, 3, 6},
        ChainCase{"missing_digest", [](Bucket& b) { b.remove(b.digests[2]); },
            [](const Bucket& b) {
              return "digest_unproven " + file_name(b.digests[1]) + ", log_unreferenced " + file_name(b.logs[4]) + ", log_unreferenced " +
                  file_name(b.logs[5]) + ", digest_missing " +
                     file_name(b.digests[2]);
            },
            2, 4},
        ChainCase{"moved_bucket", [](Bucket& b) { b.options.bucket = "another"; },
            [](const Bucket& b) {
              std::string out;
              for (size_t i = 0; i < 4; ++i)
                out += (i ? ", moved " : "moved ") + file_name(b.logs[2 * i]) + ", moved " + file_name(b.logs[2 * i + 1]) + ", moved " +
                    file_name(b.digests[i]);
              return out;
            },
            0, 0},
        ChainCase{"moved_digest",
            [](Bucket& b) {
              std::string to = b.digests[3];
              to.replace(to.find("/us-east-1/"), 11, "/eu-west-1/");
              b.rename(b.digests[3], to);
              b.options.signatures[to] = b.options.signatures[b.digests[3]];
            },
            one_digest("moved", 3), 3, 6},
        ChainCase{"key_not_given", [](Bucket& b) { b.options.keys.clear(); },
            [](const Bucket& b) {
              std::string out;
              for (size_t i = 0; i < 4; ++i) out += (i ? ", key_unknown " : "key_unknown ") + file_name(b.digests[i]);
              return out;
            },
            0, 0},
        ChainCase{"another_key", [](Bucket& b) { b.options.keys["fingerprint"] = Signer().der(true); },
            [](const Bucket& b) {
              return "digest_unproven " + file_name(b.digests[0]) + ", digest_unproven " + file_name(b.digests[1]) + ", digest_unproven " +
                  file_name(b.digests[2]) + ", digest_tampered " +
                     file_name(b.digests[3]);
            },
            0, 0},
        ChainCase{"newest_signature_not_given", [](Bucket& b) { b.options.signatures.clear(); }, one_digest("digest_unproven", 3), 3, 6}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(DigestChains, BelowAPrefixAndAsPartOfABucket) {
  Bucket bucket("prefix", 3, "some/prefix/");
  for (const std::string& folder : {bucket.root, bucket.root + "/", bucket.root + "/some/prefix"}) {
    if (folder.find("some") != std::string::npos) {
      std::string newest = bucket.digests.back();
      bucket.options.signatures[newest.substr(12)] = bucket.options.signatures[newest];
    }
    auto report = verified(folder, bucket.options);
    ASSERT_TRUE(report);
    EXPECT_EQ(told(*report), "") << folder;
    EXPECT_EQ(report->digests_valid, 3u);
    EXPECT_EQ(report->logs_valid, 6u);
  }
}

TEST(DigestChains, ALogBelowAnotherPrefixThanItsDigestIsMoved) {
  Bucket bucket("away", 3, "some/prefix/");
  bucket.rename(bucket.logs[3], bucket.logs[3].substr(12));
  auto report = verified(bucket.root, bucket.options);
  ASSERT_TRUE(report);
  EXPECT_EQ(told(*report), "moved " + file_name(bucket.logs[3]));
  EXPECT_EQ(report->findings[0].detail, "it lies at " + bucket.logs[3].substr(12) + ", not where " + bucket.digests[1] + " says");
  EXPECT_EQ(report->logs_valid, 5u);
}

// A source that knows the whole keys, as a bucket does.
struct WholeKeys : DigestSource {
  explicit WholeKeys(const std::string& root) : folder(digest_folder(root, 1)) {}
  std::string shown() const override { return folder->shown(); }
  Result<std::vector<std::string>> keys() override { return folder->keys(); }
  bool whole_keys() const override { return true; }
  Status read(const std::vector<std::string>& keys, const Taken& taken) override { return folder->read(keys, taken); }
  std::unique_ptr<DigestSource> folder;
};

TEST(DigestChains, AllBelowAnotherPrefixIsACopyInAFolderAndMovedInABucket) {
  Bucket bucket("all_away", 1, "some/prefix/");
  bucket.rename("some/prefix/AWSLogs", "AWSLogs");
  bucket.options.signatures[bucket.digests[0].substr(12)] = bucket.options.signatures[bucket.digests[0]];
  auto copy = verified(bucket.root, bucket.options);
  ASSERT_TRUE(copy);
  EXPECT_EQ(told(*copy), "");
  WholeKeys source(bucket.root);
  auto whole = verify_digests(source, bucket.options);
  ASSERT_TRUE(whole);
  EXPECT_EQ(told(*whole), "moved " + file_name(bucket.logs[0]) + ", moved " + file_name(bucket.logs[1]) + ", moved " + file_name(bucket.digests[0]));
  EXPECT_EQ(whole->logs_valid, 0u);
}

TEST(DigestChains, ACopyBelowAnotherPrefixOfTheBucketTakesNothingsPlace) {
  Bucket bucket("doubled", 2);
  bucket.write("A/" + bucket.logs[1], gzipped("{\"Records\":[]}"));  // before and behind the true ones by name
  bucket.write("z/" + bucket.logs[2], gzipped("{\"Records\":[]}"));
  WholeKeys source(bucket.root);
  auto report = verify_digests(source, bucket.options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(told(*report), "log_unreferenced " + file_name(bucket.logs[1]) + ", log_unreferenced " + file_name(bucket.logs[2]));
  EXPECT_EQ(report->logs_valid, 4u);
  EXPECT_FALSE(verified(bucket.root, bucket.options)) << "a folder may hold the copies of two buckets";
}

TEST(DigestChains, AGapIsNamed) {
  Bucket bucket("gap", 4, "", 2);
  auto report = verified(bucket.root, bucket.options);
  ASSERT_TRUE(report);
  EXPECT_EQ(told(*report), "gap " + file_name(bucket.digests[2]));
  EXPECT_EQ(report->findings[0].detail, "no digest covers 2026-01-01T02:00:00Z to 2026-01-01T03:00:00Z: the chain begins anew here");
  EXPECT_EQ(report->digests_valid, 3u);
  EXPECT_EQ(report->logs_valid, 6u);
}

TEST(DigestChains, CoverOnlyWhatIsThere) {
  Bucket bucket("part", 3);
  for (const std::string& key : {bucket.digests[0], bucket.logs[0], bucket.logs[1]}) bucket.remove(key);
  auto report = verified(bucket.root, bucket.options);
  ASSERT_TRUE(report);
  EXPECT_EQ(told(*report), "") << "the oldest digest of a copy may name one that was never copied";
  EXPECT_EQ(report->from_ms, kFrom + 3'600'000);
  EXPECT_EQ(report->to_ms, kFrom + 3 * 3'600'000);
}

TEST(DigestChains, AForgedDigestDoesNotSayWhereTheOthersLie) {
  Bucket bucket("forged", 3);
  std::string forged = bucket.digests.back();
  forged.replace(forged.find("T030000Z"), 8, "T040000Z");
  bucket.write(forged, gzipped("{\"digestStartTime\":\"2026-01-01T03:00:00Z\",\"digestEndTime\":\"2026-01-01T04:00:00Z\",\"digestS3Bucket\":\"elsewhere\",\"digestS3Object\":\"" + forged +
                               "\",\"digestPublicKeyFingerprint\":\"fingerprint\",\"previousDigestS3Object\":\"" + bucket.digests.back() + "\",\"previousDigestSignature\":\"00\",\"logFiles\":[]}"));
  bucket.options.signatures[forged] = "00";
  auto report = verified(bucket.root, bucket.options);
  ASSERT_TRUE(report);
  EXPECT_EQ(told(*report), "digest_tampered " + file_name(forged) + ", moved " + file_name(forged));
  EXPECT_EQ(report->bucket, kBucket);
  EXPECT_EQ(report->digests_valid, 3u);
}

TEST(DigestChains, NoCoverIsLeftToAnAnswerThatWasRefused) {
  Bucket bucket("refused", 2);
  bucket.options.keys.clear();
  bucket.options.keys_of = [](const std::string& region, int64_t from_ms, int64_t to_ms) -> Result<PublicKeys> {
    EXPECT_EQ(region, "us-east-1");
    EXPECT_EQ(from_ms, kFrom);
    EXPECT_EQ(to_ms, kFrom + 4 * 3'600'000);
    return fail(Code::io, "nobody is let in");
  };
  auto report = verified(bucket.root, bucket.options);
  ASSERT_TRUE(report);
  EXPECT_EQ(told(*report), "key_unknown " + file_name(bucket.digests[0]) + ", key_unknown " + file_name(bucket.digests[1]));
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_EQ(report->findings[0].detail, "signed with the key fingerprint, and nobody is let in");
}

TEST(DigestChains, ADigestBehindAHoleHasItsOwnSignatureAsked) {
  Bucket bucket("asked");
  bucket.remove(bucket.digests[2]);
  std::vector<std::string> asked;
  bucket.options.signature_of = [&](const std::string& key) -> Result<std::string> {
    asked.push_back(key);
    return std::string("00");
  };
  auto report = verified(bucket.root, bucket.options);
  ASSERT_TRUE(report);
  EXPECT_EQ(asked, std::vector<std::string>{bucket.digests[1]});
  EXPECT_NE(told(*report).find("digest_tampered " + file_name(bucket.digests[1])), std::string::npos) << told(*report);
}

TEST(DigestFolders, AreThoseThatATrailMayBeIn) {
  for (const char* folder : {"", "some/prefix/", "AWSLogs/", "x/AWSLogs/o-ab12/", "AWSLogs/111122223333/", "AWSLogs/111122223333/CloudTrail/", "AWSLogs/o-ab12/111122223333/CloudTrail-Digest/us-east-1/"})
    EXPECT_TRUE(leads_to_trail(folder)) << folder;
  for (const char* folder : {"AWSLogs/111122223333/Config/", "x/AWSLogs/111122223333/CloudTrail-Insight/", "AWSLogs/o-ab12/111122223333/vpcflowlogs/us-east-1/"})
    EXPECT_FALSE(leads_to_trail(folder)) << folder;
  EXPECT_TRUE(is_trail_day("x/AWSLogs/1/CloudTrail/us-east-1/2026/01/01/"));
  EXPECT_TRUE(is_trail_day("AWSLogs/1/CloudTrail-Digest/us-east-1/2026/01/01/"));
  EXPECT_FALSE(is_trail_day("AWSLogs/1/CloudTrail/us-east-1/2026/01/"));
  EXPECT_FALSE(is_trail_day("a/b/c/d/e/"));
}

TEST(DigestChains, AFolderWithoutDigestsIsAnError) {
  Bucket bucket("none", 1);
  bucket.remove(bucket.digests[0]);
  auto report = verified(bucket.root, bucket.options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::not_found);
}

}  // namespace
}  // namespace reeve
