// The S3 User Guide's own meaning of a public bucket policy.
#pragma once

#include "policy/policy.h"

namespace reeve::policy {

Answer s3_public(const Policy& policy);

}  // namespace reeve::policy
