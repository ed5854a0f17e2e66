// The built-in controls by the resource types that their rules name, as the build found them (cmake/index_content.cc): what there is to
// ask about a template is known before a control is read or a rule compiled.
#pragma once

#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

struct IndexedControl {
  std::string_view id;
  Judge judge = Judge::guard;
  bool live = false, in_template = false;
  bool any_type = false;
  std::vector<std::string_view> types;
};

// In order of id. The texts live as long as the program.
std::vector<IndexedControl> built_in_index();

// The types of which a template's resources are parts of others, such as AWS::S3::BucketPolicy.
std::vector<std::string_view> built_in_part_types();

// The types that built-in content knows: that it has a file of, that are parts, that a rule names.
std::vector<std::string_view> built_in_types();

}  // namespace reeve
