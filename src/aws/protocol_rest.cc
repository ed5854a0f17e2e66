#include "aws/protocol_parts.h"
#include "aws/sign.h"
#include "base/text.h"

namespace reeve::wire {
namespace {

using Kind = ApiShape::Kind;
using Where = ApiMember::Where;

const ApiMember* placed(const ApiShape* shape, Where where, std::string_view wire) {
  if (!shape) return nullptr;
  for (const ApiMember& member : shape->members)
    if (member.where == where && member.wire_name() == wire) return &member;
  return nullptr;
}

// What of a member stands in the URI.
std::string in_uri(const ApiMember& member, Value given) {
  std::string text = scalar_text(*member.shape, given, "iso8601");
  return member.last_part ? text.substr(text.rfind('/') + 1) : text;
}

// `/{Bucket}/{Key+}`: a label ending in + keeps its slashes.
Result<std::string> path_of(const AwsCall& call, std::string_view pattern) {
  std::string out;
  Value input = call.input ? call.input->root() : Value();
  while (!pattern.empty()) {
    size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == pattern.npos) break;
    size_t close = pattern.find('}', open);
    if (close == pattern.npos) return fail(Code::internal, "the URI of " + call.operation->name + " has an open label");
    std::string_view label = pattern.substr(open + 1, close - open - 1);
    pattern = pattern.substr(close + 1);
    bool greedy = ends_with(label, "+");
    if (greedy) label.remove_suffix(1);
    const ApiMember* member = placed(call.operation->input, Where::uri, label);
    Value given = member ? input.get(member->name) : Value();
    std::string text = given && !given.is_null() ? in_uri(*member, given) : "";
    // An empty label would ask another operation: GET / lists buckets.
    if (text.empty()) return fail(Code::usage, "`" + std::string(label) + "` of " + call.operation->name + " is empty", {}, "a text");
    out += aws_encode(text, greedy);
  }
  return out;
}

void query_member(const ApiMember& member, Value given, HttpRequest& request) {
  if (member.shape->kind == Kind::list) {
    for (Value item : given.items()) request.query.emplace_back(member.wire_name(), scalar_text(*member.shape->element, item, "iso8601"));
  } else if (member.shape->kind == Kind::map) {
    const ApiShape& value = *member.shape->element;
    for (auto entry : given.entries()) {
      if (value.kind != Kind::list) request.query.emplace_back(entry.key(), scalar_text(value, entry.value, "iso8601"));
      else for (Value item : entry.value.items()) request.query.emplace_back(entry.key(), scalar_text(*value.element, item, "iso8601"));
    }
  } else {
    request.query.emplace_back(member.wire_name(), in_uri(member, given));
  }
}

// One element of a header that is a list: in quotes if it holds what would end it.
std::string header_item(const std::string& text) {
  if (text.find_first_of(",\"") == text.npos) return text;
  std::string out = "\"";
  for (char c : text) out += c == '"' ? std::string("\\\"") : std::string(1, c);
  return out + "\"";
}

void header_member(const ApiMember& member, Value given, HttpRequest& request) {
  if (member.shape->kind != Kind::list) {
    request.headers.emplace_back(member.wire_name(), scalar_text(*member.shape, given, "rfc822"));
    return;
  }
  std::string out;
  for (Value item : given.items()) {
    if (!out.empty()) out += ',';
    std::string text = scalar_text(*member.shape->element, item, "rfc822");
    out += member.shape->element->kind == Kind::string ? header_item(text) : text;
  }
  if (given.size()) request.headers.emplace_back(member.wire_name(), out);
}

Status scalar(const ApiShape& shape, std::string_view text, std::string_view name, JsonWriter& json) {
  switch (shape.kind) {
    case Kind::boolean: json.boolean(equal_ignoring_case(text, "true")); return {};
    case Kind::timestamp: json.string(printed_time(text)); return {};
    case Kind::integer:
    case Kind::number: {
      auto whole = parse_int(trim(text));
      auto number = parse_double(trim(text));
      if (shape.kind == Kind::integer ? !whole : !number) return fail(Code::type, "the header of `" + std::string(name) + "` is no number");
      if (whole) json.integer(*whole);
      else json.number(*number);
      return {};
    }
    default: json.string(text); return {};
  }
}

}  // namespace

Status rest_request(const AwsCall& call, HttpRequest& request) {
  std::string_view uri = call.operation->uri;
  size_t mark = uri.find('?');
  request.path = TRY(path_of(call, uri.substr(0, mark)));
  if (mark != uri.npos)
    for (std::string_view pair : split(uri.substr(mark + 1), '&')) {
      size_t equals = pair.find('=');
      request.query.emplace_back(pair.substr(0, equals), equals == pair.npos ? "" : pair.substr(equals + 1));
    }
  const ApiShape* input = call.operation->input;
  if (!input) return {};
  Value root = call.input ? call.input->root() : Value();
  for (const ApiMember& member : input->members) {
    Value given = root.get(member.name);
    if (!given || given.is_null()) continue;
    if (member.where == Where::query) query_member(member, given, request);
    else if (member.where == Where::header) header_member(member, given, request);
    else if (member.where == Where::headers)
      for (auto entry : given.entries()) request.headers.emplace_back(member.wire_name() + std::string(entry.key()), scalar_text(*member.shape->element, entry.value, "rfc822"));
  }
  if (!has_body_members(input)) return {};
  if (call.service->protocol == ApiProtocol::rest_xml)
    return fail(Code::unsupported, call.operation->name + " sends a body of XML", {}, {}, "no operation that reads does");
  request.body = json_body(input, root);
  request.headers.emplace_back("Content-Type", "application/json");
  return {};
}

Status read_headers(const ApiShape& output, const HttpResponse& response, JsonWriter& json) {
  for (const ApiMember& member : output.members) {
    if (member.where == Where::status) {
      json.key(member.name).integer(response.status);
    } else if (member.where == Where::header) {
      const std::string* header = response.header(member.wire_name());
      if (!header) continue;
      json.key(member.name);
      if (member.shape->kind != Kind::list) {
        TRY(scalar(*member.shape, *header, member.name, json));
        continue;
      }
      json.begin_array();
      for (std::string_view item : split(*header, ',')) TRY(scalar(*member.shape->element, trim(item), member.name, json));
      json.end_array();
    } else if (member.where == Where::headers) {
      json.key(member.name).begin_object();
      for (auto& [name, value] : response.headers)
        if (starts_with(lower(name), lower(member.wire_name()))) json.member(name.substr(member.wire_name().size()), value);
      json.end_object();
    }
  }
  return {};
}

}  // namespace reeve::wire
