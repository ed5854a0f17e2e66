#include "content/resource_types.h"

#include "base/text.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

void add(ResourceCatalogue& out, Value root, const std::string& shown, std::vector<Error>& errors) {
  auto type = read_resource_type(root, shown);
  if (type) out.add(*type);
  else errors.push_back(type.error());
}

}  // namespace

ResourceCatalogue catalogue_of(const Content& content, std::vector<Error>& errors) {
  ResourceCatalogue out;
  for (auto& file : content.resource_types) add(out, file.document->root(), file.shown, errors);
  return out;
}

ResourceCatalogue built_in_types(std::string_view prefix, std::vector<Error>& errors) {
  ResourceCatalogue out;
  auto names = built_in_names("resources");
  if (!names) {
    errors.push_back(names.error());
    return out;
  }
  for (const std::string& name : *names) {
    if (!starts_with(name, prefix)) continue;
    auto item = built_in_item("resources", name);
    if (!item || (*item)->files.empty()) continue;
    const ContentFile& file = (*item)->files.front();
    Source self;
    self.file = file.shown;
    auto document = read_yaml(file.text, self);
    if (document) add(out, (*document)->root(), file.shown, errors);
    else errors.push_back(document.error());
  }
  return out;
}

}  // namespace reeve
