#include <cctype>

#include "aws/protocol_parts.h"
#include "aws/sign.h"

namespace reeve::wire {
namespace {

using Kind = ApiShape::Kind;

class Form {
 public:
  Form(ApiProtocol protocol) : ec2_(protocol == ApiProtocol::ec2) {}

  void pair(std::string_view name, std::string_view value) {
    if (!out_.empty()) out_ += '&';
    (out_ += aws_encode(name)) += '=';
    out_ += aws_encode(value);
  }

  void structure(const ApiShape& shape, Value value, const std::string& prefix) {
    for (const ApiMember& member : shape.members) {
      Value given = value.get(member.name);
      if (!given || given.is_null()) continue;
      std::string name = member.wire_name();
      if (ec2_ && !name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
      any(*member.shape, given, prefix.empty() ? name : prefix + "." + name);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void any(const ApiShape& shape, Value value, const std::string& prefix) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, value, prefix);
      case Kind::list: return list(shape, value, prefix);
      case Kind::map: return map(shape, value, prefix);
      default: return pair(prefix, scalar_text(shape, value, "iso8601"));
    }
  }

  void list(const ApiShape& shape, Value value, std::string prefix) {
    if (!ec2_) {
      if (value.size() == 0) return pair(prefix, "");  // the query protocol says that a list is empty; ec2 has no word for it
      if (!shape.flattened) prefix += "." + (shape.element_wire.empty() ? "member" : shape.element_wire);
      else if (!shape.element_wire.empty()) prefix = prefix.substr(0, prefix.rfind('.') == prefix.npos ? 0 : prefix.rfind('.') + 1) + shape.element_wire;
    }
    size_t number = 0;
    for (Value item : value.items()) any(*shape.element, item, prefix + "." + std::to_string(++number));
  }

  void map(const ApiShape& shape, Value value, const std::string& prefix) {
    size_t number = 0;
    for (auto entry : value.entries()) {
      std::string one = prefix + (shape.flattened ? "." : ".entry.") + std::to_string(++number) + ".";
      pair(one + (shape.key_wire.empty() ? "key" : shape.key_wire), entry.key());
      any(*shape.element, entry.value, one + (shape.element_wire.empty() ? "value" : shape.element_wire));
    }
  }

  bool ec2_;
  std::string out_;
};

}  // namespace

std::string form_body(const AwsCall& call) {
  Form form(call.service->protocol);
  form.pair("Action", call.operation->name);
  form.pair("Version", call.service->version);
  if (call.operation->input && call.input) form.structure(*call.operation->input, call.input->root(), "");
  return form.take();
}

}  // namespace reeve::wire
