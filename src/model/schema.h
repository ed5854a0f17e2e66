// The rules of Threat Composer's data exchange format, version 1, as a table: which sections there are, which fields a record of each has,
// how long and how spelt they may be.
//
// Source: `threat-composer-v1.schema.json` of awslabs/threat-composer (JSON Schema 2020-12; nothing beside what it names is allowed
// anywhere). Lengths count code points. tests/model.py holds this table against that file.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace reeve::model {

enum class FieldKind : uint8_t { text, number, texts, metadata, time };

struct FieldRule {
  std::string_view name;
  FieldKind kind = FieldKind::text;
  bool required = false;
  uint32_t shortest = 0, longest = 0;  // in code points, of the text or of each text of the list; 0: any
  std::vector<std::string_view> choices;  // of a text; empty: any
};

struct MetadatumRule {
  std::string_view key;  // `custom:` stands for every key that begins so
  bool list = false;     // a list of the choices; else a text (of `custom:`: either)
  uint32_t shortest = 0, longest = 0;
  std::vector<std::string_view> choices;
};

struct SectionRule {
  std::string_view name;  // `brainstorm.assets` stands below `brainstorm`
  bool list = true;       // of records; else one record
  std::vector<FieldRule> fields;        // in the order they are written
  std::vector<MetadatumRule> metadata;  // of its field `metadata`
  bool ids = false;       // no two records may have the same `id`
};

constexpr uint32_t metadata_key_longest = 50;

const std::vector<SectionRule>& section_rules();  // in the order they are written
const SectionRule* section_rule(std::string_view name);
const FieldRule* field_rule(const SectionRule& section, std::string_view name);

}  // namespace reeve::model
