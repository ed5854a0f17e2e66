#include "assess/fail_words.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kValueMax = 80;

std::string in_ticks(std::string_view text) { return "`" + std::string(text) + "`"; }

// JSON text as words: a text in back-ticks, a list's members one by one.
std::string value_words(const std::string& json) {
  auto read = read_json(json, Source{});
  if (!read) return json;
  Value value = (*read)->root();
  if (value.is_string()) return value.text().empty() ? "empty" : in_ticks(value.text());
  if ((value.is_list() || value.is_map()) && value.size() == 0) return "empty";
  if (value.is_list() && std::all_of(value.items().begin(), value.items().end(), [](Value item) { return item.is_scalar(); })) {
    std::string out;
    for (Value item : value.items()) out += (out.empty() ? "" : ", ") + value_words(to_json(item));
    return out;
  }
  return unknowns_in_words(to_json(value));
}

// `length($.analyzers[?status=='ACTIVE'])` → analyzers and status=='ACTIVE'.
std::pair<std::string, std::string> counted(std::string_view path) {
  if (!starts_with(path, "length(") || !ends_with(path, ")")) return {};
  std::string_view inside = path.substr(7, path.size() - 8);
  size_t filter = inside.find("[?");
  std::string_view list = inside.substr(0, filter);
  std::string condition;
  if (filter != std::string_view::npos && ends_with(inside, "]")) {
    condition = inside.substr(filter + 2, inside.size() - filter - 3);
    condition.erase(std::remove(condition.begin(), condition.end(), '`'), condition.end());
  }
  return {std::string(list.substr(list.rfind('.') == std::string_view::npos ? 0 : list.rfind('.') + 1)), condition};
}

std::string key_of(const std::string& path) {
  size_t dot = path.find_last_of(".)");
  return dot == std::string::npos || path[dot] == ')' ? path : path.substr(dot + 1);
}

// Where an error's code says that there is none.
bool is_error_code(const std::string& path) { return path == "$.Error.Code" || path == "$.error.Code" || path == "$.__type"; }

}  // namespace

std::string unknowns_in_words(std::string_view text) {
  constexpr std::string_view head = R"({"$unknown":)";
  std::string out;
  for (size_t at = text.find(head); at != std::string_view::npos; at = text.find(head)) {
    size_t end = at + head.size() + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    auto reason = end + 1 < text.size() && text[end + 1] == '}' ? read_json(text.substr(at, end + 2 - at), Source{}) : fail(Code::parse, "cut short");
    out += text.substr(0, at);
    if (!reason) {  // a text that was cut short
      out += "not known";
      return out;
    }
    const std::string words((*reason)->root().get("$unknown").text());
    text.remove_prefix(end + 2);
    if (out.empty() && text.empty()) return words;
    out += "not known (" + words + ")";
  }
  return out += text;
}

std::string found_words(const Evidence& evidence) {
  if (auto [list, condition] = counted(evidence.path); !list.empty()) {
    if (evidence.value == "0") return condition.empty() ? in_ticks(list) + " is empty" : "nothing in " + in_ticks(list) + " has " + in_ticks(condition);
    return evidence.value + " in " + in_ticks(list) + (condition.empty() ? "" : " with " + in_ticks(condition));
  }
  const std::string key = key_of(evidence.path);
  if (evidence.value.empty()) return in_ticks(key) + " is not set";
  if (is_error_code(evidence.path)) return "AWS answers that there is none (" + value_words(evidence.value) + ")";
  const std::string& value = evidence.read_as.empty() || evidence.read_as.size() > kValueMax ? evidence.value : evidence.read_as;
  if (value.size() > kValueMax) return "";
  return in_ticks(key) + " is " + value_words(value);
}

std::string expected_in_words(std::string_view expected) {
  static constexpr std::pair<std::string_view, std::string_view> whole[] = {
      {"exists", "that it is set"},       {"not exists", "absent"},         {"empty", "none"},          {"not empty", "at least one"},
      {"> 0", "at least one"},            {"not null", "anything but null"},
      {"== \"\"", "an empty text"},
  };
  for (auto& [sign, words] : whole)
    if (expected == sign) return std::string(words);
  if (starts_with(expected, "not a ") || starts_with(expected, "not an ")) return "anything but" + std::string(expected.substr(3));
  // The longer signs first: `not in` before `in`, `>=` before `>`.
  static constexpr std::pair<std::string_view, std::string_view> begins[] = {
      {"== ", ""}, {"!= ", "anything but "}, {"not in ", "none of "}, {"in ", "one of "}, {">= ", "at least "}, {"<= ", "at most "}, {"> ", "more than "}, {"< ", "less than "},
      {"not == ", "anything but "}, {"not > ", "at most "}, {"not < ", "at least "}, {"not >= ", "less than "}, {"not <= ", "more than "},
  };
  for (auto& [sign, words] : begins)
    if (starts_with(expected, sign)) return std::string(words) + value_words(std::string(expected.substr(sign.size())));
  return std::string(expected);
}

std::string fail_words(const Evidence& evidence) {
  std::string found = found_words(evidence);
  if (found.empty()) found = in_ticks(key_of(evidence.path)) + " does not hold what it should";
  return found + "; expected " + expected_in_words(evidence.expected);
}

std::string place_words(std::string_view value) {
  constexpr std::string_view list = "$.Statement[";
  if (value == "$.Statement") return "its statement";
  if (!starts_with(value, list) || !ends_with(value, "]")) return std::string(value);
  auto number = parse_int(value.substr(list.size(), value.size() - list.size() - 1));
  return number ? "statement " + std::to_string(*number + 1) : std::string(value);
}

}  // namespace reeve
