#include "estate/template.h"

#include <filesystem>

#include "base/text.h"
#include "estate/declared.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

constexpr uint64_t kTemplateBytesMax = 64ull << 20;

}  // namespace

Result<DocumentPtr> read_template(std::string_view text, const Source& self) {
  if (starts_with(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  YamlOptions yaml;
  yaml.schema = YamlOptions::Schema::cloudformation;
  return starts_with(trim(text), "{") ? read_json(text, self) : read_yaml(text, self, yaml);
}

std::string lasting_name(const Input& input) {
  std::error_code failed;
  const std::string here = std::filesystem::current_path(failed).string() + "/";
  if (failed || input.shown == "-") return input.shown;
  const std::string whole = std::filesystem::path(starts_with(input.shown, "/") ? input.shown : here + input.shown).lexically_normal().string();
  return starts_with(whole, here) ? whole.substr(here.size()) : whole;
}

Resource resource_of(const StackResource& resource, const TemplateParts& parts, const ResourceCatalogue& catalogue, const Source& self, const std::string& file, const std::string& within) {
  Resource out;
  out.type_name = resource.type;
  out.type = catalogue.find(out.type_name);
  out.id = out.name = within + resource.id;
  out.uid = file + "#" + out.id;
  out.born = false;
  Builder builder;
  const uint16_t slot = builder.add_source(self);
  builder.begin_map();
  builder.key("Resources");
  builder.begin_map();
  builder.key(out.id);
  parts.copy(resource, builder, slot);
  builder.end();
  if (!resource.maybe.empty()) builder.key(resource_maybe), builder.string(resource.maybe);
  builder.end();
  out.document = builder.finish();
  out.main_source = self;
  out.main_path = resource.body.origin().path;
  for (Value tag : resource.body.get("Properties").get("Tags").items())
    if (tag.get("Key").is_scalar() && tag.get("Value").is_scalar()) out.tags.emplace_back(tag.get("Key").text(), tag.get("Value").text());
  return out;
}

void load_template(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink) {
  const auto read = read_declared(input, kTemplateBytesMax, read_template, sink);
  if (!read) return;
  const Value resources = read->document->root().get("Resources");
  if (!resources.is_map())
    return refuse_declared(input, {Code::parse, "`Resources` is not a map", {input.shown, resources ? resources.line() : 1, resources ? resources.column() : 1}, "a map of resources", ""}, sink);
  Stack stack = resolve_stack(read->document);
  for (Error& problem : stack.problems) refuse_declared(input, std::move(problem), sink);
  for (Error& note : stack.notes) sink.note(std::move(note));
  const std::string name = lasting_name(input);
  const TemplateParts parts(stack, catalogue);
  for (const StackResource& resource : stack.resources) sink.resource(resource_of(resource, parts, catalogue, read->self, name, ""));
  tell_declared(input, *read, "cloudformation", stack.resources.size(), sink);
}

}  // namespace reeve
