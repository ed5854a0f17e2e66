#include "double/wire_reply.h"

#include <array>
#include <cmath>
#include <ctime>

#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

using Kind_ = ApiShape::Kind;

void append_xml(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#xD;"; break;
      default: out += c;
    }
  }
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += {'%', digits[c >> 4], digits[c & 15]};
    }
  }
  return out;
}

std::string rfc822(Time time) {
  const std::time_t seconds = time.ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string unix_time(Time time) {
  std::string out = std::to_string(time.ms / 1000);
  if (time.ms % 1000) out += "." + std::to_string(1000 + time.ms % 1000).substr(1);
  return out;
}

// The text of a time in `format`; what is no time is sent as it stands.
std::string time_text(Value value, const std::string& format) {
  std::optional<Time> time = value.is_number() ? std::optional(Time{std::llround(value.number().value_or(0) * 1000)}) : parse_time(value.text());
  if (!time) return std::string(value.text());
  if (format == "unixTimestamp") return unix_time(*time);
  if (format == "rfc822") return rfc822(*time);
  return rfc3339(*time);
}

// A scalar as text; a map or list where the service sends a text is a document that the CLI had decoded.
std::string scalar_text(const ApiShape& shape, Value value, std::string_view default_time) {
  if (shape.kind == Kind_::timestamp) return time_text(value, shape.timestamp_format.empty() ? std::string(default_time) : shape.timestamp_format);
  if (value.is_map() || value.is_list()) {
    const std::string text = to_json(value);
    return shape.policy ? percent_encoded(text) : text;
  }
  if (value.is_bool()) return value.boolean() ? "true" : "false";
  return std::string(value.text());
}

// --- JSON ----------------------------------------------------------------------------------------------------------------------------

void write_json(std::string& out, const ApiShape& shape, Value value);

void write_json_text(std::string& out, std::string_view text) {
  JsonWriter writer(out);
  writer.string(text);
}

void write_json_structure(std::string& out, const ApiShape& shape, Value value, bool only_body) {
  out += '{';
  bool first = true;
  for (const auto& entry : value.entries()) {
    const ApiMember* member = shape.member(entry.key());
    if (!member || (only_body && member->where != ApiMember::Where::body) || entry.value.is_null()) continue;
    if (!first) out += ',';
    first = false;
    write_json_text(out, member->wire_name());
    out += ':';
    write_json(out, *member->shape, entry.value);
  }
  out += '}';
}

void write_json(std::string& out, const ApiShape& shape, Value value) {
  if (value.is_map() && shape.kind == Kind_::structure) return write_json_structure(out, shape, value, false);
  if (value.is_list() && shape.kind == Kind_::list && shape.element) {
    out += '[';
    bool first = true;
    for (Value item : value.items()) {
      if (!first) out += ',';
      first = false;
      write_json(out, *shape.element, item);
    }
    out += ']';
    return;
  }
  if (value.is_map() && shape.kind == Kind_::map && shape.element) {
    out += '{';
    bool first = true;
    for (const auto& entry : value.entries()) {
      if (!first) out += ',';
      first = false;
      write_json_text(out, entry.key());
      out += ':';
      write_json(out, *shape.element, entry.value);
    }
    out += '}';
    return;
  }
  if (shape.kind == Kind_::timestamp && value.is_scalar() && !value.is_null()) {
    const std::string format = shape.timestamp_format.empty() ? "unixTimestamp" : shape.timestamp_format;
    const std::string text = time_text(value, format);
    if (format == "unixTimestamp" && parse_double(text)) {
      out += text;
    } else {
      write_json_text(out, text);
    }
    return;
  }
  if (shape.kind == Kind_::string && (value.is_map() || value.is_list())) return write_json_text(out, scalar_text(shape, value, ""));
  out += to_json(value);
}

// --- XML -----------------------------------------------------------------------------------------------------------------------------

void write_xml(std::string& out, const ApiService& service, const ApiShape& shape, std::string_view element, Value value);

void open_element(std::string& out, std::string_view element) { out.append("<").append(element).append(">"); }
void close_element(std::string& out, std::string_view element) { out.append("</").append(element).append(">"); }

void write_xml_members(std::string& out, const ApiService& service, const ApiShape& shape, Value value) {
  for (const auto& entry : value.entries()) {
    const ApiMember* member = shape.member(entry.key());
    if (!member || member->where != ApiMember::Where::body || entry.value.is_null() || member->xml_attribute) continue;
    write_xml(out, service, *member->shape, member->wire_name(), entry.value);
  }
}

void write_xml_structure(std::string& out, const ApiService& service, const ApiShape& shape, std::string_view element, Value value) {
  out.append("<").append(element);
  for (const auto& entry : value.entries()) {
    const ApiMember* member = shape.member(entry.key());
    if (!member || !member->xml_attribute) continue;
    const std::string& name = member->wire_name();
    if (starts_with(name, "xsi:")) out += " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    out.append(" ").append(name).append("=\"");
    append_xml(out, entry.value.text());
    out += '"';
  }
  out += '>';
  write_xml_members(out, service, shape, value);
  close_element(out, element);
}

void write_xml(std::string& out, const ApiService& service, const ApiShape& shape, std::string_view element, Value value) {
  if (value.is_map() && shape.kind == Kind_::structure) return write_xml_structure(out, service, shape, element, value);
  if (value.is_list() && shape.kind == Kind_::list && shape.element) {
    const std::string item = shape.flattened ? std::string(element) : !shape.element_wire.empty() ? shape.element_wire
                                                                  : service.protocol == ApiProtocol::ec2 ? "item" : "member";
    if (!shape.flattened) open_element(out, element);
    for (Value one : value.items()) write_xml(out, service, *shape.element, item, one);
    if (!shape.flattened) close_element(out, element);
    return;
  }
  if (value.is_map() && shape.kind == Kind_::map && shape.element) {
    if (!shape.flattened) open_element(out, element);
    const std::string entry_element = shape.flattened ? std::string(element) : "entry";
    const std::string key = shape.key_wire.empty() ? "key" : shape.key_wire, val = shape.element_wire.empty() ? "value" : shape.element_wire;
    for (const auto& entry : value.entries()) {
      open_element(out, entry_element);
      open_element(out, key);
      append_xml(out, entry.key());
      close_element(out, key);
      write_xml(out, service, *shape.element, val, entry.value);
      close_element(out, entry_element);
    }
    if (!shape.flattened) close_element(out, element);
    return;
  }
  open_element(out, element);
  append_xml(out, scalar_text(shape, value, "iso8601"));
  close_element(out, element);
}

// --- what stands outside of the body --------------------------------------------------------------------------------------------------

void write_headers(ServerReply& reply, const ApiShape& shape, Value value) {
  for (const auto& entry : value.entries()) {
    const ApiMember* member = shape.member(entry.key());
    if (!member || entry.value.is_null()) continue;
    if (member->where == ApiMember::Where::header) {
      reply.headers.emplace_back(member->wire_name(), scalar_text(*member->shape, entry.value, "rfc822"));
    } else if (member->where == ApiMember::Where::headers) {
      for (const auto& one : entry.value.entries()) reply.headers.emplace_back(member->wire + std::string(one.key()), one.value.text());
    } else if (member->where == ApiMember::Where::status) {
      reply.status = static_cast<int>(entry.value.integer().value_or(200));
    }
  }
}

const ApiMember* payload_of(const ApiShape& shape) {
  for (const ApiMember& member : shape.members) {
    if (member.payload) return &member;
  }
  return nullptr;
}

constexpr std::string_view xml_declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string name_space(const ApiService& service) {
  return " xmlns=\"http://" + service.endpoint_prefix + ".amazonaws.com/doc/" + service.version + "/\"";
}

void write_rest_xml(ServerReply& reply, const ApiService& service, const ApiOperation& operation, Value value) {
  reply.body = xml_declaration;
  if (!operation.root_text.empty()) {
    reply.body += "<" + operation.root_text + name_space(service) + ">";
    const Value text = value.get(operation.root_text);
    if (text && !text.is_null()) append_xml(reply.body, text.text());
    close_element(reply.body, operation.root_text);
    return;
  }
  if (const ApiMember* payload = payload_of(*operation.output)) {
    const Value inner = value.get(payload->name);
    if (payload->shape->kind != Kind_::structure) {
      reply.body = inner ? scalar_text(*payload->shape, inner, "iso8601") : "";
    } else if (inner && inner.is_map()) {
      write_xml_structure(reply.body, service, *payload->shape, payload->wire_name(), inner);
    } else {
      reply.body.clear();
    }
    return;
  }
  const std::string root = operation.name + "Result";
  reply.body += "<" + root + name_space(service) + ">";
  write_xml_members(reply.body, service, *operation.output, value);
  close_element(reply.body, root);
}

}  // namespace

ServerReply write_answer(const ApiService& service, const ApiOperation& operation, Value value, std::string_view request_id) {
  static const ApiShape empty{.kind = Kind_::structure};
  const ApiShape& shape = operation.output ? *operation.output : empty;
  ServerReply reply;
  const std::string id(request_id);
  switch (service.protocol) {
    case ApiProtocol::json:
      reply.headers = {{"Content-Type", "application/x-amz-json-" + (service.json_version.empty() ? "1.1" : service.json_version)}, {"x-amzn-RequestId", id}};
      write_json_structure(reply.body, shape, value, false);
      break;
    case ApiProtocol::rest_json: {
      reply.headers = {{"Content-Type", "application/json"}, {"x-amzn-RequestId", id}};
      write_headers(reply, shape, value);
      const ApiMember* payload = payload_of(shape);
      if (!payload) {
        write_json_structure(reply.body, shape, value, true);
      } else if (const Value inner = value.get(payload->name)) {
        if (payload->shape->kind == Kind_::structure) {
          write_json(reply.body, *payload->shape, inner);
        } else {
          reply.body = scalar_text(*payload->shape, inner, "iso8601");
          if (payload->shape->kind == Kind_::blob) reply.body = base64_decode(reply.body).value_or(reply.body);
        }
      }
      break;
    }
    case ApiProtocol::query: {
      reply.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", id}};
      reply.body += "<" + operation.name + "Response" + name_space(service) + ">";
      if (!operation.output_wrapper.empty()) open_element(reply.body, operation.output_wrapper);
      write_xml_members(reply.body, service, shape, value);
      if (!operation.output_wrapper.empty()) close_element(reply.body, operation.output_wrapper);
      reply.body += "<ResponseMetadata><RequestId>" + id + "</RequestId></ResponseMetadata>";
      close_element(reply.body, operation.name + "Response");
      break;
    }
    case ApiProtocol::ec2:
      reply.headers = {{"Content-Type", "text/xml;charset=UTF-8"}, {"x-amzn-requestid", id}};
      reply.body = xml_declaration;
      reply.body += "<" + operation.name + "Response" + name_space(service) + "><requestId>" + id + "</requestId>";
      write_xml_members(reply.body, service, shape, value);
      close_element(reply.body, operation.name + "Response");
      break;
    case ApiProtocol::rest_xml:
      reply.headers = {{"Content-Type", "application/xml"}, {service.name == "s3" ? "x-amz-request-id" : "x-amzn-RequestId", id}};
      write_headers(reply, shape, value);
      if (operation.output) write_rest_xml(reply, service, operation, value);
      break;
  }
  return reply;
}

ServerReply write_refusal(const ApiService* service, int status, std::string_view code, std::string_view message, std::string_view request_id) {
  ServerReply reply;
  reply.status = status;
  const std::string id(request_id);
  std::string error = "<Code>";
  append_xml(error, code);
  error += "</Code><Message>";
  append_xml(error, message);
  error += "</Message>";
  const ApiProtocol protocol = service ? service->protocol : ApiProtocol::query;
  if (protocol == ApiProtocol::json || protocol == ApiProtocol::rest_json) {
    reply.headers = {{"Content-Type", protocol == ApiProtocol::json ? "application/x-amz-json-1.1" : "application/json"}, {"x-amzn-RequestId", id}};
    JsonWriter writer(reply.body);
    writer.begin_object();
    if (protocol == ApiProtocol::json) {
      writer.member("__type", code);
    } else {
      reply.headers.emplace_back("x-amzn-ErrorType", code);
    }
    writer.member("message", message).end_object();
  } else if (protocol == ApiProtocol::ec2) {
    reply.headers = {{"Content-Type", "text/xml;charset=UTF-8"}};
    reply.body.append(xml_declaration).append("<Response><Errors><Error>").append(error).append("</Error></Errors><RequestID>");
    reply.body += id + "</RequestID></Response>";
  } else if (protocol == ApiProtocol::rest_xml && service->name == "s3") {
    reply.headers = {{"Content-Type", "application/xml"}, {"x-amz-request-id", id}};
    reply.body.append(xml_declaration).append("<Error>").append(error).append("<RequestId>").append(id).append("</RequestId></Error>");
  } else {
    reply.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", id}};
    reply.body.append("<ErrorResponse><Error><Type>Sender</Type>").append(error).append("</Error><RequestId>").append(id);
    reply.body += "</RequestId></ErrorResponse>";
  }
  return reply;
}

}  // namespace reeve::aws_double
