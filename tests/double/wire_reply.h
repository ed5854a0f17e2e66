// From a reply as the AWS CLI prints it to the bytes that a service of the operation's protocol sends, and refusals likewise.
//
// The way back of src/aws/protocol.h, written apart from it: from the operation's shapes (src/aws/api.h) and what AWS documents of its
// protocols. What the CLI decodes on its way to people is encoded again: policy documents of IAM, times, what stands in headers.
#pragma once

#include <string>
#include <string_view>

#include "aws/api.h"
#include "double/server.h"
#include "formats/document.h"

namespace reeve::aws_double {

ServerReply write_answer(const ApiService& service, const ApiOperation& operation, Value reply, std::string_view request_id);
ServerReply write_refusal(const ApiService* service, int status, std::string_view code, std::string_view message, std::string_view request_id);

}  // namespace reeve::aws_double
