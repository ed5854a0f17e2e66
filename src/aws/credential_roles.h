// A role taken with another provider's keys, inside this room: assume_role_provider (credentials.h) is the same for those above.
#pragma once

#include "aws/credential_parts.h"

namespace reeve {

// `source` is what Credentials::source says of the keys. A role that wants MFA asks `context.settings.ask_mfa` each time it is
// taken anew.
std::shared_ptr<CredentialProvider> role_provider(const CredentialContext& context, std::shared_ptr<CredentialProvider> base,
                                                  AssumeRole role, std::string source);

}  // namespace reeve
