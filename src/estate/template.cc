#include "estate/template.h"

#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

constexpr uint64_t kTemplateBytesMax = 64ull << 20;

// `{"Ref": …}` or `{"Fn::…": …}` alone in its map.
std::string_view intrinsic(Value value) {
  if (!value.is_map() || value.size() != 1) return "";
  for (auto entry : value.entries())
    if (entry.key() == "Ref" || starts_with(entry.key(), "Fn::")) return entry.key();
  return "";
}

// The pseudo parameter that takes away what it is the value of (CloudFormation User Guide, "Pseudo parameters reference").
bool is_no_value(Value value) { return intrinsic(value) == "Ref" && value.get("Ref").is_string() && value.get("Ref").text() == "AWS::NoValue"; }

void copy_resolved(Builder& builder, uint16_t slot, Value value) {
  if (std::string_view function = intrinsic(value); !function.empty()) {
    Value argument = value.get(function);
    std::string reason = "`" + std::string(function) + "`";
    if (argument.is_string()) reason += " of `" + std::string(argument.text()) + "`";
    builder.with_origin(slot, value.index(), value.line(), value.column());
    return builder.unknown(reason + " is known only when the template is deployed");
  }
  if (value.is_map()) {
    builder.with_origin(slot, value.index(), value.line(), value.column());
    builder.begin_map();
    for (auto entry : value.entries()) {
      if (starts_with(entry.key(), "Fn::")) {  // `Fn::ForEach::…` beside others: makes keys that nobody knows yet
        builder.open_map("`" + std::string(entry.key()) + "` is known only when the template is deployed");
        continue;
      }
      if (is_no_value(entry.value) || value.get(entry.key()) != entry.value) continue;  // of a key that stands twice, the last
      builder.key(entry.key(), false);
      copy_resolved(builder, slot, entry.value);
    }
    return builder.end();
  }
  if (value.is_list()) {
    builder.with_origin(slot, value.index(), value.line(), value.column());
    builder.begin_list();
    for (Value item : value.items())
      if (!is_no_value(item)) copy_resolved(builder, slot, item);
    return builder.end();
  }
  builder.copy(value, slot);
}

}  // namespace

void load_template(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink) {
  auto refuse = [&](Error error) {
    if (error.at.path.empty()) error.at.path = input.shown;
    sink.problem(std::move(error));
  };
  auto text = input.read(kTemplateBytesMax);
  if (!text) return refuse(text.error());
  Source self;
  self.file = input.shown;
  self.path_prefix = "$";
  self.time_ms = input.mtime_ms;
  self.time_basis = input.mtime_ms != 0 ? "file" : "unknown";
  std::string_view begin = trim(*text);
  YamlOptions yaml;
  yaml.schema = YamlOptions::Schema::cloudformation;
  auto document = starts_with(begin, "{") ? read_json(*text, self) : read_yaml(*text, self, yaml);
  if (!document) return refuse(document.error());
  for (const Place& place : (*document)->duplicate_keys())
    refuse({Code::parse, "a key stands twice in one map; the last value counts", {input.shown, place.line, place.column}, "each key once", ""});
  Value resources = (*document)->root().get("Resources");
  if (!resources.is_map())
    return refuse({Code::parse, "`Resources` is not a map", {input.shown, resources ? resources.line() : 1, resources ? resources.column() : 1}, "a map of resources", ""});
  uint64_t count = 0;
  for (auto entry : resources.entries()) {
    if (starts_with(entry.key(), "Fn::")) {
      sink.note({Code::unsupported, "resources made by `" + std::string(entry.key()) + "` are not judged", {input.shown, entry.key_node.line(), entry.key_node.column()}, "", ""});
      continue;
    }
    if (resources.get(entry.key()) != entry.value) continue;  // a logical id that stands twice: the last counts
    Value type = entry.value.get("Type");
    if (!type.is_string()) {
      refuse({Code::parse, "resource `" + std::string(entry.key()) + "` has no `Type`", {input.shown, entry.key_node.line(), entry.key_node.column()}, "a resource type such as `AWS::S3::Bucket`", ""});
      continue;
    }
    Resource out;
    out.type_name = std::string(type.text());
    out.type = catalogue.find(out.type_name);
    out.id = out.name = std::string(entry.key());
    out.uid = input.shown + "#" + out.id;
    out.born = false;
    Builder builder;
    uint16_t slot = builder.add_source(self);
    builder.begin_map();
    builder.key("Resources");
    builder.begin_map();
    builder.key(out.id);
    copy_resolved(builder, slot, entry.value);
    builder.end();
    builder.end();
    out.document = builder.finish();
    out.main_source = self;
    out.main_path = entry.value.origin().path;
    for (Value tag : entry.value.get("Properties").get("Tags").items())
      if (tag.get("Key").is_scalar() && tag.get("Value").is_scalar()) out.tags.emplace_back(tag.get("Key").text(), tag.get("Value").text());
    ++count;
    sink.resource(std::move(out));
  }
  SourceRecord source;
  source.file = input.shown;
  source.time_ms = self.time_ms;
  source.time_basis = self.time_basis;
  source.bytes = input.size_bytes;
  source.kind = "cloudformation";
  source.resources = count;
  sink.source(std::move(source));
}

}  // namespace reeve
