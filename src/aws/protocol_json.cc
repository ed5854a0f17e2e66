#include <cmath>

#include "aws/protocol_parts.h"
#include "base/text.h"

namespace reeve::wire {
namespace {

using Kind = ApiShape::Kind;

// --- Out.

void write_structure(JsonWriter& json, const ApiShape& shape, Value value, bool body_only);

void write(JsonWriter& json, const ApiShape& shape, Value value) {
  switch (shape.kind) {
    case Kind::structure: return write_structure(json, shape, value, false);
    case Kind::list:
      json.begin_array();
      for (Value item : value.items()) write(json, *shape.element, item);
      json.end_array();
      return;
    case Kind::map:
      json.begin_object();
      for (auto entry : value.entries()) json.key(entry.key()), write(json, *shape.element, entry.value);
      json.end_object();
      return;
    case Kind::document: json.value(value); return;
    case Kind::integer: json.integer(*parse_int(scalar_text(shape, value, ""))); return;
    case Kind::boolean: json.boolean(scalar_text(shape, value, "") == "true"); return;
    case Kind::number:
    case Kind::timestamp: {
      std::string text = scalar_text(shape, value, "unixTimestamp");
      auto number = parse_double(text);
      bool as_number = number && std::isfinite(*number) && (shape.kind == Kind::number || shape.timestamp_format != "iso8601");
      if (!as_number) json.string(text);
      else if (auto whole = parse_int(text)) json.integer(*whole);
      else json.number(*number);
      return;
    }
    default: json.string(scalar_text(shape, value, "")); return;
  }
}

void write_structure(JsonWriter& json, const ApiShape& shape, Value value, bool body_only) {
  json.begin_object();
  for (const ApiMember& member : shape.members) {
    Value given = value.get(member.name);
    if (!given || given.is_null() || (body_only && !in_body(member))) continue;
    json.key(member.wire_name());
    write(json, *member.shape, given);
  }
  json.end_object();
}

// --- In.

class Reader {
 public:
  // json passes on what it got; rest-json makes numbers and booleans of texts, as botocore does.
  Reader(JsonWriter& json, ApiProtocol protocol) : json_(json), converts_(protocol == ApiProtocol::rest_json) {}

  bool verbatim() const { return verbatim_; }

  Status members(const ApiShape& shape, Value value, bool body_only) {
    size_t taken = 0;
    for (const ApiMember& member : shape.members) {
      if (body_only && !in_body(member)) continue;
      Value given = value.get(member.wire_name());
      if (!given || given.is_null()) continue;
      ++taken;
      if (!member.wire.empty()) verbatim_ = false;
      json_.key(member.name);
      TRY(any(*member.shape, given, member.name));
    }
    if (taken != value.size()) verbatim_ = false;
    return {};
  }

  Status any(const ApiShape& shape, Value value, std::string_view name) {
    if (++depth_ > depth_max) return fail(Code::limit, "the answer is nested too deep");
    TRY(one(shape, value, name));
    --depth_;
    return {};
  }

 private:
  static tl::unexpected<Error> wrong(std::string_view name, std::string_view kind) {
    return fail(Code::type, "`" + std::string(name) + "` is no " + std::string(kind));
  }

  Status one(const ApiShape& shape, Value value, std::string_view name) {
    if (value.is_null()) return json_.null(), Status();  // in a list or map; a member would have been left out
    switch (shape.kind) {
      case Kind::structure:
        if (!value.is_map()) return wrong(name, "map");
        json_.begin_object();
        TRY(members(shape, value, false));
        json_.end_object();
        return {};
      case Kind::list:
        if (!value.is_list()) return wrong(name, "list");
        json_.begin_array();
        for (Value item : value.items()) TRY(any(*shape.element, item, name));
        json_.end_array();
        return {};
      case Kind::map:
        if (!value.is_map()) return wrong(name, "map");
        json_.begin_object();
        for (auto entry : value.entries()) {
          json_.key(entry.key());
          TRY(any(*shape.element, entry.value, name));
        }
        json_.end_object();
        return {};
      case Kind::timestamp:
        if (!value.is_number() && !value.is_string()) return wrong(name, "time");
        verbatim_ = false;
        json_.string(value.is_number() ? printed_time(value.number().value_or(NAN), value.text()) : printed_time(value.text()));
        return {};
      case Kind::blob:
        if (!value.is_string()) return wrong(name, "text");
        write_blob(value.text(), json_);
        return {};
      case Kind::integer:
        if (converts_ && (value.is_string() || value.kind() == reeve::Kind::number)) {
          verbatim_ = false;
          return whole(value, name);
        }
        break;
      case Kind::boolean:
        if (converts_) {
          verbatim_ = verbatim_ && value.is_bool();
          json_.boolean(value.is_bool() ? value.boolean() : value.is_string() && equal_ignoring_case(value.text(), "true"));
          return {};
        }
        break;
      case Kind::string:
        if (shape.policy && value.is_string()) {
          verbatim_ = false;
          write_policy(value.text(), json_);
          return {};
        }
        break;
      default: break;
    }
    json_.value(value);
    return {};
  }

  Status whole(Value value, std::string_view name) {
    if (value.is_string()) {
      if (auto number = parse_int(trim(value.text()))) return json_.integer(*number), Status();
    } else if (auto real = value.number(); real && std::fabs(*real) < 9e18) {
      return json_.integer(static_cast<int64_t>(*real)), Status();
    }
    return wrong(name, "whole number");
  }

  JsonWriter& json_;
  bool converts_;
  bool verbatim_ = true;
  int depth_ = 0;
};

std::optional<std::string> text_member(Value map, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    if (Value value = map.get(name); value && value.is_scalar() && !value.is_null()) return std::string(value.text());
  return std::nullopt;
}

}  // namespace

std::string json_body(const ApiShape* input, Value value) {
  std::string out;
  JsonWriter json(out);
  if (const ApiMember* payload = payload_of(input)) {
    Value given = value.get(payload->name);
    if (given && !given.is_null()) write(json, *payload->shape, given);
    else json.begin_object().end_object();
  } else if (input) {
    write_structure(json, *input, value, true);
  } else {
    json.begin_object().end_object();
  }
  return out;
}

Status read_json_body(const ApiOperation& operation, ApiProtocol protocol, std::string_view body, JsonWriter& json, bool& verbatim) {
  verbatim = false;
  if (!has_body_members(operation.output)) return {};
  const ApiMember* payload = payload_of(operation.output);
  if (payload && (payload->shape->kind == Kind::string || payload->shape->kind == Kind::blob)) {
    json.key(payload->name).string(body);
    verbatim = payload->shape->kind == Kind::string;
    return {};
  }
  DocumentPtr document = TRY(read_json(body, nullptr, {}));
  Value root = document->root();
  if (!root.is_map()) return fail(Code::type, "the answer is no map");
  Reader reader(json, protocol);
  if (payload) {
    json.key(payload->name);
    return reader.any(*payload->shape, root, payload->name);
  }
  bool known = root.size() == 0;
  for (const ApiMember& member : operation.output->members) known = known || (in_body(member) && root.get(member.wire_name()));
  if (!known) return fail(Code::type, "the answer has no member of " + operation.name);
  TRY(reader.members(*operation.output, root, true));
  verbatim = reader.verbatim();
  return {};
}

void write_policy(std::string_view encoded, JsonWriter& json) {
  std::string text = percent_decode(encoded);
  if (auto document = read_json(text, nullptr, {})) json.value((*document)->root());
  else json.string(encoded);
}

void write_blob(std::string_view text, JsonWriter& json) {
  if (text.find_first_of(" \t\r\n") == text.npos) {
    json.string(text);
    return;
  }
  std::string joined;
  for (char c : text)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') joined += c;
  json.string(joined);
}

std::optional<Refusal> json_refusal(std::string_view body) {
  auto document = read_json(body, nullptr, {});
  if (!document || !(*document)->root().is_map()) return std::nullopt;
  Value root = (*document)->root();
  if (root.get("Output").is_map()) root = root.get("Output");  // as a front end says that it does not know the operation
  Refusal out;
  out.code = text_member(root, {"__type", "code", "Code", "error"}).value_or("");
  out.message = text_member(root, {"message", "Message", "errorMessage", "error_description"}).value_or("");
  return out;
}

}  // namespace reeve::wire
