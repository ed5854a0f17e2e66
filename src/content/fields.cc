#include "content/fields.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "content/read_ahead.h"

namespace reeve {
namespace {

std::string quoted(std::string_view text) {
  constexpr size_t shown_max = 80;
  if (text.size() <= shown_max) return "`" + std::string(text) + "`";
  size_t cut = shown_max;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;  // not inside a character
  return "`" + std::string(text.substr(0, cut)) + "…`";
}

std::string described(Value value) {
  if (value.is_scalar()) return quoted(value.text());
  return "a " + std::string(name(value.kind()));
}

}  // namespace

Place place_of(Value value) {
  if (!value) return {};
  return {value.document()->self().file, value.line(), value.column()};
}

Error unknown_word(std::string what, Place at, std::string_view word, const std::vector<std::string>& known) {
  std::string near = nearest(word, known);
  Error error{Code::usage, std::move(what), std::move(at), {}, {}};
  if (near.empty())
    error.expected = "one of " + join(known, ", ");
  else
    error.hint = "did you mean `" + near + "`?";
  return error;
}

std::optional<DocumentPtr> read_content_yaml(const std::string& text, const std::string& shown, std::vector<Error>& errors) {
  if (DocumentPtr built_in = read_ahead(text, shown)) return built_in;
  Source self;
  self.file = shown;
  self.path_prefix = "$";
  auto document = read_yaml(text, std::move(self), content_yaml_options());
  if (!document) {
    errors.push_back(document.error());
    return std::nullopt;
  }
  for (const Place& place : (*document)->duplicate_keys())
    errors.push_back({Code::conflict, "this key stands twice in one map; the last one counts", place, "each key once", {}});
  return *document;
}

bool is_slug(std::string_view text, char joint) {
  if (text.empty() || text.size() > 64 || text.front() == joint || text.back() == joint) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && (c != joint || text[i - 1] == joint)) return false;
  }
  return true;
}

Fields::Fields(Value map, std::string of, std::vector<std::string> known, std::vector<Error>& errors)
    : map_(map), of_(std::move(of)), errors_(errors) {
  if (!map.is_map()) {
    is_map_ = false;
    wrong(Code::type, of_ + " is " + (map ? described(map) : "empty"), place_of(map), "a map");
    return;
  }
  std::set<std::string_view> seen;
  for (auto entry : map.entries()) {
    if (!seen.insert(entry.key()).second) continue;  // named when the file was read
    if (std::find(known.begin(), known.end(), entry.key()) != known.end()) continue;
    good_ = false;
    errors_.push_back(unknown_word("unknown key " + quoted(entry.key()) + " in " + of_, place_of(entry.key_node), entry.key(), known));
  }
}

void Fields::wrong(Code code, std::string what, Place at, std::string expected, std::string hint) {
  good_ = false;
  errors_.push_back({code, std::move(what), std::move(at), std::move(expected), std::move(hint)});
}

Value Fields::get(std::string_view key) const {
  Value value = map_.get(key);
  return value && !value.is_null() ? value : Value();
}

Place Fields::at(std::string_view key) const {
  Value value = map_.get(key);
  return place_of(value ? value : map_);
}

std::optional<std::string> Fields::scalar(std::string_view key, Need need, std::string_view expected) {
  if (!is_map_) return std::nullopt;
  Value value = get(key);
  if (!value) {
    if (need == Need::required)
      wrong(Code::not_found, "`" + std::string(key) + "` is missing from " + of_, at(key), std::string(expected));
    return std::nullopt;
  }
  if (value.is_scalar()) return std::string(trim(value.text()));
  wrong(Code::type, "`" + std::string(key) + "` is " + described(value), place_of(value), std::string(expected));
  return std::nullopt;
}

std::string Fields::text(std::string_view key, Need need) {
  auto found = scalar(key, need, "text");
  if (!found) return {};
  if (found->empty()) wrong(Code::type, "`" + std::string(key) + "` is empty", at(key), "text");
  return *found;
}

std::string Fields::text_like(std::string_view key, Need need, std::string_view expected,
                              const std::function<bool(std::string_view)>& holds) {
  auto found = scalar(key, need, expected);
  if (!found) return {};
  if (holds(*found)) return *found;
  wrong(Code::type, "`" + std::string(key) + "` is " + quoted(*found), at(key), std::string(expected));
  return {};
}

std::string Fields::word(std::string_view key, const std::vector<std::string>& words, Need need) {
  auto found = scalar(key, need, "one of " + join(words, ", "));
  if (!found) return {};
  if (std::find(words.begin(), words.end(), *found) != words.end()) return *found;
  good_ = false;
  errors_.push_back(unknown_word("`" + std::string(key) + "` is " + quoted(*found), at(key), *found, words));
  return {};
}

int Fields::number(std::string_view key, int low, int high, Need need) {
  std::string expected = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  auto found = scalar(key, need, expected);
  if (!found) return 0;
  auto value = parse_int(*found);
  if (value && *value >= low && *value <= high) return static_cast<int>(*value);
  wrong(Code::type, "`" + std::string(key) + "` is " + quoted(*found), at(key), expected);
  return 0;
}

bool Fields::yes_or_no(std::string_view key, bool otherwise, Need need) {
  auto found = scalar(key, need, "yes or no");
  if (!found) return otherwise;
  if (*found == "yes" || *found == "true") return true;
  if (*found == "no" || *found == "false") return false;
  wrong(Code::type, "`" + std::string(key) + "` is " + quoted(*found), at(key), "yes or no");
  return otherwise;
}

Time Fields::time(std::string_view key, Need need) {
  auto found = scalar(key, need, "a date such as 2027-02-01");
  if (!found) return {};
  if (auto value = parse_time(*found)) return *value;
  wrong(Code::type, "`" + std::string(key) + "` is " + quoted(*found), at(key), "a date such as 2027-02-01 or a time such as 2027-02-01T09:00:00Z");
  return {};
}

std::vector<std::string> Fields::texts(std::string_view key, Need need, std::string_view expected,
                                       const std::function<bool(std::string_view)>& holds) {
  std::string each = expected.empty() ? "text" : std::string(expected);
  if (!is_map_) return {};
  Value value = get(key);
  if (!value) {
    if (need == Need::required) wrong(Code::not_found, "`" + std::string(key) + "` is missing from " + of_, at(key), "a list of " + each);
    return {};
  }
  if (!value.is_list()) {
    wrong(Code::type, "`" + std::string(key) + "` is " + described(value), place_of(value), "a list of " + each);
    return {};
  }
  std::vector<std::string> out;
  for (Value item : value.items()) {
    std::string text = item.is_scalar() && !item.is_null() ? std::string(trim(item.text())) : "";
    if (text.empty() || (holds && !holds(text)))
      wrong(Code::type, "`" + std::string(key) + "` has " + (item.is_null() ? "an empty item" : described(item)), place_of(item), each);
    else if (std::find(out.begin(), out.end(), text) != out.end())
      wrong(Code::conflict, "`" + std::string(key) + "` has " + quoted(text) + " twice", place_of(item));
    else
      out.push_back(std::move(text));
  }
  return out;
}

}  // namespace reeve
