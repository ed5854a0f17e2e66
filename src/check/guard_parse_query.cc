// Operands and queries.
#include <algorithm>
#include <iterator>

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

Status Parser::operand(Operand& out) {
  Deeper deeper(depth_);
  TRY(not_too_deep());
  skip();
  if (auto range = TRY(try_range())) {
    out.literal = *range;
    return {};
  }
  if (at_literal()) {
    out.literal = TRY(literal());
    return {};
  }
  const size_t from = at_;
  if (const std::string_view written = name(); !written.empty() && peek() == '(') {
    const std::string called(written);
    const auto* row = std::find_if(std::begin(functions), std::end(functions), [&](const FunctionRow& each) { return called == each.name; });
    if (row == std::end(functions)) {
      std::vector<std::string> known;
      for (const FunctionRow& each : functions) known.emplace_back(each.name);
      const std::string near = nearest(called, known);
      return wrong(from, "there is no function `" + called + "`", "one of " + reeve::join(known, ", "),
                   near.empty() ? "" : "did you mean `" + near + "`");
    }
    out.kind = Operand::Kind::call;
    out.function = row->function;
    if (row->function == Function::now) file_.uses_now = true;
    std::vector<Operand>& given = out.arguments.make();
    TRY(arguments(given));
    if (given.size() != row->arguments) {
      return wrong(from, "`" + called + "` was given " + std::to_string(given.size()) + " arguments",
                   std::to_string(row->arguments));
    }
    return {};
  }
  at_ = from;
  out.kind = Operand::Kind::query;
  return query(out.query);
}

Status Parser::arguments(std::vector<Operand>& out) {
  ++at_;  // the parenthesis
  skip();
  if (take(")")) return {};
  do {
    TRY(operand(out.emplace_back()));
    skip();
  } while (take(","));
  if (!take(")")) return unexpected("`,` or `)` behind an argument");
  return {};
}

bool Parser::take_some() {
  if ((starts("some") || starts("SOME")) && (space(after(4)) || after(4) == '#')) {
    at_ += 4;
    skip();
    return true;
  }
  return false;
}

// How many steps a query has is told by its dots and brackets up to the next blank, nearly always; no more than what is near is looked at.
size_t Parser::steps_ahead() const {
  size_t steps = 0;
  const size_t end = std::min(text_.size(), at_ + 96);
  for (size_t i = at_; i < end && !space(text_[i]) && text_[i] != ',' && text_[i] != ')' && steps < 8; ++i) steps += text_[i] == '.' || text_[i] == '[';
  return steps;
}

Status Parser::head(Query& out, std::string_view& bare) {
  out.some = take_some();
  const size_t from = at_;
  out.parts.reserve(1 + steps_ahead());
  Part& first = out.parts.emplace_back();
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
    key_part(called, first);
    if (!out.some) bare = called;
  } else if (peek() == '"' || peek() == '\'') {
    key_part(TRY(string()), first);
  } else {
    return unexpected("a clause", "a clause is a query and a comparison: `Properties.Encrypted == true`");
  }
  first.text = file_.texts.keep(text_.substr(from, at_ - from));
  return {};
}

void Parser::key_part(std::string_view key, Part& part) {
  if (key.size() > 1 && key[0] == '%') {
    part.kind = Part::Kind::variable;
    part.variable = variable(key.substr(1));
  } else {
    part.kind = Part::Kind::key;
    part.key.name = file_.texts.keep(key);
  }
}

Status Parser::parts(Query& query) {
  while (true) {
    const size_t before = at_;
    skip();
    const size_t from = at_;
    if (peek() != '.' && peek() != '[') {
      at_ = before;
      break;
    }
    Part& part = query.parts.emplace_back();
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
        key_part(TRY(string()), part);
      } else if (alpha(peek())) {
        key_part(name(), part);
      } else {
        return unexpected("a key, an index, `%variable` or `*` behind the dot",
                          "keys with other characters need quotes: `.\"a-b\"`");
      }
    } else {
      TRY(bracket(part));
    }
    part.text = file_.texts.keep(text_.substr(from, at_ - from));
    // A query that begins with a variable goes over all its values anyway.
    if (query.parts.size() == 2 && query.parts[0].kind == Part::Kind::variable && part.kind == Part::Kind::all_indices && !spread_) {
      spread_ = true;
      query.parts.pop_back();
      continue;
    }
    if (query.parts.size() > parts_max) return wrong(from, "a query has more than 500 parts", "", "", Code::limit);
  }
  return {};
}

Status Parser::query(Query& out) {
  std::string_view bare;
  TRY(head(out, bare));
  return tail(out);
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

Status Parser::bracket(Part& part) {
  Deeper deeper(depth_);
  TRY(not_too_deep());
  ++at_;  // the bracket
  const size_t from = at_;
  const bool spaced = skip();
  if (peek() == '*') {
    ++at_;
    part.kind = Part::Kind::all_indices;
    return close();
  }
  if (digit(peek()) || (peek() == '-' && digit(after(1)))) {
    const size_t start = at_;
    if (peek() == '-') ++at_;
    while (digit(peek())) ++at_;
    TRY(index_of(start, part));
    return close();
  }
  if (peek() == '"' || peek() == '\'') {
    key_part(TRY(string()), part);
    skip();
    if (take("]")) return {};
    at_ = from;  // a filter that begins with a quoted key
    skip();
  }
  part = {};
  const size_t start = at_;
  if (const std::string_view captured = name(); !captured.empty()) {
    skip();
    if (take("]")) {
      part.kind = spaced ? Part::Kind::all_values : Part::Kind::all_indices;
      part.variable = variable(captured);
      return {};
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
    part.keys_with = std::make_unique<Operand>();
    TRY(operand(*part.keys_with));
    if (part.keys_with->kind == Operand::Kind::call)
      return wrong(start, "keys cannot be compared with a function's result", "a literal or a query");
    return close();
  }
  part.kind = Part::Kind::filter;
  Conjunction& filter = part.filter.make();
  do {
    TRY(alternatives(filter.emplace_back(), {}));
    skip();
  } while (!end() && peek() != ']');
  return close();
}

Status Parser::close() {
  skip();
  if (!take("]")) return unexpected("`]`");
  return {};
}

}  // namespace reeve::guard
