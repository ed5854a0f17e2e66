// Whose keys a command asks AWS with: the environment, --profile and --endpoint-url, and a person for the code of a second factor.
#pragma once

#include "aws/credentials.h"
#include "cli/commands.h"

namespace reeve {

CredentialSettings caller_settings(const Options& options, Io& io);

}  // namespace reeve
