// The functions of templates (CloudFormation Template Reference, "Intrinsic functions").
#include <algorithm>

#include "aws/region.h"
#include "base/text.h"
#include "estate/stack_network.h"
#include "estate/stack_resolver.h"
#include "estate/template_include.h"
#include "formats/json.h"

namespace reeve {
namespace {

using Is = StackValue::Is;

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }
std::string when_deployed(std::string_view what) { return std::string(what) + " is known only when the template is deployed"; }

std::string base64_of(std::string_view bytes) {
  static const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) bits = bits << 8 | (i + j < bytes.size() ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) out += i + j < bytes.size() + 1 ? letters[bits >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

// What stands for a value of which nothing else is known, in a text with holes.
std::string hole_of(const StackValue& value, size_t number) {
  if (value.written && value.written->is == Is::map && value.written->names.size() == 1) {
    const std::string& name = value.written->names[0];
    const StackValue& what = value.written->members[0];
    if (name == "Fn::Sub" && what.is == Is::text) return what.text;
    if ((name == "Ref" || name == "Parameter") && what.is == Is::text) return "${" + what.text + "}";
    if (name == "Fn::GetAtt" && what.is == Is::list && what.items.size() == 2) return "${" + what.items[0].text + "." + what.items[1].text + "}";
  }
  return "${#" + std::to_string(number) + "}";  // like no other
}

}  // namespace

StackValue StackResolver::wrong(std::string_view name, Value call, std::string_view expected) {
  note(call, quoted(name) + " cannot be evaluated; expected " + std::string(expected));
  return StackValue::of_unknown(quoted(name) + " cannot be evaluated", call);
}

StackValue StackResolver::function(std::string_view name, Value argument, Value call) {
  if (name == "Ref") return argument.is_string() ? ref(substituted(argument.text(), false), call) : wrong(name, call, "a name");
  if (name == "Fn::GetAtt") return get_att(argument, call);
  if (name == "Fn::Sub") return sub(argument, call);
  if (name == "Fn::If") return if_else(argument, call);
  if (name == "Fn::Join") return join(argument, call);
  if (name == "Fn::Select") return select(argument, call);
  if (name == "Fn::Split") return split_text(argument, call);
  if (name == "Fn::FindInMap") return find_in_map(argument, call);
  if (name == "Fn::Base64") return base64(argument, call);
  if (name == "Fn::Cidr") return cidr(argument, call);
  if (name == "Fn::ToJsonString") return to_json_string(argument, call);
  if (name == "Fn::Length") return length(argument, call);
  if (name == "Fn::GetAZs") {
    const StackValue region = eval(argument);
    return StackValue::of_unknown(when_deployed("which Availability Zones " + (region.scalar().value_or("").empty() ? "the Region has" : quoted(*region.scalar()) + " has")), call, true);
  }
  if (name == "Fn::ImportValue") {
    const StackValue from = eval(argument);
    return StackValue::of_unknown(when_deployed("what another stack exports" + (from.scalar() ? " as " + quoted(*from.scalar()) : std::string())), call, true);
  }
  if (name == "Fn::Transform") return StackValue::of_unknown(not_brought(name, argument), call);
  if (name == "Fn::Equals" || name == "Fn::And" || name == "Fn::Or" || name == "Fn::Not") {
    Truth truth = test(call);
    if (truth.is == Truth::Is::unknown) return StackValue::of_unknown(truth.reason, call, true);
    return StackValue::of_text(truth.is == Truth::Is::yes ? "true" : "false", call);
  }
  if (!starts_with(name, "Fn::")) return foreign(name, call);
  // Of conditions and of rules about parameters: they tell nothing of a property here. Anything else is a slip, or newer than this program.
  static const std::vector<std::string> others = {"Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::ForEach", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"};
  if (std::find(others.begin(), others.end(), name) != others.end()) return StackValue::of_unknown(when_deployed(quoted(name)), call);
  static const std::vector<std::string> evaluated = {"Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length",
                                                     "Fn::Not", "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform"};
  const std::string reason = "CloudFormation has no function " + quoted(name) + " that is known here", near = nearest(std::string(name), evaluated);
  note(call, reason + (near.empty() ? "" : "; did you mean " + quoted(near)));
  return StackValue::of_unknown(reason, call);
}

StackValue StackResolver::foreign(std::string_view tag, Value call) {
  if (starts_with(tag, "Rain::")) return StackValue::of_unknown("what " + quoted(tag) + " stands for is put there by `rain` before the template is deployed", call);
  problem(call, "CloudFormation does not know the tag " + quoted(tag), "a short form such as `!Ref`");
  return StackValue::of_unknown("CloudFormation does not know the tag " + quoted(tag), call);
}

// --- references

StackValue StackResolver::gone(std::string_view id, std::string_view what, Value call) {
  for (const std::string& module : modules_)
    if (starts_with(id, module)) return StackValue::of_unknown(quoted(id) + " is of the module " + quoted(module) + ", which is not read", call, true);
  std::string reason = "there is " + std::string(what) + " " + quoted(id);
  note(call, reason);
  return StackValue::of_unknown(std::move(reason), call);
}

StackValue StackResolver::ref(std::string_view name, Value call) {
  if (auto item = loop_.find(std::string(name)); item != loop_.end()) return StackValue::of_text(item->second, call);
  if (starts_with(name, "AWS::")) return pseudo(name, call);
  if (Value declared = parameters_.get(name); declared.is_map()) return parameter(std::string(name), declared, call);
  const std::string id(name.substr(0, name.find('.')));  // SAM: `Function.Version`
  if (!by_id_.count(id)) return gone(name, "neither a parameter nor a resource", call);
  if (current_ != SIZE_MAX && !testing_) edges_[current_].push_back({id, call});
  StackValue out = StackValue::of_unknown(when_deployed("`Ref` of " + quoted(name)), call, true);
  out.written = written_form("Ref", StackValue::of_text(std::string(name), call));
  return out;
}

std::optional<std::string> StackResolver::given(std::string_view name, std::string* unknown) const {
  auto found = options_.parameters.find(name);
  if (found == options_.parameters.end()) return std::nullopt;
  if (!found->second.text) *unknown = found->second.unknown;
  return found->second.text;
}

StackValue StackResolver::pseudo(std::string_view name, Value call) {
  if (name == "AWS::NoValue") return StackValue::of_absent(call);
  std::string why, region_why;
  if (auto text = given(name, &why)) return StackValue::of_text(*text, call);
  // The partition and its domain follow from the Region.
  if (name == "AWS::Partition" || name == "AWS::URLSuffix")
    if (auto region = given("AWS::Region", &region_why)) {
      const std::string_view partition = partition_of_region(*region);
      if (!partition.empty() && name == "AWS::Partition") return StackValue::of_text(std::string(partition), call);
      if (partition == "aws" || partition == "aws-us-gov") return StackValue::of_text("amazonaws.com", call);
      if (partition == "aws-cn") return StackValue::of_text("amazonaws.com.cn", call);
    }
  StackValue out = StackValue::of_unknown(why.empty() ? when_deployed(quoted(name)) : why, call, true);
  out.written = written_form("Parameter", StackValue::of_text(std::string(name), call));
  return out;
}

StackValue StackResolver::parameter(const std::string& name, Value declared, Value call) {
  auto unknown = [&](std::string reason) {
    StackValue out = StackValue::of_unknown(std::move(reason), call, true);
    out.written = written_form("Parameter", StackValue::of_text(name, call));
    return out;
  };
  const std::string_view type = declared.get("Type").is_string() ? declared.get("Type").text() : "String";
  if (starts_with(type, "AWS::SSM::Parameter::Value<")) return unknown("parameter " + quoted(name) + " is looked up in Parameter Store when the template is deployed");
  if (!testing_ && declared.get("NoEcho").scalar_text() && equal_ignoring_case(*declared.get("NoEcho").scalar_text(), "true")) return unknown("parameter " + quoted(name) + " is a secret");
  std::string why;
  std::optional<std::string> text = given(name, &why);
  if (!text && !why.empty()) return unknown("parameter " + quoted(name) + ": " + why);
  if (!text)
    if (auto otherwise = declared.get("Default").scalar_text()) text = std::string(*otherwise);
  if (!text && declared.get("AllowedValues").size() == 1)
    if (auto only = declared.get("AllowedValues").at(0).scalar_text()) text = std::string(*only);
  if (!text) return unknown("parameter " + quoted(name) + " has no value until the template is deployed");
  if (type != "CommaDelimitedList" && !starts_with(type, "List<")) return StackValue::of_text(*text, call);
  StackValue out;
  out.is = Is::list;
  out.at = call;
  if (!text->empty())
    for (std::string_view each : split(*text, ',')) out.items.push_back(StackValue::of_text(std::string(trim(each)), call));
  return out;
}

StackValue StackResolver::get_att(Value argument, Value call) {
  std::string id, name;
  if (argument.is_string()) {
    const std::string text = substituted(argument.text(), false);
    const size_t dot = text.find('.');
    id = text.substr(0, dot);
    if (dot != std::string::npos) name = text.substr(dot + 1);
  } else if (argument.is_list() && argument.size() >= 2) {
    const StackValue of = eval(argument.at(0));
    id = of.scalar().value_or("");
    for (size_t i = 1; i < argument.size(); ++i) {
      const StackValue part = eval(argument.at(i));
      if (!part.scalar()) return StackValue::of_unknown(part.unknown() ? part.text : "`Fn::GetAtt` cannot be evaluated", call, true);
      name += (i > 1 ? "." : "") + *part.scalar();
    }
  }
  if (id.empty() || name.empty()) return wrong("Fn::GetAtt", call, "a resource and an attribute");
  return attribute(id, name, call);
}

StackValue StackResolver::attribute(const std::string& id, const std::string& name, Value call) {
  auto at = by_id_.find(id);
  if (at == by_id_.end()) return gone(id, "no resource", call);
  if (current_ != SIZE_MAX && !testing_) edges_[current_].push_back({id, call});
  if (declared_[at->second].type == "AWS::CloudFormation::Stack" && starts_with(name, "Outputs."))
    if (const Stack::Nested* inner = nested(id)) {
      auto output = inner->stack.outputs.find(name.substr(8));
      if (output != inner->stack.outputs.end() && output->second.text) return StackValue::of_text(*output->second.text, call);
    }
  StackValue out = StackValue::of_unknown(when_deployed("`Fn::GetAtt` of " + quoted(id + "." + name)), call, true);
  StackValue pair;
  pair.is = Is::list;
  pair.at = call;
  pair.items = {StackValue::of_text(id, call), StackValue::of_text(name, call)};
  out.written = written_form("Fn::GetAtt", std::move(pair));
  return out;
}

// --- texts

// Parts in a row become one text; if one is unknown, an unknown that holds the text with holes.
void StackResolver::pieces(std::vector<StackValue>& parts, Value call, StackValue& out) {
  std::string all, holes, reason;
  bool unknown = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (auto text = parts[i].scalar()) {
      all += *text;
      holes += hole_free(*text);
      continue;
    }
    if (!unknown) reason = parts[i].unknown() ? parts[i].text : "a part of the text is no text";
    unknown = true;
    holes += hole_of(parts[i], i);
  }
  if (!unknown) {
    out = StackValue::of_text(std::move(all), call);
    return;
  }
  out = StackValue::of_unknown(std::move(reason), call, true);
  out.written = written_form("Fn::Sub", StackValue::of_text(std::move(holes), call));
}

StackValue StackResolver::sub(Value argument, Value call) {
  Value text = argument, own;
  if (argument.is_list() && argument.size() == 2) text = argument.at(0), own = argument.at(1);
  if (text.is_map())
    if (StackValue made = eval(text); made.unknown()) return made;
  if (!text.is_string()) return wrong("Fn::Sub", call, "a text, or a text and a map");
  const std::string format = substituted(text.text(), false);
  std::vector<StackValue> parts;
  std::string literal;
  for (size_t i = 0; i < format.size();) {
    const size_t end = format.compare(i, 2, "${") == 0 ? format.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      literal += format[i++];
      continue;
    }
    const std::string name(trim(std::string_view(format).substr(i + 2, end - i - 2)));
    i = end + 1;
    if (starts_with(name, "!")) {
      literal += "${" + name.substr(1) + "}";
      continue;
    }
    parts.push_back(StackValue::of_text(std::move(literal), call));
    literal.clear();
    StackValue value;
    if (Value mine = own.get(name)) value = eval(mine);
    else if (const size_t dot = name.find('.'); dot != std::string::npos && !starts_with(name, "AWS::")) value = attribute(name.substr(0, dot), name.substr(dot + 1), call);
    else value = ref(name, call);
    if (value.is_list()) {  // a list parameter stands there with commas
      std::string all;
      bool known = true;
      for (size_t k = 0; k < value.size(); ++k) {
        auto each = value.item(k).scalar();
        known &= each.has_value();
        all += (k ? "," : "") + each.value_or("");
      }
      if (known) value = StackValue::of_text(std::move(all), call);
    }
    parts.push_back(std::move(value));
  }
  parts.push_back(StackValue::of_text(std::move(literal), call));
  StackValue out;
  pieces(parts, call, out);
  return out;
}

StackValue StackResolver::join(Value argument, Value call) {
  if (!argument.is_list() || argument.size() != 2) return wrong("Fn::Join", call, "a delimiter and a list");
  const StackValue between = eval(argument.at(0)), list = eval(argument.at(1));
  const auto delimiter = between.scalar();
  if (list.unknown() || !delimiter) return StackValue::of_unknown(list.unknown() ? list.text : between.text, call, list.sure);
  if (!list.is_list()) return wrong("Fn::Join", call, "a delimiter and a list");
  std::vector<StackValue> parts;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i) parts.push_back(StackValue::of_text(*delimiter, call));
    parts.push_back(list.item(i));
  }
  StackValue out;
  pieces(parts, call, out);
  return out;
}

StackValue StackResolver::split_text(Value argument, Value call) {
  if (!argument.is_list() || argument.size() != 2) return wrong("Fn::Split", call, "a delimiter and a text");
  const StackValue by = eval(argument.at(0)), text = eval(argument.at(1));
  if (!by.scalar() || by.scalar()->empty()) return wrong("Fn::Split", call, "a delimiter and a text");
  if (!text.scalar()) return StackValue::of_unknown(text.unknown() ? text.text : "`Fn::Split` cannot be evaluated", call, text.sure);
  StackValue out;
  out.is = Is::list;
  out.at = call;
  const std::string all = *text.scalar(), delimiter = *by.scalar();
  for (size_t from = 0;;) {
    const size_t end = all.find(delimiter, from);
    out.items.push_back(StackValue::of_text(all.substr(from, end == std::string::npos ? end : end - from), call));
    if (end == std::string::npos) return out;
    from = end + delimiter.size();
  }
}

StackValue StackResolver::select(Value argument, Value call) {
  if (!argument.is_list() || argument.size() != 2) return wrong("Fn::Select", call, "an index and a list");
  const StackValue index = eval(argument.at(0)), list = eval(argument.at(1));
  if (list.unknown() || index.unknown()) return StackValue::of_unknown(list.unknown() ? list.text : index.text, call, list.sure || index.sure);
  const auto number = parse_int(index.scalar().value_or(""));
  if (!number || !list.is_list()) return wrong("Fn::Select", call, "an index and a list");
  if (*number < 0 || static_cast<uint64_t>(*number) >= list.size()) return wrong("Fn::Select", call, "an index below " + std::to_string(list.size()));
  StackValue out = list.item(static_cast<size_t>(*number));
  if (out.scalar()) out.at = call;
  return out;
}

StackValue StackResolver::base64(Value argument, Value call) {
  const StackValue text = eval(argument);
  if (text.scalar()) return StackValue::of_text(base64_of(*text.scalar()), call);
  return StackValue::of_unknown(text.unknown() ? text.text : "`Fn::Base64` cannot be evaluated", call, text.sure);
}

StackValue StackResolver::to_json_string(Value argument, Value call) {
  const StackValue value = eval(argument);
  if (const StackValue* doubt = value.doubt()) return StackValue::of_unknown(doubt->text, call, true);
  if (value.is == Is::raw) return StackValue::of_text(to_json(value.raw), call);
  Builder aside;
  std::swap(aside, builder_);
  const auto slots = slots_;
  const uint16_t slot = slot_;
  Source self = written_->self();
  self.document = written_;
  slot_ = builder_.add_source(self);
  slots_.clear();
  emit(value);
  DocumentPtr made = builder_.finish();
  std::swap(aside, builder_);
  slots_ = slots;
  slot_ = slot;
  return StackValue::of_text(to_json(made->root()), call);
}

StackValue StackResolver::length(Value argument, Value call) {
  const StackValue list = eval(argument);
  if (list.is_list()) return StackValue::of_text(std::to_string(list.size()), call);
  if (list.unknown()) return StackValue::of_unknown(list.text, call, true);
  return wrong("Fn::Length", call, "a list");
}

StackValue StackResolver::cidr(Value argument, Value call) {
  if (!argument.is_list() || argument.size() < 2) return wrong("Fn::Cidr", call, "a block, a count and a number of bits");
  const StackValue block = eval(argument.at(0)), count = eval(argument.at(1));
  const StackValue bits = argument.size() > 2 ? eval(argument.at(2)) : StackValue::of_text("8", call);
  for (const StackValue* each : {&block, &count, &bits})
    if (each->unknown()) return StackValue::of_unknown(each->text, call, true);
  auto made = blocks_of(block.scalar().value_or(""), parse_int(count.scalar().value_or("")).value_or(0), parse_int(bits.scalar().value_or("")).value_or(0));
  if (!made) return wrong("Fn::Cidr", call, "a block, a count of 1 to 256 and a number of bits that fits");
  StackValue out;
  out.is = Is::list;
  out.at = call;
  for (std::string& each : *made) out.items.push_back(StackValue::of_text(std::move(each), call));
  return out;
}

// --- choices

StackValue StackResolver::find_in_map(Value argument, Value call) {
  if (!argument.is_list() || argument.size() < 3) return wrong("Fn::FindInMap", call, "a map and two keys");
  std::vector<StackValue> keys;
  for (size_t i = 0; i < 3; ++i) keys.push_back(eval(argument.at(i)));
  const Value otherwise = argument.at(3).get("DefaultValue");
  // Each value that the known keys leave.
  std::vector<Value> left{mappings_};
  const StackValue* doubt = nullptr;
  for (const StackValue& key : keys) {
    std::vector<Value> next;
    for (Value map : left) {
      if (auto text = key.scalar()) {
        if (Value found = map.get(*text)) next.push_back(found);
      } else {
        for (auto entry : map.entries()) next.push_back(entry.value);
      }
    }
    if (!key.scalar() && !doubt) doubt = &key;
    left = std::move(next);
  }
  if (left.empty() || (doubt && otherwise)) {
    if (!doubt && otherwise) return eval(otherwise);
    if (doubt) return StackValue::of_unknown(doubt->unknown() ? doubt->text : "`Fn::FindInMap` cannot be evaluated", call, true);
    return wrong("Fn::FindInMap", call, "keys that " + quoted(keys[0].scalar().value_or("")) + " has");
  }
  // Keys that are not known do not matter where all say the same.
  for (Value each : left)
    if (!equal(each, left[0])) return StackValue::of_unknown(doubt && doubt->unknown() ? doubt->text : "`Fn::FindInMap` cannot be evaluated", call, true);
  StackValue out = StackValue::of(left[0]);
  out.at = call;
  return out;
}

StackValue StackResolver::if_else(Value argument, Value call) {
  if (!argument.is_list() || argument.size() != 3 || !argument.at(0).is_string()) return wrong("Fn::If", call, "a condition and two values");
  const Truth truth = condition(substituted(argument.at(0).text(), false), argument.at(0));
  if (truth.is != Truth::Is::unknown) return eval(argument.at(truth.is == Truth::Is::yes ? 1 : 2));
  return merged(eval(argument.at(1)), eval(argument.at(2)), call, truth.reason);
}

// One of the two; what they have in common is known.
StackValue StackResolver::merged(const StackValue& a, const StackValue& b, Value call, const std::string& reason) {
  if (a.absent() && b.absent()) return a;
  if (a.absent() || b.absent()) return StackValue::of_unknown(reason, call);
  if (auto same = same_value(a, b); same && *same) return a;
  auto members_of = [](const StackValue& map) {
    std::vector<std::tuple<std::string, Value, StackValue>> out;
    if (map.is == Is::raw)
      for (auto entry : map.raw.entries()) out.emplace_back(entry.key(), entry.key_node, StackValue::of(entry.value));
    for (size_t i = 0; i < map.members.size(); ++i) out.emplace_back(map.names[i], map.keys[i], map.members[i]);
    return out;
  };
  if (a.is_map() && b.is_map()) {
    StackValue out;
    out.is = Is::map;
    out.at = call;
    out.text = a.is == Is::map && !a.text.empty() ? a.text : b.is == Is::map ? b.text : "";
    auto left = members_of(a), right = members_of(b);
    for (auto& [name, key, value] : left) {
      auto other = std::find_if(right.begin(), right.end(), [&, &mine = name](const auto& each) { return std::get<0>(each) == mine; });
      out.add(name, key, other == right.end() ? StackValue::of_unknown(reason, value.at) : merged(value, std::get<2>(*other), value.at, reason));
    }
    for (auto& [name, key, value] : right)
      if (std::find(out.names.begin(), out.names.end(), name) == out.names.end()) out.add(name, key, StackValue::of_unknown(reason, value.at));
    return out;
  }
  if (a.is_list() && b.is_list() && a.size() == b.size()) {
    StackValue out;
    out.is = Is::list;
    out.at = call;
    for (size_t i = 0; i < a.size(); ++i) out.items.push_back(merged(a.item(i), b.item(i), a.item(i).at, reason));
    return out;
  }
  return StackValue::of_unknown(reason, call, (!a.unknown() || a.sure) && (!b.unknown() || b.sure));
}

}  // namespace reeve
