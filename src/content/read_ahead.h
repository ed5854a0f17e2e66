// Built-in YAML that was read when the program was built (cmake/tape_content.cc): half of a start was reading the same texts again.
#pragma once

#include <string>
#include <string_view>

#include "formats/yaml.h"

namespace reeve {

// How content is read, here and by the build.
inline YamlOptions content_yaml_options() {
  YamlOptions options;
  options.short_tags = false;
  options.bytes_max = 4ull << 20;
  return options;
}

// The document of a built-in file, `shown` as built_in_layer() calls it; null if this text is not the one that was read, or none was.
DocumentPtr read_ahead(std::string_view text, const std::string& shown);

}  // namespace reeve
