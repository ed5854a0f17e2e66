// Clauses, blocks, rules and the file.
#include "check/guard_parse.h"

namespace reeve::guard {
namespace {

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

}  // namespace

Result<File> Parser::run() {
  if (text_.size() > text_max) return fail(Code::limit, "the rule file is larger than 16 MiB", {file_.path});
  if (const size_t at = utf8_error(text_); at != std::string_view::npos) return wrong(at, "this is no UTF-8", "a rule file in UTF-8");
  if (starts("\xEF\xBB\xBF")) at_ = 3;
  literals_.begin_list();
  Rule standard;
  standard.name = "default";
  for (skip(); !end(); skip()) {
    if (at_let()) {
      TRY(let(file_.lets.emplace_back()));
    } else if (keyword("rule") && at_ + 4 < text_.size() && (space(text_[at_ + 4]) || text_[at_ + 4] == '#')) {
      TRY(rule());
    } else {
      if (standard.block.clauses.empty()) place(at_, standard.line, standard.column);
      TRY(alternatives(standard.block.clauses.emplace_back(), {.types = true}));
    }
  }
  if (!standard.block.clauses.empty()) file_.rules.insert(file_.rules.begin(), std::move(standard));
  literals_.end();
  file_.literals = literals_.finish(Source{.file = file_.path});
  file_.special_of.resize(file_.literals->nodes().size(), 0);
  return std::move(file_);
}

bool Parser::take_not() {
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

bool Parser::take_or() {
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

bool Parser::take_when() {
  if ((starts("when") || starts("WHEN")) && (space(after(4)) || after(4) == '#')) {
    at_ += 4;
    skip();
    return true;
  }
  return false;
}

bool Parser::at_let() {
  if (!starts("let") || !(space(after(3)) || after(3) == '#')) return false;
  const size_t before = at_;
  at_ += 3;
  skip();
  const bool named = alpha(peek());
  at_ = before;
  return named;
}

Status Parser::message(std::string_view& out) {
  skip();
  if (!starts("<<")) return {};
  const size_t stop = text_.find(">>", at_ + 2);
  if (stop == std::string_view::npos) return wrong(at_, "this message is not closed", "a closing >>");
  out = file_.texts.keep(text_.substr(at_ + 2, stop - at_ - 2));  // as it stands; evidence trims it
  at_ = stop + 2;
  return {};
}

Status Parser::alternatives(Disjunction& out, Where where) {
  do {
    skip();
    TRY(clause(out.emplace_back(), where));
  } while (take_or());
  return {};
}

Status Parser::conditions(Conjunction& out) {
  for (skip(); out.empty() || peek() != '{'; skip()) TRY(alternatives(out.emplace_back(), {.references = true, .blocks = false}));
  return {};
}

Status Parser::block(Block& out, Where where) {
  Deeper deeper(depth_);
  TRY(not_too_deep());
  skip();
  if (!take("{")) return unexpected("`{`");
  for (skip(); !take("}"); skip()) {
    if (at_let())
      TRY(let(out.lets.emplace_back()));
    else
      TRY(alternatives(out.clauses.emplace_back(), where));
  }
  if (out.lets.empty() && out.clauses.empty()) return wrong(at_ - 1, "this block is empty", "at least one clause or `let`");
  return {};
}

Status Parser::clause(Clause& out, Where where) {
  Deeper deeper(depth_);
  TRY(not_too_deep());
  place(at_, out.line, out.column);
  if (where.blocks && take_when()) {
    out.kind = Clause::Kind::when;
    TRY(conditions(out.conditions.make()));
    return block(out.block.make(), {.references = where.references || where.types});
  }
  out.negated = take_not();
  if (!out.negated && alpha(peek())) {
    const size_t before = at_;
    name();
    const bool type = starts("::");
    at_ = before;
    if (type) {
      if (!where.types)
        return wrong(at_, "a type block cannot stand here", "a clause", "type blocks stand directly in a rule or in the file");
      return type_block(out);
    }
  }
  std::string_view bare;
  TRY(head(out.query, bare));
  if (!bare.empty() && peek() == '(') {
    out.kind = Clause::Kind::call;
    out.name = file_.texts.keep(bare);
    TRY(arguments(out.arguments.make()));
    return message(out.message);
  }
  TRY(tail(out.query));
  if (out.query.parts.size() > 1) bare = {};
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
      return block(out.block.make(), {});
    }
  }
  if (take_operator(out)) {
    if (!unary(out.op)) TRY(operand(out.with));
    return message(out.message);
  }
  if (!bare.empty() && where.references) {
    at_ = behind;
    return reference(out, bare);
  }
  return unexpected("a comparison: ==, !=, <, <=, >, >=, in, exists, empty, is_string …");
}

bool Parser::take_operator(Clause& clause) {
  if (starts("<<")) return false;
  struct Sign {
    const char* text;
    Op op;
    bool negated;
  };
  for (const Sign& sign : {Sign{"==", Op::eq, false}, Sign{"!=", Op::eq, true}, Sign{">=", Op::ge, false},
                           Sign{"<=", Op::le, false}, Sign{">", Op::gt, false}, Sign{"<", Op::lt, false}}) {
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

Status Parser::reference(Clause& out, std::string_view called) {
  out.kind = Clause::Kind::rule;
  out.name = file_.texts.keep(called);
  out.query = {};
  const size_t behind = at_;
  blanks();
  if (end() || peek() == '\n' || peek() == '#' || peek() == '{' || starts("\r\n")) return {};
  if (starts("<<")) {
    return message(out.message);
  }
  at_ = behind;
  if (take_or()) {
    at_ = behind;
    return {};
  }
  skip();
  return unexpected("a comparison, or the end of the line behind the rule name `" + std::string(called) + "`");
}

Status Parser::type_block(Clause& out) {
  const size_t from = at_;
  out.kind = Clause::Kind::type;
  name();
  for (int i = 0; i < 2 && starts("::"); ++i) {
    at_ += 2;
    if (name().empty()) return unexpected("the rest of a type name", "AWS::Service::Type");
  }
  out.name = file_.texts.keep(text_.substr(from, at_ - from));
  take("::MODULE");
  if (!skip()) return unexpected("white space behind the type name");
  out.query = resources_of(out);
  if (take_when()) {
    TRY(conditions(out.conditions.make()));
    return block(out.block.make(), {});
  }
  if (peek() == '{') return block(out.block.make(), {});
  return clause(out.block.make().clauses.emplace_back().emplace_back(), {});
}

Query Parser::resources_of(const Clause& block) {
  Clause is_type;
  is_type.line = block.line;
  is_type.column = block.column;
  is_type.op = Op::eq;
  key_part("Type", is_type.query.parts.emplace_back());
  is_type.with.literal = static_cast<uint32_t>(literals_.size());
  literals_.at(block.line, block.column);
  literals_.string(block.name);
  Query out;
  out.parts.reserve(3);
  key_part("Resources", out.parts.emplace_back());
  out.parts.emplace_back().kind = Part::Kind::all_values;
  Part& filter = out.parts.emplace_back();
  filter.kind = Part::Kind::filter;
  filter.filter.make().emplace_back().push_back(std::move(is_type));
  out.parts[0].text = "Resources";
  out.parts[1].text = ".*";
  filter.text = file_.texts.keep("[ Type == '" + std::string(block.name) + "' ]");
  return out;
}

Status Parser::let(Let& out) {
  place(at_, out.line, out.column);
  at_ += 3;
  skip();
  out.variable = variable(name());
  skip();
  if (!take("=") && !take(":=")) return unexpected("`=` behind the name of the variable");
  return operand(out.value);
}

Status Parser::rule() {
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
        if (other == number)
          return wrong(at_ - parameter.size(), "the parameter `" + std::string(parameter) + "` stands twice", "different names");
      }
      out.parameters.push_back(number);
      skip();
    } while (take(","));
    if (!take(")")) return unexpected("`,` or `)` behind a parameter");
    TRY(block(out.block, body));
    file_.parameterised.push_back(std::move(out));
    return {};
  }
  skip();
  if (take_when()) TRY(conditions(out.conditions));
  TRY(block(out.block, body));
  file_.rules.push_back(std::move(out));
  return {};
}

Result<File> parse_guard(std::string_view text, const std::string& path) { return Parser(text, path).run(); }

}  // namespace reeve::guard
