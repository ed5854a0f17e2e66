#include "estate/reply_error.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace reeve {

std::optional<ReplyError> error_printed(std::string_view text) {
  constexpr std::string_view begin = "An error occurred (", then = " when calling the ";
  text = trim(text);
  size_t at = text.find(begin);
  if (at != 0 && (at == std::string_view::npos || text.substr(0, at) != "aws: [ERROR]: ")) return std::nullopt;
  size_t from = at + begin.size(), to = text.find(')', from);
  if (to == std::string_view::npos || to == from || to - from > 100 || !starts_with(text.substr(to + 1), then)) return std::nullopt;
  std::string_view code = text.substr(from, to - from), message = text.substr(to + 1 + then.size());
  if (!std::all_of(code.begin(), code.end(), [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; })) return std::nullopt;
  if (size_t colon = message.find("operation: "); colon != std::string_view::npos) message.remove_prefix(colon + 11);
  return ReplyError{std::string(code), std::string(message), {}};
}

std::optional<ReplyError> error_in(Value body) {
  if (!body.is_map()) return std::nullopt;
  ReplyError out;
  Value error = body.get("Error"), code = error.get("Code");
  if (code.is_scalar() && !code.is_null()) {
    auto status = body.get("ResponseMetadata").get("HTTPStatusCode").integer();
    if (body.size() > 2 && !(status && *status >= 400)) return std::nullopt;
    out = {std::string(code.text()), std::string(error.get("Message").text()), code};
  } else if (Value type = body.get("__type"); type.is_string() && body.size() <= 3) {
    std::string_view name = type.text();  // `com.amazonaws.kms#NotFoundException`
    size_t hash = name.rfind('#');
    out = {std::string(name.substr(hash == std::string_view::npos ? 0 : hash + 1)), std::string(body.get(body.get("message") ? "message" : "Message").text()), type};
  } else {
    return std::nullopt;
  }
  if (out.code.empty()) out.code = "unnamed error";
  return out;
}

bool ends_early(std::string_view text) {
  size_t open = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++open;
    } else if ((c == '}' || c == ']') && open-- == 0) {
      return false;
    }
  }
  return in_string || open > 0;
}

}  // namespace reeve
