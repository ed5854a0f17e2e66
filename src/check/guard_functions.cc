// The fifteen functions. Each takes rows and gives a row of new values, which live in small documents of their own for the time
// of the evaluation; arguments of the wrong kind give nothing, arguments that cannot be converted are errors.
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "check/guard_eval.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve::guard {
namespace {

// A float as Rust prints and reads it: no exponent when printed; `inf`, `nan`, `.5`, `5.` and a leading plus when read.
std::string float_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  return {buffer, end.ptr};
}
std::optional<double> float_value(std::string_view text) {
  std::string_view body = text;
  if (!body.empty() && body[0] == '+') body.remove_prefix(1);
  if (body.empty() || body[0] == '+' || (text[0] == '+' && body[0] == '-') || body.find('(') != std::string_view::npos)
    return std::nullopt;
  double value = 0;
  const auto end = std::from_chars(body.data(), body.data() + body.size(), value);
  if (end.ptr != body.data() + body.size()) return std::nullopt;
  if (end.ec == std::errc::result_out_of_range) {
    const bool negative = body[0] == '-';
    const bool small = body.find("e-") != std::string_view::npos || body.find("E-") != std::string_view::npos;
    return small ? 0.0 : negative ? -HUGE_VAL : HUGE_VAL;
  }
  return end.ec == std::errc() ? std::optional(value) : std::nullopt;
}
int64_t whole(double value) {  // saturating, as Rust casts
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775808.0) return INT64_MAX;
  if (value <= -9223372036854775808.0) return INT64_MIN;
  return static_cast<int64_t>(value);
}

size_t next_character(std::string_view s, size_t at) {
  ++at;
  while (at < s.size() && (static_cast<unsigned char>(s[at]) & 0xC0) == 0x80) ++at;
  return at;
}

// Upper and lower case of ASCII and of the two-byte Latin, Greek and Cyrillic letters.
std::string with_case(std::string_view s, bool up) {
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size();) {
    const size_t next = next_character(s, i);
    const auto first = static_cast<unsigned char>(s[i]);
    if (next == i + 1) {
      char c = s[i];
      if (up && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      if (!up && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      out += c;
    } else if (next == i + 2 && first >= 0xC3 && first <= 0xD1) {
      int point = ((first & 0x1F) << 6) | (s[i + 1] & 0x3F);
      const bool is_low = (point >= 0xE0 && point <= 0xFE && point != 0xF7) ||
                          (point >= 0x3B1 && point <= 0x3C9 && point != 0x3C2) || (point >= 0x430 && point <= 0x44F);
      const bool is_up = (point >= 0xC0 && point <= 0xDE && point != 0xD7) || (point >= 0x391 && point <= 0x3A9) ||
                         (point >= 0x410 && point <= 0x42F);
      const bool pairs = point >= 0x100 && point <= 0x137;  // Ā ā, Ă ă, …: even upper, odd lower
      const bool far = point >= 0x400 && point <= 0x45F && !(point >= 0x410 && point <= 0x44F);  // Ѐ … ѐ …
      if (up && is_low)
        point -= 32;
      else if (!up && is_up)
        point += 32;
      else if (pairs)
        point = up ? point & ~1 : point | 1;
      else if (far)
        point = up ? (point >= 0x450 ? point - 80 : point) : (point <= 0x40F ? point + 80 : point);
      out += static_cast<char>(0xC0 | (point >> 6));
      out += static_cast<char>(0x80 | (point & 0x3F));
    } else {
      out += s.substr(i, next - i);
    }
    i = next;
  }
  return out;
}

}  // namespace

void Evaluator::made(Builder& builder, Value from, bool character, Row& out) {
  DocumentPtr document = builder.finish();
  Found found{document->root()};
  found.character = character;
  if (character) characters_.insert(document.get());
  made_.push_back({std::move(document), from});
  out.push_back(found);
}

bool Evaluator::function(const Operand& call, Scope& scope, Row& out) {
  if (!step_over()) return false;
  if (depth_ + 3 > depth_max) return refuse("functions nest too deeply", false, Code::limit);
  struct Deeper {
    int& depth;
    explicit Deeper(int& d) : depth(d) { depth += 3; }
    ~Deeper() { depth -= 3; }
  } deeper(depth_);
  Pooled first(*this), second(*this), third(*this);
  std::vector<Row*> rows{&first.row, &second.row, &third.row};
  for (size_t i = 0; i < call.arguments->size(); ++i) {
    if (!operand((*call.arguments)[i], scope, *rows[i])) return false;
  }
  rows.resize(call.arguments->size());
  auto doubtful = [](const Found& f) { return f.tag == Found::Tag::unknown || f.maybe; };

  switch (call.function) {
    case Function::now: {
      used_now_ = true;
      Builder builder;
      const int64_t ms = options_->as_of.ms;
      builder.integer(ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000));
      made(builder, {}, false, out);
      return true;
    }
    case Function::count: {
      int64_t n = 0;
      for (const Found& each : first.row) {
        if (doubtful(each)) {  // then the number is not known either
          Found found = each;
          if (each.tag != Found::Tag::unknown) found.tag = Found::Tag::unknown;
          found.maybe = each.maybe ? each.maybe : maybe_because(reason_of(each));
          out.push_back(found);
          return true;
        }
        n += each.is_value();
      }
      Builder builder;
      builder.integer(n);
      made(builder, first.row.empty() ? Value() : first.row[0].value, false, out);
      return true;
    }
    case Function::join: {
      std::string text;
      if (second.row.empty() || !second.row[0].is_value() ||
          comparer_.type(Comparer::item(second.row[0])) != (second.row[0].character ? Type::character : Type::string)) {
        if (!second.row.empty() && doubtful(second.row[0])) return out.push_back(second.row[0]), true;
        return refuse("`join` needs a string to join with", false);
      }
      for (size_t i = 0; i < first.row.size(); ++i) {
        const Found& each = first.row[i];
        if (doubtful(each)) return out.push_back(each), true;
        if (!each.is_value()) return refuse("`join` was given a value that is missing");
        if (comparer_.type(Comparer::item(each)) != Type::string) return refuse("`join` was given a value that is no string");
        if (i) text += second.row[0].value.text();
        text += each.value.text();
      }
      Builder builder;
      builder.string(text);
      made(builder, first.row.empty() ? Value() : first.row[0].value, false, out);
      return true;
    }
    default: break;
  }
  for (const Found& each : first.row) {
    if (each.tag == Found::Tag::unknown)
      out.push_back(each);
    else if (each.is_value() && !function_of_each(call, each, rows, out))
      return false;
  }
  return true;
}

bool Evaluator::function_of_each(const Operand& call, const Found& argument, const std::vector<Row*>& rows, Row& out) {
  const Type type = comparer_.type(Comparer::item(argument));
  const std::string_view text = argument.value.text();
  auto cannot = [&](const char* into) {
    return refuse("`" + std::string(text.substr(0, 60)) + "` cannot be converted into " + into);
  };
  const bool digit = type == Type::character && text.size() == 1 && text[0] >= '0' && text[0] <= '9';
  Builder builder;
  bool character = false;
  switch (call.function) {
    case Function::parse_int:
      if (type == Type::string) {
        const auto value = parse_int(text);
        if (!value) return cannot("an integer");
        builder.integer(*value);
      } else if (type == Type::integer) {
        builder.integer(*comparer_.integer(Comparer::item(argument)));
      } else if (type == Type::number) {
        builder.integer(whole(comparer_.number(Comparer::item(argument)).value_or(0)));
      } else if (type == Type::character) {
        if (!digit) return cannot("an integer");
        builder.integer(text[0] - '0');
      } else {
        return true;
      }
      break;
    case Function::parse_float: {
      double value = 0;
      if (type == Type::string) {
        const auto parsed = float_value(text);
        if (!parsed) return cannot("a float");
        value = *parsed;
      } else if (type == Type::integer || type == Type::number) {
        value = comparer_.number(Comparer::item(argument)).value_or(0);
      } else if (type == Type::character) {
        if (!digit) return cannot("a float");
        value = text[0] - '0';
      } else {
        return true;
      }
      char buffer[40];
      const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
      builder.number_raw(Kind::number, {buffer, static_cast<size_t>(end.ptr - buffer)}, Style::built);
      break;
    }
    case Function::parse_boolean:
      if (type == Type::boolean) {
        builder.boolean(argument.value.boolean());
      } else if (type == Type::string) {
        const std::string low = lower(text);
        if (low != "true" && low != "false") return cannot("a boolean");
        builder.boolean(low == "true");
      } else {
        return true;
      }
      break;
    case Function::parse_string:
      if (type == Type::integer)
        builder.string(std::to_string(*comparer_.integer(Comparer::item(argument))));
      else if (type == Type::number)
        builder.string(float_text(comparer_.number(Comparer::item(argument)).value_or(NAN)));
      else if (type == Type::boolean)
        builder.string(argument.value.boolean() ? "true" : "false");
      else if (type == Type::string || type == Type::character)
        builder.string(text);
      else
        return true;
      break;
    case Function::parse_char:
      if (type == Type::integer) {
        const int64_t value = *comparer_.integer(Comparer::item(argument));
        if (value < 0 || value > 9) return cannot("a character");
        builder.string(std::string(1, static_cast<char>('0' + value)));
        character = true;
      } else if (type == Type::string) {
        if (text.empty()) return true;
        if (next_character(text, 0) != text.size()) return cannot("a character");
        builder.string(text);
        character = true;
      } else if (type == Type::character) {
        builder.string(text);
      } else {
        return true;
      }
      break;
    case Function::parse_epoch: {
      if (type != Type::string) return true;
      const auto time = parse_time(text);
      if (!time) return cannot("a time");
      builder.integer(time->ms >= 0 ? time->ms / 1000 : -((-time->ms + 999) / 1000));
      break;
    }
    case Function::to_lower:
    case Function::to_upper:
      if (type != Type::string) return true;
      builder.string(with_case(text, call.function == Function::to_upper));
      break;
    case Function::url_decode: {
      if (type != Type::string) return true;
      const std::string decoded = percent_decode(text);
      if (!valid_utf8(decoded)) return true;
      builder.string(decoded);
      break;
    }
    case Function::json_parse: {
      if (type != Type::string) return true;
      auto parsed = read_json(text, Source{});
      if (!parsed) parsed = read_yaml(text, Source{}, {.short_tags = false});
      if (!parsed) return refuse("the string is no JSON: " + parsed.error().what, false);
      if (!(*parsed)->root()) return true;
      made_.push_back({*parsed, argument.value});
      Found found{(*parsed)->root()};
      found.maybe = argument.maybe;
      out.push_back(found);
      return true;
    }
    case Function::substring: {
      if (type != Type::string) return true;
      size_t bounds[2];
      for (size_t i = 0; i < 2; ++i) {
        const char* which = i == 0 ? "second" : "third";
        if (rows[i + 1]->empty()) return refuse(std::string("`substring` needs a number as its ") + which + " argument", false);
        const Found& bound = (*rows[i + 1])[0];
        if (bound.tag == Found::Tag::unknown) return out.push_back(bound), true;
        const Type kind = bound.is_value() ? comparer_.type(Comparer::item(bound)) : Type::null;
        if (kind != Type::integer && kind != Type::number)
          return refuse(std::string("`substring` needs a number as its ") + which + " argument", false);
        const int64_t value = kind == Type::integer ? *comparer_.integer(Comparer::item(bound))
                                                    : whole(comparer_.number(Comparer::item(bound)).value_or(-1));
        if (value < 0)
          return refuse(std::string("`substring` cannot begin or end before the string (") + std::to_string(value) + ")", false);
        bounds[i] = static_cast<size_t>(value);
      }
      // Characters; 3.2.0 counts bytes.
      const bool bytes = options_->semantics == Semantics::v3_2_0;
      size_t count = 0, from = std::string_view::npos, to = std::string_view::npos;
      for (size_t at = 0;; ++count) {
        if (count == bounds[0]) from = at;
        if (count == bounds[1]) to = at;
        if (at >= text.size()) break;
        at = bytes ? at + 1 : next_character(text, at);
      }
      if (text.empty() || bounds[0] >= bounds[1] || from == std::string_view::npos || to == std::string_view::npos) return true;
      const std::string_view part = text.substr(from, to - from);
      if (bytes && !valid_utf8(part)) return refuse("`substring` cuts a character in two", false);
      builder.string(part);
      break;
    }
    case Function::regex_replace: {
      if (type != Type::string) return true;
      std::string_view texts[2];
      for (size_t i = 0; i < 2; ++i) {
        const char* which = i == 0 ? "second" : "third";
        if (!rows[i + 1]->empty() && (*rows[i + 1])[0].tag == Found::Tag::unknown) return out.push_back((*rows[i + 1])[0]), true;
        if (rows[i + 1]->empty() || !(*rows[i + 1])[0].is_value() ||
            comparer_.type(Comparer::item((*rows[i + 1])[0])) != Type::string) {
          return refuse(std::string("`regex_replace` needs a string as its ") + which + " argument", false);
        }
        texts[i] = (*rows[i + 1])[0].value.text();
      }
      Regex* regex = nullptr;
      for (auto& [pattern, compiled] : regexes_) {
        if (pattern == texts[0]) regex = compiled.get();
      }
      if (!regex) {
        auto compiled = Regex::make(texts[0]);
        if (!compiled) return refuse(compiled.error().what, false);
        if (regexes_.size() >= 64) regexes_.clear();
        regexes_.emplace_back(texts[0], std::make_unique<Regex>(std::move(*compiled)));
        regex = regexes_.back().second.get();
      }
      const auto replaced = regex->expand_all(text, texts[1]);
      if (!replaced) return refuse("a regular expression needs too many steps on this text", false, Code::limit);
      builder.string(*replaced);
      break;
    }
    case Function::count:
    case Function::join:
    case Function::now: return true;
  }
  made(builder, argument.value, character, out);
  out.back().maybe = argument.maybe;
  return true;
}

}  // namespace reeve::guard
