// ReplyError: a refusal that stands where a call's answer should have been, in any of the ways that exports have of writing it down.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/document.h"

namespace reeve {

struct ReplyError {
  std::string code, message;
  Value at;  // where the code stands; none of what the AWS CLI printed
};

// What the AWS CLI prints where the answer should have been: `An error occurred (AccessDenied) when calling the GetBucketPolicy
// operation: …`, behind a line break or its own name.
std::optional<ReplyError> error_printed(std::string_view text);
// An error as boto3's ClientError.response has it (`Error`, `ResponseMetadata` and members of the error's own shape), or as the services
// that speak JSON send it (`__type`).
std::optional<ReplyError> error_in(Value body);
// Whether JSON text ends inside a string, list or map: a file that was cut off.
bool ends_early(std::string_view text);

}  // namespace reeve
