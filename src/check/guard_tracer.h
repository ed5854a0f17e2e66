// What the evaluator tells a trace. Private to the guard_*.cc files of this folder.
#pragma once

#include "check/guard_eval.h"
#include "check/guard_trace.h"

namespace reeve::guard {

class Tracer {
 public:
  Tracer(const CompiledRules& rules, GuardTrace& trace) : rules_(rules), trace_(trace) { open_.push_back(&root_); }

  GuardStep& open(GuardStep::Kind kind, uint32_t line, uint32_t column, bool gate);
  void open(const Clause& clause, Role role);
  void open(GuardStep::Kind kind, const Clause* clause, const Found& found, bool gate);  // element, filter
  void close(Verdict verdict, std::string_view reason);
  void against(std::span<const Found> row) { against_ = row; }
  void value(Verdict verdict, const Clause* clause, const Found& found, std::string_view reason);
  void keep(DocumentPtr document) { trace_.kept.push_back(std::move(document)); }
  void finish() { trace_.steps = std::move(root_.steps); }

 private:
  void say(GuardStep& step, const Found& found) const;
  const CompiledRules& rules_;
  GuardTrace& trace_;
  GuardStep root_;
  // Indices would do as well: a step's children grow only while it is the innermost open one, so no pointer here moves.
  std::vector<GuardStep*> open_;
  std::span<const Found> against_;
};

}  // namespace reeve::guard
