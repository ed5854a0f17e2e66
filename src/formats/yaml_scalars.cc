#include "formats/yaml_scalars.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace reeve {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view s) { return !s.empty() && std::all_of(s.begin(), s.end(), digit); }

std::string_view without_sign(std::string_view s) {
  if (!s.empty() && (s.front() == '-' || s.front() == '+')) s.remove_prefix(1);
  return s;
}

bool one_of(std::string_view s, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), s) != words.end();
}

// Decimal digits, or 0o… or 0x… (YAML 1.2.2 §10.3.2).
bool core_integer(std::string_view s) {
  if (starts_with(s, "0o"))
    return s.size() > 2 && std::all_of(s.begin() + 2, s.end(), [](char c) { return c >= '0' && c <= '7'; });
  if (starts_with(s, "0x"))
    return s.size() > 2 && std::all_of(s.begin() + 2, s.end(),
                                       [](char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
  return all_digits(without_sign(s));
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?  — without the signs and words around it.
bool decimal(std::string_view s) {
  s = without_sign(s);
  size_t i = 0, before = 0, after = 0;
  while (i < s.size() && digit(s[i])) ++i, ++before;
  if (i < s.size() && s[i] == '.') {
    ++i;
    while (i < s.size() && digit(s[i])) ++i, ++after;
  }
  if (before + after == 0) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) return all_digits(without_sign(s.substr(i + 1)));
  return i == s.size();
}

bool core_number(std::string_view s) {
  if (decimal(s)) return true;
  if (one_of(s, {".nan", ".NaN", ".NAN"})) return true;
  return one_of(without_sign(s), {".inf", ".Inf", ".INF"});
}

bool core_null(std::string_view s) { return one_of(s, {"", "~", "null", "Null", "NULL"}); }

bool core_boolean(std::string_view s) { return one_of(s, {"true", "True", "TRUE", "false", "False", "FALSE"}); }

Kind core_kind(std::string_view s) {
  if (core_null(s)) return Kind::null;
  if (core_boolean(s)) return Kind::boolean;
  if (core_integer(s)) return Kind::integer;
  if (core_number(s)) return Kind::number;
  return Kind::string;
}

// cfn-guard's loader: a 64-bit integer, else a float in Rust's sense (which has bare `inf` and `nan` in any case), else the
// lower-case booleans of YAML 1.1, else null. An empty scalar is an empty string there.
Kind guard_kind(std::string_view s) {
  if (all_digits(without_sign(s)) && parse_int(s)) return Kind::integer;
  std::string_view unsigned_text = without_sign(s);
  if (decimal(s) || equal_ignoring_case(unsigned_text, "inf") || equal_ignoring_case(unsigned_text, "infinity") ||
      equal_ignoring_case(unsigned_text, "nan"))
    return Kind::number;
  if (one_of(s, {"true", "yes", "on", "y", "false", "no", "off", "n"})) return Kind::boolean;
  if (s == "~" || equal_ignoring_case(s, "null")) return Kind::null;
  return Kind::string;
}

// CloudFormation reads YAML 1.1 but keeps what people mean as text as text: `2012-10-17`, `0123`.
Kind cloudformation_kind(std::string_view s) {
  if (one_of(s, {"yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"})) return Kind::boolean;
  std::string_view digits = without_sign(s);
  if (digits.size() > 1 && digits.front() == '0' && all_digits(digits)) return Kind::string;
  return core_kind(s);
}

// The short tags of CloudFormation ("Intrinsic function reference") and of its Rules section ("Rule-specific intrinsic
// functions"). `guard_scalar` and `guard_list` say where cfn-guard knows them: only there are they turned to long forms under its
// schema.
struct ShortTag {
  std::string_view tag, key;
  bool guard_scalar, guard_list;
};

constexpr ShortTag kShortTags[] = {
    {"And", "Fn::And", false, true},
    {"Base64", "Fn::Base64", true, false},
    {"Cidr", "Fn::Cidr", false, false},
    {"Condition", "Condition", true, false},
    {"Contains", "Fn::Contains", false, true},
    {"EachMemberEquals", "Fn::EachMemberEquals", false, true},
    {"EachMemberIn", "Fn::EachMemberIn", false, true},
    {"Equals", "Fn::Equals", false, true},
    {"FindInMap", "Fn::FindInMap", false, true},
    {"GetAZs", "Fn::GetAZs", true, false},
    {"GetAtt", "Fn::GetAtt", true, true},
    {"If", "Fn::If", false, true},
    {"ImportValue", "Fn::ImportValue", true, false},
    {"Join", "Fn::Join", false, true},
    {"Length", "Fn::Length", false, false},
    {"Not", "Fn::Not", false, true},
    {"Or", "Fn::Or", false, true},
    {"Ref", "Ref", true, false},
    {"RefAll", "Fn::RefAll", true, false},
    {"Select", "Fn::Select", false, true},
    {"Split", "Fn::Split", false, true},
    {"Sub", "Fn::Sub", true, true},
    {"ToJsonString", "Fn::ToJsonString", false, false},
    {"Transform", "Fn::Transform", false, false},
    {"ValueOf", "Fn::ValueOf", false, true},
    {"ValueOfAll", "Fn::ValueOfAll", false, false},
};

}  // namespace

Kind plain_kind(std::string_view text, YamlOptions::Schema schema) {
  switch (schema) {
    case YamlOptions::Schema::guard: return guard_kind(text);
    case YamlOptions::Schema::core: return core_kind(text);
    case YamlOptions::Schema::cloudformation: return cloudformation_kind(text);
  }
  return Kind::string;
}

Kind tagged_kind(std::string_view text, std::string_view name) {
  if (name == "null") return core_null(text) ? Kind::null : Kind::unknown;
  if (name == "bool") return core_boolean(text) || cloudformation_kind(text) == Kind::boolean ? Kind::boolean : Kind::unknown;
  if (name == "int") return core_integer(text) ? Kind::integer : Kind::unknown;
  if (name == "float") return core_number(text) || core_integer(text) ? Kind::number : Kind::unknown;
  return Kind::string;  // str, binary, timestamp and whatever else: text
}

std::string_view long_form(std::string_view tag, YamlShape shape, YamlOptions::Schema schema) {
  auto at = std::lower_bound(std::begin(kShortTags), std::end(kShortTags), tag,
                             [](const ShortTag& a, std::string_view b) { return a.tag < b; });
  if (at == std::end(kShortTags) || at->tag != tag) return {};
  if (schema == YamlOptions::Schema::guard) {
    if (shape == YamlShape::scalar && !at->guard_scalar) return {};
    if (shape == YamlShape::list && !at->guard_list) return {};
    if (shape == YamlShape::map) return {};
  }
  return at->key;
}

}  // namespace reeve
