// Renewing the keys of `aws login`, inside this room: the sign-in service wants each request for them to be signed with the key
// that the login made (a DPoP proof, RFC 9449).
#pragma once

#include "aws/credential_parts.h"

namespace reeve {

struct RenewedLogin {
  Credentials keys;
  std::string refresh_token;
};
// `token` is the cached token, which holds the key.
Result<RenewedLogin> renew_login(const CredentialContext& context, Value token);

// The proof for a POST to `url`. Errors: a key that is none of P-256.
Result<std::string> dpop_proof(const std::string& pem_key, const std::string& url, Time now, const std::string& id);

}  // namespace reeve
