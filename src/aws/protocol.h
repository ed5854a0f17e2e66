// The five protocols of AWS's services: a call becomes an HTTP request, a response becomes the reply as the AWS CLI prints it (botocore's
// member names, times as RFC 3339 text, blobs as base64), or an error with AWS's code.
//
// Pure. Source: Smithy 2.0 AWS protocol definitions and botocore's serializers and parsers (Apache-2.0), which are the oracle in
// tests/protocols.py.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "aws/api.h"
#include "aws/http.h"

namespace reeve {

struct AwsCall {
  const ApiService* service = nullptr;
  const ApiOperation* operation = nullptr;
  // Input members as JSON values by name: {"Bucket": "b"}; a map. Kept as a document so that lists and structures can be asked with.
  DocumentPtr input;
};

// Everything but endpoint (origin), credentials and signature. Errors: an input member that the operation does not have, a required one
// that is missing, a value of the wrong kind.
Result<HttpRequest> build_request(const AwsCall& call);
// What goes before the endpoint's host for this call, unless the user named the endpoint: `111122223333.` for s3control; mostly empty.
Result<std::string> host_prefix(const AwsCall& call);

struct AwsReply {
  bool ok = false;
  std::string json;         // of an answer: one JSON map
  bool verbatim = false;    // the answer's body says nothing but `json`, in the same words (white space and order apart)
  std::string error_code, error_message;  // of a refusal: `AccessDenied`; an answer that is no answer of this protocol (a proxy's page, a
                            // service that does not know the operation) has the code `HTTP 404`, `HTTP 500`, … or `UnreadableReply`
  std::string request_id;
  int status = 0;
};
AwsReply read_response(const ApiService& service, const ApiOperation& operation, const HttpResponse& response);

// The input of the next page, or null after the last. `input` is that of the page which `reply` answers. A token that repeats itself is
// an error, not an endless loop.
Result<DocumentPtr> next_page(const ApiOperation& operation, Value input, Value reply);

}  // namespace reeve
