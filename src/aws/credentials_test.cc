// What the table of tests/credentials.py cannot reach: which hosts may be asked for keys, and keys kept over a renewal that
// fails.
#include "aws/credentials.h"

#include <gtest/gtest.h>

#include "aws/credential_parts.h"

namespace reeve {
namespace {

TEST(Credentials, containers_are_asked_on_this_machine_or_over_https) {
  for (auto url : {"http://localhost/x", "http://127.0.0.1:80/x", "http://127.255.0.3", "http://[::1]:81/x",
                   "http://169.254.170.2/v2", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
                   "https://example.com/x", "https://10.0.0.1"})
    EXPECT_TRUE(container_host_allowed(url)) << url;
  for (auto url : {"", "http://", "http://example.com", "http://10.0.0.1/x", "http://169.254.169.254/x",
                   "http://127.0.0.1.example.com", "http://localhost.example.com", "http://127.0.0.1@example.com", "http://127.1",
                   "http://127.0.0.256", "http://[::2]", "http://169.254.170.2:80@example.com", "ftp://localhost",
                   "file:///etc/passwd", "http://127.0.0.1\\@example.com", "http://local host"})
    EXPECT_FALSE(container_host_allowed(url)) << url;
}

TEST(Credentials, a_failed_renewal_is_tried_again_a_minute_later) {
  Time now = *parse_time("2026-11-29T12:00:00Z");
  int asked = 0;
  bool fails = false;
  auto provider = provider_of([&] { return now; },
                              [&]() -> Result<Credentials> {
                                ++asked;
                                if (fails) return fail(Code::io, "cut");
                                Credentials out;
                                out.access_key_id = "key" + std::to_string(asked);
                                out.expires = {now.ms + 3600000};
                                return out;
                              });
  EXPECT_EQ(provider->get()->access_key_id, "key1");
  fails = true;
  now.ms += 3300000;  // five minutes are left
  EXPECT_EQ(provider->get()->access_key_id, "key1");
  now.ms += 59999;
  EXPECT_EQ(provider->get()->access_key_id, "key1");
  EXPECT_EQ(asked, 2);
  now.ms += 1;
  EXPECT_EQ(provider->get()->access_key_id, "key1");
  EXPECT_EQ(asked, 3);
  fails = false;
  now.ms += 60000;
  EXPECT_EQ(provider->get()->access_key_id, "key4");
  fails = true;
  now.ms += 3600000;  // nothing is left
  EXPECT_EQ(provider->get().error().what, "cut");
  fails = false;
  EXPECT_EQ(provider->get()->access_key_id, "key6");
  provider->refuse();
  EXPECT_EQ(provider->get()->access_key_id, "key7");
}

}  // namespace
}  // namespace reeve
