#include "aws/protocol_parts.h"
#include "base/text.h"

namespace reeve {
namespace {

// The forms of path that paginators have: names with dots between them, `[-1]` behind a list, `||` between alternatives.
Value at_path(Value from, std::string_view path) {
  for (std::string_view alternative : split(path, '|')) {
    alternative = trim(alternative);
    if (alternative.empty()) continue;
    Value at = from;
    for (std::string_view step : split(alternative, '.')) {
      bool last = ends_with(step, "[-1]");
      if (last) step.remove_suffix(4);
      at = at.is_map() ? at.get(step) : Value();
      if (last) at = at && at.size() ? at.at(at.size() - 1) : Value();
    }
    if (at && !at.is_null()) return at;
  }
  return {};
}

bool says_yes(Value value) { return value && (value.is_bool() ? value.boolean() : value.is_string() && equal_ignoring_case(value.text(), "true")); }

}  // namespace

Result<DocumentPtr> next_page(const ApiOperation& operation, Value input, Value reply) {
  const ApiPages& pages = operation.pages;
  if (pages.input_tokens.empty()) return DocumentPtr();
  if (!pages.more.empty() && !says_yes(at_path(reply, pages.more))) return DocumentPtr();
  std::vector<std::pair<std::string, Value>> tokens;
  bool is_new = false;
  for (size_t i = 0; i < pages.input_tokens.size(); ++i) {
    Value token = at_path(reply, pages.output_tokens[i]);
    if (!token || (token.is_string() && token.text().empty())) continue;
    tokens.emplace_back(pages.input_tokens[i], token);
    Value before = input.is_map() ? input.get(pages.input_tokens[i]) : Value();
    is_new = is_new || !before || before.text() != token.text();
  }
  if (tokens.empty()) {
    if (pages.more.empty()) return DocumentPtr();
    return fail(Code::conflict, operation.name + " says that there is more and not where it goes on");
  }
  if (!is_new) return fail(Code::conflict, operation.name + " gives the token of a page that it has given already");
  Builder builder;
  uint16_t of_input = builder.add_source({}), of_reply = builder.add_source({});
  builder.begin_map();
  if (input.is_map())
    for (auto entry : input.entries()) {
      bool is_token = false;
      for (const std::string& name : pages.input_tokens) is_token = is_token || name == entry.key();
      if (!is_token) builder.key(entry.key()), builder.copy(entry.value, of_input);
    }
  for (auto& [name, token] : tokens) builder.key(name), builder.copy(token, of_reply);
  builder.end();
  // A document of its own: the reply that a token was copied from need not live as long as the chain of pages.
  return read_json(to_json(builder.finish()->root()), {});
}

}  // namespace reeve
