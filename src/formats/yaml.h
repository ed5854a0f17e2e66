// YAML text in (libyaml events under it), as the same Document as JSON.
//
// CloudFormation's short tags become their long forms (`!Ref a` → {"Ref": "a"}, `!Sub …` → {"Fn::Sub": …}); `!unknown reason`
// becomes an unknown node where the options allow it. Aliases and merge keys are followed, bounded by `alias_nodes_max` copied
// nodes in all. Only the first document of a stream is read, unless `all` is asked for. Refused by name: bad UTF-8, alias
// bombs, recursive aliases, nesting deeper than `depth_max`, keys that are not scalars.
#pragma once

#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

struct YamlOptions {
  // How plain scalars are read. `guard`: YAML 1.1 as cfn-guard's loader does (true yes on y, lower case only; research/check.md
  // "Data loading"); `core`: YAML 1.2 core schema (true True TRUE, null ~, 0x, .inf …); `cloudformation`: core, but dates and
  // leading-zero digits stay strings, and `yes`/`no`/`on`/`off` are booleans as YAML 1.1 has it.
  enum class Schema { guard, core, cloudformation } schema = Schema::core;
  bool short_tags = true;        // CloudFormation short tags to long forms
  bool aliases = true;           // false: an alias is an error (cfn-guard's behaviour)
  // A local tag that is none of these: false, it is dropped; true, `!Mystery x` is read as {"!Mystery": x}, and `!Tool::Word x` as
  // {"Tool::Word": x}, which is how tools that are run over templates write it in JSON.
  bool keep_tags = false;
  bool unknown_tag = false;      // `!unknown "why"` makes an unknown node (examples of our own content)
  bool merge_keys = true;        // `<<`
  uint32_t depth_max = 256;
  uint64_t alias_nodes_max = 1'000'000;
  uint64_t bytes_max = 256ull << 20;
};

Result<DocumentPtr> read_yaml(std::string_view text, Source self, const YamlOptions& options = {});
// All documents of the stream.
Result<std::vector<DocumentPtr>> read_yaml_all(std::string_view text, Source self, const YamlOptions& options = {});

}  // namespace reeve
