// Characters and literals of a rule file: where the parser stands, what it says when that is wrong, and the values written out.
#include <charconv>

#include "check/guard_parse.h"

namespace reeve::guard {

Result<std::string> Parser::string() {
  const size_t from = at_;
  const char quote = text_[at_++];
  std::string value;
  while (true) {
    const size_t stop = text_.find(quote, at_);
    if (stop == std::string_view::npos) return wrong(from, "this string is not closed", std::string("a closing ") + quote);
    value += text_.substr(at_, stop - at_);
    at_ = stop + 1;
    if (value.empty() || value.back() != '\\' || text_[stop - 1] != '\\') return value;
    value.back() = quote;
  }
}

std::string_view Texts::keep(std::string_view text) {
  constexpr size_t chunk = 2048;
  if (text.empty()) return {};
  if (text.size() > left_) {
    const bool large = text.size() > chunk / 4;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(large ? text.size() : chunk));
    if (large) {
      std::memcpy(chunks_.back().get(), text.data(), text.size());
      return {chunks_.back().get(), text.size()};
    }
    free_ = chunks_.back().get();
    left_ = chunk;
  }
  std::memcpy(free_, text.data(), text.size());
  const std::string_view kept(free_, text.size());
  free_ += text.size();
  left_ -= text.size();
  return kept;
}

void Parser::mark_special(uint32_t node, Special special) {
  file_.specials.push_back(std::move(special));
  if (file_.special_of.size() <= node) file_.special_of.resize(node + 1, 0);
  file_.special_of[node] = static_cast<uint32_t>(file_.specials.size());
}

bool Parser::at_literal() const {
  const char c = peek();
  if (c == '"' || c == '\'' || c == '/' || c == '[' || c == '{' || digit(c)) return true;
  if (c == '-' && digit(after(1))) return true;
  switch (c) {
    case 't':
    case 'T': return keyword("true") || keyword("True") || keyword("TRUE");
    case 'f':
    case 'F': return keyword("false") || keyword("False") || keyword("FALSE");
    case 'n':
    case 'N': return keyword("null") || keyword("NULL") || keyword("Null");
    default: return false;
  }
}

Result<Parser::Number> Parser::number() {
  const size_t from = at_;
  Number out;
  if (peek() == '-') ++at_;
  while (digit(peek())) ++at_;
  if (peek() == '.' && digit(after(1))) {
    out.floating = true;
    ++at_;
    while (digit(peek())) ++at_;
  }
  if (peek() == 'e' || peek() == 'E') {
    const bool sign = after(1) == '+' || after(1) == '-';
    if (digit(after(1 + sign))) {
      out.floating = true;
      at_ += 1 + sign;
      while (digit(peek())) ++at_;
    }
  }
  out.text = text_.substr(from, at_ - from);
  if (name_char(peek())) return wrong(from, "a number must not run into a name", "white space behind the number");
  if (out.floating) {
    std::from_chars(out.text.data(), out.text.data() + out.text.size(), out.number);
  } else {
    auto value = parse_int(out.text);
    if (!value) return wrong(from, "`" + std::string(out.text) + "` does not fit into 64 bits", "a smaller integer");
    out.integer = *value;
  }
  return out;
}

Result<uint32_t> Parser::literal() {
  Deeper deeper(depth_);
  TRY(not_too_deep());
  uint32_t line, column;
  place(at_, line, column);
  literals_.at(line, column);
  const auto node = static_cast<uint32_t>(literals_.size());
  const char c = peek();
  if (c == '"' || c == '\'') {
    literals_.string(TRY(string()));
  } else if (c == '/') {
    TRY(regex(node));
  } else if (c == '[') {
    ++at_;
    literals_.begin_list();
    skip();
    if (!take("]")) {
      do {
        skip();
        TRY(nested());
        skip();
      } while (take(","));
      if (!take("]")) return unexpected("`,` or `]` in a list of literals");
    }
    literals_.end();
  } else if (c == '{') {
    ++at_;
    literals_.begin_map();
    skip();
    if (!take("}")) {
      do {
        skip();
        std::string key;
        if (peek() == '"' || peek() == '\'')
          key = TRY(string());
        else
          while (name_char(peek()) || peek() == '-') key += text_[at_++];
        if (key.empty()) return unexpected("a key in a map of literals");
        skip();
        if (!take(":")) return unexpected("`:` behind a key");
        literals_.key(key);
        skip();
        TRY(nested());
        skip();
      } while (take(","));
      if (!take("}")) return unexpected("`,` or `}` in a map of literals");
    }
    literals_.end();
  } else if (digit(c) || c == '-') {
    const Number n = TRY(number());
    if (n.floating)
      literals_.number_raw(Kind::number, n.text, Style::built);
    else
      literals_.integer(n.integer);
  } else if (take_word("true", "True") || take_word("TRUE", "TRUE")) {
    literals_.boolean(true);
  } else if (take_word("false", "False") || take_word("FALSE", "FALSE")) {
    literals_.boolean(false);
  } else if (take_word("null", "NULL") || take_word("Null", "Null")) {
    literals_.null();
  } else {
    return unexpected("a literal");
  }
  return node;
}

Status Parser::nested() {
  if (auto range = TRY(try_range())) return {};
  if (!at_literal()) return unexpected("a literal", "lists and maps in rules hold literals only");
  TRY(literal());
  return {};
}

Status Parser::regex(uint32_t node) {
  const size_t from = at_++;
  std::string pattern;
  while (true) {
    const size_t stop = text_.find('/', at_);
    if (stop == std::string_view::npos) return wrong(from, "this regular expression is not closed", "a closing /");
    pattern += text_.substr(at_, stop - at_);
    at_ = stop + 1;
    if (stop == from + 1 || text_[stop - 1] != '\\') break;
    pattern.back() = '/';
    // cfn-guard wants a character between an escaped slash and the next.
    if (peek() == '/' && !file_.beyond) file_.beyond = wrong(from, "cfn-guard does not read `\\/` before another slash", "a character between the two, such as `$`").value();
  }
  if (pattern.empty()) return wrong(from, "this regular expression is empty", "a pattern between the slashes");
  auto compiled = Regex::make(pattern);
  if (!compiled) return wrong(from, compiled.error().what, "");
  literals_.string(pattern);
  Special special;
  special.regex = std::make_unique<Regex>(std::move(*compiled));
  mark_special(node, std::move(special));
  return {};
}

std::optional<Parser::Bound> Parser::bound() {
  Bound out;
  blanks();
  if (digit(peek()) || (peek() == '-' && digit(after(1)))) {
    const size_t from = at_;
    auto n = number();
    if (!n) {
      at_ = from;
      return std::nullopt;
    }
    out.kind = n->floating ? Range::Kind::number : Range::Kind::integer;
    out.value = n->integer;
    out.number = n->number;
  } else {
    if (end() || peek() == '\n') return std::nullopt;
    out.kind = Range::Kind::character;
    const auto first = static_cast<unsigned char>(text_[at_++]);
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    out.value = more ? first & (0x3F >> more) : first;
    for (int i = 0; i < more && (static_cast<unsigned char>(peek()) & 0xC0) == 0x80; ++i)
      out.value = (out.value << 6) | (text_[at_++] & 0x3F);
  }
  blanks();
  return out;
}

Result<std::optional<uint32_t>> Parser::try_range() {
  if (peek() != 'r' || (after(1) != '[' && after(1) != '(')) return std::nullopt;
  const size_t from = at_;
  Range range;
  range.low_inclusive = after(1) == '[';
  at_ += 2;
  const auto low = bound();
  if (!low || !take(",")) {
    at_ = from;
    return std::nullopt;
  }
  const auto high = bound();
  if (!high || (peek() != ']' && peek() != ')')) {
    at_ = from;
    return std::nullopt;
  }
  range.high_inclusive = peek() == ']';
  ++at_;
  if (low->kind != high->kind)
    return wrong(from, "the bounds of a range must be of one kind", "two integers, two floats or two characters");
  range.kind = low->kind;
  range.low = low->value;
  range.high = high->value;
  range.low_number = low->number;
  range.high_number = high->number;
  const auto node = static_cast<uint32_t>(literals_.size());
  literals_.string(text_.substr(from, at_ - from));
  Special special;
  special.range = range;
  mark_special(node, std::move(special));
  return node;
}

}  // namespace reeve::guard
