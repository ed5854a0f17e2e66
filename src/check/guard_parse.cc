// Text of a rule file → File. A scannerless parser: Guard has no reserved words, so what a word means depends on what follows it.
//
//   file        = { let | rule | alternatives }            alternatives outside of a rule make up the rule `default`
//   let         = "let" NAME ( "=" | ":=" ) operand
//   rule        = "rule" NAME ( "(" NAME { "," NAME } ")" | [ "when" conditions ] ) block
//   block       = "{" ( let | alternatives ) { let | alternatives } "}"              one after the other: all must hold
//   alternatives= clause { OR clause }                     OR = "or" | "OR" | "|OR|", white space behind it
//   conditions  = alternatives { alternatives }            of plain comparisons, calls and rule references, up to the "{"
//   clause      = "when" conditions block
//               | TYPE [ "when" conditions ] ( block | clause )                      only directly in a rule or the file
//               | query [ not "empty" ] block
//               | [ not ] query unary [ message ]
//               | [ not ] query binary operand [ message ]
//               | [ not ] NAME "(" [ operand { "," operand } ] ")" [ message ]       a parameterised rule
//               | [ not ] NAME [ message ]                  a rule; must end its line, or stand before "{" or OR
//   TYPE        = NAME "::" NAME [ "::" NAME [ "::MODULE" ] ]
//   not         = ( "not" | "NOT" ) SPACE | "!"
//   unary       = [ not ] ( "exists" | "empty" | "is_string" | "is_list" | "is_struct" | "is_bool" | "is_int" | "is_float" | "is_null" )
//   binary      = "==" | "!=" | ">=" | "<=" | ">" | "<" | [ not ] "in"
//   query       = [ "some" ] ( "this" | "%" NAME | NAME | STRING ) { part }
//   part        = "." ( INTEGER | NAME | STRING | "%" NAME | "*" )
//               | "[" ( "*" | INTEGER | STRING | NAME ) "]"                           NAME captures the map key
//               | "[" [ NAME "|" ] "keys" ( "==" | "!=" | [ not ] "in" ) operand "]"
//               | "[" [ NAME "|" ] alternatives { alternatives } "]"                  a filter
//   operand     = literal | FUNCTION "(" [ operand { "," operand } ] ")" | query
//   literal     = STRING | INTEGER | FLOAT | BOOLEAN | NULL | "/" REGEX "/" | range
//               | "[" [ literal { "," literal } ] "]" | "{" [ ( WORD | STRING ) ":" literal { "," … } ] "}"
//   range       = "r" ( "[" | "(" ) bound "," bound ( "]" | ")" )                     bounds all integers, floats or characters
//   message     = "<<" anything but ">>" ">>"
//   comment     = "#" to the end of the line, wherever white space may stand
//
// Words of the language may be all lower or all upper case. In a STRING a backslash escapes only its quote; in a REGEX only "/".
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "base/text.h"
#include "check/guard_rules.h"

namespace reeve::guard {
namespace {

constexpr int depth_max = 100;
constexpr size_t parts_max = 500;
constexpr size_t text_max = 16u << 20;

bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool name_char(char c) { return alpha(c) || digit(c) || c == '_' || (static_cast<unsigned char>(c) & 0x80); }
bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct FunctionRow {
  const char* name;
  Function function;
  size_t arguments;
};
constexpr FunctionRow functions[] = {
    {"count", Function::count, 1},
    {"join", Function::join, 2},
    {"json_parse", Function::json_parse, 1},
    {"now", Function::now, 0},
    {"parse_boolean", Function::parse_boolean, 1},
    {"parse_char", Function::parse_char, 1},
    {"parse_epoch", Function::parse_epoch, 1},
    {"parse_float", Function::parse_float, 1},
    {"parse_int", Function::parse_int, 1},
    {"parse_string", Function::parse_string, 1},
    {"regex_replace", Function::regex_replace, 3},
    {"substring", Function::substring, 3},
    {"to_lower", Function::to_lower, 1},
    {"to_upper", Function::to_upper, 1},
    {"url_decode", Function::url_decode, 1},
};

struct OpRow {
  const char* lower;
  const char* upper;
  Op op;
};
constexpr OpRow word_ops[] = {
    {"in", "IN", Op::in},
    {"exists", "EXISTS", Op::exists},
    {"empty", "EMPTY", Op::empty},
    {"is_string", "IS_STRING", Op::is_string},
    {"is_list", "IS_LIST", Op::is_list},
    {"is_struct", "IS_STRUCT", Op::is_struct},
    {"is_bool", "IS_BOOL", Op::is_bool},
    {"is_int", "IS_INT", Op::is_int},
    {"is_float", "IS_FLOAT", Op::is_float},
    {"is_null", "IS_NULL", Op::is_null},
};

// Where a clause stands decides what it may be.
struct Where {
  bool types = false;       // type blocks
  bool references = false;  // bare rule names
  bool blocks = true;       // nested blocks and `when`; not in conditions
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& path) : text_(text) { file_.path = path; }

  Result<File> run() {
    if (text_.size() > text_max) return fail(Code::limit, "the rule file is larger than 16 MiB", {file_.path});
    if (starts("\xEF\xBB\xBF")) at_ = 3;
    literals_.begin_list();
    Rule standard;
    standard.name = "default";
    for (skip(); !end(); skip()) {
      if (at_let()) {
        file_.lets.push_back(TRY(let()));
      } else if (keyword("rule") && at_ + 4 < text_.size() && (space(text_[at_ + 4]) || text_[at_ + 4] == '#')) {
        TRY(rule());
      } else {
        if (standard.block.clauses.empty()) place(at_, standard.line, standard.column);
        standard.block.clauses.push_back(TRY(alternatives({.types = true})));
      }
    }
    if (!standard.block.clauses.empty()) file_.rules.insert(file_.rules.begin(), std::move(standard));
    literals_.end();
    file_.literals = literals_.finish(Source{.file = file_.path});
    file_.special_of.resize(file_.literals->nodes().size(), 0);
    return std::move(file_);
  }

 private:
  // ---- characters
  bool end() const { return at_ >= text_.size(); }
  char peek() const { return end() ? '\0' : text_[at_]; }
  char after(size_t n) const { return at_ + n < text_.size() ? text_[at_ + n] : '\0'; }
  bool starts(std::string_view s) const { return text_.substr(at_, s.size()) == s; }
  // The word stands here and does not run on into a longer name.
  bool keyword(std::string_view word) const { return starts(word) && !name_char(after(word.size())); }
  bool take(std::string_view s) {
    if (!starts(s)) return false;
    at_ += s.size();
    return true;
  }
  bool take_word(std::string_view lower_word, std::string_view upper_word) {
    if (keyword(lower_word)) at_ += lower_word.size();
    else if (keyword(upper_word)) at_ += upper_word.size();
    else return false;
    return true;
  }
  void blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  bool skip() {  // white space and comments; true if there was any
    const size_t from = at_;
    while (!end()) {
      if (space(text_[at_])) {
        ++at_;
      } else if (text_[at_] == '#') {
        const void* newline = memchr(text_.data() + at_, '\n', text_.size() - at_);
        at_ = newline ? static_cast<size_t>(static_cast<const char*>(newline) - text_.data()) : text_.size();
      } else {
        break;
      }
    }
    return at_ != from;
  }
  std::string_view name() {  // a letter, then letters, digits and underscores; empty if there is none
    if (!alpha(peek())) return {};
    const size_t from = at_;
    while (!end() && name_char(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }

  // Lines are counted forward from the last place asked for; the parser rarely looks back.
  void place(size_t at, uint32_t& line, uint32_t& column) {
    if (at < counted_to_) counted_to_ = 0, line_ = 1, line_start_ = 0;
    for (; counted_to_ < at; ++counted_to_) {
      if (text_[counted_to_] == '\n') ++line_, line_start_ = counted_to_ + 1;
    }
    line = line_;
    column = static_cast<uint32_t>(at - line_start_ + 1);
  }
  tl::unexpected<Error> wrong(size_t at, std::string what, std::string expected, std::string hint = {}, Code code = Code::parse) {
    Place here{file_.path};
    place(at, here.line, here.column);
    return fail(code, std::move(what), std::move(here), std::move(expected), std::move(hint));
  }
  tl::unexpected<Error> unexpected(std::string expected, std::string hint = {}) {
    if (end()) return wrong(at_, "the rule file ends too early", std::move(expected), std::move(hint));
    size_t stop = at_;
    while (stop < text_.size() && stop - at_ < 24 && text_[stop] != '\n' && text_[stop] != '\r') ++stop;
    while (stop < text_.size() && (static_cast<unsigned char>(text_[stop]) & 0xC0) == 0x80) ++stop;
    const std::string found = stop == at_ ? "unexpected end of line" : "unexpected `" + std::string(text_.substr(at_, stop - at_)) + "`";
    return wrong(at_, found, std::move(expected), std::move(hint));
  }

  struct Deeper {
    int& depth;
    explicit Deeper(int& d) : depth(d) { ++depth; }
    ~Deeper() { --depth; }
  };
  Status not_too_deep() {
    if (depth_ > depth_max) return wrong(at_, "the rules nest deeper than " + std::to_string(depth_max) + " levels", "", "", Code::limit);
    return {};
  }

  uint32_t variable(std::string_view called) {
    auto [found, added] = numbers_.try_emplace(std::string(called), static_cast<uint32_t>(file_.variables.size()));
    if (added) file_.variables.emplace_back(called);
    return found->second;
  }

  // ---- literals
  // A quoted string; the parser stands on the quote.
  Result<std::string> string() {
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

  void mark_special(uint32_t node, Special special) {
    file_.specials.push_back(std::move(special));
    if (file_.special_of.size() <= node) file_.special_of.resize(node + 1, 0);
    file_.special_of[node] = static_cast<uint32_t>(file_.specials.size());
  }

  bool at_literal() const {
    const char c = peek();
    if (c == '"' || c == '\'' || c == '/' || c == '[' || c == '{' || digit(c)) return true;
    if (c == '-' && digit(after(1))) return true;
    for (const char* word : {"true", "True", "TRUE", "false", "False", "FALSE", "null", "NULL", "Null"}) {
      if (keyword(word)) return true;
    }
    return false;
  }

  struct Number {
    bool floating = false;
    int64_t integer = 0;
    double number = 0;
    std::string_view text;
  };
  // The parser stands on a digit or a minus before one.
  Result<Number> number() {
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

  // Any literal, added to the literals; gives its node.
  Result<uint32_t> literal() {
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
          if (peek() == '"' || peek() == '\'') key = TRY(string());
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
      if (n.floating) literals_.number_raw(Kind::number, n.text, Style::built);
      else literals_.integer(n.integer);
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
  Status nested() {
    if (auto range = TRY(try_range())) return {};
    if (!at_literal()) return unexpected("a literal", "lists and maps in rules hold literals only");
    TRY(literal());
    return {};
  }

  Status regex(uint32_t node) {
    const size_t from = at_++;
    std::string pattern;
    while (true) {
      const size_t stop = text_.find('/', at_);
      if (stop == std::string_view::npos) return wrong(from, "this regular expression is not closed", "a closing /");
      pattern += text_.substr(at_, stop - at_);
      at_ = stop + 1;
      if (stop == from + 1 || text_[stop - 1] != '\\') break;
      pattern.back() = '/';
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

  struct Bound {
    Range::Kind kind = Range::Kind::integer;
    int64_t value = 0;
    double number = 0;
  };
  std::optional<Bound> bound() {
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
      for (int i = 0; i < more && (static_cast<unsigned char>(peek()) & 0xC0) == 0x80; ++i) out.value = (out.value << 6) | (text_[at_++] & 0x3F);
    }
    blanks();
    return out;
  }
  // `r[1, 5)`; nothing (and nothing taken) where the text is no range, as `r[*]` is a query.
  Result<std::optional<uint32_t>> try_range() {
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
    if (low->kind != high->kind) return wrong(from, "the bounds of a range must be of one kind", "two integers, two floats or two characters");
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

  // ---- operands and queries
  Result<Operand> operand() {
    Deeper deeper(depth_);
    TRY(not_too_deep());
    skip();
    Operand out;
    if (auto range = TRY(try_range())) {
      out.literal = *range;
      return out;
    }
    if (at_literal()) {
      out.literal = TRY(literal());
      return out;
    }
    const size_t from = at_;
    const std::string called(name());
    if (!called.empty() && peek() == '(') {
      const FunctionRow* row = nullptr;
      std::vector<std::string> known;
      for (const FunctionRow& each : functions) {
        known.emplace_back(each.name);
        if (called == each.name) row = &each;
      }
      if (!row) {
        const std::string near = nearest(called, known);
        return wrong(from, "there is no function `" + called + "`", "one of " + reeve::join(known, ", "), near.empty() ? "" : "did you mean `" + near + "`");
      }
      out.kind = Operand::Kind::call;
      out.function = row->function;
      if (row->function == Function::now) file_.uses_now = true;
      out.arguments = TRY(arguments());
      if (out.arguments.size() != row->arguments) {
        return wrong(from, "`" + called + "` was given " + std::to_string(out.arguments.size()) + " arguments", std::to_string(row->arguments));
      }
      return out;
    }
    at_ = from;
    out.kind = Operand::Kind::query;
    out.query = TRY(query());
    return out;
  }
  Result<std::vector<Operand>> arguments() {
    std::vector<Operand> out;
    ++at_;  // the parenthesis
    skip();
    if (take(")")) return out;
    do {
      out.push_back(TRY(operand()));
      skip();
    } while (take(","));
    if (!take(")")) return unexpected("`,` or `)` behind an argument");
    return out;
  }

  bool take_some() {
    if ((starts("some") || starts("SOME")) && (space(after(4)) || after(4) == '#')) {
      at_ += 4;
      skip();
      return true;
    }
    return false;
  }

  // The head of a query. `bare` tells of a plain name that could also be a rule.
  Result<Query> head(std::string& bare) {
    Query out;
    out.some = take_some();
    const size_t from = at_;
    Part first;
    if (take_word("this", "THIS")) {
      first.kind = Part::Kind::self;
    } else if (peek() == '%') {
      ++at_;
      const std::string_view called = name();
      if (called.empty()) return unexpected("the name of a variable");
      first.kind = Part::Kind::variable;
      first.variable = variable(called);
    } else if (alpha(peek())) {
      const std::string called(name());
      first = key_part(called);
      if (!out.some) bare = called;
    } else if (peek() == '"' || peek() == '\'') {
      first = key_part(TRY(string()));
    } else {
      return unexpected("a clause", "a clause is a query and a comparison: `Properties.Encrypted == true`");
    }
    first.text = text_.substr(from, at_ - from);
    out.parts.push_back(std::move(first));
    return out;
  }
  // A quoted key that begins with % is a variable too.
  Part key_part(const std::string& key) {
    Part part;
    if (key.size() > 1 && key[0] == '%') {
      part.kind = Part::Kind::variable;
      part.variable = variable(std::string_view(key).substr(1));
    } else {
      part.kind = Part::Kind::key;
      part.key.name = key;
    }
    return part;
  }

  Status parts(Query& query) {
    while (true) {
      const size_t before = at_;
      skip();
      const size_t from = at_;
      Part part;
      if (peek() == '.') {
        ++at_;
        if (digit(peek()) || (peek() == '-' && digit(after(1)))) {
          const size_t start = at_;
          if (peek() == '-') ++at_;
          while (digit(peek())) ++at_;
          TRY(index_of(start, part));
        } else if (peek() == '*') {
          ++at_;
          part.kind = Part::Kind::all_values;
        } else if (peek() == '%') {
          ++at_;
          const std::string_view called = name();
          if (called.empty()) return unexpected("the name of a variable");
          part.kind = Part::Kind::variable;
          part.variable = variable(called);
        } else if (peek() == '"' || peek() == '\'') {
          part = key_part(TRY(string()));
        } else if (alpha(peek())) {
          part = key_part(std::string(name()));
        } else {
          return unexpected("a key, an index, `%variable` or `*` behind the dot", "keys with other characters need quotes: `.\"a-b\"`");
        }
      } else if (peek() == '[') {
        part = TRY(bracket());
      } else {
        at_ = before;
        break;
      }
      part.text = text_.substr(from, at_ - from);
      // A query that begins with a variable goes over all its values anyway.
      if (query.parts.size() == 1 && query.parts[0].kind == Part::Kind::variable && part.kind == Part::Kind::all_indices && !spread_) {
        spread_ = true;
        continue;
      }
      query.parts.push_back(std::move(part));
      if (query.parts.size() > parts_max) return wrong(from, "a query has more than 500 parts", "", "", Code::limit);
    }
    return {};
  }
  Result<Query> query() {
    std::string bare;
    Query out = TRY(head(bare));
    TRY(tail(out));
    return out;
  }
  Status tail(Query& query) {
    const bool outer = spread_;
    spread_ = false;
    TRY(parts(query));
    if (query.parts.size() == 1 && query.parts[0].kind == Part::Kind::variable && !spread_) query.lone_variable = query.parts[0].variable;
    spread_ = outer;
    return {};
  }
  Status index_of(size_t from, Part& part) {
    const auto value = parse_int(text_.substr(from, at_ - from));
    if (!value) return wrong(from, "this index does not fit into 64 bits", "a smaller integer");
    if (name_char(peek())) return wrong(from, "a number must not run into a name", "keys that begin with a digit in quotes");
    part.kind = Part::Kind::index;
    part.index = *value;
    return {};
  }

  Result<Part> bracket() {
    Deeper deeper(depth_);
    TRY(not_too_deep());
    Part part;
    ++at_;  // the bracket
    const size_t from = at_;
    const bool spaced = skip();
    if (peek() == '*') {
      ++at_;
      part.kind = Part::Kind::all_indices;
      return close(std::move(part));
    }
    if (digit(peek()) || (peek() == '-' && digit(after(1)))) {
      const size_t start = at_;
      if (peek() == '-') ++at_;
      while (digit(peek())) ++at_;
      TRY(index_of(start, part));
      return close(std::move(part));
    }
    if (peek() == '"' || peek() == '\'') {
      part = key_part(TRY(string()));
      skip();
      if (take("]")) return part;
      at_ = from;  // a filter that begins with a quoted key
      skip();
    }
    part = {};
    const size_t start = at_;
    if (const std::string captured(name()); !captured.empty()) {
      skip();
      if (take("]")) {
        part.kind = spaced ? Part::Kind::all_values : Part::Kind::all_indices;
        part.variable = variable(captured);
        return part;
      }
      if (peek() == '|' && after(1) != 'O') {
        ++at_;
        part.variable = variable(captured);
      } else {
        at_ = start;
      }
    }
    skip();
    if (take_word("keys", "KEYS")) {
      part.kind = Part::Kind::key_filter;
      skip();
      if (take("==")) {
      } else if (take("!=")) {
        part.keys_not = true;
      } else {
        part.keys_not = take_not();
        if (!take_word("in", "IN")) return unexpected("`==`, `!=`, `in` or `not in` behind `keys`");
        part.keys_in = true;
      }
      part.keys_with = std::make_unique<Operand>(TRY(operand()));
      if (part.keys_with->kind == Operand::Kind::call) return wrong(start, "keys cannot be compared with a function's result", "a literal or a query");
      return close(std::move(part));
    }
    part.kind = Part::Kind::filter;
    do {
      part.filter.push_back(TRY(alternatives({})));
      skip();
    } while (!end() && peek() != ']');
    return close(std::move(part));
  }
  Result<Part> close(Part part) {
    skip();
    if (!take("]")) return unexpected("`]`");
    return part;
  }

  // ---- clauses
  bool take_not() {
    if ((starts("not") || starts("NOT")) && (after(3) == ' ' || after(3) == '\t')) {
      at_ += 3;
      skip();
      return true;
    }
    if (peek() == '!' && after(1) != '=') {
      ++at_;
      skip();
      return true;
    }
    return false;
  }
  bool take_or() {
    const size_t before = at_;
    skip();
    const size_t length = starts("|OR|") ? 4 : starts("or") || starts("OR") ? 2 : 0;
    if (length && (space(after(length)) || after(length) == '#')) {
      at_ += length;
      skip();
      return true;
    }
    at_ = before;
    return false;
  }
  bool take_when() {
    if ((starts("when") || starts("WHEN")) && (space(after(4)) || after(4) == '#')) {
      at_ += 4;
      skip();
      return true;
    }
    return false;
  }
  bool at_let() {
    if (!starts("let") || !(space(after(3)) || after(3) == '#')) return false;
    const size_t before = at_;
    at_ += 3;
    skip();
    const bool named = alpha(peek());
    at_ = before;
    return named;
  }

  Status message(std::string& out) {
    skip();
    if (!starts("<<")) return {};
    const size_t stop = text_.find(">>", at_ + 2);
    if (stop == std::string_view::npos) return wrong(at_, "this message is not closed", "a closing >>");
    out = trim(text_.substr(at_ + 2, stop - at_ - 2));
    at_ = stop + 2;
    return {};
  }

  Result<Disjunction> alternatives(Where where) {
    Disjunction out;
    do {
      skip();
      out.push_back(TRY(clause(where)));
    } while (take_or());
    return out;
  }
  Result<Conjunction> conditions() {
    Conjunction out;
    for (skip(); out.empty() || peek() != '{'; skip()) out.push_back(TRY(alternatives({.references = true, .blocks = false})));
    return out;
  }
  Result<Block> block(Where where) {
    Deeper deeper(depth_);
    TRY(not_too_deep());
    skip();
    if (!take("{")) return unexpected("`{`");
    Block out;
    for (skip(); !take("}"); skip()) {
      if (at_let()) out.lets.push_back(TRY(let()));
      else out.clauses.push_back(TRY(alternatives(where)));
    }
    if (out.lets.empty() && out.clauses.empty()) return wrong(at_ - 1, "this block is empty", "at least one clause or `let`");
    return out;
  }

  Result<Clause> clause(Where where) {
    Deeper deeper(depth_);
    TRY(not_too_deep());
    Clause out;
    place(at_, out.line, out.column);
    if (where.blocks && take_when()) {
      out.kind = Clause::Kind::when;
      out.conditions = TRY(conditions());
      out.block = TRY(block({.references = where.references || where.types}));
      return out;
    }
    out.negated = take_not();
    if (!out.negated && alpha(peek())) {
      const size_t before = at_;
      name();
      const bool type = starts("::");
      at_ = before;
      if (type) {
        if (!where.types) return wrong(at_, "a type block cannot stand here", "a clause", "type blocks stand directly in a rule or in the file");
        return type_block(std::move(out));
      }
    }
    std::string bare;
    out.query = TRY(head(bare));
    if (!bare.empty() && peek() == '(') {
      out.kind = Clause::Kind::call;
      out.name = bare;
      out.arguments = TRY(arguments());
      TRY(message(out.message));
      return out;
    }
    TRY(tail(out.query));
    if (out.query.parts.size() > 1) bare.clear();
    const size_t behind = at_;
    skip();
    if (where.blocks && !out.negated) {
      const size_t before = at_;
      if (take_not() && take_word("empty", "EMPTY")) {
        skip();
        out.not_empty = peek() == '{';
      }
      if (!out.not_empty) at_ = before;
      if (peek() == '{') {
        out.kind = Clause::Kind::block;
        out.block = TRY(block({}));
        return out;
      }
    }
    if (take_operator(out)) {
      if (!unary(out.op)) out.with = TRY(operand());
      TRY(message(out.message));
      return out;
    }
    if (!bare.empty() && where.references) {
      at_ = behind;
      return reference(std::move(out), bare);
    }
    return unexpected("a comparison: ==, !=, <, <=, >, >=, in, exists, empty, is_string …");
  }

  bool take_operator(Clause& clause) {
    if (starts("<<")) return false;
    struct Sign {
      const char* text;
      Op op;
      bool negated;
    };
    for (const Sign& sign : {Sign{"==", Op::eq, false}, Sign{"!=", Op::eq, true}, Sign{">=", Op::ge, false}, Sign{"<=", Op::le, false},
                             Sign{">", Op::gt, false}, Sign{"<", Op::lt, false}}) {
      if (take(sign.text)) {
        clause.op = sign.op;
        clause.op_negated = sign.negated;
        return true;
      }
    }
    const size_t before = at_;
    clause.op_negated = take_not();
    for (const OpRow& row : word_ops) {
      if (take_word(row.lower, row.upper)) {
        clause.op = row.op;
        return true;
      }
    }
    clause.op_negated = false;
    at_ = before;
    return false;
  }

  Result<Clause> reference(Clause out, const std::string& called) {
    out.kind = Clause::Kind::rule;
    out.name = called;
    out.query = {};
    const size_t behind = at_;
    blanks();
    if (end() || peek() == '\n' || peek() == '#' || peek() == '{' || starts("\r\n")) return out;
    if (starts("<<")) {
      TRY(message(out.message));
      return out;
    }
    at_ = behind;
    if (take_or()) {
      at_ = behind;
      return out;
    }
    skip();
    return unexpected("a comparison, or the end of the line behind the rule name `" + called + "`");
  }

  Result<Clause> type_block(Clause out) {
    const size_t from = at_;
    out.kind = Clause::Kind::type;
    name();
    for (int i = 0; i < 2 && starts("::"); ++i) {
      at_ += 2;
      if (name().empty()) return unexpected("the rest of a type name", "AWS::Service::Type");
    }
    out.name = text_.substr(from, at_ - from);
    take("::MODULE");
    if (!skip()) return unexpected("white space behind the type name");
    out.query = resources_of(out);
    if (take_when()) {
      out.conditions = TRY(conditions());
      out.block = TRY(block({}));
    } else if (peek() == '{') {
      out.block = TRY(block({}));
    } else {
      Disjunction single;
      single.push_back(TRY(clause({})));
      out.block.clauses.push_back(std::move(single));
    }
    return out;
  }

  // `Resources.*[ Type == 'AWS::…' ]`, which a type block stands for.
  Query resources_of(const Clause& block) {
    Clause is_type;
    is_type.line = block.line;
    is_type.column = block.column;
    is_type.op = Op::eq;
    is_type.query.parts.push_back(key_part("Type"));
    is_type.with.literal = static_cast<uint32_t>(literals_.size());
    literals_.at(block.line, block.column);
    literals_.string(block.name);
    Query out;
    out.parts.push_back(key_part("Resources"));
    out.parts.emplace_back().kind = Part::Kind::all_values;
    Part& filter = out.parts.emplace_back();
    filter.kind = Part::Kind::filter;
    filter.filter.emplace_back().push_back(std::move(is_type));
    out.parts[0].text = "Resources";
    out.parts[1].text = ".*";
    filter.text = "[ Type == '" + block.name + "' ]";
    return out;
  }

  Result<Let> let() {
    at_ += 3;
    skip();
    Let out;
    out.variable = variable(name());
    skip();
    if (!take("=") && !take(":=")) return unexpected("`=` behind the name of the variable");
    out.value = TRY(operand());
    return out;
  }

  Status rule() {
    Rule out;
    place(at_, out.line, out.column);
    at_ += 4;
    skip();
    out.name = name();
    if (out.name.empty()) return unexpected("the name of the rule");
    const Where body{.types = true, .references = true};
    if (take("(")) {
      do {
        skip();
        const std::string_view parameter = name();
        if (parameter.empty()) return unexpected("the name of a parameter");
        const uint32_t number = variable(parameter);
        for (uint32_t other : out.parameters) {
          if (other == number) return wrong(at_ - parameter.size(), "the parameter `" + std::string(parameter) + "` stands twice", "different names");
        }
        out.parameters.push_back(number);
        skip();
      } while (take(","));
      if (!take(")")) return unexpected("`,` or `)` behind a parameter");
      out.block = TRY(block(body));
      file_.parameterised.push_back(std::move(out));
      return {};
    }
    skip();
    if (take_when()) out.conditions = TRY(conditions());
    out.block = TRY(block(body));
    file_.rules.push_back(std::move(out));
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  bool spread_ = false;  // the query being read had its one `[*]` behind the leading variable
  size_t counted_to_ = 0, line_start_ = 0;
  uint32_t line_ = 1;
  File file_;
  Builder literals_;
  std::unordered_map<std::string, uint32_t> numbers_;
};

}  // namespace

Result<File> parse_guard(std::string_view text, const std::string& path) { return Parser(text, path).run(); }

}  // namespace reeve::guard
