#include "aws/sign.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/hash.h"
#include "base/text.h"

namespace reeve {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
constexpr std::string_view kStreaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

// What a proxy or the transport may add or change on the way, and the signature itself.
bool is_signed(std::string_view lower_name) {
  static constexpr std::string_view left_out[] = {"authorization",     "connection", "expect",     "te",
                                                  "transfer-encoding", "upgrade",    "user-agent", "x-amzn-trace-id"};
  return std::find(std::begin(left_out), std::end(left_out), lower_name) == std::end(left_out);
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, 32> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hex_of(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

// A key is good for one day, Region and service, and most calls repeat all three. The slots are few and overwritten: what is
// found is compared whole, so that two that fall on one slot are never mistaken for each other.
class SigningKeys {
 public:
  std::string get(const Credentials& credentials, std::string_view date, const SignScope& scope) {
    std::string made_for;
    made_for.reserve(credentials.secret_access_key.size() + date.size() + scope.region.size() + scope.service.size() + 3);
    ((((((made_for += credentials.secret_access_key) += '\0') += date) += '\0') += scope.region) += '\0') += scope.service;
    Slot& slot = slots_[hash64(made_for) % slots_.size()];
    if (slot.made_for != made_for) {
      OPENSSL_cleanse(slot.made_for.data(), slot.made_for.size());
      slot.key =
          hmac(hmac(hmac(hmac("AWS4" + credentials.secret_access_key, date), scope.region), scope.service), "aws4_request");
      slot.made_for = std::move(made_for);
    }
    return slot.key;
  }

 private:
  struct Slot {
    std::string made_for, key;
  };
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
};

std::string signing_key(const Credentials& credentials, std::string_view date, const SignScope& scope) {
  thread_local SigningKeys keys;
  return keys.get(credentials, date, scope);
}

// 20130524T000000Z
std::string basic_time(Time time) {
  Time whole{time.ms - (time.ms % 1000 + 1000) % 1000};
  std::string out;
  for (char c : rfc3339(whole))
    if (c != '-' && c != ':') out += c;
  return out;
}

std::string scope_text(std::string_view moment, const SignScope& scope) {
  return std::string(moment.substr(0, 8)) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

void encode_into(std::string& out, std::string_view text, bool keep_slash, bool keep_escapes) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                 c == '~';
    if (plain || (keep_slash && c == '/') ||
        (keep_escapes && c == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]))) {
      out += static_cast<char>(c);
      continue;
    }
    out += '%';
    out += digits[c >> 4];
    out += digits[c & 15];
  }
}

// RFC 3986, 5.2.4, and several slashes as one.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  bool folder = true;
  for (auto part : split(path, '/')) {
    folder = part.empty() || part == "." || part == "..";
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(part);
  }
  std::string out;
  for (auto part : kept) (out += '/') += part;
  if (folder) out += '/';
  return out;
}

std::string canonical_path(const HttpRequest& request, const SignScope& scope) {
  std::string path = scope.normalize_path ? normalized(request.path) : request.path;
  if (path.empty() || path[0] != '/') path.insert(path.begin(), '/');
  std::string out;
  encode_into(out, path, true, !scope.double_encode_path);
  return out;
}

std::string canonical_query(const HttpRequest& request) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (const auto& [key, value] : request.query)
    if (key != "X-Amz-Signature") parts.emplace_back(aws_encode(key), aws_encode(value));
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const auto& [key, value] : parts) {
    if (!out.empty()) out += '&';
    ((out += key) += '=') += value;
  }
  return out;
}

// White space inside a value counts once, at its ends not at all; so a folded line is one.
std::string header_value(std::string_view value) {
  std::string out;
  bool space = false;
  for (char c : trim(value)) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      space = true;
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += c;
  }
  return out;
}

std::string host_of(std::string_view origin) {
  bool https = starts_with(origin, "https://");
  if (size_t at = origin.find("://"); at != origin.npos) origin.remove_prefix(at + 3);
  origin = origin.substr(0, origin.find('/'));
  std::string_view usual = https ? ":443" : ":80";
  if (ends_with(origin, usual)) origin.remove_suffix(usual.size());
  return lower(origin);
}

struct CanonicalHeaders {
  std::string lines, names;
};

CanonicalHeaders canonical_headers(const HttpRequest& request) {
  std::vector<std::pair<std::string, std::string>> sorted{{"host", host_of(request.origin)}};
  for (const auto& [key, value] : request.headers)
    if (auto small = lower(trim(key)); is_signed(small) && small != "host")
      sorted.emplace_back(std::move(small), header_value(value));
  // Repeated headers keep the order of their values.
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  CanonicalHeaders out;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && sorted[i].first == sorted[i - 1].first) {
      out.lines.back() = ',';
    } else {
      if (i > 0) out.names += ';';
      out.names += sorted[i].first;
      (out.lines += sorted[i].first) += ':';
    }
    (out.lines += sorted[i].second) += '\n';
  }
  return out;
}

const std::string* find_header(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (equal_ignoring_case(key, name)) return &value;
  return nullptr;
}

void drop_header(HttpRequest& request, std::string_view name) {
  std::erase_if(request.headers, [&](const auto& header) { return equal_ignoring_case(header.first, name); });
}

// What an earlier signature of the same request left behind: a call that is asked again is signed again.
void drop_signature(HttpRequest& request) {
  for (auto name : {"Authorization", "X-Amz-Date", "X-Amz-Security-Token"}) drop_header(request, name);
  std::erase_if(request.query, [](const auto& parameter) {
    static constexpr std::string_view own[] = {"X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Date",          "X-Amz-Expires",
                                               "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Security-Token"};
    return std::find(std::begin(own), std::end(own), parameter.first) != std::end(own);
  });
}

std::string payload_digest(const HttpRequest& request, const SignScope& scope) {
  if (const auto* stated = find_header(request, "X-Amz-Content-Sha256"); stated && *stated == kStreaming) return *stated;
  return scope.unsigned_payload ? std::string(kUnsigned) : hex(sha256(request.body));
}

std::string canonical(const HttpRequest& request, const SignScope& scope, const CanonicalHeaders& headers) {
  std::string out = request.method;
  ((out += '\n') += canonical_path(request, scope)) += '\n';
  (out += canonical_query(request)) += '\n';
  (out += headers.lines) += '\n';
  (out += headers.names) += '\n';
  return out += payload_digest(request, scope);
}

std::string signature(const std::string& canonical_text, const Credentials& credentials, std::string_view moment,
                      const SignScope& scope) {
  std::string text(kAlgorithm);
  ((text += '\n') += moment) += '\n';
  (text += scope_text(moment, scope)) += '\n';
  text += hex(sha256(canonical_text));
  return hex_of(hmac(signing_key(credentials, moment.substr(0, 8), scope), text));
}

// Gives the signature, which a chunked upload goes on from.
std::string sign_with_headers(HttpRequest& request, const Credentials& credentials, const SignScope& scope,
                              std::string_view moment) {
  request.headers.emplace_back("X-Amz-Date", moment);
  if (!credentials.session_token.empty()) request.headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  auto headers = canonical_headers(request);
  std::string sealed = signature(canonical(request, scope, headers), credentials, moment, scope);
  std::string authorization(kAlgorithm);
  ((authorization += " Credential=") += credentials.access_key_id) += '/';
  ((authorization += scope_text(moment, scope)) += ", SignedHeaders=") += headers.names;
  (authorization += ", Signature=") += sealed;
  request.headers.emplace_back("Authorization", std::move(authorization));
  return sealed;
}

std::string chunk_head(uint64_t bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string size;
  do size.insert(size.begin(), digits[bytes & 15]);
  while (bytes >>= 4);
  return size + ";chunk-signature=";
}

// How long a chunk is on the wire: its head, the signature's 64 digits, and a line's end before and behind the data.
uint64_t chunk_size(uint64_t bytes) { return chunk_head(bytes).size() + 64 + 2 + bytes + 2; }

}  // namespace

std::string aws_encode(std::string_view text, bool keep_slash) {
  std::string out;
  out.reserve(text.size());
  encode_into(out, text, keep_slash, false);
  return out;
}

std::string canonical_request(const HttpRequest& request, const SignScope& scope) {
  return canonical(request, scope, canonical_headers(request));
}

void sign_headers(HttpRequest& request, const Credentials& credentials, const SignScope& scope) {
  drop_signature(request);
  drop_header(request, "X-Amz-Content-Sha256");
  if (scope.body_digest_header) request.headers.emplace_back("X-Amz-Content-Sha256", payload_digest(request, scope));
  sign_with_headers(request, credentials, scope, basic_time(scope.now));
}

void sign_query(HttpRequest& request, const Credentials& credentials, const SignScope& scope, int64_t expires_s) {
  drop_signature(request);
  drop_header(request, "X-Amz-Content-Sha256");
  auto headers = canonical_headers(request);
  std::string moment = basic_time(scope.now);
  request.query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  request.query.emplace_back("X-Amz-Credential", credentials.access_key_id + "/" + scope_text(moment, scope));
  request.query.emplace_back("X-Amz-Date", moment);
  request.query.emplace_back("X-Amz-Expires", std::to_string(expires_s));
  request.query.emplace_back("X-Amz-SignedHeaders", headers.names);
  if (!credentials.session_token.empty()) request.query.emplace_back("X-Amz-Security-Token", credentials.session_token);
  request.query.emplace_back("X-Amz-Signature", signature(canonical(request, scope, headers), credentials, moment, scope));
}

ChunkSigner::ChunkSigner(HttpRequest& request, const Credentials& credentials, const SignScope& scope, uint64_t decoded_bytes,
                         uint64_t chunk_bytes) {
  drop_signature(request);
  std::string encoding = "aws-chunked";
  if (const auto* stated = find_header(request, "Content-Encoding"); stated && !starts_with(*stated, encoding))
    encoding += "," + *stated;
  for (auto name : {"Content-Encoding", "Content-Length", "X-Amz-Decoded-Content-Length", "X-Amz-Content-Sha256"})
    drop_header(request, name);
  uint64_t whole = chunk_bytes > 0 ? decoded_bytes / chunk_bytes : 0, rest = decoded_bytes - whole * chunk_bytes;
  uint64_t wire = whole * chunk_size(chunk_bytes) + (rest > 0 ? chunk_size(rest) : 0) + chunk_size(0);
  request.headers.emplace_back("Content-Encoding", encoding);
  request.headers.emplace_back("Content-Length", std::to_string(wire));
  request.headers.emplace_back("X-Amz-Decoded-Content-Length", std::to_string(decoded_bytes));
  request.headers.emplace_back("X-Amz-Content-Sha256", kStreaming);
  date_ = basic_time(scope.now);
  scope_ = scope_text(date_, scope);
  key_ = signing_key(credentials, std::string_view(date_).substr(0, 8), scope);
  previous_ = sign_with_headers(request, credentials, scope, date_);
}

std::string ChunkSigner::chunk(std::string_view data) {
  std::string text(kAlgorithm);
  ((text += "-PAYLOAD\n") += date_) += '\n';
  (text += scope_) += '\n';
  (text += previous_) += '\n';
  (text += hex(sha256({}))) += '\n';
  text += hex(sha256(data));
  previous_ = hex_of(hmac(key_, text));
  std::string out = chunk_head(data.size());
  out.reserve(out.size() + previous_.size() + data.size() + 4);
  (out += previous_) += "\r\n";
  (out += data) += "\r\n";
  return out;
}

}  // namespace reeve
