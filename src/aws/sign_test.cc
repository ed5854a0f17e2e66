// What the published vectors (tests/sigv4.py) leave open: signing again, the transport's headers, which keys are used.
#include "aws/sign.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

const Credentials kKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", {}, "", ""};

SignScope scope(std::string service = "iam", std::string region = "us-east-1", const char* now = "2015-08-30T12:36:00Z") {
  SignScope out;
  out.region = std::move(region);
  out.service = std::move(service);
  out.now = *parse_time(now);
  return out;
}

SignScope s3_scope() {
  auto out = scope("s3");
  out.double_encode_path = out.normalize_path = false;
  out.body_digest_header = true;
  return out;
}

HttpRequest request(std::string origin = "https://iam.amazonaws.com", std::string path = "/") {
  HttpRequest out;
  out.origin = std::move(origin);
  out.path = std::move(path);
  return out;
}

std::string header(const HttpRequest& request, std::string_view name) {
  std::string out;
  for (const auto& [key, value] : request.headers)
    if (equal_ignoring_case(key, name)) (out += out.empty() ? "" : "|") += value;
  return out;
}

std::string line(std::string_view text, size_t n) { return std::string(split(text, '\n')[n]); }

TEST(Sign, encodes_all_but_unreserved_bytes) {
  EXPECT_EQ(aws_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(aws_encode("a/b c+d%=é"), "a%2Fb%20c%2Bd%25%3D%C3%A9");
  EXPECT_EQ(aws_encode("a/b c", true), "a/b%20c");
  EXPECT_EQ(aws_encode(std::string_view("\0\xff", 2)), "%00%FF");
  EXPECT_EQ(aws_encode(""), "");
}

TEST(Sign, paths) {
  struct Row {
    const char *path, *usual, *s3;  // as on the wire → canonical
  };
  const Row rows[] = {
      {"", "/", "/"},
      {"/", "/", "/"},
      {"//", "/", "//"},
      {"/a/./b/../c", "/a/c", "/a/./b/../c"},
      {"/../a", "/a", "/../a"},
      {"/a/..", "/", "/a/.."},
      {"/a//b/", "/a/b/", "/a//b/"},
      {"/a%20b", "/a%2520b", "/a%20b"},
      {"/a b", "/a%20b", "/a%20b"},
      {"/a%2Fb", "/a%252Fb", "/a%2Fb"},
      {"/50%", "/50%25", "/50%25"},
      {"/50%zz", "/50%25zz", "/50%25zz"},
      {"/é", "/%C3%A9", "/%C3%A9"},
      {"/a@b:c", "/a%40b%3Ac", "/a%40b%3Ac"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(line(canonical_request(request("https://h", row.path), scope()), 1), row.usual) << row.path;
    EXPECT_EQ(line(canonical_request(request("https://h", row.path), s3_scope()), 1), row.s3) << row.path;
  }
}

TEST(Sign, queries) {
  auto asked = request();
  EXPECT_EQ(line(canonical_request(asked, scope()), 2), "");
  asked.query = {{"policy", ""}};
  EXPECT_EQ(line(canonical_request(asked, scope()), 2), "policy=");
  asked.query = {{"b", "2"}, {"a-b", ""}, {"a", "z"}, {"B", "1"}, {"a", "a b"}, {"a", "a+b"}};
  EXPECT_EQ(line(canonical_request(asked, scope()), 2), "B=1&a=a%20b&a=a%2Bb&a=z&a-b=&b=2");
}

TEST(Sign, hosts) {
  struct Row {
    const char *origin, *host;
  };
  for (const auto& row : {Row{"https://IAM.amazonaws.com", "iam.amazonaws.com"}, Row{"https://h:443", "h"},
                          Row{"http://h:80", "h"}, Row{"http://h:443", "h:443"}, Row{"https://h:80", "h:80"},
                          Row{"http://127.0.0.1:4566", "127.0.0.1:4566"}, Row{"http://[::1]:9", "[::1]:9"}})
    EXPECT_EQ(line(canonical_request(request(row.origin), scope()), 3), std::string("host:") + row.host) << row.origin;
}

TEST(Sign, headers_are_sorted_joined_and_trimmed) {
  auto asked = request();
  asked.headers = {{"X-Amz-B", " 2 "},      {"x-amz-a", "a   b\r\n\t c"}, {"X-AMZ-B", "1"},
                   {"User-Agent", "reeve"}, {"Expect", "100-continue"},   {"Host", "elsewhere"}};
  auto text = canonical_request(asked, scope());
  EXPECT_TRUE(contains(text, "\nhost:iam.amazonaws.com\nx-amz-a:a b c\nx-amz-b:2,1\n\nhost;x-amz-a;x-amz-b\n")) << text;
}

TEST(Sign, a_request_signed_again_is_as_if_it_were_signed_once) {
  auto temporary = kKeys;
  temporary.session_token = "token";
  auto once = request(), again = request();
  sign_headers(again, temporary, scope("iam", "us-east-1", "2015-08-30T12:00:00Z"));
  sign_query(again, temporary, scope(), 60);
  sign_headers(again, kKeys, scope());
  sign_headers(once, kKeys, scope());
  EXPECT_EQ(again.headers, once.headers);
  EXPECT_EQ(again.query, once.query);
  EXPECT_EQ(header(once, "X-Amz-Security-Token"), "");
}

TEST(Sign, the_digest_of_the_body_is_stated_where_the_service_wants_it) {
  auto asked = request("https://b.s3.amazonaws.com", "/key");
  asked.body = "a";
  sign_headers(asked, kKeys, s3_scope());
  EXPECT_EQ(header(asked, "X-Amz-Content-Sha256"), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  auto unsigned_ = s3_scope();
  unsigned_.unsigned_payload = true;
  sign_headers(asked, kKeys, unsigned_);
  EXPECT_EQ(header(asked, "X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
}

TEST(Sign, keys_are_kept_apart) {
  // Enough of them that many share a slot; each signature must be that of its own key, also on the way back.
  std::vector<std::string> first;
  for (int pass = 0; pass < 2; ++pass)
    for (int i = 0; i < 3000; ++i) {
      auto keys = kKeys;
      keys.secret_access_key += std::to_string(i % 10);
      auto asked = request();
      sign_headers(asked, keys, scope("s" + std::to_string(i / 10), "us-east-1"));
      if (pass == 0) first.push_back(header(asked, "Authorization"));
      if (pass == 1) {
        ASSERT_EQ(header(asked, "Authorization"), first[static_cast<size_t>(i)]) << i;
      }
    }
  std::sort(first.begin(), first.end());
  EXPECT_EQ(std::unique(first.begin(), first.end()), first.end());
}

TEST(Sign, the_moment_is_the_one_given) {
  auto asked = request();
  auto late = scope();
  late.now = {parse_time("2015-08-30T23:59:59Z")->ms + 999};
  sign_headers(asked, kKeys, late);
  EXPECT_EQ(header(asked, "X-Amz-Date"), "20150830T235959Z");
  late.now.ms += 1;
  sign_headers(asked, kKeys, late);
  EXPECT_EQ(header(asked, "X-Amz-Date"), "20150831T000000Z");
  EXPECT_TRUE(contains(header(asked, "Authorization"),
                       "/20150831/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature="));
}

TEST(Sign, a_chunked_upload_says_how_long_it_is) {
  for (uint64_t bytes : {0, 1, 15, 16, 8191, 8192, 8193, 100000}) {
    auto asked = request("https://s3.amazonaws.com", "/b/k");
    asked.headers = {{"Content-Encoding", "gzip"}};
    ChunkSigner signer(asked, kKeys, s3_scope(), bytes, 8192);
    std::string data(bytes, 'x');
    uint64_t sent = 0;
    for (uint64_t at = 0; at < bytes; at += 8192) sent += signer.chunk(std::string_view(data).substr(at, 8192)).size();
    sent += signer.chunk("").size();
    EXPECT_EQ(header(asked, "Content-Length"), std::to_string(sent)) << bytes;
    EXPECT_EQ(header(asked, "Content-Encoding"), "aws-chunked,gzip");
  }
}

TEST(Credentials, expire_with_a_margin) {
  Time now = *parse_time("2026-11-29T12:00:00Z");
  Credentials keys = kKeys;
  EXPECT_FALSE(keys.expired(now));
  keys.expires = {now.ms + 300001};
  EXPECT_FALSE(keys.expired(now));
  keys.expires = {now.ms + 300000};
  EXPECT_TRUE(keys.expired(now));
  EXPECT_FALSE(keys.expired(now, 0));
}

}  // namespace
}  // namespace reeve
