#include "logs/digest_file.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "formats/archive.h"
#include "formats/json.h"
#include "logs/event.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr uint64_t kDigestBytesMax = 256ull << 20;  // of one digest, unpacked
constexpr uint64_t kQuickBytesMax = 8ull << 20;     // a log file, unpacked: what is larger is hashed as it is unpacked

std::string member_text(std::string_view map, std::string_view name) {
  std::string room;
  std::string_view token = token_member(map, name);
  return token_kind(token) == TokenKind::string ? std::string(token_text(token, room)) : std::string();
}

int64_t time_of(const std::string& text) {
  auto time = parse_time(text);
  return time ? time->ms : 0;
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

using PublicKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

PublicKey key_from(const std::string& key_der) {
  const auto* der = reinterpret_cast<const unsigned char*>(key_der.data());
  PublicKey key(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &der, static_cast<long>(key_der.size())), EVP_PKEY_free);
  if (!key) {
    der = reinterpret_cast<const unsigned char*>(key_der.data());
    key.reset(d2i_PUBKEY(nullptr, &der, static_cast<long>(key_der.size())));
  }
  return key;
}

bool signed_by(const std::string& key_der, std::string_view text, std::string_view signature_hex) {
  const auto signature = from_hex(signature_hex);
  const PublicKey key = key_from(key_der);
  if (!signature || !key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return false;
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()), signature->size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace

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

Result<std::string> unpacked_hash(std::string_view packed, const std::string& name) {
  // Log files are small and many: unpacked at once into memory that stays. Whatever is not so is hashed in pieces.
  thread_local TextRoom room;
  if (gunzip_into(packed, kQuickBytesMax, room)) return hex(sha256(room.text()));
  Sha256Stream hash;
  bool given = false;
  TRY(unpack_pieces(
      [&]() -> Result<std::string_view> {
        std::string_view piece = given ? std::string_view() : packed;
        given = true;
        return piece;
      },
      name,
      [&](std::string_view piece) {
        hash.add(piece);
        return true;
      }));
  return hex(hash.finish());
}

void read_digest(std::string_view packed, Digest& digest) {
  auto text = unpack_bytes(packed, kDigestBytesMax, digest.key);
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
    digest.logs.push_back({member_text(logs.value(), "s3Bucket"), member_text(logs.value(), "s3Object"), lower(member_text(logs.value(), "hashValue"))});
  if (digest.object.empty() || digest.bucket.empty() || digest.end_ms == 0) digest.why = "it has not the members of a digest";
  for (const NamedLog& log : digest.logs)
    if (log.bucket.empty() || log.key.empty() || log.hash.empty()) digest.why = "it names a log file without bucket, key or hash";
  if (!digest.why.empty()) digest.logs.clear();
}

void prove(Digest& digest, const PublicKeys& keys) {
  digest.proof = Digest::Proof::none, digest.metadata_wrong = false;
  if (!digest.why.empty() || (digest.metadata.empty() && digest.kept.empty())) return;
  const auto key = keys.find(digest.fingerprint);
  if (key == keys.end()) {
    digest.proof = Digest::Proof::no_key;
    return;
  }
  const std::string text = digest.end + "\n" + digest.bucket + "/" + digest.object + "\n" + digest.hash + "\n" +
                           (digest.previous_signature.empty() ? "null" : digest.previous_signature);
  const bool known_way = digest.algorithm.empty() || digest.algorithm == "SHA256withRSA";
  auto proves = [&](const std::string& signature) { return known_way && !signature.empty() && signed_by(key->second, text, signature); };
  if (proves(digest.metadata)) {
    digest.proof = Digest::Proof::valid;
  } else if (proves(digest.kept)) {
    digest.proof = Digest::Proof::valid;
    digest.metadata_wrong = !digest.metadata.empty();
  } else {
    digest.proof = Digest::Proof::tampered;
  }
}

Status read_public_keys(std::string_view json, const std::string& file, PublicKeys& keys) {
  auto document = TRY(read_json(json, Source{nullptr, file, "", 0, "", "$"}));
  const Value list = document->root().get("PublicKeyList");
  auto wrong = [&](const std::string& what, Value at) {
    return fail(Code::type, what, Place{file, at ? at.line() : 1, at ? at.column() : 1}, "what `aws cloudtrail list-public-keys` prints");
  };
  if (!list.is_list()) return wrong("there is no list `PublicKeyList`", document->root());
  for (Value one : list.items()) {
    const Value fingerprint = one.get("Fingerprint"), value = one.get("Value");
    if (!fingerprint.is_string() || fingerprint.text().empty() || !value.is_string()) return wrong("a public key has no `Fingerprint` or no `Value`", one);
    auto der = base64_decode(value.text());
    if (!der || !key_from(*der)) return wrong("the `Value` of the key `" + std::string(fingerprint.text()) + "` is no public key of RSA in base64", value);
    keys[std::string(fingerprint.text())] = std::move(*der);
  }
  return {};
}

Status read_digest_signatures(std::string_view json, const std::string& file, std::map<std::string, std::string>& signatures) {
  auto document = TRY(read_json(json, Source{nullptr, file, "", 0, "", "$"}));
  auto wrong = [&](const std::string& what, Value at) {
    return fail(Code::type, what, Place{file, at.line(), at.column()}, "{\"KEY OF A DIGEST\": \"SIGNATURE\"}, or for the signature what `aws s3api head-object` prints");
  };
  if (!document->root().is_map()) return wrong("this is no map from digests to signatures", document->root());
  for (auto entry : document->root().entries()) {
    const Value signature = entry.value.is_map() ? entry.value.get("Metadata").get("signature") : entry.value;
    if (!signature.is_string() || !from_hex(signature.text())) return wrong("`" + std::string(entry.key()) + "` has no signature in hexadecimal digits", entry.value);
    signatures[std::string(entry.key())] = std::string(signature.text());
  }
  return {};
}

}  // namespace reeve
