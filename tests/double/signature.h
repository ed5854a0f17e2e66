// Who sent a request, and whether the signature proves it: Signature Version 4 verified from the wire, apart from src/aws/sign.cc.
//
// The double's keys are made, not stored: an access key id says its account and when it ends, and the secret follows from it and a seed.
//   AKIA + 12 digits + 4 characters   a user's key of that account; does not end
//   ASIA + 12 digits + 4 characters   a session's; comes with a token that says when it ends
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "double/server.h"

namespace reeve::aws_double {

struct Caller {
  std::string access_key_id, account, region, service;  // the last two from the credential scope
  bool session = false;
  std::string error_code, error_message;  // of a request that proves nothing
};

class Keys {
 public:
  Keys(std::string seed, bool verify) : seed_(std::move(seed)), verify_(verify) {}
  std::string user_key(std::string_view account) const { return "AKIA" + std::string(account) + "USER"; }
  std::string secret(std::string_view access_key_id) const;
  // A new session of `account`, ending at `expires_ms`.
  void session(std::string_view account, int64_t expires_ms, std::string& access_key_id, std::string& token);
  // Sessions handed out so far have ended.
  void end_sessions() { ended_before_ = sessions_; }
  // `now_ms` is the double's clock.
  Caller check(const ServerRequest& request, int64_t now_ms);

 private:
  std::string token_of(std::string_view access_key_id, int64_t expires_ms) const;
  const std::string& signing_key(const std::string& access_key_id, std::string_view date, std::string_view region, std::string_view service);

  std::string seed_;
  bool verify_;
  uint32_t sessions_ = 0, ended_before_ = 0;
  std::unordered_map<std::string, std::string> signing_keys_;
};

}  // namespace reeve::aws_double
