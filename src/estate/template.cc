#include "estate/template.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "base/text.h"
#include "estate/declared.h"
#include "estate/stack_files.h"
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
  yaml.keep_tags = true;
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

void load_template(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink, const std::vector<Input>& beside) {
  const auto read = read_declared(input, kTemplateBytesMax, read_template, sink);
  if (!read) return;
  const Value resources = read->document->root().get("Resources");
  if (!resources.is_map())
    return refuse_declared(input, {Code::parse, "`Resources` is not a map", {input.shown, resources ? resources.line() : 1, resources ? resources.column() : 1}, "a map of resources", ""}, sink);
  std::map<std::string, const Input*> files;
  for (const Input& one : beside) files[plain_path(one.shown)] = &one;
  std::map<std::string, std::optional<Declared>> opened;
  StackOptions how;
  how.open_nested = [&](const std::string& url, const std::string& from, std::string& shown) -> Result<DocumentPtr> {
    shown = opened_path(url, from);
    auto file = files.find(shown);
    if (file == files.end()) return DocumentPtr();
    auto known = opened.find(shown);  // what is wrong in it is told once
    if (known == opened.end()) known = opened.emplace(shown, read_declared(*file->second, kTemplateBytesMax, read_template, sink)).first;
    return known->second ? known->second->document : DocumentPtr();
  };
  if (auto manifest = files.find(cdk_manifest_of(input.shown)); manifest != files.end())
    if (auto text = manifest->second->read(kTemplateBytesMax)) cdk_environment(*text, input.shown, how);
  Stack stack = resolve_stack(read->document, how);
  const std::string name = lasting_name(input);
  std::map<std::string, size_t> counts;  // of resources, by the nested template's file
  size_t own = 0;
  std::function<void(Stack&, const std::string&, const std::string&)> give = [&](Stack& one, const std::string& within, const std::string& maybe) {
    for (Error& problem : one.problems) refuse_declared(input, std::move(problem), sink);
    for (Error& note : one.notes) sink.note(std::move(note));
    auto nested = opened.find(plain_path(one.shown));
    const bool is_nested = !within.empty() && nested != opened.end() && nested->second;
    (is_nested ? counts[nested->first] : own) += one.resources.size();
    for (StackResource& resource : one.resources)
      if (resource.maybe.empty()) resource.maybe = maybe;
    const TemplateParts parts(one, catalogue);
    for (const StackResource& resource : one.resources) sink.resource(resource_of(resource, parts, catalogue, is_nested ? nested->second->self : read->self, name, within));
    for (Stack::Nested& each : one.nested) give(each.stack, within + each.id + "/", maybe.empty() ? each.maybe : maybe);
  };
  give(stack, "", "");
  for (const auto& [file, count] : counts) tell_declared(*files.at(file), *opened.at(file), "cloudformation", count, sink);
  tell_declared(input, *read, "cloudformation", own, sink);
}

}  // namespace reeve
