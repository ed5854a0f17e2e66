#include "assess/policy_column.h"

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

void restore(Builder& builder, Value value) {
  if (value.is_map()) {
    if (value.size() == 1)
      if (Value reason = value.get("$unknown")) return builder.unknown(reason.text());
    builder.begin_map();
    for (auto entry : value.entries()) {
      builder.key(entry.key());
      restore(builder, entry.value);
    }
    return builder.end();
  }
  if (value.is_list()) {
    builder.begin_list();
    for (Value item : value.items()) restore(builder, item);
    return builder.end();
  }
  builder.copy(value, builder.add_source({}));
}

}  // namespace

Result<Policy> policy_of_column(std::string_view json) {
  auto document = TRY(read_json(json, Source{}));
  if (contains(json, "\"$unknown\"")) {
    Builder builder;
    restore(builder, document->root());
    document = builder.finish();
  }
  return parse_policy(document->root());
}

}  // namespace reeve
