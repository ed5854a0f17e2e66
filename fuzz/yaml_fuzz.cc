// YAML: whatever the bytes, reading ends with documents or an error within the bounds, under every schema.
#include <cstdint>
#include <cstdlib>

#include "formats/json.h"
#include "formats/yaml.h"

using namespace reeve;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  YamlOptions options;
  options.schema = static_cast<YamlOptions::Schema>(data[0] % 3);
  options.unknown_tag = data[0] & 4;
  options.merge_keys = !(data[0] & 8);
  options.aliases = !(data[0] & 16);
  options.alias_nodes_max = 20'000;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto all = read_yaml_all(text, Source{}, options);
  auto first = read_yaml(text, Source{}, options);
  if (all && !first) std::abort();
  if (!first) {
    if (first.error().what.empty()) std::abort();
    return 0;
  }
  const auto& nodes = (*first)->nodes();
  if (nodes.empty() || nodes[0].span != nodes.size()) std::abort();
  std::string written = to_json((*first)->root());
  JsonOptions deep;
  deep.depth_max = 1000;
  auto json = read_json(written, Source{}, deep);
  if (!json || to_json((*json)->root()) != written) std::abort();
  for (uint32_t i = 0; i < nodes.size() && i < 50; ++i) Value(first->get(), i).path();
  return 0;
}
