// What the tests of Guard share: documents from YAML, with unknown nodes and open maps, and rules run over them.
#pragma once

#include <gtest/gtest.h>

#include "base/text.h"
#include "check/guard.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve::guard {

inline DocumentPtr document(std::string_view text) {
  YamlOptions options;
  options.schema = YamlOptions::Schema::guard;
  options.unknown_tag = true;
  Source self;
  self.file = "data.yaml";
  auto read = read_yaml(text, self, options);
  EXPECT_TRUE(read) << read.error().text();
  return read ? *read : nullptr;
}

// The same with open maps: a member `open: why` marks its map.
inline void copy_open(Builder& builder, Value value) {
  if (value.is_map()) {
    builder.begin_map();
    for (const auto& entry : value.entries()) {
      if (entry.key() == "open") {
        builder.open_map(entry.value.text());
      } else {
        builder.key(entry.key());
        copy_open(builder, entry.value);
      }
    }
    builder.end();
  } else if (value.is_list()) {
    builder.begin_list();
    for (Value item : value.items()) copy_open(builder, item);
    builder.end();
  } else if (value.is_unknown()) {
    builder.unknown(value.text());
  } else if (value.is_bool()) {
    builder.boolean(value.boolean());
  } else if (value.is_null()) {
    builder.null();
  } else if (value.is_number()) {
    builder.number_raw(value.kind(), value.text(), Style::built);
  } else {
    builder.string(value.text());
  }
}
inline DocumentPtr open_document(std::string_view text) {
  const DocumentPtr plain = document(text);
  Builder builder;
  copy_open(builder, plain->root());
  return builder.finish();
}

inline std::shared_ptr<const GuardRules> rules(std::string_view text, Semantics semantics = Semantics::reeve) {
  auto compiled = compile_guard(text, "t.guard", semantics);
  EXPECT_TRUE(compiled) << compiled.error().text() << "\n" << text;
  return compiled ? *compiled : nullptr;
}

inline GuardResult run(std::string_view text, const DocumentPtr& data, Semantics semantics = Semantics::reeve) {
  GuardOptions options;
  options.semantics = semantics;
  options.as_of = Time{1'700'000'000'500};
  auto compiled = rules(text, semantics);
  return compiled ? compiled->evaluate(data->root(), options) : GuardResult{};
}

// Documents used often.
inline constexpr const char* bucket = R"(
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: logs
      Size: 5
      Ratio: 5.0
      On: true
      Nothing: null
      Text: "5"
      Empty: []
      EmptyMap: {}
      EmptyText: ""
      Names: [a, b]
      One: [a]
      Mixed: [a, 1]
      Tags: [{Key: env, Value: prod}, {Key: team, Value: x}]
      Map: {one: 1, two: 2}
  Other:
    Type: AWS::EC2::Volume
    Properties: {Size: 10}
)";

}  // namespace reeve::guard
