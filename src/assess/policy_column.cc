#include "assess/policy_column.h"

#include "base/text.h"
#include "formats/json.h"

namespace reeve {

void restore_column(Builder& builder, Value value) {
  if (value.is_map()) {
    if (value.size() == 1)
      if (Value reason = value.get("$unknown")) return builder.unknown(reason.text());
    builder.begin_map();
    for (auto entry : value.entries()) {
      builder.key(entry.key());
      restore_column(builder, entry.value);
    }
    return builder.end();
  }
  if (value.is_list()) {
    builder.begin_list();
    for (Value item : value.items()) restore_column(builder, item);
    return builder.end();
  }
  switch (value.kind()) {
    case Kind::boolean: return builder.boolean(value.boolean());
    case Kind::integer:
    case Kind::number: return builder.number_raw(value.kind(), value.text(), Style::built);
    case Kind::string: return builder.string(value.text());
    case Kind::unknown: return builder.unknown(value.text());
    case Kind::null:
    case Kind::list:
    case Kind::map: return builder.null();
  }
}

namespace {

// The column as it was read, with its unknown parts.
Result<DocumentPtr> restored(std::string_view json) {
  auto document = TRY(read_json(json, Source{}));
  if (contains(json, "\"$unknown\"")) {
    Builder builder;
    restore_column(builder, document->root());
    document = builder.finish();
  }
  return document;
}

Policy unread(std::string name, std::string why) {
  Policy out;
  out.name = std::move(name);
  out.unknown = why.empty() ? "not read" : std::move(why);
  return out;
}

Policy policy_or_unread(Value document, std::string name) {
  auto policy = parse_policy(document, name);
  return policy ? std::move(*policy) : unread(std::move(name), policy.error().what);
}

}  // namespace

Result<Policy> policy_of_column(std::string_view json) {
  auto document = TRY(restored(json));
  return parse_policy(document->root());
}

std::vector<Policy> policies_of_column(std::string_view json) {
  auto document = restored(json);
  if (!document) return {unread({}, document.error().what)};
  const Value root = (*document)->root();
  if (!root.is_list()) return {policy_or_unread(root, {})};
  std::vector<Policy> out;
  for (Value inline_policy : root.items()) {
    const Value policy = inline_policy.get("PolicyDocument");
    std::string name = inline_policy.is_map() ? std::string(inline_policy.get("PolicyName").text()) : "";
    if (policy) out.push_back(policy_or_unread(policy, std::move(name)));
    else out.push_back(unread(std::move(name), inline_policy.is_unknown() ? std::string(inline_policy.text()) : "a policy without its document"));
  }
  return out;
}

}  // namespace reeve
