#include "aws/protocol.h"

#include <cctype>

#include "aws/protocol_parts.h"
#include "base/text.h"

namespace reeve {
namespace wire {

using Kind = ApiShape::Kind;

const ApiMember* payload_of(const ApiShape* shape) {
  if (shape)
    for (const ApiMember& member : shape->members)
      if (member.payload) return &member;
  return nullptr;
}

bool has_body_members(const ApiShape* shape) {
  if (shape)
    for (const ApiMember& member : shape->members)
      if (in_body(member)) return true;
  return false;
}

std::string scalar_text(const ApiShape& shape, Value value, std::string_view timestamp_format) {
  if (shape.kind == Kind::timestamp) {
    std::string_view format = shape.timestamp_format.empty() ? timestamp_format : std::string_view(shape.timestamp_format);
    return time_on_wire(value.text(), format).value_or("");
  }
  if (value.is_bool()) return value.boolean() ? "true" : "false";
  if (shape.kind == Kind::boolean) return lower(value.text());
  return std::string(value.text());
}

}  // namespace wire

namespace {

using Kind = ApiShape::Kind;

// --- What is asked with, held against the shape.

class Check {
 public:
  explicit Check(const ApiOperation& operation) : operation_(operation) {}

  Status structure(const ApiShape& shape, Value value, const std::string& path) {
    if (!value.is_map()) return wrong(path, "a map");
    for (auto entry : value.entries()) {
      if (entry.value.is_null()) continue;
      const ApiMember* member = shape.member(entry.key());
      if (!member) {
        std::vector<std::string> names;
        for (const ApiMember& one : shape.members) names.push_back(one.name);
        std::string near = nearest(std::string(entry.key()), names);
        return fail(Code::usage, operation_.name + " has no `" + below(path, entry.key()) + "`", {}, {}, near.empty() ? "" : "did you mean `" + near + "`?");
      }
      TRY(any(*member->shape, entry.value, below(path, entry.key())));
    }
    for (const ApiMember& member : shape.members)
      if (Value given = value.get(member.name); member.required && (!given || given.is_null()))
        return fail(Code::usage, operation_.name + " cannot be asked without `" + below(path, member.name) + "`");
    return {};
  }

 private:
  static std::string below(const std::string& path, std::string_view name) { return path.empty() ? std::string(name) : path + "." + std::string(name); }
  tl::unexpected<Error> wrong(const std::string& path, const char* expected) const {
    return fail(Code::type, path.empty() ? "the input of " + operation_.name + " is no map" : "`" + path + "` of " + operation_.name + " is of another kind", {}, expected);
  }

  Status any(const ApiShape& shape, Value value, const std::string& path) {
    if (++depth_ > wire::depth_max) return fail(Code::limit, "the input of " + operation_.name + " is nested too deep");
    TRY(one(shape, value, path));
    --depth_;
    return {};
  }

  Status one(const ApiShape& shape, Value value, const std::string& path) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, value, path);
      case Kind::list:
        if (!value.is_list()) return wrong(path, "a list");
        for (Value item : value.items()) TRY(any(*shape.element, item, path + "[]"));
        return {};
      case Kind::map:
        if (!value.is_map()) return wrong(path, "a map");
        for (auto entry : value.entries()) TRY(any(*shape.element, entry.value, path + "." + std::string(entry.key())));
        return {};
      case Kind::integer: return value.is_scalar() && parse_int(value.text()) ? Status() : wrong(path, "a whole number");
      case Kind::number: return value.is_scalar() && !value.is_bool() && parse_double(value.text()) ? Status() : wrong(path, "a number");
      case Kind::boolean:
        if (value.is_bool() || equal_ignoring_case(value.text(), "true") || equal_ignoring_case(value.text(), "false")) return {};
        return wrong(path, "true or false");
      case Kind::timestamp: return value.is_string() && wire::time_on_wire(value.text(), "rfc822") ? Status() : wrong(path, "a time such as 2026-11-24T22:00:00Z");
      case Kind::document: return {};
      default: return value.is_scalar() && !value.is_null() ? Status() : wrong(path, "a text");
    }
  }

  const ApiOperation& operation_;
  int depth_ = 0;
};

// --- What came back.

// A refused signature is answered with what was signed, the session token among it. That is nobody's to print.
std::string without_request(std::string message) {
  for (std::string_view mark : {"\n", "\r", "The Canonical String", "Authorization=", "AWS4-HMAC-SHA256"})
    if (size_t at = message.find(mark); at != message.npos) message.resize(at);
  constexpr size_t longest = 1000;
  if (message.size() > longest) {
    message.resize(longest);
    while (!message.empty() && !valid_utf8(message)) message.pop_back();
  }
  return std::string(trim(message));
}

// `com.amazonaws.x#Code:http://…`
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  return std::string(trim(code.substr(code.rfind('#') + 1)));
}

std::string header_of(const HttpResponse& response, std::string_view name) {
  const std::string* value = response.header(name);
  return value ? *value : std::string();
}

// Whatever a service speaks, a front end before it may refuse in the other language.
void read_refusal(const HttpResponse& response, AwsReply& out) {
  std::string_view body = trim(response.body);
  std::optional<wire::Refusal> refusal;
  if (starts_with(body, "{")) refusal = wire::json_refusal(body);
  else if (starts_with(body, "<") || starts_with(body, "\xef\xbb\xbf")) refusal = wire::xml_refusal(body);
  if (refusal) {
    out.error_code = bare_code(refusal->code);
    out.error_message = without_request(std::move(refusal->message));
    if (out.request_id.empty()) out.request_id = refusal->request_id;
  }
  if (std::string type = bare_code(header_of(response, "x-amzn-errortype")); !type.empty()) out.error_code = type;
  std::string query = header_of(response, "x-amzn-query-error");  // Code;Fault
  if (size_t mark = query.find(';'); mark != query.npos && mark > 0) out.error_code = query.substr(0, mark);
  if (!out.error_code.empty()) return;
  out.error_code = "HTTP " + std::to_string(out.status);
  if (out.error_message.empty()) out.error_message = body.empty() ? "the answer is empty" : "the answer is none of an AWS service";
}

Status read_answer(const ApiService& service, const ApiOperation& operation, const HttpResponse& response, JsonWriter& json, AwsReply& out) {
  const bool rest = service.protocol == ApiProtocol::rest_json || service.protocol == ApiProtocol::rest_xml;
  if (rest && operation.output) TRY(wire::read_headers(*operation.output, response, json));
  if (service.protocol == ApiProtocol::json || service.protocol == ApiProtocol::rest_json)
    return wire::read_json_body(operation, service.protocol, response.body, json, out.verbatim);
  std::string of_body;
  TRY(wire::read_xml_body(operation, service.protocol, response.body, json, of_body));
  if (out.request_id.empty()) out.request_id = std::move(of_body);
  const ApiMember* payload = wire::payload_of(operation.output);
  out.verbatim = payload && payload->shape->kind == ApiShape::Kind::string;
  return {};
}

}  // namespace

Result<HttpRequest> build_request(const AwsCall& call) {
  const ApiOperation& operation = *call.operation;
  Value input = call.input ? call.input->root() : Value();
  static const ApiShape nothing = [] { ApiShape shape; shape.kind = ApiShape::Kind::structure; return shape; }();
  if (call.input) {
    TRY(Check(operation).structure(operation.input ? *operation.input : nothing, input, ""));
  } else if (operation.input) {
    for (const ApiMember& member : operation.input->members)
      if (member.required) return fail(Code::usage, operation.name + " cannot be asked without `" + member.name + "`");
  }
  HttpRequest request;
  request.method = operation.method;
  request.headers = call.service->headers;
  switch (call.service->protocol) {
    case ApiProtocol::query:
    case ApiProtocol::ec2:
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
      request.body = wire::form_body(call);
      break;
    case ApiProtocol::json:
      request.headers.emplace_back("X-Amz-Target", call.service->target_prefix + "." + operation.name);
      request.headers.emplace_back("Content-Type", "application/x-amz-json-" + call.service->json_version);
      if (call.service->query_compatible) request.headers.emplace_back("x-amzn-query-mode", "true");
      request.body = wire::json_body(operation.input, input);
      break;
    case ApiProtocol::rest_json:
    case ApiProtocol::rest_xml: TRY(wire::rest_request(call, request)); break;
  }
  return request;
}

Result<std::string> host_prefix(const AwsCall& call) {
  std::string out;
  std::string_view pattern = call.operation->host_prefix;
  while (!pattern.empty()) {
    size_t open = pattern.find('{'), close = pattern.find('}');
    out += pattern.substr(0, open);
    if (open == pattern.npos || close == pattern.npos || close < open) break;
    std::string_view name = pattern.substr(open + 1, close - open - 1);
    Value given = call.input ? call.input->root().get(name) : Value();
    std::string_view text = given && given.is_scalar() ? given.text() : std::string_view();
    bool fits = !text.empty();
    for (char c : text) fits = fits && (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.');
    if (!fits) return fail(Code::usage, "`" + std::string(name) + "` of " + call.operation->name + " cannot stand in a host's name", {}, "letters, digits, `-` and `.`");
    out += text;
    pattern = pattern.substr(close + 1);
  }
  return out;
}

AwsReply read_response(const ApiService& service, const ApiOperation& operation, const HttpResponse& response) {
  AwsReply out;
  out.status = response.status;
  for (std::string_view name : {"x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"})
    if (out.request_id.empty()) out.request_id = header_of(response, name);
  if (response.status < 200 || response.status > 299) {
    read_refusal(response, out);
    return out;
  }
  out.json.reserve(response.body.size() + 64);
  JsonWriter json(out.json);
  json.begin_object();
  Status status = read_answer(service, operation, response, json, out);
  if (status) {
    json.end_object();
    out.ok = true;
    return out;
  }
  out.json.clear();
  out.verbatim = false;
  // S3 may refuse with status 200.
  if (auto refusal = starts_with(trim(response.body), "<") ? wire::xml_refusal(response.body) : std::nullopt; refusal && !refusal->code.empty()) {
    out.error_code = bare_code(refusal->code);
    out.error_message = without_request(std::move(refusal->message));
    if (out.request_id.empty()) out.request_id = refusal->request_id;
    return out;
  }
  out.error_code = "UnreadableReply";
  out.error_message = status.error().what;
  return out;
}

}  // namespace reeve
