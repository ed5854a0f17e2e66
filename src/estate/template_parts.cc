#include "estate/template_parts.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "formats/unknowns.h"

namespace reeve {
namespace {

// `Group` of {"Ref": "Group"}, {"Fn::GetAtt": ["Group", "GroupId"]} or the text `${Group.GroupId}`; empty: the value is no reference.
std::string referred(Value value) {
  const Value written = written_in(value);
  if (Value ref = written.get("Ref")) return std::string(ref.text());
  if (Value pair = written.get("Fn::GetAtt")) return std::string(pair.at(0).text());
  const Value text = written.get("Fn::Sub");
  if (!text || !starts_with(text.text(), "${") || text.text().find('}') != text.text().size() - 1) return {};
  const std::string_view name = text.text().substr(2, text.text().size() - 3);
  return std::string(name.substr(0, name.find('.')));
}

// Every name in an expression that may be a resource's: of `Fn::If: [Prod, {Ref: A}, {Fn::GetAtt: [B, GroupId]}]` A and B, too.
void names_in(Value expression, std::set<std::string>& out) {
  for (auto entry : expression.entries()) names_in(entry.value, out);
  for (Value item : expression.items()) names_in(item, out);
  if (!expression.is_string()) return;
  const std::string_view text = expression.text();
  out.emplace(text.substr(0, text.find('.')));
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2))
    out.emplace(text.substr(at + 2, std::min(text.find('.', at), text.find('}', at)) - at - 2));
}

std::pair<std::string_view, std::string_view> halves(const std::string& target) {
  const size_t dot = target.find('.');
  return {std::string_view(target).substr(0, dot), std::string_view(target).substr(dot + 1)};
}

}  // namespace

TemplateParts::TemplateParts(const Stack& stack, const ResourceCatalogue& catalogue) {
  for (const StackResource& resource : stack.resources) {
    const ResourceType* type = catalogue.find(resource.type);
    if (!type || type->template_parts.empty()) continue;
    by_id_[resource.id] = {&resource, type, {}};
    for (const std::string& name : type->template_names)
      if (Value value = resource.body.get("Properties").get(name); value.is_string()) by_name_[{type, std::string(value.text())}].push_back(resource.id);
  }
  if (by_id_.empty()) return;
  for (const StackResource& resource : stack.resources)
    if (const auto* uses = catalogue.template_part(resource.type))
      for (const auto& use : *uses) tie(resource, use);
}

void TemplateParts::tie(const StackResource& part, const ResourceCatalogue::TemplateUse& use) {
  std::map<std::string, std::string> owners;  // id → doubt
  const auto look = [&](Value name) {
    auto give = [&](const std::string& id, std::string doubt) {
      if (auto owned = by_id_.find(id); owned != by_id_.end() && owned->second.type == use.type) owners.emplace(id, std::move(doubt));
    };
    if (name.is_string()) {
      if (auto named = by_name_.find({use.type, std::string(name.text())}); named != by_name_.end())
        for (const std::string& id : named->second) give(id, "");
    } else if (name.is_unknown()) {
      if (const std::string id = referred(name); !id.empty()) return give(id, "");
      std::set<std::string> perhaps;
      names_in(name.original(), perhaps);
      for (const std::string& id : perhaps) give(id, "whether `" + part.id + "` is part of it is known only when it is deployed");
    }
  };
  for (const std::string& key : use.part->of) {
    const Value value = part.body.get("Properties").get(key);
    look(value);
    for (Value name : value.items()) look(name);
  }
  for (auto& [id, doubt] : owners) {
    if (doubt.empty() && !part.maybe.empty()) doubt = "whether `" + part.id + "` will be there is not known: " + part.maybe;
    by_id_.find(id)->second.parts.push_back({use.part, &part, std::move(doubt)});
  }
}

void TemplateParts::copy(const StackResource& resource, Builder& builder, uint16_t slot) const {
  const auto owned = by_id_.find(resource.id);
  const Value body = resource.body;
  const Value properties = body.get("Properties");
  // Of two of one id in different templates the document tells them apart.
  if (owned == by_id_.end() || owned->second.resource != &resource || owned->second.parts.empty() || !body.is_map() || (properties && !properties.is_map()))
    return builder.copy(body, slot);
  // Half of the body → member → who says something of it, in order of the template.
  std::map<std::string_view, std::map<std::string_view, std::vector<const Part*>>> said;
  for (const Part& part : owned->second.parts) {
    const auto [half, member] = halves(part.how->target);
    said[half][member].push_back(&part);
  }
  const auto value_of = [](const Part& part) {
    const Value all = part.resource->body.get("Properties");
    return part.how->path.empty() ? all : all.get(part.how->path);
  };
  const auto write = [&](const Part& part) {
    const Value value = value_of(part);
    builder.with_origin_of(value, slot);
    if (!part.doubt.empty()) return builder.unknown(part.doubt);
    const auto& of = part.how->of;
    if (!part.how->path.empty() || !value.is_map()) return builder.copy(value, slot);
    builder.begin_map();  // what it says, without whose part it is
    if (value.open()) builder.open_map(value.open_reason());
    for (auto entry : value.entries())
      if (std::find(of.begin(), of.end(), entry.key()) == of.end()) builder.key(entry.key()), builder.copy(entry.value, slot);
    builder.end();
  };
  const auto member = [&](Value before, const std::vector<const Part*>& parts) {
    std::vector<const Part*> saying;
    for (const Part* part : parts)
      if (value_of(*part)) saying.push_back(part);
    if (saying.empty()) return before ? builder.copy(before, slot) : builder.null();
    if (!saying[0]->how->list) {
      if (saying.size() == 1 && !before) return write(*saying[0]);
      builder.with_origin_of(value_of(*saying[0]), slot);
      return builder.unknown("`" + saying[0]->resource->id + "` and " + (saying.size() > 1 ? "`" + saying[1]->resource->id + "`" : "the resource itself") + " both say it");
    }
    builder.with_origin_of(before ? before : value_of(*saying[0]), slot);
    builder.begin_list();
    if (before && !before.is_list()) builder.copy(before, slot);
    for (Value item : before.items()) builder.copy(item, slot);
    for (const Part* part : saying) write(*part);
    builder.end();
  };
  const auto half = [&](std::string_view name, Value before) {
    const auto parts = said.find(name);
    if (parts == said.end()) return builder.copy(before, slot);
    builder.with_origin_of(before ? before : body, slot);
    builder.begin_map();
    if (before.open()) builder.open_map(before.open_reason());
    for (auto entry : before.entries()) {
      builder.key(entry.key());
      if (auto these = parts->second.find(entry.key()); these != parts->second.end()) member(entry.value, these->second);
      else builder.copy(entry.value, slot);
    }
    for (const auto& [key, these] : parts->second)
      if (!before.get(key)) builder.key(key), member({}, these);
    builder.end();
  };
  builder.with_origin_of(body, slot);
  builder.begin_map();
  for (auto entry : body.entries()) {
    builder.key(entry.key());
    half(entry.key(), entry.value);
  }
  for (const char* name : {"Properties", "Observed"})
    if (said.count(name) && !body.get(name)) builder.key(name), half(name, {});
  builder.end();
}

}  // namespace reeve
