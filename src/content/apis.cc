#include "content/apis.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

Result<ApiServicePtr> read_file_of(const ContentFile& file, const std::string& item) {
  if (!ends_with(item, ".json")) return fail(Code::usage, "`" + item + "` has no place in apis/", {file.shown}, "files that end in .json");
  Source self;
  self.file = file.shown;
  self.path_prefix = "$";
  // The text outlives the document, which is gone when the service is made.
  DocumentPtr document = TRY(read_json(file.text, nullptr, std::move(self)));
  ApiServicePtr service = TRY(read_api(document->root(), file.shown));
  if (service->name + ".json" != item)
    return fail(Code::conflict, "service `" + service->name + "` does not stand in a file of its name", {file.shown}, service->name + ".json");
  return service;
}

std::string item_of(const ContentFile& file) { return std::string(std::string_view(file.path).substr(file.path.find('/') + 1)); }

}  // namespace

ApiCatalogue apis_of(const Content& content, std::vector<Error>& errors) {
  ApiCatalogue out;
  std::vector<ContentFile> built_in;
  const auto& layers = content.files->layers();
  if (std::any_of(layers.begin(), layers.end(), [](const ContentLayer& layer) { return layer.kind == LayerKind::built_in; })) {
    if (auto files = built_in_apis())
      built_in = std::move(*files);
    else
      errors.push_back(files.error());
  }
  std::map<std::string, const ContentFile*> by_item;
  for (const ContentFile& file : built_in) by_item[item_of(file)] = &file;
  for (const ContentItem& item : content.files->items("apis")) {
    if (item.name == "README.md") continue;
    by_item[item.name] = item.files.front();
  }
  for (const auto& [item, file] : by_item) {
    if (auto service = read_file_of(*file, item))
      out.add(std::move(*service));
    else
      errors.push_back(service.error());
  }
  return out;
}

Result<ApiCatalogue> built_in_api_catalogue() {
  ApiCatalogue out;
  std::vector<ContentFile> files = TRY(built_in_apis());
  for (const ContentFile& file : files) out.add(TRY(read_file_of(file, item_of(file))));
  return out;
}

}  // namespace reeve
