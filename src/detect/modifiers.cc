#include "detect/modifiers.h"

#include <algorithm>

#include "base/text.h"
#include "detect/encodings.h"

namespace reeve {
namespace {

constexpr size_t alternatives_max = 10'000;

enum Modifier : uint8_t {
  m_all, m_startswith, m_endswith, m_contains, m_exists, m_cased, m_neq, m_windash, m_re, m_i, m_m, m_s, m_base64, m_base64offset, m_utf16le,
  m_utf16be, m_utf16, m_wide, m_lt, m_lte, m_gt, m_gte, m_minute, m_hour, m_day, m_week, m_month, m_year, m_cidr, m_expand, m_fieldref, m_count
};
constexpr std::string_view modifier_names[m_count] = {
    "all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash", "re", "i", "m", "s", "base64", "base64offset", "utf16le",
    "utf16be", "utf16", "wide", "lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year", "cidr", "expand", "fieldref"};

using Set = uint32_t;
constexpr Set bit(Modifier m) { return 1u << m; }
template <class... More>
constexpr Set set_of(More... more) {
  return (bit(more) | ... | 0u);
}

constexpr Set places = set_of(m_startswith, m_endswith, m_contains);
constexpr Set encodings = set_of(m_base64, m_base64offset, m_utf16le, m_utf16be, m_utf16, m_wide);
constexpr Set comparisons = set_of(m_lt, m_lte, m_gt, m_gte);
constexpr Set times = set_of(m_minute, m_hour, m_day, m_week, m_month, m_year);
constexpr Set regex_flags = set_of(m_i, m_m, m_s);

// What may stand beside each modifier. Symmetric: two go together if each allows the other.
constexpr Set beside(Modifier m) {
  switch (m) {
    case m_all: return places | encodings | comparisons | times | regex_flags | set_of(m_cased, m_windash, m_re, m_cidr, m_expand, m_fieldref);
    case m_startswith:
    case m_endswith:
    case m_contains: return encodings | set_of(m_all, m_cased, m_neq, m_windash, m_expand, m_fieldref);
    case m_exists: return 0;
    case m_cased: return places | encodings | set_of(m_all, m_neq, m_windash, m_expand, m_fieldref);
    case m_neq: return places | encodings | times | set_of(m_cased, m_windash, m_expand, m_fieldref);
    case m_windash: return places | encodings | set_of(m_all, m_cased, m_neq, m_expand);
    case m_re: return regex_flags | set_of(m_all);
    case m_i: return set_of(m_re, m_m, m_s, m_all);
    case m_m: return set_of(m_re, m_i, m_s, m_all);
    case m_s: return set_of(m_re, m_i, m_m, m_all);
    case m_base64:
    case m_base64offset:
    case m_utf16le:
    case m_utf16be:
    case m_utf16:
    case m_wide: return places | encodings | set_of(m_all, m_cased, m_neq, m_windash, m_expand);
    case m_lt:
    case m_lte:
    case m_gt:
    case m_gte: return times | set_of(m_all);
    case m_minute:
    case m_hour:
    case m_day:
    case m_week:
    case m_month:
    case m_year: return comparisons | set_of(m_all, m_neq);
    case m_cidr: return set_of(m_all, m_expand);
    case m_expand: return places | encodings | set_of(m_all, m_cased, m_neq, m_windash, m_cidr);
    case m_fieldref: return places | set_of(m_all, m_cased, m_neq);
    case m_count: break;
  }
  return 0;
}

// Of keywords, which have no field.
constexpr Set of_keywords = encodings | regex_flags | set_of(m_all, m_contains, m_cased, m_windash, m_re, m_expand);

struct Written {
  std::string field;
  std::vector<Modifier> modifiers;
  Set set = 0;
  bool has(Modifier m) const { return set & bit(m); }
};

class PredicateReader {
 public:
  PredicateReader(std::string_view key, Value key_node, const ReadingRule& reading) : key_(key), key_node_(key_node), reading_(reading) {}

  Result<Predicate> read(Value value) {
    TRY(read_key());
    out_.strict = reading_.options.strict_scalar;
    out_.negated = written_.has(m_neq);
    out_.all = written_.has(m_all);
    if (written_.field.empty()) {
      out_.kind = Predicate::Kind::keywords;
    } else {
      out_.path = FieldPath(mapped(written_.field));
    }
    if (value.is_map()) return fail(Code::type, "`" + std::string(key_) + "` is given a map", at(value), "a value or a list of values",
        "deeper fields are written `a.b`");
    if (value.is_list()) {
      if (value.size() == 0) return fail(Code::type, "`" + std::string(key_) + "` has no value", at(value), "a value or a list of values");
      if (written_.has(m_exists)) return fail(Code::type, "`exists` is given a list", at(value), "true or false");
      if (written_.has(m_all) && value.size() == 1) return lonely_all(value);
      for (Value item : value.items()) TRY(add(item, true));
    } else {
      if (written_.has(m_all)) return lonely_all(value);
      TRY(add(value, false));
    }
    say(value);
    return std::move(out_);
  }

 private:
  Place at(Value value) const { return reading_.at(value); }

  tl::unexpected<Error> lonely_all(Value value) const {
    return fail(Code::type, "`all` is given a single value", at(value), "a list of two or more", "leave `all` out");
  }

  std::string mapped(const std::string& field) const {
    if (const auto found = reading_.options.field_mapping.find(field); found != reading_.options.field_mapping.end()) return found->second;
    const auto found = reading_.fields.find(field);
    return found == reading_.fields.end() ? field : found->second;
  }

  Status read_key() {
    const std::vector<std::string_view> parts = split(key_, '|');
    written_.field = parts.front();
    for (size_t i = 1; i < parts.size(); ++i) {
      size_t m = 0;
      while (m < m_count && modifier_names[m] != parts[i]) ++m;
      if (m == m_count) return unknown_modifier(parts[i]);
      const auto modifier = static_cast<Modifier>(m);
      if (written_.has(modifier) && !(encodings & bit(modifier))) return twice(modifier);
      written_.modifiers.push_back(modifier);
      written_.set |= bit(modifier);
    }
    for (Modifier a : written_.modifiers)
      for (Modifier b : written_.modifiers)
        if (a != b && !(beside(a) & bit(b))) return at_odds(a, b);
    for (size_t i = 0; i < written_.modifiers.size(); ++i) TRY(order(i));
    if (written_.field.empty()) {
      if (written_.modifiers.empty()) return fail(Code::parse, "a field without a name", at(key_node_), "a field, or `|all` for keywords");
      for (Modifier m : written_.modifiers)
        if (!(of_keywords & bit(m)))
          return fail(Code::unsupported, "`" + std::string(modifier_names[m]) + "` is asked of keywords", at(key_node_), "a field in front of it");
    }
    return {};
  }

  tl::unexpected<Error> unknown_modifier(std::string_view name) const {
    if (name.empty()) return fail(Code::parse, "`" + std::string(key_) + "` has an empty modifier", at(key_node_),
        "the name of a modifier behind each `|`");
    const std::vector<std::string> known(std::begin(modifier_names), std::end(modifier_names));
    const std::string near = nearest(name, known);
    return fail(Code::unsupported, "no such modifier as `" + std::string(name) + "`", at(key_node_), "a modifier of Sigma 2.1",
                near.empty() ? "" : "did you mean `" + near + "`");
  }

  tl::unexpected<Error> twice(Modifier m) const {
    return fail(Code::conflict, "`" + std::string(modifier_names[m]) + "` stands twice in `" + std::string(key_) + "`", at(key_node_));
  }

  tl::unexpected<Error> at_odds(Modifier a, Modifier b) const {
    std::string hint;
    const Set both = bit(a) | bit(b);
    if (both & bit(m_re) && both & places) hint = "a regular expression says itself where it stands: `^`, `$`";
    if (both & bit(m_re) && both & bit(m_cased)) hint = "a regular expression is case-sensitive unless `i` follows";
    if (both & bit(m_neq)) hint = "negate the selection in the condition";
    return fail(Code::conflict, "`" + std::string(modifier_names[a]) + "` and `" + std::string(modifier_names[b]) + "` do not go together",
        at(key_node_), "", hint);
  }

  Status order(size_t i) const {
    const Modifier m = written_.modifiers[i];
    const Set before = [&] {
      Set out = 0;
      for (size_t k = 0; k < i; ++k) out |= bit(written_.modifiers[k]);
      return out;
    }();
    if (regex_flags & bit(m) && !(before & bit(m_re)))
      return fail(Code::conflict, "`" + std::string(modifier_names[m]) + "` without `re` before it", at(key_node_),
          "`re|" + std::string(modifier_names[m]) + "`");
    if (m == m_expand && before & (encodings | bit(m_windash)))
      return fail(Code::conflict, "`expand` behind a modifier that changes the value", at(key_node_), "`expand` before it");
    if (encodings & bit(m) && before & places)
      return fail(Code::conflict, "`" + std::string(modifier_names[m]) + "` behind a modifier that adds wildcards", at(key_node_),
          "encodings before `contains`, `startswith`, `endswith`");
    if (m == m_windash && before & encodings) return fail(Code::conflict, "`windash` behind an encoding", at(key_node_), "`windash` before it");
    if (comparisons & bit(m) && times & written_.set && !(before & times))
      return fail(Code::conflict, "`" + std::string(modifier_names[m]) + "` before the part of the time that it compares", at(key_node_),
          "as in `hour|gte`");
    return {};
  }

  tl::unexpected<Error> wrong_type(Value value, std::string_view modifier, std::string expected, std::string hint = "") const {
    return fail(Code::type, (modifier.empty()
        ? "`" + std::string(key_) + "`" : "`" + std::string(modifier) + "`") + " is given " + a_kind(value), at(value),
                std::move(expected), std::move(hint));
  }

  static std::string a_kind(Value value) {
    switch (value.kind()) {
      case Kind::null: return "null";
      case Kind::boolean: return "the boolean " + std::string(value.text());
      case Kind::integer:
      case Kind::number: return "the number " + std::string(value.text());
      case Kind::string: return "the string `" + std::string(value.text().substr(0, 100)) + "`";
      case Kind::list: return "a list";
      case Kind::map: return "a map";
      case Kind::unknown: break;
    }
    return "something else";
  }

  std::string first_of(Set some) const {
    for (Modifier m : written_.modifiers)
      if (some & bit(m)) return std::string(modifier_names[m]);
    return "";
  }

  Status add(Value value, bool in_list) {
    if (value.is_list()) return wrong_type(value, "", "a value");
    if (value.is_map()) return wrong_type(value, "", "a value", "a list of maps stands directly under the selection's name");
    if (written_.has(m_exists)) {
      if (!value.is_bool()) return wrong_type(value, "exists", "true or false");
      out_.kind = value.boolean() ? Predicate::Kind::exists : Predicate::Kind::absent;
      return {};
    }
    if (value.is_null()) {
      if (written_.field.empty()) return wrong_type(value, "", "a keyword");
      if (in_list) return fail(Code::type, "null in a list of values", at(value), "a selection of its own for null",
          "Sigma 2.1, \"Special Field Values\"");
      if (!written_.modifiers.empty()) return wrong_type(value, first_of(~0u), "a value", "null goes without modifiers");
      out_.kind = Predicate::Kind::null;
      return {};
    }
    if (written_.set & (comparisons | times)) return add_comparison(value);
    if (written_.has(m_re)) return add_regex(value);
    if (written_.has(m_fieldref)) return add_reference(value);
    if (written_.set & (encodings | set_of(m_windash, m_cidr, m_expand)) && !value.is_string())
      return wrong_type(value, first_of(encodings | set_of(m_windash, m_cidr, m_expand)), "a string", "put it in quotes");
    if (!value.is_string() && value.is_number() && !(written_.set & places) && !written_.field.empty()) return add_number(value);
    return add_text(value);
  }

  Status add_number(Value value) {
    Probe probe;
    probe.kind = Probe::Kind::number;
    const auto number = value.number();
    if (!number) return wrong_type(value, "", "a number that fits", "put it in quotes");
    probe.number = *number;
    probe.needle = Needle(Pattern::literal(value.text()), false);
    out_.values.push_back({std::move(probe)});
    return {};
  }

  Status add_comparison(Value value) {
    const std::string modifier = first_of(written_.set & times ? times : comparisons);
    const auto number = value.is_number() ? value.number() : std::nullopt;
    if (!number) return wrong_type(value, modifier, "a number", value.is_string() ? "leave the quotes out" : "");
    Probe probe;
    probe.kind = Probe::Kind::compare;
    probe.number = *number;
    if (written_.has(m_lt)) probe.compare = Compare::lt;
    if (written_.has(m_lte)) probe.compare = Compare::lte;
    if (written_.has(m_gt)) probe.compare = Compare::gt;
    if (written_.has(m_gte)) probe.compare = Compare::gte;
    static constexpr struct { Modifier modifier; TimePart part; int low, high; } parts[] = {
        {m_minute, TimePart::minute, 0, 59}, {m_hour, TimePart::hour, 0, 23},    {m_day, TimePart::day, 1, 31},
        {m_week, TimePart::week, 1, 53},     {m_month, TimePart::month, 1, 12}, {m_year, TimePart::year, 0, 9999}};
    for (const auto& one : parts) {
      if (!written_.has(one.modifier)) continue;
      probe.part = one.part;
      if (value.kind() != Kind::integer || *number < one.low || *number > one.high)
        return wrong_type(value, modifier, "a whole number from " + std::to_string(one.low) + " to " + std::to_string(one.high));
    }
    out_.values.push_back({std::move(probe)});
    return {};
  }

  Status add_regex(Value value) {
    if (!value.is_string()) return wrong_type(value, "re", "a regular expression in quotes");
    auto made = SearchRegex::make(value.text(), {written_.has(m_i), written_.has(m_m), written_.has(m_s)});
    if (!made) {
      made.error().at = at(value);
      return tl::unexpected(std::move(made.error()));
    }
    Probe probe;
    probe.kind = Probe::Kind::regex;
    probe.regex = std::move(*made);
    out_.values.push_back({std::move(probe)});
    return {};
  }

  Status add_reference(Value value) {
    if (!value.is_string() || value.text().empty()) return wrong_type(value, "fieldref", "the name of a field");
    Probe probe;
    probe.kind = Probe::Kind::field;
    probe.other = FieldPath(mapped(std::string(value.text())));
    probe.cased = written_.has(m_cased);
    if (written_.has(m_startswith)) probe.where = Probe::Where::start;
    if (written_.has(m_endswith)) probe.where = Probe::Where::end;
    if (written_.has(m_contains)) probe.where = Probe::Where::inside;
    out_.values.push_back({std::move(probe)});
    return {};
  }

  // Every text that a value with placeholders may stand for.
  Result<std::vector<Pattern>> expanded(Value value) const {
    std::vector<Pattern> out(1);
    const std::string_view text = value.text();
    std::string plain;  // still as Sigma writes it
    auto flush = [&] {
      for (Pattern& pattern : out) pattern.add(Pattern::read(plain));
      plain.clear();
    };
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') {
        plain += text[++i];
        continue;
      }
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
        plain += "\\\\";
        ++i;
        continue;
      }
      const size_t end = text[i] == '%' ? text.find('%', i + 1) : std::string_view::npos;
      const std::string_view name = end == std::string_view::npos ? std::string_view() : text.substr(i + 1, end - i - 1);
      const bool placeholder = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
      });
      if (!placeholder) {
        plain += text[i];
        continue;
      }
      flush();
      const auto known = reading_.options.placeholders.find(std::string(name));
      if (known == reading_.options.placeholders.end() || known->second.empty())
        return fail(Code::not_found, "the placeholder `%" + std::string(name) + "%` has no value", at(value), "",
                    "give it one in the workspace's reeve.yaml, under `placeholders`");
      if (out.size() * known->second.size() > alternatives_max) return fail(Code::limit,
          "placeholders that stand for more than 10,000 values", at(value));
      std::vector<Pattern> wider;
      for (const Pattern& pattern : out)
        for (const std::string& one : known->second) {
          wider.push_back(pattern);
          wider.back().add(Pattern::read(one));
        }
      out = std::move(wider);
      i = end;
    }
    flush();
    return out;
  }

  Status add_text(Value value) {
    std::vector<Pattern> patterns;
    if (written_.has(m_expand)) {
      patterns = TRY(expanded(value));
    } else {
      patterns.push_back(value.is_string() ? Pattern::read(value.text()) : Pattern::literal(value.text()));
    }
    if (written_.has(m_cidr)) return add_networks(value, patterns);
    for (Modifier m : written_.modifiers) {
      if (m == m_windash) {
        for (Pattern& pattern : patterns) pattern.free_dashes();
        if (written_.set & encodings) {
          std::vector<Pattern> wider;
          for (const Pattern& pattern : patterns) {
            std::vector<Pattern> each = pattern.without_dashes(alternatives_max);
            if (each.empty() || wider.size() + each.size() > alternatives_max)
              return fail(Code::limit, "more than 10,000 spellings of the dashes in `" + std::string(value.text().substr(0, 100)) + "`", at(value));
            wider.insert(wider.end(), each.begin(), each.end());
          }
          patterns = std::move(wider);
        }
      } else if (encodings & bit(m)) {
        TRY(encode(m, value, patterns));
      } else if (m == m_startswith) {
        for (Pattern& pattern : patterns) pattern.open_end();
      } else if (m == m_endswith) {
        for (Pattern& pattern : patterns) pattern.open_start();
      } else if (m == m_contains) {
        for (Pattern& pattern : patterns) pattern.open_start(), pattern.open_end();
      }
    }
    std::vector<Probe> alternatives;
    for (Pattern& pattern : patterns) {
      if (out_.kind == Predicate::Kind::keywords) pattern.open_start(), pattern.open_end();
      Probe probe;
      probe.needle = Needle(pattern, written_.has(m_cased));
      alternatives.push_back(std::move(probe));
    }
    out_.values.push_back(std::move(alternatives));
    return {};
  }

  Status encode(Modifier m, Value value, std::vector<Pattern>& patterns) {
    const std::string_view modifier = modifier_names[m];
    std::vector<Pattern> out;
    for (const Pattern& pattern : patterns) {
      if (m == m_base64 || m == m_base64offset) {
        if (!pattern.plain()) return wrong_type(value, modifier, "a string without wildcards", "escape them with a backslash if they are meant");
        if (pattern.text().empty()) return wrong_type(value, modifier, "a string that is not empty");
        if (m == m_base64) {
          out.push_back(Pattern::literal(base64_encode(pattern.text())));
        } else {
          for (size_t offset = 0; offset < 3; ++offset) out.push_back(Pattern::literal(base64_at_offset(pattern.text(), offset)));
        }
        continue;
      }
      const Utf16 form = m == m_utf16be ? Utf16::big : m == m_utf16 ? Utf16::marked : Utf16::little;
      if (form == Utf16::marked && !pattern.plain()) return wrong_type(value, modifier, "a string without wildcards");
      out.push_back(pattern.changed([&](const std::string& text) { return utf16_encode(text, form); }));
    }
    patterns = std::move(out);
    return {};
  }

  Status add_networks(Value value, const std::vector<Pattern>& patterns) {
    std::vector<Probe> alternatives;
    for (const Pattern& pattern : patterns) {
      Probe probe;
      probe.kind = Probe::Kind::cidr;
      const std::string text = pattern.plain() ? pattern.text() : std::string(value.text());
      if (!pattern.plain() || !read_network(text, probe))
        return fail(Code::parse, "`" + text.substr(0, 100) + "` is no network", at(value),
            "as in 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix");
      alternatives.push_back(std::move(probe));
    }
    out_.values.push_back(std::move(alternatives));
    return {};
  }

  // Two predicates that say the same get the same key, so that an event answers them once.
  void say(Value value) {
    out_.key = out_.path.name() + "|";
    if (out_.kind == Predicate::Kind::keywords) out_.key = "\x01|";
    for (Modifier m : written_.modifiers) out_.key += std::string(modifier_names[m]) + "|";
    out_.key += out_.strict ? 's' : 'o';
    auto add_value = [&](Value one) {
      const std::string_view text = one.text();
      out_.key += '\n' + std::to_string(static_cast<int>(one.kind())) + ':' + std::to_string(text.size()) + ':';
      out_.key += text;
    };
    if (value.is_list()) {
      for (Value one : value.items()) add_value(one);
    } else {
      add_value(value);
    }
  }

  std::string_view key_;
  Value key_node_;
  const ReadingRule& reading_;
  Written written_;
  Predicate out_;
};

}  // namespace

Result<Predicate> read_predicate(std::string_view key, Value key_node, Value value, const ReadingRule& reading) {
  return PredicateReader(key, key_node, reading).read(value);
}

Result<Predicate> read_keyword(Value value, const ReadingRule& reading) {
  return PredicateReader("|contains", value, reading).read(value);
}

}  // namespace reeve
