#include "content/placeholders.h"

#include <algorithm>

#include "base/file.h"
#include "content/fields.h"

namespace reeve {
namespace {

constexpr uint64_t reeve_yaml_bytes_max = 1 << 20;

bool is_placeholder(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

}  // namespace

std::map<std::string, std::vector<std::string>> load_placeholders(const std::string& workspace_dir, std::vector<Error>& errors) {
  std::map<std::string, std::vector<std::string>> out;
  const std::string path = workspace_dir.empty() || workspace_dir == "." ? "reeve.yaml" : join_path(workspace_dir, "reeve.yaml");
  if (!exists(path)) return out;
  auto text = read_file(path, reeve_yaml_bytes_max);
  if (!text) {
    errors.push_back(std::move(text.error()));
    return out;
  }
  // What else is wrong with the file is said by who reads all of it.
  std::vector<Error> of_others;
  auto document = read_content_yaml(*text, path, of_others);
  if (!document) {
    errors.insert(errors.end(), of_others.begin(), of_others.end());
    return out;
  }
  const Value all = (*document)->root().get("placeholders");
  if (!all || all.is_null()) return out;
  if (!all.is_map()) {
    errors.push_back({Code::type, "`placeholders` is no map", place_of(all), "a name and what it stands for, in each line", ""});
    return out;
  }
  for (auto entry : all.entries()) {
    const std::string name(entry.key());
    if (!is_placeholder(name)) {
      errors.push_back({Code::type, "`" + name + "` is no name of a placeholder", place_of(entry.key_node), "letters, digits, `_`, `-` and `.`", "without the percent signs"});
      continue;
    }
    std::vector<std::string> values;
    bool good = true;
    auto take = [&](Value value) {
      if (value.is_scalar() && !value.is_null()) {
        values.emplace_back(value.text());
        return;
      }
      errors.push_back({Code::type, "a value of the placeholder `" + name + "` is no text", place_of(value), "text, or a list of texts", ""});
      good = false;
    };
    if (entry.value.is_list()) {
      for (Value value : entry.value.items()) take(value);
    } else {
      take(entry.value);
    }
    if (good && values.empty()) errors.push_back({Code::type, "the placeholder `" + name + "` has no values", place_of(entry.value), "text, or a list of texts", ""});
    if (good && !values.empty()) out[name] = std::move(values);
  }
  return out;
}

}  // namespace reeve
