// What the five protocols share, and the seams between their files. Included by protocol*.cc alone.
//
//   protocol.cc        which protocol, what is checked before a request is made, what becomes of an answer
//   protocol_query.cc  forms (query, ec2)          protocol_rest.cc  URI, query and headers (rest-json, rest-xml)
//   protocol_json.cc   JSON bodies                 protocol_xml.cc   XML bodies
//   protocol_page.cc   pages                       protocol_time.cc  times on the wire and in replies
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/protocol.h"
#include "formats/json.h"

namespace reeve::wire {

// Deeper answers are refused; no service has any.
inline constexpr int depth_max = 200;

// Which members stand in the body: those of a payload, else those that have no other place.
inline bool in_body(const ApiMember& member) { return member.where == ApiMember::Where::body; }
const ApiMember* payload_of(const ApiShape* shape);  // null: there is none
bool has_body_members(const ApiShape* shape);

// A scalar of an input as text: integers, numbers and booleans may come as such or as text. The kind has been checked.
std::string scalar_text(const ApiShape& shape, Value value, std::string_view timestamp_format);

// --- Times. A time of an input (RFC 3339) as a service wants it; nothing if it is none.
std::optional<std::string> time_on_wire(std::string_view text, std::string_view format);
// As the AWS CLI prints what a service sent: `2026-11-24T22:00:00.123000+00:00`. What is no time is given back as it is.
std::string printed_time(std::string_view text);
std::string printed_time(double epoch_seconds, std::string_view raw);

// --- Requests.
std::string form_body(const AwsCall& call);
std::string json_body(const ApiShape* input, Value value);
Status rest_request(const AwsCall& call, HttpRequest& request);

// --- Replies: the members of `json`'s open map. Errors say what of the answer cannot be read.
// `verbatim`: the body says nothing that the reply does not say in the same words.
Status read_json_body(const ApiOperation& operation, ApiProtocol protocol, std::string_view body, JsonWriter& json, bool& verbatim);
Status read_xml_body(const ApiOperation& operation, ApiProtocol protocol, std::string_view body, JsonWriter& json, std::string& request_id);
Status read_headers(const ApiShape& output, const HttpResponse& response, JsonWriter& json);
// A percent-encoded policy as the document that it is, or as text if it is none.
void write_policy(std::string_view encoded, JsonWriter& json);
// Base64 without the white space that some services break it with.
void write_blob(std::string_view text, JsonWriter& json);

// --- Refusals.
struct Refusal {
  std::string code, message, request_id;
};
std::optional<Refusal> json_refusal(std::string_view body);
std::optional<Refusal> xml_refusal(std::string_view body);

}  // namespace reeve::wire
