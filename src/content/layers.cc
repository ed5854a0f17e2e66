#include "content/layers.h"

#include <iterator>

namespace reeve {

ContentFiles layered_files(const ContentOptions& options, std::initializer_list<std::string_view> kinds, std::vector<Error>& problems) {
  std::vector<ContentLayer> layers;
  if (options.built_in) {
    ContentLayer layer;
    layer.kind = LayerKind::built_in;
    layer.root = "built-in";
    for (const std::string_view kind : kinds) {
      auto files = built_in_files(kind);
      if (!files) problems.push_back(files.error());
      else std::move(files->begin(), files->end(), std::back_inserter(layer.files));
    }
    layers.push_back(std::move(layer));
  }
  for (const auto& [dir, kind] : {std::pair{options.content_dir, LayerKind::folder}, std::pair{options.workspace_dir, LayerKind::workspace}})
    if (!dir.empty()) layers.push_back(folder_layer(dir, kind, problems));
  return ContentFiles(std::move(layers));
}

}  // namespace reeve
