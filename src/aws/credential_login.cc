#include "aws/credential_login.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <memory>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* owned) const { Free(owned); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

// RFC 4648, section 5, without padding.
std::string base64_url(std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) out += digits[bits >> (count - 6) & 63];
  }
  if (count > 0) out += digits[bits << (6 - count) & 63];
  return out;
}

std::string fixed_32(const BIGNUM* number) {
  std::string out(32, '\0');
  return BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), 32) == 32 ? out : std::string();
}

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  Owned<BIGNUM, BN_free> owned(number);
  return fixed_32(number);
}

std::string sign_p256(EVP_PKEY* key, std::string_view text) {
  Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  size_t size = 0;
  auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
    return {};
  std::string der(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, bytes, text.size()) != 1) return {};
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Owned<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  if (!pair) return {};
  return fixed_32(ECDSA_SIG_get0_r(pair.get())) + fixed_32(ECDSA_SIG_get0_s(pair.get()));
}

std::string random_id() {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return {};
  return base64_url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string text_of(Value map, std::string_view key) {
  Value value = map.get(key);
  return value.is_string() ? std::string(value.text()) : std::string();
}

}  // namespace

Result<std::string> dpop_proof(const std::string& pem_key, const std::string& url, Time now, const std::string& id) {
  std::unique_ptr<BIO, BioFree> bio(BIO_new_mem_buf(pem_key.data(), static_cast<int>(pem_key.size())));
  // A key that wants a password is refused, not asked for at the terminal.
  auto no_password = [](char*, int, int, void*) { return -1; };
  Owned<EVP_PKEY, EVP_PKEY_free> key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  char group[64] = "";
  if (!key || EVP_PKEY_get_group_name(key.get(), group, sizeof group, nullptr) != 1 || std::string_view(group) != "prime256v1")
    return fail(Code::parse, "the cached login's key is no private key of P-256");
  std::string head, claims;
  JsonWriter(head)
      .begin_object()
      .member("typ", "dpop+jwt")
      .member("alg", "ES256")
      .key("jwk")
      .begin_object()
      .member("kty", "EC")
      .member("x", base64_url(coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X)))
      .member("y", base64_url(coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y)))
      .member("crv", "P-256")
      .end_object()
      .end_object();
  JsonWriter(claims)
      .begin_object()
      .member("htm", "POST")
      .member("htu", url)
      .member("iat", now.ms / 1000)
      .member("jti", id)
      .end_object();
  std::string text = base64_url(head) + "." + base64_url(claims);
  std::string signature = sign_p256(key.get(), text);
  if (signature.size() != 64) return fail(Code::internal, "the cached login's key signs nothing");
  return text + "." + base64_url(signature);
}

Result<RenewedLogin> renew_login(const CredentialContext& context, Value token) {
  std::string region = text_of(token, "signInRegion");
  if (region.empty()) region = context.region.empty() ? "us-east-1" : context.region;
  std::string input;
  JsonWriter(input)
      .begin_object()
      .key("tokenInput")
      .begin_object()
      .member("clientId", text_of(token, "clientId"))
      .member("grantType", "refresh_token")
      .member("refreshToken", text_of(token, "refreshToken"))
      .end_object()
      .end_object();
  std::string key = text_of(token, "dpopKey");
  auto prove = [&](HttpRequest& request) -> Status {
    request.headers.emplace_back("DPoP", TRY(dpop_proof(key, request.origin + request.path, context.now(), random_id())));
    return {};
  };
  auto answer = aws_call(context, "signin", "CreateOAuth2Token", std::move(input), region, nullptr, prove);
  if (!answer) return tl::unexpected(answer.error());
  Value output = (*answer)->root().get("tokenOutput");
  RenewedLogin out;
  out.keys = TRY(read_credentials(output.get("accessToken"),
                                  {"accessKeyId", "secretAccessKey", "sessionToken", "expiresAt", true, false}, "sign-in"));
  out.refresh_token = text_of(output, "refreshToken");
  auto lasts = output.get("expiresIn").integer();
  if (out.refresh_token.empty() || !lasts || *lasts <= 0 || *lasts > 86400)
    return fail(Code::parse, "sign-in: the answer lacks refreshToken or expiresIn");
  out.keys.expires = {(context.now().ms / 1000 + *lasts) * 1000};
  return out;
}

}  // namespace reeve
