// Operands and queries.
#include "check/guard_parse.h"

namespace reeve::guard {
namespace {

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

}  // namespace

Result<Operand> Parser::operand() {
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
      return wrong(from, "there is no function `" + called + "`", "one of " + reeve::join(known, ", "),
                   near.empty() ? "" : "did you mean `" + near + "`");
    }
    out.kind = Operand::Kind::call;
    out.function = row->function;
    if (row->function == Function::now) file_.uses_now = true;
    out.arguments = TRY(arguments());
    if (out.arguments.size() != row->arguments) {
      return wrong(from, "`" + called + "` was given " + std::to_string(out.arguments.size()) + " arguments",
                   std::to_string(row->arguments));
    }
    return out;
  }
  at_ = from;
  out.kind = Operand::Kind::query;
  out.query = TRY(query());
  return out;
}

Result<std::vector<Operand>> Parser::arguments() {
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

bool Parser::take_some() {
  if ((starts("some") || starts("SOME")) && (space(after(4)) || after(4) == '#')) {
    at_ += 4;
    skip();
    return true;
  }
  return false;
}

Result<Query> Parser::head(std::string& bare) {
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
    const std::string_view called = name();
    first = key_part(called);
    if (!out.some) bare = called;
  } else if (peek() == '"' || peek() == '\'') {
    first = key_part(TRY(string()));
  } else {
    return unexpected("a clause", "a clause is a query and a comparison: `Properties.Encrypted == true`");
  }
  first.text = file_.texts.keep(text_.substr(from, at_ - from));
  out.parts.reserve(peek() == '.' || peek() == '[' ? 4 : 1);  // as long as most
  out.parts.push_back(std::move(first));
  return out;
}

Part Parser::key_part(std::string_view key) {
  Part part;
  if (key.size() > 1 && key[0] == '%') {
    part.kind = Part::Kind::variable;
    part.variable = variable(key.substr(1));
  } else {
    part.kind = Part::Kind::key;
    part.key.name = file_.texts.keep(key);
  }
  return part;
}

Status Parser::parts(Query& query) {
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
        part = key_part(name());
      } else {
        return unexpected("a key, an index, `%variable` or `*` behind the dot",
                          "keys with other characters need quotes: `.\"a-b\"`");
      }
    } else if (peek() == '[') {
      part = TRY(bracket());
    } else {
      at_ = before;
      break;
    }
    part.text = file_.texts.keep(text_.substr(from, at_ - from));
    // A query that begins with a variable goes over all its values anyway.
    if (query.parts.size() == 1 && query.parts[0].kind == Part::Kind::variable && part.kind == Part::Kind::all_indices &&
        !spread_) {
      spread_ = true;
      continue;
    }
    query.parts.push_back(std::move(part));
    if (query.parts.size() > parts_max) return wrong(from, "a query has more than 500 parts", "", "", Code::limit);
  }
  return {};
}

Result<Query> Parser::query() {
  std::string bare;
  Query out = TRY(head(bare));
  TRY(tail(out));
  return out;
}

Status Parser::tail(Query& query) {
  const bool outer = spread_;
  spread_ = false;
  TRY(parts(query));
  if (query.parts.size() == 1 && query.parts[0].kind == Part::Kind::variable && !spread_)
    query.lone_variable = query.parts[0].variable;
  spread_ = outer;
  return {};
}

Status Parser::index_of(size_t from, Part& part) {
  const auto value = parse_int(text_.substr(from, at_ - from));
  if (!value) return wrong(from, "this index does not fit into 64 bits", "a smaller integer");
  if (name_char(peek())) return wrong(from, "a number must not run into a name", "keys that begin with a digit in quotes");
  part.kind = Part::Kind::index;
  part.index = *value;
  return {};
}

Result<Part> Parser::bracket() {
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
    if (part.keys_with->kind == Operand::Kind::call)
      return wrong(start, "keys cannot be compared with a function's result", "a literal or a query");
    return close(std::move(part));
  }
  part.kind = Part::Kind::filter;
  do {
    part.filter.push_back(TRY(alternatives({})));
    skip();
  } while (!end() && peek() != ']');
  return close(std::move(part));
}

Result<Part> Parser::close(Part part) {
  skip();
  if (!take("]")) return unexpected("`]`");
  return part;
}

}  // namespace reeve::guard
