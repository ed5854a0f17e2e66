// Rules, blocks and clauses: rows of values folded into verdicts.
//
//   all of      any FAIL → FAIL, else any UNKNOWN → UNKNOWN, else any PASS → PASS, else SKIP
//   one of      the first PASS counts, else UNKNOWN, else FAIL, else SKIP
//   when        PASS → the block, UNKNOWN → UNKNOWN, anything else → SKIP
//
// Where the versions differ (3.2.0, 3.2.1, and reeve's own) the code names them; everything else is common to the three.
#include <algorithm>

#include "base/text.h"
#include "check/guard_tracer.h"
#include "estate/stack_value.h"

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

bool is_filter(const Query& query) {
  const Part::Kind kind = query.parts.back().kind;
  return kind == Part::Kind::filter || kind == Part::Kind::key_filter;
}

}  // namespace

GuardResult CompiledRules::evaluate(Value document, const GuardOptions& options) const {
  GuardResult result;
  if (!document) return result;
  thread_local Evaluator evaluator;  // for its memory; nothing else lives on
  return evaluator.run(*this, document, options);
}

GuardResult Evaluator::run(const CompiledRules& rules, Value document, const GuardOptions& options, Tracer* tracer) {
  rules_ = &rules;
  tracer_ = tracer;
  options_ = &options;
  comparer_.begin(rules.file(), options.semantics);
  lent_ = 0;
  slots_.clear();
  kept_.clear();
  captured_.clear();
  groups_.assign(rules.groups().size(), {});
  evidence_.clear();
  reasons_.clear();
  last_reason_ = {};
  steps_ = 0;
  depth_ = 0;
  used_now_ = false;
  error_.reset();

  const File& file = rules.file();
  Scope top{Scope::Kind::lets, nullptr, document, &file.lets, nullptr, open_slots(file.lets.size())};
  top_ = &top;
  GuardResult result;
  result.rules.resize(file.rules.size());
  bool fails = false, unknowns = false, passes = false;
  for (size_t i = 0; i < file.rules.size(); ++i) {
    GuardRuleResult& each = result.rules[i];
    each.rule = file.rules[i].name;
    each.line = file.rules[i].line;
    evidence_.clear();
    steps_ = 0;
    finish(each, rule(file.rules[i], top, Role::claim), 0);
    fails = fails || each.status == GuardStatus::fail;
    unknowns = unknowns || each.status == GuardStatus::unknown;
    passes = passes || each.status == GuardStatus::pass;
  }
  result.status = fails ? GuardStatus::fail : unknowns ? GuardStatus::unknown : passes ? GuardStatus::pass : GuardStatus::skip;
  result.used_now = used_now_;
  evidence_.clear();
  if (tracer_) {
    for (const Made& made : made_) tracer_->keep(made.document);
  }
  made_.clear();
  characters_.clear();
  texts_.clear();
  top_ = nullptr;
  return result;
}

void Evaluator::finish(GuardRuleResult& result, Verdict verdict, size_t mark) {
  if (error_) {
    result.status = error_->code == Code::limit ? GuardStatus::unknown : GuardStatus::fail;
    result.error = std::move(error_);
    error_.reset();
    slots_.resize(rules_->file().lets.size());  // scopes left by the error
    for (Slot& slot : slots_) {
      if (slot.state == Slot::State::busy) slot.state = Slot::State::open;
    }
    for (auto& group : groups_) group[0].busy = group[1].busy = false;
    lent_ = 0;
    depth_ = 0;
    return;
  }
  result.status = status_of(verdict);
  if (verdict != Verdict::fail && verdict != Verdict::unknown) return;
  for (size_t i = mark; i < evidence_.size(); ++i) {
    if (evidence_[i].unknown == (verdict == Verdict::unknown)) result.failures.push_back(failure(evidence_[i]));
  }
}

void Evaluator::add(Fold& fold, Verdict verdict, const Found& found, uint16_t maybe) {
  maybe = std::max(maybe, found.maybe);
  if (tracer_) tracer_->value(maybe ? Verdict::unknown : verdict, fold.clause, found, maybe ? reasons_[maybe] : last_reason_);
  switch (verdict) {
    case Verdict::pass:
      ++(maybe ? fold.maybe_passes : fold.passes);
      if (maybe) fold.maybe = maybe;
      return;
    case Verdict::fail:
      if (!maybe) {
        ++fold.fails;
        if (options_->evidence && fold.role == Role::claim) evidence_.push_back({fold.clause, found, true});
        return;
      }
      last_reason_ = reasons_[maybe];
      break;
    default: break;
  }
  ++fold.unknowns;
  if (options_->evidence) evidence_.push_back({fold.clause, found, true, true, last_reason_});
}

Verdict Evaluator::folded(const Fold& fold) {
  Verdict verdict;
  if (fold.some) {
    verdict = fold.passes ? Verdict::pass : fold.unknowns || fold.maybe_passes ? Verdict::unknown : Verdict::fail;
  } else {
    verdict = fold.fails ? Verdict::fail : fold.unknowns ? Verdict::unknown : Verdict::pass;
    // All that passed may not be selected: then the clause would have skipped, which is enough for a claim and too little for a
    // gate.
    if (verdict == Verdict::pass && fold.role == Role::gate && fold.maybe_passes && !fold.passes) verdict = Verdict::unknown;
  }
  if (verdict == Verdict::pass) evidence_.resize(fold.mark);
  if (verdict == Verdict::unknown && fold.unknowns == 0) {
    last_reason_ = reasons_[fold.maybe];
    if (options_->evidence) evidence_.push_back({fold.clause, {}, false, true, last_reason_});
  }
  return verdict;
}

// ---- errors

bool Evaluator::refuse(std::string what, bool incompatible, Code code) {
  if (error_) return false;
  error_ = Error{code, std::move(what), {rules_->file().path}};
  error_incompatible_ = incompatible;
  return false;
}

// What cannot be evaluated fails the clause that claims it and no other. A gate hands the error on to what it guards. 3.2.0 gives
// up on the rule; 3.2.1 does so for some kinds of error.
Verdict Evaluator::excused(const Clause& clause, Role role) {
  const bool own = options_->semantics == Semantics::reeve && error_->code != Code::limit;
  const bool incompatible = options_->semantics == Semantics::v3_2_1 && error_incompatible_;
  if (error_->at.line == 0) error_->at.line = clause.line, error_->at.column = clause.column;
  if (role == Role::gate || !(own || incompatible)) return Verdict::error;
  if (options_->evidence) {
    std::string words = clause.kind == Clause::Kind::access ? expected_words(rules_->file(), clause) + "; " : "";
    texts_.push_back(words + "it cannot be evaluated: " + error_->what);
    evidence_.push_back({&clause, {}, false, false, {}, &texts_.back()});
  }
  error_.reset();
  return Verdict::fail;
}

// The same where the error is met beside a claim's own query: by its right side, an argument, a block's query. 3.2.1 gives up there.
Verdict Evaluator::beside(const Clause& clause, Role role) {
  if (role == Role::claim) error_incompatible_ = false;
  return excused(clause, role);
}

uint32_t Evaluator::open_slots(size_t n) {
  const auto first = static_cast<uint32_t>(slots_.size());
  slots_.resize(slots_.size() + n);
  return first;
}

// ---- clauses

Verdict Evaluator::all_of(const Conjunction& all, Scope& scope, Role role) {
  bool fails = false, unknowns = false, passes = false;
  for (const Disjunction& any : all) {
    const size_t mark = evidence_.size();
    bool group_fails = false, group_unknown = false, group_passes = false;
    const bool told = tracer_ && any.size() > 1;
    if (told) tracer_->open(GuardStep::Kind::one_of, any[0].line, any[0].column, role == Role::gate);
    for (const Clause& each : any) {
      const Verdict verdict = clause(each, scope, role);
      if (verdict == Verdict::error) {
        if (told) tracer_->close(verdict, error_ ? std::string_view(error_->what) : last_reason_);
        return verdict;
      }
      group_fails = group_fails || verdict == Verdict::fail;
      group_unknown = group_unknown || verdict == Verdict::unknown;
      if (verdict == Verdict::pass) {
        group_passes = true;
        evidence_.resize(mark);
        break;
      }
    }
    if (told)
      tracer_->close(group_passes ? Verdict::pass : group_unknown ? Verdict::unknown : group_fails ? Verdict::fail : Verdict::skip, last_reason_);
    if (group_passes)
      passes = true;
    else if (group_unknown)
      unknowns = true;
    else if (group_fails)
      fails = true;
    // A condition that failed is decided; only the other versions' errors could still make a difference. So is a claim of which only
    // the verdict counts, unless what follows keeps keys for a later one.
    if (fails && options_->semantics == Semantics::reeve && (role == Role::gate || (!options_->evidence && !rules_->captures()))) break;
  }
  return fails ? Verdict::fail : unknowns ? Verdict::unknown : passes ? Verdict::pass : Verdict::skip;
}

Verdict Evaluator::clause(const Clause& c, Scope& scope, Role role) {
  if (!step_over()) return Verdict::error;
  if (!tracer_) return clause_itself(c, scope, role);
  tracer_->open(c, role);
  const Verdict verdict = clause_itself(c, scope, role);
  tracer_->close(verdict, verdict == Verdict::error && error_ ? std::string_view(error_->what) : last_reason_);
  return verdict;
}

Verdict Evaluator::clause_itself(const Clause& c, Scope& scope, Role role) {
  switch (c.kind) {
    case Clause::Kind::access: return access(c, scope, role);
    case Clause::Kind::rule: return reference(c, scope, role);
    case Clause::Kind::call: return call(c, scope, role);
    case Clause::Kind::block: return block(c, scope, role);
    case Clause::Kind::when: return when(c, scope, role);
    case Clause::Kind::type: return types(c, scope, role);
  }
  return Verdict::error;
}

Verdict Evaluator::access(const Clause& c, Scope& scope, Role role) {
  Found single;
  if (c.query.plain) single = plain(c.query, scope.root);
  const bool negated =
      c.op_negated != (c.negated && options_->semantics != Semantics::v3_2_0);  // 3.2.0 overlooks a leading `not`
  if (c.simple && !tracer_ && single.tag == Found::Tag::resolved && !single.character && node(single.value).kind == Kind::string) {
    const Node& is = node(single.value);
    const Node& wanted = rules_->file().literals->nodes()[c.with.literal];
    const bool holds = (std::string_view(is.text, is.count) == std::string_view(wanted.text, wanted.count)) != negated;
    if (holds) return Verdict::pass;
    if (role == Role::gate) return Verdict::fail;
  }
  Pooled left(*this), right(*this);
  // The right side is asked first: which of two errors is met decides under 3.2.1.
  Found literal;
  std::span<const Found> rhs(&literal, 1);
  if (c.with.kind == Operand::Kind::literal) {
    literal.value = Value(rules_->file().literals.get(), c.with.literal);
    literal.tag = Found::Tag::literal;
  } else if (!unary(c.op)) {
    if (!operand(c.with, scope, right.row)) return beside(c, role);
    rhs = right.row;
  }
  std::span<const Found> lhs(&single, 1);
  if (!c.query.plain) {
    if (!query(c.query, scope, left.row)) return excused(c, role);
    lhs = left.row;
  }
  if (unary(c.op)) {
    const Verdict verdict = judge_unary(c, lhs, role);
    return error_ ? excused(c, role) : verdict;
  }
  if (lhs.empty() || rhs.empty()) {
    // Nothing is compared. 3.2.1 fails the claim unless a filter, not a variable, came out empty on the left.
    if (options_->semantics != Semantics::v3_2_1 || role == Role::gate || (lhs.empty() && c.query.lone_variable == none))
      return Verdict::skip;
    if (options_->evidence) evidence_.push_back({&c, {}});
    return Verdict::fail;
  }
  Fold fold = fold_of(c, role);
  compare(c, negated, lhs, rhs, fold);
  if (error_) return excused(c, role);
  const Verdict verdict = folded(fold);
  if (verdict == Verdict::fail && fold.fails == 0 && options_->evidence && role == Role::claim) {
    evidence_.push_back({&c, lhs[0], true});  // `some` of an empty list
  }
  return verdict;
}

Answer Evaluator::unary_answer(Op op, const Found& found) {
  if (found.tag == Found::Tag::unknown) {
    if (!ends_at_unknown(found) || !surely_there(found.value)) return Answer::unknown;
    if (op == Op::exists) return Answer::yes;
    if (op == Op::is_null) return Answer::no;
    return op == Op::is_struct && is_reference(found.value) ? Answer::yes : Answer::unknown;  // as it is written
  }
  if (found.tag == Found::Tag::missing) return Answer::no;
  if (op == Op::exists) return Answer::yes;
  const Type type = comparer_.type(Comparer::item(found));
  const Type asked = op == Op::is_string   ? Type::string
                     : op == Op::is_list   ? Type::list
                     : op == Op::is_struct ? Type::map
                     : op == Op::is_bool   ? Type::boolean
                     : op == Op::is_int    ? Type::integer
                     : op == Op::is_float  ? Type::number
                                           : Type::null;
  if (type != asked && takes_type(found.value)) return takes(found.value, asked);
  return type == asked ? Answer::yes : Answer::no;
}

// `selection`: the query ends in a filter and asks whether anything was selected. `lone`: the query is a variable, and asks about
// its value (3.2.0: whether it has one).
Answer Evaluator::empty_answer(const Found& found, bool selection, bool lone) {
  if (found.tag == Found::Tag::unknown) {
    if (!ends_at_unknown(found) || !surely_there(found.value)) return Answer::unknown;
    const Value holes = written_in(found.value).get("Fn::Sub");
    return is_reference(found.value) || (holes.is_string() && !may_become(holes.text(), "")) ? Answer::no : Answer::unknown;
  }
  if (found.tag == Found::Tag::missing) return Answer::yes;
  const Semantics semantics = options_->semantics;
  const Type type = comparer_.type(Comparer::item(found));
  auto answer = [](bool yes) { return yes ? Answer::yes : Answer::no; };
  if (selection || (lone && semantics == Semantics::v3_2_0)) return answer(type == Type::null);
  switch (type) {
    case Type::list: return answer(node(found.value).count == 0);
    case Type::map:
      if (node(found.value).count == 0 && node(found.value).text) return Answer::unknown;
      return answer(node(found.value).count == 0);
    case Type::string: return answer(found.value.text().empty());
    case Type::boolean:
      if (semantics == Semantics::v3_2_0) return Answer::no;
      break;
    default: break;
  }
  if (semantics == Semantics::reeve) return answer(type == Type::null);  // a value that is there is not empty
  refuse("`empty` cannot be asked of " + std::string(reeve::name(node(found.value).kind)));
  return Answer::error;
}

Verdict Evaluator::judge_unary(const Clause& c, std::span<const Found> lhs, Role role) {
  const bool negated = c.op_negated != c.negated;
  const bool lone = c.query.lone_variable != none, selection = is_filter(c.query);
  const bool counts = c.op == Op::empty && (lone || selection);  // an empty row is an answer
  if (lhs.empty() && !counts) return Verdict::skip;
  Fold fold = fold_of(c, role);
  if (lhs.empty()) {
    if (!negated) return Verdict::pass;
    if (options_->evidence && role == Role::claim) evidence_.push_back({&c, {}});
    return Verdict::fail;
  }
  for (const Found& each : lhs) {
    Answer answer = c.op == Op::empty ? empty_answer(each, selection, lone) : unary_answer(c.op, each);
    if (answer == Answer::error) {
      // The claim about this value fails whether negated or not.
      if (options_->semantics != Semantics::v3_2_1 || role == Role::gate) return Verdict::error;
      error_.reset();
      answer = negated ? Answer::yes : Answer::no;
    }
    if (answer == Answer::unknown) {
      last_reason_ = reason_of(each);
      add(fold, Verdict::unknown, each);
    } else {
      add(fold, (answer == Answer::yes) != negated ? Verdict::pass : Verdict::fail, each);
    }
  }
  if (counts && fold.maybe_passes && !fold.passes) fold.role = Role::gate;  // whether anything is selected is the question
  return folded(fold);
}

Verdict Evaluator::body(const Block& block, Scope& scope, Role role) {
  Scope inner{Scope::Kind::lets, &scope, scope.root, &block.lets, nullptr, open_slots(block.lets.size())};
  const Verdict verdict = all_of(block.clauses, inner, role);
  close_slots(inner.slots);
  return verdict;
}

// The elements of a block or type block.
Verdict Evaluator::elements(const Clause& c, std::span<const Found> row, Scope& scope, Role role, bool each_condition) {
  Fold fold{&c, c.kind == Clause::Kind::block && c.query.some, role, evidence_.size()};
  bool definite = false;
  for (const Found& each : row) {
    if (!each.maybe && each.tag != Found::Tag::unknown) definite = true;
    if (each.tag == Found::Tag::missing) {
      if (c.kind == Clause::Kind::block) {
        add(fold, Verdict::fail, each);
      } else if (options_->semantics == Semantics::v3_2_0) {
        refuse("the resources of type " + std::string(c.name) + " cannot be found in this document", false);
        return Verdict::error;
      }
      continue;
    }
    if (each.tag == Found::Tag::unknown && !(ends_at_unknown(each) && written_in(each.value))) {
      last_reason_ = reason_of(each);
      add(fold, Verdict::unknown, each);
      continue;
    }
    const size_t mark = evidence_.size();
    Scope element{Scope::Kind::value, &scope, each.value};
    Verdict verdict = Verdict::pass;
    if (tracer_) tracer_->open(GuardStep::Kind::element, &c, each, role == Role::gate);
    if (each_condition) verdict = conditions(*c.conditions, element, role, &c);
    if (verdict == Verdict::pass) verdict = body(*c.block, element, role);
    if (tracer_) tracer_->close(verdict, last_reason_);
    if (verdict == Verdict::error) return verdict;
    if (verdict == Verdict::fail && each.maybe) {
      verdict = Verdict::unknown;
      last_reason_ = reasons_[each.maybe];
      for (size_t i = mark; i < evidence_.size(); ++i) {
        if (!evidence_[i].unknown) evidence_[i].unknown = true, evidence_[i].reason = last_reason_;
      }
    }
    switch (verdict) {
      case Verdict::pass:
        ++(each.maybe ? fold.maybe_passes : fold.passes);
        if (each.maybe) fold.maybe = each.maybe;
        break;
      case Verdict::fail: ++fold.fails; break;
      case Verdict::unknown: ++fold.unknowns; break;
      default: break;
    }
  }
  if (!fold.passes && !fold.maybe_passes && !fold.fails && !fold.unknowns) {
    if (!c.not_empty || definite) return Verdict::skip;
    fold.maybe_passes = 1;  // whether there is an element at all is not known
    for (const Found& each : row) fold.maybe = std::max(fold.maybe, each.maybe);
  }
  if (c.not_empty && !definite && !fold.fails && !fold.unknowns) fold.role = Role::gate;
  return folded(fold);
}

Verdict Evaluator::block(const Clause& c, Scope& scope, Role role) {
  Pooled row(*this);
  if (!query(c.query, scope, row.row)) return beside(c, role);
  if (row.row.empty()) {
    if (!c.not_empty) return Verdict::skip;
    if (options_->evidence && role == Role::claim) evidence_.push_back({&c, {}});
    return Verdict::fail;
  }
  return elements(c, row.row, scope, role, false);
}

Verdict Evaluator::conditions(const Conjunction& all, Scope& scope, Role role, const Clause* owner) {
  if (all.empty()) return Verdict::pass;
  const size_t mark = evidence_.size();
  if (tracer_) tracer_->open(GuardStep::Kind::conditions, all[0][0].line, all[0][0].column, true);
  const Verdict verdict = all_of(all, scope, Role::gate);
  if (tracer_) tracer_->close(verdict, verdict == Verdict::error && error_ ? std::string_view(error_->what) : last_reason_);
  if (verdict == Verdict::unknown) return verdict;
  evidence_.resize(mark);
  if (verdict == Verdict::error) return excused(owner ? *owner : all[0][0], role);
  return verdict == Verdict::pass ? Verdict::pass : Verdict::skip;
}

Verdict Evaluator::when(const Clause& c, Scope& scope, Role role) {
  const Verdict verdict = conditions(*c.conditions, scope, role, &c);
  return verdict == Verdict::pass ? body(*c.block, scope, role) : verdict;
}

Verdict Evaluator::types(const Clause& c, Scope& scope, Role role) {
  // 3.2.0 asks the conditions once, around the block; since then they are asked of each resource.
  const bool once = options_->semantics == Semantics::v3_2_0;
  if (once) {
    const Verdict verdict = conditions(*c.conditions, scope, role, &c);
    if (verdict != Verdict::pass) return verdict;
  }
  Pooled row(*this);
  // Nearly every document is a map of resources that say their type in so many words.
  bool ordinary = false;
  if (node(scope.root).kind == Kind::map) {
    const Value resources = member(scope.root, "Resources");
    if (resources && node(resources).kind == Kind::map && node(resources).count > 0 && !node(resources).text) {
      ordinary = true;
      if (const auto* known = of_type(resources, c.name)) for (Value resource : *known) row.row.push_back({resource});
      else each_entry(resources, [&](Value, Value resource) {
        const Value type = node(resource).kind == Kind::map ? member(resource, "Type") : Value();
        if (!type || node(type).kind != Kind::string) return ordinary = false;
        if (type.text() == c.name) row.row.push_back({resource});
        return true;
      });
      if (!step_over(node(resources).count)) return Verdict::error;
    }
  }
  if (!ordinary) {
    row.row.clear();
    if (!query(c.query, scope, row.row)) return excused(c, role);
  }
  if (row.row.empty()) return Verdict::skip;
  return elements(c, row.row, scope, role, !once);
}

Verdict Evaluator::rule(const Rule& r, Scope& scope, Role role) {
  if (depth_ + 5 > depth_max) {
    refuse("rules call each other too deeply", false, Code::limit);
    return Verdict::error;
  }
  depth_ += 5;
  if (tracer_) tracer_->open(GuardStep::Kind::rule, r.line, r.column, role == Role::gate).name = r.name;
  Verdict verdict = conditions(r.conditions, scope, role, nullptr);
  if (verdict == Verdict::pass) verdict = body(r.block, scope, role);
  if (tracer_) tracer_->close(verdict, verdict == Verdict::error && error_ ? std::string_view(error_->what) : last_reason_);
  depth_ -= 5;
  return verdict;
}

Verdict Evaluator::group(uint32_t number, Role role) {
  // By role, since what cannot be evaluated fails a claim and ends a gate; 3.2.0 keeps whichever came first.
  auto& status = groups_[number][options_->semantics != Semantics::v3_2_0 && role == Role::gate];
  if (status.known) return status.verdict;
  if (status.busy) {
    refuse("rule `" + rules_->file().rules[rules_->groups()[number][0]].name + "` refers to itself", false, options_->semantics == Semantics::reeve ? Code::limit : Code::type);  // no answer of ours, as too deep a call
    return Verdict::error;
  }
  status.busy = true;
  const size_t mark = evidence_.size();
  Verdict verdict = Verdict::skip;
  for (uint32_t each : rules_->groups()[number]) {
    verdict = rule(rules_->file().rules[each], *top_, role);
    if (verdict != Verdict::skip) break;
  }
  evidence_.resize(mark);
  status.busy = false;
  if (verdict == Verdict::error) return verdict;
  status.known = true;
  status.verdict = verdict;
  return verdict;
}

Verdict Evaluator::reference(const Clause& c, Scope&, Role role) {
  if (c.target == none) {
    refuse("there is no rule `" + std::string(c.name) + "`", false);
    return excused(c, role);
  }
  Verdict verdict = group(c.target, role);
  if (verdict == Verdict::error) return excused(c, role);
  if (verdict == Verdict::skip && options_->semantics == Semantics::v3_2_1) {
    verdict = role == Role::claim ? Verdict::fail : c.negated ? Verdict::pass : Verdict::skip;
  } else if (verdict != Verdict::unknown) {
    verdict = (verdict == Verdict::pass) != c.negated ? Verdict::pass : Verdict::fail;
  }
  if (!options_->evidence) return verdict;
  if (verdict == Verdict::fail && role == Role::claim) evidence_.push_back({&c, {}});
  if (verdict == Verdict::unknown) evidence_.push_back({&c, {}, false, true, last_reason_});
  return verdict;
}

Verdict Evaluator::call(const Clause& c, Scope& scope, Role role) {
  if (c.target == none) {
    refuse("there is no parameterised rule `" + std::string(c.name) + "`", false);
    return excused(c, role);
  }
  const Rule& called = rules_->file().parameterised[c.target];
  if (c.arguments->size() != called.parameters.size()) {  // no clause is excused from this one, but a condition is
    refuse("`" + std::string(c.name) + "` was given " + std::to_string(c.arguments->size()) + " arguments and takes " + std::to_string(called.parameters.size()));
    error_->at.line = c.line, error_->at.column = c.column;
    return Verdict::error;
  }
  Scope inner{Scope::Kind::parameters, &scope, scope.root, nullptr, &called.parameters, open_slots(called.parameters.size())};
  for (size_t i = 0; i < c.arguments->size(); ++i) {
    Pooled row(*this);
    if (!operand((*c.arguments)[i], scope, row.row)) return beside(c, role);
    for (Found& each : row.row) {
      if ((*c.arguments)[i].kind == Operand::Kind::literal) each.tag = Found::Tag::resolved;
    }
    slots_[inner.slots + i] = keep(row.row);
  }
  const size_t mark = evidence_.size();
  Verdict verdict = rule(called, inner, role);
  close_slots(inner.slots);
  if (verdict == Verdict::error) return verdict;

  const bool passed = verdict == Verdict::pass;
  switch (options_->semantics) {
    case Semantics::v3_2_0: return verdict;  // overlooks a leading `not`
    case Semantics::v3_2_1:
      if (verdict == Verdict::skip) verdict = role == Role::claim ? Verdict::fail : c.negated ? Verdict::pass : Verdict::skip;
      else if (verdict != Verdict::unknown) verdict = passed != c.negated ? Verdict::pass : Verdict::fail;
      break;
    case Semantics::reeve:
      if (c.negated && verdict == Verdict::skip) verdict = role == Role::gate ? Verdict::pass : Verdict::skip;
      else if (c.negated && verdict != Verdict::unknown) verdict = passed ? Verdict::fail : Verdict::pass;
      break;
  }
  if (verdict == Verdict::pass || verdict == Verdict::skip) {
    evidence_.resize(mark);
  } else if (verdict == Verdict::fail && evidence_.size() == mark && options_->evidence && role == Role::claim) {
    evidence_.push_back({&c, {}});
  }
  for (size_t i = mark; i < evidence_.size(); ++i) {
    if (!evidence_[i].message && !c.message.empty()) evidence_[i].message = &c.message;
  }
  return verdict;
}

}  // namespace reeve::guard
