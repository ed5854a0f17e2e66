// How YAML's plain scalars and CloudFormation's short tags are read, by schema. Private to the YAML reader.
#pragma once

#include <string_view>

#include "formats/document.h"
#include "formats/yaml.h"

namespace reeve {

// What a plain, untagged scalar is. Booleans keep their text, which Value::boolean reads.
Kind plain_kind(std::string_view text, YamlOptions::Schema schema);

// What `text` is under an explicit `!!name`; Kind::unknown if it cannot be that.
Kind tagged_kind(std::string_view text, std::string_view name);

enum class YamlShape { scalar, list, map };
// The key that a short tag (`Ref`, `GetAtt`, without the `!`) stands for on a value of this shape; empty if it is none.
std::string_view long_form(std::string_view tag, YamlShape shape, YamlOptions::Schema schema);

}  // namespace reeve
