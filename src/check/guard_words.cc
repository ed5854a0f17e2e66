// Rules in words, for evidence: what was expected of a value, and the rest of a query that found nothing.
#include "check/guard_rules.h"
#include "formats/json.h"

namespace reeve::guard {
namespace {

void literal_to(std::string& out, const File& file, Value value) {
  const uint32_t special = file.special_of[value.index()];
  if (special) {
    const Special& s = file.specials[special - 1];
    if (s.regex)
      out += '/' + s.regex->pattern() + '/';
    else
      out += value.text();
  } else if (value.is_list()) {
    out += '[';
    bool first = true;
    for (Value item : value.items()) {
      if (!first) out += ", ";
      first = false;
      literal_to(out, file, item);
    }
    out += ']';
  } else if (value.is_map()) {
    out += '{';
    bool first = true;
    for (const auto& entry : value.entries()) {
      if (!first) out += ", ";
      first = false;
      out += std::string(entry.key()) + ": ";
      literal_to(out, file, entry.value);
    }
    out += '}';
  } else {
    out += to_json(value);
  }
}

const char* sign(Op op) {
  switch (op) {
    case Op::eq: return "==";
    case Op::in: return "in";
    case Op::gt: return ">";
    case Op::lt: return "<";
    case Op::le: return "<=";
    case Op::ge: return ">=";
    case Op::exists: return "exists";
    case Op::empty: return "empty";
    case Op::is_string: return "a string";
    case Op::is_list: return "a list";
    case Op::is_struct: return "a map";
    case Op::is_bool: return "a boolean";
    case Op::is_int: return "an integer";
    case Op::is_float: return "a float";
    case Op::is_null: return "null";
  }
  return "?";
}

std::string operand_words(const File& file, const Operand& operand);

const char* function_name(Function function) {
  constexpr const char* names[] = {"count",         "join",        "json_parse",  "now",       "parse_boolean",
                                   "parse_char",    "parse_epoch", "parse_float", "parse_int", "parse_string",
                                   "regex_replace", "substring",   "to_lower",    "to_upper",  "url_decode"};
  return names[static_cast<size_t>(function)];
}

std::string operand_words(const File& file, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::literal: return literal_words(file, operand.literal);
    case Operand::Kind::query: return query_words(operand.query);
    case Operand::Kind::call: break;
  }
  std::string out = function_name(operand.function);
  out += '(';
  for (size_t i = 0; i < operand.arguments->size(); ++i) {
    if (i) out += ", ";
    out += operand_words(file, (*operand.arguments)[i]);
  }
  return out + ')';
}

}  // namespace

std::string literal_words(const File& file, uint32_t literal) {
  std::string out;
  literal_to(out, file, Value(file.literals.get(), literal));
  return out;
}

std::string operand_text(const File& file, const Operand& operand) { return operand_words(file, operand); }

std::string query_words(const Query& query, size_t from) {
  std::string out;
  for (size_t i = from; i < query.parts.size(); ++i) {
    const Part& part = query.parts[i];
    if (i == 0 && from == 0 && part.kind == Part::Kind::key)
      out += part.key.name;
    else if (part.kind == Part::Kind::key && i == 0)
      (out += '.') += part.key.name;
    else
      out += part.text;
  }
  return out;
}

std::string expected_words(const File& file, const Clause& clause) {
  const bool negated = clause.negated != clause.op_negated;
  const bool regex =
      clause.with.kind == Operand::Kind::literal && clause.op == Op::eq && file.special_of[clause.with.literal] != 0;
  if (clause.op == Op::exists) return negated ? "not exists" : "exists";
  if (clause.op == Op::empty) return negated ? "not empty" : "empty";
  if (unary(clause.op)) return std::string(negated ? "not " : "") + sign(clause.op);
  const std::string with = operand_words(file, clause.with);
  if (regex && with[0] == '/') return (negated ? "not a string matching " : "a string matching ") + with;
  if (clause.op == Op::eq) return (negated ? "!= " : "== ") + with;
  if (negated) return std::string("not ") + sign(clause.op) + ' ' + with;
  return std::string(sign(clause.op)) + ' ' + with;
}

}  // namespace reeve::guard
