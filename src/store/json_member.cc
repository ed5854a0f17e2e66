#include "store/json_member.h"

#include <sqlite3.h>

#include <cstring>
#include <string>

#include "base/text.h"
#include "formats/json.h"

namespace reeve::store {

namespace {

// Past the string that begins at `at` with its quote.
size_t past_string(std::string_view text, size_t at) {
  for (size_t from = at + 1; from < text.size();) {
    const auto* quote = static_cast<const char*>(std::memchr(text.data() + from, '"', text.size() - from));
    if (!quote) break;
    const size_t end = static_cast<size_t>(quote - text.data());
    size_t slashes = 0;
    while (text[end - 1 - slashes] == '\\') ++slashes;  // ends at the quote that begins the string, if not before
    if (slashes % 2 == 0) return end + 1;
    from = end + 1;
  }
  return text.size();
}

size_t past_value(std::string_view text, size_t at) {
  if (at < text.size() && text[at] == '"') return past_string(text, at);
  for (int depth = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = past_string(text, at);
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    ++at;
  }
  return at;
}

void give(sqlite3_context* context, std::string_view json) {
  auto text = [&](std::string_view value) { sqlite3_result_text64(context, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8); };
  switch (json.empty() ? 'n' : json[0]) {
    case 'n': return sqlite3_result_null(context);
    case 't': return sqlite3_result_int(context, 1);
    case 'f': return sqlite3_result_int(context, 0);
    case '{':
    case '[': return text(json);
    case '"': {
      const auto inner = json.substr(1, json.size() - 2);
      if (inner.find('\\') == std::string_view::npos) return text(inner);
      if (auto read = read_json(json, Source{})) return text((*read)->root().text());
      return sqlite3_result_null(context);
    }
    default:
      if (auto whole = parse_int(json)) return sqlite3_result_int64(context, *whole);
      if (auto real = parse_double(json)) return sqlite3_result_double(context, *real);
      return sqlite3_result_null(context);
  }
}

}  // namespace

std::optional<std::string_view> json_member(std::string_view object, std::string_view key) {
  for (size_t at = 1; at < object.size() && object[at] == '"';) {
    const size_t end = past_string(object, at);
    if (end >= object.size() || object[end] != ':') return std::nullopt;
    const size_t close = past_value(object, end + 1);
    if (end - at - 2 == key.size() && std::memcmp(object.data() + at + 1, key.data(), key.size()) == 0) return object.substr(end + 1, close - end - 1);
    at = close + 1;
  }
  return std::nullopt;
}

Status add_json_member(Db& db) {
  const int code = sqlite3_create_function_v2(
      db.handle(), "json_member", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
      [](sqlite3_context* context, int, sqlite3_value** values) {
        auto text = [](sqlite3_value* value) {
          const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
          return bytes ? std::string_view(bytes, static_cast<size_t>(sqlite3_value_bytes(value))) : std::string_view();
        };
        give(context, json_member(text(values[0]), text(values[1])).value_or(std::string_view()));
      },
      nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(db.error("add the function json_member", code));
  return {};
}

}  // namespace reeve::store
