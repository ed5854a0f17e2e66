#include "check/guard_trace.h"

#include "check/guard_tracer.h"
#include "findings/finding.h"

namespace reeve::guard {
namespace {

GuardStatus status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return GuardStatus::pass;
    case Verdict::fail: return GuardStatus::fail;
    case Verdict::skip: return GuardStatus::skip;
    case Verdict::unknown:
    case Verdict::error: break;
  }
  return GuardStatus::unknown;
}

const char* op_name(Op op) {
  constexpr const char* names[] = {"Eq", "In", "Gt", "Lt", "Le", "Ge", "Exists", "Empty", "IsString", "IsList", "IsMap", "IsBool", "IsInt", "IsFloat", "IsNull"};
  return names[static_cast<size_t>(op)];
}

}  // namespace

GuardStep& Tracer::open(GuardStep::Kind kind, uint32_t line, uint32_t column, bool gate) {
  GuardStep& step = open_.back()->steps.emplace_back();
  step.kind = kind;
  step.line = line;
  step.column = column;
  step.gate = gate || open_.back()->gate;
  open_.push_back(&step);
  return step;
}

void Tracer::open(const Clause& clause, Role role) {
  against_ = {};
  const bool block = clause.kind == Clause::Kind::block || clause.kind == Clause::Kind::type || clause.kind == Clause::Kind::when;
  GuardStep& step = open(block ? GuardStep::Kind::block : clause.kind == Clause::Kind::rule ? GuardStep::Kind::reference : GuardStep::Kind::clause, clause.line,
                         clause.column, role == Role::gate);
  step.message = clause.message;
  step.name = clause.name;
  const std::string negation = clause.negated ? "not " : "";
  switch (clause.kind) {
    case Clause::Kind::access: {
      step.op = op_name(clause.op);
      step.negated = clause.op_negated;
      step.query = query_words(clause.query);
      const std::string expected = expected_words(rules_.file(), clause);
      step.with = unary(clause.op) ? "" : operand_text(rules_.file(), clause.with);
      step.words = (clause.query.some ? "some " : "") + step.query + " " + expected;
      break;
    }
    case Clause::Kind::rule: step.words = negation + std::string(clause.name); break;
    case Clause::Kind::call: step.words = negation + std::string(clause.name) + "(…)"; break;
    case Clause::Kind::block: step.words = (clause.query.some ? "some " : "") + query_words(clause.query) + (clause.not_empty ? " !empty { … }" : " { … }"); break;
    case Clause::Kind::when: step.words = "when … { … }"; break;
    case Clause::Kind::type: step.words = std::string(clause.name) + " { … }"; break;
  }
}

void Tracer::open(GuardStep::Kind kind, const Clause* clause, const Found& found, bool gate) {
  GuardStep& step = open(kind, clause ? clause->line : 0, clause ? clause->column : 0, gate);
  say(step, found);
}

void Tracer::close(Verdict verdict, std::string_view reason) {
  GuardStep& step = *open_.back();
  step.status = status_of(verdict);
  if (verdict == Verdict::unknown || verdict == Verdict::error) step.reason = reason;
  open_.pop_back();
}

void Tracer::value(Verdict verdict, const Clause* clause, const Found& found, std::string_view reason) {
  GuardStep& step = open_.back()->steps.emplace_back();
  step.kind = GuardStep::Kind::value;
  step.gate = open_.back()->gate;
  step.status = status_of(verdict);
  if (verdict == Verdict::unknown) step.reason = reason;
  if (clause) {
    step.line = clause->line;
    step.column = clause->column;
    step.message = clause->message;
    if (clause->kind == Clause::Kind::access) {
      step.op = op_name(clause->op);
      step.negated = clause->op_negated;
      step.query = query_words(clause->query);
      step.words = expected_words(rules_.file(), *clause);
    } else {
      step.words = "exists";
    }
  }
  say(step, found);
  for (const Found& each : against_)
    if (each.value) step.against.push_back(each.value);
}

void Tracer::say(GuardStep& step, const Found& found) const {
  const bool stopped = found.tag == Found::Tag::missing || (found.tag == Found::Tag::unknown && found.value && !found.value.is_unknown());
  (stopped ? step.stopped : step.value) = found.value;
  if (stopped && found.query) step.rest = query_words(*found.query, found.part);
}

GuardTrace trace_guard(const GuardRules& rules, Value document, const GuardOptions& options) {
  GuardTrace trace;
  const auto* compiled = dynamic_cast<const CompiledRules*>(&rules);
  if (!compiled || !document) return trace;
  Tracer tracer(*compiled, trace);
  Evaluator evaluator;
  evaluator.run(*compiled, document, options, &tracer);
  tracer.finish();
  return trace;
}

std::string trace_json(const GuardRules& rules, Value value, size_t bytes_max) {
  const auto* compiled = dynamic_cast<const CompiledRules*>(&rules);
  if (compiled && value.document() == compiled->file().literals.get()) {
    if (compiled->file().special_of[value.index()] == 0) return to_json(value);
    return literal_words(compiled->file(), value.index());
  }
  return redacted_json(value, bytes_max);
}

}  // namespace reeve::guard
