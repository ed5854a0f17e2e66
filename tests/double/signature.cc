#include "double/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "aws/region.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"

namespace reeve::aws_double {
namespace {

constexpr int64_t skew_ms_max = 5 * 60 * 1000;
constexpr size_t signing_keys_max = 200000;

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hex_of(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char c : bytes) out += {digits[c >> 4], digits[c & 15]};
  return out;
}

// Everything but A-Z a-z 0-9 - . _ ~ escaped.
std::string escape(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += {'%', digits[c >> 4], digits[c & 15]};
    }
  }
  return out;
}

std::string canonical_path(std::string_view path, bool s3) {
  if (s3) return std::string(path);
  std::vector<std::string_view> kept;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
      continue;
    }
    kept.push_back(part);
  }
  std::string out;
  for (std::string_view part : kept) out += "/" + escape(part);
  if (out.empty() || (path.size() > 1 && path.back() == '/')) out += "/";
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!query.empty()) {
    for (std::string_view one : split(query, '&')) {
      const size_t equals = one.find('=');
      pairs.emplace_back(escape(percent_decode(one.substr(0, equals))),
                         equals == std::string_view::npos ? "" : escape(percent_decode(one.substr(equals + 1))));
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string collapsed(std::string_view value) {
  std::string out;
  for (char c : trim(value)) {
    if (c == ' ' && !out.empty() && out.back() == ' ') continue;
    out += c;
  }
  return out;
}

std::string_view part_of(std::string_view authorization, std::string_view name) {
  const size_t at = authorization.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = authorization.substr(at + name.size());
  return trim(rest.substr(0, rest.find(',')));
}

// 20261129T150000Z
std::optional<Time> amz_time(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  std::string whole(text.substr(0, 4));
  whole.append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 2)).append("T").append(text.substr(9, 2));
  whole.append(":").append(text.substr(11, 2)).append(":").append(text.substr(13, 2)).append("Z");
  return parse_time(whole);
}

Caller refused(Caller caller, std::string code, std::string message) {
  caller.error_code = std::move(code);
  caller.error_message = std::move(message);
  return caller;
}

}  // namespace

std::string Keys::secret(std::string_view access_key_id) const { return hex_of(hmac(seed_, access_key_id)).substr(0, 40); }

std::string Keys::token_of(std::string_view access_key_id, int64_t expires_ms) const {
  const std::string text = std::string(access_key_id) + "." + std::to_string(expires_ms);
  return text + "." + hex_of(hmac(seed_, "token " + text)).substr(0, 32);
}

namespace {
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

uint32_t number_of_session(std::string_view access_key_id) {
  uint32_t n = 0;
  for (size_t i = 4; i-- > 0;) n = (n << 5) | static_cast<uint32_t>(letters.find(access_key_id[16 + i]) & 31);
  return n;
}
}  // namespace

void Keys::session(std::string_view account, int64_t expires_ms, std::string& access_key_id, std::string& token) {
  uint32_t n = sessions_++;
  std::string nonce;
  for (int i = 0; i < 4; ++i, n >>= 5) nonce += letters[n & 31];
  access_key_id = "ASIA" + std::string(account) + nonce;
  token = token_of(access_key_id, expires_ms);
}

const std::string& Keys::signing_key(const std::string& access_key_id, std::string_view date, std::string_view region, std::string_view service) {
  std::string scope = access_key_id;
  scope.append(date).append("/").append(region).append("/").append(service);
  if (signing_keys_.size() > signing_keys_max) signing_keys_.clear();
  auto [found, is_new] = signing_keys_.try_emplace(std::move(scope));
  if (is_new) found->second = hmac(hmac(hmac(hmac("AWS4" + secret(access_key_id), date), region), service), "aws4_request");
  return found->second;
}

Caller Keys::check(const ServerRequest& request, int64_t now_ms) {
  Caller caller;
  const std::string_view authorization = request.header("authorization");
  if (!starts_with(authorization, "AWS4-HMAC-SHA256 ")) return refused(caller, "MissingAuthenticationToken", "Request is missing Authentication Token");
  const auto scope = split(part_of(authorization, "Credential="), '/');
  const std::string_view signed_headers = part_of(authorization, "SignedHeaders="), signature = part_of(authorization, "Signature=");
  if (scope.size() != 5 || scope[4] != "aws4_request" || signed_headers.empty() || signature.empty()) {
    return refused(caller, "IncompleteSignature", "the Authorization header is not whole");
  }
  caller.access_key_id = std::string(scope[0]);
  caller.region = std::string(scope[2]);
  caller.service = std::string(scope[3]);
  caller.session = starts_with(scope[0], "ASIA");
  if (scope[0].size() != 20 || (!caller.session && scope[0] != user_key(scope[0].substr(4, 12))) || !is_account_id(scope[0].substr(4, 12))) {
    return refused(caller, "InvalidClientTokenId", "The security token included in the request is invalid.");
  }
  caller.account = std::string(scope[0].substr(4, 12));
  const std::string_view token = request.header("x-amz-security-token"), date = request.header("x-amz-date");
  if (caller.session) {
    const auto parts = split(token, '.');
    const auto expires = parts.size() == 3 ? parse_int(parts[1]) : std::nullopt;
    if (!expires || token != token_of(scope[0], *expires)) {
      return refused(caller, "InvalidClientTokenId", "The security token included in the request is invalid.");
    }
    if (now_ms >= *expires || number_of_session(scope[0]) < ended_before_) return refused(caller, "ExpiredToken", "The security token included in the request is expired");
  }
  if (!verify_) return caller;

  const auto when = amz_time(date);
  if (!when || date.substr(0, 8) != scope[1]) return refused(caller, "IncompleteSignature", "no X-Amz-Date of the scope's day");
  if (std::llabs(when->ms - now_ms) > skew_ms_max) {
    return refused(caller, caller.service == "s3" ? "RequestTimeTooSkewed" : "SignatureDoesNotMatch",
                   "Signature expired: " + std::string(date) + " is not within 5 minutes of the server's time");
  }
  const std::string body_digest = hex(sha256(request.body));
  const std::string_view said = request.header("x-amz-content-sha256");
  if (!said.empty() && said != "UNSIGNED-PAYLOAD" && said != body_digest) {
    return refused(caller, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  std::string canonical = request.method + "\n" + canonical_path(request.path, caller.service == "s3") + "\n" + canonical_query(request.query) + "\n";
  bool host_signed = false, token_signed = token.empty();
  for (std::string_view name : split(signed_headers, ';')) {
    std::string values;
    for (const auto& [header, value] : request.headers) {
      if (header == name) values += (values.empty() ? "" : ",") + collapsed(value);
    }
    canonical.append(name).append(":").append(values).append("\n");
    host_signed |= name == "host";
    token_signed |= name == "x-amz-security-token";
  }
  if (!host_signed || !token_signed) return refused(caller, "SignatureDoesNotMatch", "a header that must be signed is not");
  canonical.append("\n").append(signed_headers).append("\n").append(said.empty() ? std::string_view(body_digest) : said);
  std::string to_sign = "AWS4-HMAC-SHA256\n";
  to_sign.append(date).append("\n").append(scope[1]).append("/").append(scope[2]).append("/").append(scope[3]).append("/aws4_request\n");
  to_sign += hex(sha256(canonical));
  if (hex_of(hmac(signing_key(caller.access_key_id, scope[1], scope[2], scope[3]), to_sign)) != signature) {
    return refused(caller, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");
  }
  return caller;
}

}  // namespace reeve::aws_double
