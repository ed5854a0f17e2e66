#include <array>
#include <cmath>
#include <memory>

#include <pugixml.hpp>

#include "aws/protocol_parts.h"
#include "base/text.h"

namespace reeve::wire {
namespace {

using Kind = ApiShape::Kind;
using pugi::xml_node;

// Element names without their namespace's prefix: services change prefixes, members' names stay.
std::string_view local(const char* name) {
  std::string_view whole(name);
  size_t colon = whole.find(':');
  return colon == whole.npos ? whole : whole.substr(colon + 1);
}

xml_node first_element(xml_node node) {
  for (node = node.first_child(); node && node.type() != pugi::node_element;) node = node.next_sibling();
  return node;
}
xml_node next_element(xml_node node) {
  for (node = node.next_sibling(); node && node.type() != pugi::node_element;) node = node.next_sibling();
  return node;
}
xml_node next_named(xml_node node, std::string_view name) {
  for (node = next_element(node); node && local(node.name()) != name;) node = next_element(node);
  return node;
}
xml_node child(xml_node node, std::string_view name) {
  node = first_element(node);
  return !node || local(node.name()) == name ? node : next_named(node, name);
}

// The text before an element's first child element; `joined` holds it where it stands in several pieces.
std::string_view text_of(xml_node node, std::string& joined) {
  xml_node piece = node.first_child();
  auto is_text = [](xml_node one) { return one.type() == pugi::node_pcdata || one.type() == pugi::node_cdata; };
  if (!is_text(piece)) return {};
  if (!is_text(piece.next_sibling())) return piece.value();
  joined.clear();
  for (; is_text(piece); piece = piece.next_sibling()) joined += piece.value();
  return joined;
}
std::string text_of(xml_node node) {
  std::string joined;
  return std::string(text_of(node, joined));
}

std::string_view element_name(const ApiMember& member) {
  const ApiShape& shape = *member.shape;
  return shape.kind == Kind::list && shape.flattened && !shape.element_wire.empty() ? std::string_view(shape.element_wire) : std::string_view(member.wire_name());
}

class Reader {
 public:
  explicit Reader(JsonWriter& json) : json_(json) {}

  // Gives whether any member was there.
  Result<bool> members(const ApiShape& shape, xml_node node, bool body_only) {
    const size_t count = shape.members.size();
    std::array<xml_node, 64> few;
    std::unique_ptr<xml_node[]> many;
    xml_node* found = few.data();
    if (count > few.size()) {
      many = std::make_unique<xml_node[]>(count);
      found = many.get();
    }
    // Services write members mostly in the model's order, so the next one is looked for behind the last.
    size_t at = 0;
    for (xml_node one = first_element(node); one; one = next_element(one)) {
      std::string_view name = local(one.name());
      for (size_t tried = 0; tried < count; ++tried, at = at + 1 == count ? 0 : at + 1) {
        if (element_name(shape.members[at]) != name) continue;
        if (!found[at]) found[at] = one;
        break;
      }
    }
    bool any_member = false;
    for (size_t i = 0; i < count; ++i) {
      const ApiMember& member = shape.members[i];
      if (body_only && !in_body(member)) continue;
      if (found[i]) {
        json_.key(member.name);
        TRY(any(*member.shape, found[i], member.name));
      } else if (pugi::xml_attribute attribute = member.xml_attribute ? attribute_of(node, member) : pugi::xml_attribute()) {
        json_.key(member.name).string(attribute.value());
      } else {
        continue;
      }
      any_member = true;
    }
    return any_member;
  }

  Status any(const ApiShape& shape, xml_node node, std::string_view name) {
    if (++depth_ > depth_max) return fail(Code::limit, "the answer is nested too deep");
    TRY(one(shape, node, name));
    --depth_;
    return {};
  }

 private:
  static pugi::xml_attribute attribute_of(xml_node node, const ApiMember& member) {
    for (pugi::xml_attribute one : node.attributes())
      if (local(one.name()) == local(member.wire_name().c_str())) return one;
    return {};
  }

  Status one(const ApiShape& shape, xml_node node, std::string_view name) {
    switch (shape.kind) {
      case Kind::structure:
        json_.begin_object();
        TRY(members(shape, node, false));
        json_.end_object();
        return {};
      case Kind::list: return list(shape, node, name);
      case Kind::map: return map(shape, node, name);
      default: return scalar(shape, text_of(node, joined_), name);
    }
  }

  Status list(const ApiShape& shape, xml_node node, std::string_view name) {
    json_.begin_array();
    std::string_view element = local(node.name());
    xml_node item = shape.flattened ? node : first_element(node);
    for (; item; item = shape.flattened ? next_named(item, element) : next_element(item)) TRY(any(*shape.element, item, name));
    json_.end_array();
    return {};
  }

  Status map(const ApiShape& shape, xml_node node, std::string_view name) {
    std::string_view key_name = shape.key_wire.empty() ? std::string_view("key") : shape.key_wire;
    std::string_view value_name = shape.element_wire.empty() ? std::string_view("value") : shape.element_wire;
    json_.begin_object();
    std::string_view element = local(node.name());
    xml_node entry = shape.flattened ? node : first_element(node);
    for (; entry; entry = shape.flattened ? next_named(entry, element) : next_element(entry)) {
      xml_node key = child(entry, key_name), value = child(entry, value_name);
      if (!key || !value) return fail(Code::type, "`" + std::string(name) + "` has an entry without key or value");
      json_.key(text_of(key, joined_));
      TRY(any(*shape.element, value, name));
    }
    json_.end_object();
    return {};
  }

  Status scalar(const ApiShape& shape, std::string_view text, std::string_view name) {
    switch (shape.kind) {
      case Kind::boolean: json_.boolean(text == "true"); return {};
      case Kind::timestamp: json_.string(printed_time(text)); return {};
      case Kind::blob: write_blob(text, json_); return {};
      case Kind::integer: {
        auto number = parse_int(trim(text));
        if (!number) return fail(Code::type, "`" + std::string(name) + "` is no whole number");
        json_.integer(*number);
        return {};
      }
      case Kind::number: {
        auto number = parse_double(trim(text));
        if (!number) return fail(Code::type, "`" + std::string(name) + "` is no number");
        if (std::isfinite(*number)) json_.number(*number);
        else json_.string(trim(text));
        return {};
      }
      default:
        if (shape.policy) write_policy(text, json_);
        else json_.string(text);
        return {};
    }
  }

  JsonWriter& json_;
  std::string joined_;
  int depth_ = 0;
};

// The root element; null if the text is no XML.
xml_node load(pugi::xml_document& document, std::string_view text) {
  // White space alone is text where it stands alone, as in a tag's value.
  constexpr unsigned options = pugi::parse_default | pugi::parse_ws_pcdata_single;
  if (!document.load_buffer(text.data(), text.size(), options, pugi::encoding_utf8)) return {};
  return document.document_element();
}

std::string request_id_of(xml_node root) {
  for (const char* name : {"RequestId", "requestId", "RequestID"}) {
    if (xml_node found = child(root, name)) return text_of(found);
    if (xml_node found = child(child(root, "ResponseMetadata"), name)) return text_of(found);
  }
  return {};
}

}  // namespace

Status read_xml_body(const ApiOperation& operation, ApiProtocol protocol, std::string_view body, JsonWriter& json, std::string& request_id) {
  const ApiShape* output = operation.output;
  const bool rest = protocol == ApiProtocol::rest_xml;
  if (rest && !has_body_members(output)) return {};
  const ApiMember* payload = payload_of(output);
  if (payload && payload->shape->kind == Kind::blob) return {};  // whatever it is, whoever asked takes it from the response
  if (payload && payload->shape->kind == Kind::string) {
    json.key(payload->name).string(body);
    return {};
  }
  pugi::xml_document document;
  xml_node root = load(document, body);
  if (!root) return fail(Code::parse, "the answer is no XML");
  std::string_view root_name = local(root.name());
  auto not_of = [&] { return fail(Code::type, "the answer `" + std::string(root_name.substr(0, 80)) + "` is none of " + operation.name); };
  request_id = request_id_of(root);
  Reader reader(json);
  if (!rest) {
    // The element is named for the operation, by query and ec2 alike.
    if (root_name.size() != operation.name.size() + 8 || !starts_with(root_name, operation.name) || !ends_with(root_name, "Response")) return not_of();
    if (!output) return {};
    xml_node start = operation.output_wrapper.empty() ? root : child(root, operation.output_wrapper);
    if (!start) return not_of();
    TRY(reader.members(*output, start, false));
    return {};
  }
  if (equal_ignoring_case(root_name, "html") || root_name == "Error" || root_name == "ErrorResponse") return not_of();
  if (!operation.root_text.empty()) {
    if (first_element(root)) return not_of();
    std::string text = text_of(root);
    json.key(operation.root_text);
    if (text.empty()) json.null();  // as the CLI prints it
    else json.string(text);
    return {};
  }
  // The name of the root is not in the model: what proves the answer is that it has members of the operation, or nothing at all.
  if (payload) {
    json.key(payload->name).begin_object();
    bool known = TRY(reader.members(*payload->shape, root, false));
    json.end_object();
    if (!known && first_element(root)) return not_of();
    return {};
  }
  if (!TRY(reader.members(*output, root, true)) && first_element(root)) return not_of();
  return {};
}

std::optional<Refusal> xml_refusal(std::string_view body) {
  pugi::xml_document document;
  xml_node root = load(document, body);
  if (!root) return std::nullopt;
  // <ErrorResponse><Error>…, <Response><Errors><Error>…, <Error>…; and a front end that does not know the operation says
  // <UnknownOperationException/>.
  xml_node error = local(root.name()) == "Error" ? root : child(root, "Error");
  if (!error) error = child(child(root, "Errors"), "Error");
  Refusal out;
  out.request_id = request_id_of(root);
  if (!error) {
    std::string_view name = local(root.name());
    if (!ends_with(name, "Exception")) return std::nullopt;
    out.code = name;
    error = root;
  } else {
    out.code = text_of(child(error, "Code"));
  }
  out.message = text_of(child(error, "Message") ? child(error, "Message") : child(error, "message"));
  return out;
}

}  // namespace reeve::wire
