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
//   unary       = [ not ] ( "exists" | "empty" | "is_string" | "is_list" | "is_struct" | "is_bool" | "is_int" | "is_float" |
//   "is_null" ) binary      = "==" | "!=" | ">=" | "<=" | ">" | "<" | [ not ] "in" query       = [ "some" ] ( "this" | "%" NAME |
//   NAME | STRING ) { part } part        = "." ( INTEGER | NAME | STRING | "%" NAME | "*" )
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
//
// The parser's code is in three files: guard_lex.cc (characters and literals), guard_parse_query.cc (operands and queries) and
// guard_parse.cc (clauses, rules and the file).
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "check/guard_rules.h"

namespace reeve::guard {

constexpr int parse_depth_max = 100;
constexpr size_t parts_max = 500;
constexpr size_t text_max = 16u << 20;

inline bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool digit(char c) { return c >= '0' && c <= '9'; }
inline bool name_char(char c) { return alpha(c) || digit(c) || c == '_' || (static_cast<unsigned char>(c) & 0x80); }
inline bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Where a clause stands decides what it may be.
struct Where {
  bool types = false;       // type blocks
  bool references = false;  // bare rule names
  bool blocks = true;       // nested blocks and `when`; not in conditions
};
class Parser {
 public:
  Parser(std::string_view text, const std::string& path) : text_(text) { file_.path = path; }
  Result<File> run();

 private:
  // ---- characters
  bool end() const { return at_ >= text_.size(); }
  char peek() const { return end() ? '\0' : text_[at_]; }
  char after(size_t n) const { return at_ + n < text_.size() ? text_[at_ + n] : '\0'; }
  // The first character tells nearly always, before anything is called.
  bool starts(std::string_view s) const {
    return peek() == s[0] && text_.size() - at_ >= s.size() && std::memcmp(text_.data() + at_, s.data(), s.size()) == 0;
  }
  // The word stands here and does not run on into a longer name.
  bool keyword(std::string_view word) const { return starts(word) && !name_char(after(word.size())); }
  bool take(std::string_view s) {
    if (!starts(s)) return false;
    at_ += s.size();
    return true;
  }
  bool take_word(std::string_view lower_word, std::string_view upper_word) {
    if (keyword(lower_word))
      at_ += lower_word.size();
    else if (keyword(upper_word))
      at_ += upper_word.size();
    else
      return false;
    return true;
  }
  void blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  // White space and comments; true if there was any. What stands behind one clause is looked at several times (an OR? a bracket? the
  // next clause?), and a name twice, so the last of each is remembered.
  bool skip() {
    const size_t from = at_;
    if (from == skipped_from_) {
      at_ = skipped_to_;
      return at_ != from;
    }
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
    skipped_from_ = from;
    skipped_to_ = at_;
    return at_ != from;
  }
  std::string_view name() {  // a letter, then letters, digits and underscores; empty if there is none
    const size_t from = at_;
    if (from == name_from_) {
      at_ = name_to_;
    } else {
      if (!alpha(peek())) return {};
      while (!end() && name_char(text_[at_])) ++at_;
      name_from_ = from;
      name_to_ = at_;
    }
    return text_.substr(from, at_ - from);
  }

  // Lines are counted forward from the last place asked for; the parser rarely looks back.
  void place(size_t at, uint32_t& line, uint32_t& column) {
    if (at < line_start_) line_ = 1, line_start_ = 0;
    if (at < counted_to_) counted_to_ = line_start_;
    while (const void* newline = counted_to_ < at ? memchr(text_.data() + counted_to_, '\n', at - counted_to_) : nullptr) {
      ++line_;
      line_start_ = counted_to_ = static_cast<size_t>(static_cast<const char*>(newline) - text_.data()) + 1;
    }
    counted_to_ = at;
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
    const std::string found =
        stop == at_ ? "unexpected end of line" : "unexpected `" + std::string(text_.substr(at_, stop - at_)) + "`";
    return wrong(at_, found, std::move(expected), std::move(hint));
  }

  struct Deeper {
    int& depth;
    explicit Deeper(int& d) : depth(d) { ++depth; }
    ~Deeper() { --depth; }
  };
  Status not_too_deep() {
    if (depth_ > parse_depth_max)
      return wrong(at_, "the rules nest deeper than " + std::to_string(parse_depth_max) + " levels", "", "", Code::limit);
    return {};
  }

  uint32_t variable(std::string_view called) {
    if (const auto found = numbers_.find(called); found != numbers_.end()) return found->second;
    const auto number = static_cast<uint32_t>(file_.variables.size());
    file_.variables.emplace_back(called);
    numbers_.emplace(file_.texts.keep(called), number);
    return number;
  }

  // ---- literals
  // A quoted string; the parser stands on the quote.
  Result<std::string> string();

  void mark_special(uint32_t node, Special special);

  bool at_literal() const;

  struct Number {
    bool floating = false;
    int64_t integer = 0;
    double number = 0;
    std::string_view text;
  };
  // The parser stands on a digit or a minus before one.
  Result<Number> number();

  // Any literal, added to the literals; gives its node.
  Result<uint32_t> literal();
  Status nested();

  Status regex(uint32_t node);

  struct Bound {
    Range::Kind kind = Range::Kind::integer;
    int64_t value = 0;
    double number = 0;
  };
  std::optional<Bound> bound();
  // `r[1, 5)`; nothing (and nothing taken) where the text is no range, as `r[*]` is a query.
  Result<std::optional<uint32_t>> try_range();

  // ---- operands and queries
  Status operand(Operand& out);
  Status arguments(std::vector<Operand>& out);

  bool take_some();
  size_t steps_ahead() const;

  // The head of a query. `bare` tells of a plain name that could also be a rule.
  Status head(Query& out, std::string_view& bare);
  // A quoted key that begins with % is a variable too.
  void key_part(std::string_view key, Part& part);

  Status parts(Query& query);
  Status query(Query& out);
  Status tail(Query& query);
  Status index_of(size_t from, Part& part);

  Status bracket(Part& part);
  Status close();

  // ---- clauses
  bool take_not();
  bool take_or();
  bool take_when();
  bool at_let();

  Status message(std::string_view& out);

  Status alternatives(Disjunction& out, Where where);
  Status conditions(Conjunction& out);
  Status block(Block& out, Where where);

  Status clause(Clause& out, Where where);

  bool take_operator(Clause& clause);

  Status reference(Clause& out, std::string_view called);

  Status type_block(Clause& out);

  // `Resources.*[ Type == 'AWS::…' ]`, which a type block stands for.
  Query resources_of(const Clause& block);

  Status let(Let& out);

  Status rule();

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  bool spread_ = false;  // the query being read had its one `[*]` behind the leading variable
  size_t skipped_from_ = std::string_view::npos, skipped_to_ = 0;
  size_t name_from_ = std::string_view::npos, name_to_ = 0;
  size_t counted_to_ = 0, line_start_ = 0;
  uint32_t line_ = 1;
  File file_;
  Builder literals_;
  std::unordered_map<std::string_view, uint32_t> numbers_;  // of variables
};

}  // namespace reeve::guard
