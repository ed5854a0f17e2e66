// Signature Version 4: what proves to AWS who sent a request. Header, query (presigned) and chunked forms.
//
// Pure: the time is given, nothing is read. Source: IAM User Guide, "AWS Signature Version 4 for API requests", and Amazon S3 API Reference,
// "Authenticating Requests"; held against the published test vectors (tests/sigv4.py).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/http.h"
#include "base/time.h"

namespace reeve {

// Long-term or temporary keys. Never printed, logged or stored: no function gives them as text.
struct Credentials {
  std::string access_key_id, secret_access_key, session_token;
  Time expires;                 // not known: they do not expire
  std::string source;           // where they came from, for people: `environment`, `profile audit (role)`, …
  std::string account;          // if the source said so
  bool expired(Time now, int64_t margin_ms = 300000) const { return expires.known() && now.ms + margin_ms >= expires.ms; }
};

struct SignScope {
  std::string region, service;  // signing names: `eu-west-1`, `s3`
  Time now;
  bool double_encode_path = true;  // every service but s3
  bool normalize_path = true;      // every service but s3
  bool unsigned_payload = false;   // `UNSIGNED-PAYLOAD` in place of the body's digest
  bool body_digest_header = false; // adds x-amz-content-sha256 (s3 wants it)
};

// Adds X-Amz-Date, X-Amz-Security-Token where there is a token, and Authorization. Host is signed as `request.origin` has it.
void sign_headers(HttpRequest& request, const Credentials& credentials, const SignScope& scope);
// Adds the X-Amz-… parameters to the query instead; valid for `expires_s`.
void sign_query(HttpRequest& request, const Credentials& credentials, const SignScope& scope, int64_t expires_s);

// Chunked upload (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`): signs the headers, then each chunk after the one before it.
class ChunkSigner {
 public:
  ChunkSigner(HttpRequest& request, const Credentials& credentials, const SignScope& scope, uint64_t decoded_bytes, uint64_t chunk_bytes);
  std::string chunk(std::string_view data);  // the chunk as it goes on the wire; the last call is with empty data

 private:
  std::string key_, scope_, date_, previous_;
};

// Percent-encoding as AWS defines it: all but A-Z a-z 0-9 - . _ ~ (and `/` if kept).
std::string aws_encode(std::string_view text, bool keep_slash = false);

// For tests that hold the steps against published vectors.
std::string canonical_request(const HttpRequest& request, const SignScope& scope);

}  // namespace reeve
