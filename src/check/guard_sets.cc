// Rows of values against rows of values: `==`, `in` and the orders, with Guard's treatment of literals, lists and negation.
//
// A literal on either side asks about each value of the other side. Two queries are compared as sets: for `==` the larger side
// may hold nothing that the smaller lacks. Negation turns the outcome of each comparison around, except where values cannot be
// compared at all; for sets it asks instead whether anything is left besides the difference, so that `!=` between rows is not
// simply the opposite of `==`.
#include "check/guard_tracer.h"

namespace reeve::guard {

void Evaluator::add_answer(bool negated, Answer answer, const Found& lhs, uint16_t maybe, Fold& fold) {
  switch (answer) {
    case Answer::yes: return add(fold, negated ? Verdict::fail : Verdict::pass, lhs, maybe);
    case Answer::no: return add(fold, negated ? Verdict::pass : Verdict::fail, lhs, maybe);
    case Answer::incomparable: return add(fold, Verdict::fail, lhs, maybe);
    case Answer::unknown: last_reason_ = reason_of(lhs); return add(fold, Verdict::unknown, lhs, maybe);
    case Answer::error: refuse("a regular expression needs too many steps on this text", false, Code::limit); return;
  }
}

void Evaluator::one(bool negated, const Found& lhs, const Found& rhs, Fold& fold, Op op) {
  const auto a = Comparer::item(lhs), b = Comparer::item(rhs);
  if (tracer_) tracer_->against({&rhs, 1});
  add_answer(negated, op == Op::eq ? comparer_.equal(a, b) : comparer_.ordered(a, b, op), lhs, rhs.maybe, fold);
}

void Evaluator::string_in(bool negated, const Found& lhs, const Found& rhs, Fold& fold) {
  const Type ta = comparer_.type(Comparer::item(lhs)), tb = comparer_.type(Comparer::item(rhs));
  if (tracer_) tracer_->against({&rhs, 1});
  Answer answer = Answer::incomparable;
  if (ta == Type::unknown)
    answer = Answer::unknown;
  else if (ta == Type::string && tb == Type::string)
    answer = rhs.value.text().find(lhs.value.text()) != std::string_view::npos ? Answer::yes : Answer::no;
  add_answer(negated, answer, lhs, rhs.maybe, fold);
}

// Whether lhs is in rhs, for rows of values: no negation, nothing of lists' own.
Answer Evaluator::inside(Value lhs, bool character, Value rhs) {
  const Type ta = comparer_.type({lhs, character}), tb = comparer_.type({rhs});
  if (tb == Type::unknown) return comparer_.equal({lhs, character}, {rhs});
  if (ta == Type::unknown && !written_in(lhs)) return Answer::unknown;
  if (ta != Type::list)
    return tb == Type::list ? comparer_.contains(rhs, {lhs, character}) : comparer_.equal({lhs, character}, {rhs});
  if (tb != Type::list) return Answer::incomparable;
  const bool of_lists = node(rhs).count > 0 && node(Value(rhs.document(), rhs.index() + 1)).kind == Kind::list;
  if (of_lists) return comparer_.contains(rhs, {lhs});
  Answer answer = Answer::yes;
  each_item(lhs, [&](Value each) {
    const Answer found = comparer_.contains(rhs, {each});
    if (found != Answer::yes) answer = found;
    return found == Answer::yes || found == Answer::unknown;
  });
  return answer;
}

void Evaluator::contained(bool negated, const Found& lhs, const Found& rhs, Fold& fold) {
  if (tracer_) tracer_->against({&rhs, 1});
  const Answer answer = inside(lhs.value, lhs.character, rhs.value);
  const bool lists = answer == Answer::no && negated && !lhs.character && node(lhs.value).kind == Kind::list;
  if (!lists) return add_answer(negated, answer, lhs, rhs.maybe, fold);
  // `not in` of a list that is not wholly in the other: it holds only if no item is.
  const bool of_lists = node(rhs.value).count > 0 && node(Value(rhs.value.document(), rhs.value.index() + 1)).kind == Kind::list;
  Answer any = Answer::no;
  if (of_lists) {
    // cfn-guard fails `not in` for a list that is not among lists, too; that is no reading of the words.
    any = node(lhs.value).count && options_->semantics != Semantics::reeve ? Answer::yes : Answer::no;
  } else {
    each_item(lhs.value, [&](Value each) {
      const Answer found = comparer_.contains(rhs.value, {each});
      if (found != Answer::no) any = found;
      return found != Answer::yes;
    });
  }
  add_answer(false, any == Answer::yes ? Answer::no : any == Answer::no ? Answer::yes : any, lhs, rhs.maybe, fold);
}

// Two rows that both come from queries, compared as sets.
void Evaluator::sets(bool negated, Op op, std::span<const Found> lhs, std::span<const Found> rhs, Fold& fold) {
  if (lhs.size() == 1 && rhs.size() == 1 && ends_at_unknown(lhs[0]) && ends_at_unknown(rhs[0]) && comparer_.equal(Comparer::item(lhs[0]), Comparer::item(rhs[0])) == Answer::yes)
    return add(fold, negated ? Verdict::fail : Verdict::pass, lhs[0], rhs[0].maybe);  // two references to one thing
  Pooled left(*this), right(*this);
  if (tracer_) tracer_->against(rhs);
  bool undecided = false;
  const Found* doubt = nullptr;
  for (const Found& l : lhs) {
    if (l.tag == Found::Tag::missing)
      add(fold, Verdict::fail, l);
    else if (l.tag == Found::Tag::unknown || l.maybe)
      undecided = true, doubt = &l;
    else
      left.row.push_back(l);
  }
  for (const Found& r : rhs) {
    if (r.tag == Found::Tag::missing) {
      for (const Found& l : left.row) add(fold, Verdict::fail, l);
    } else if (r.tag == Found::Tag::unknown || r.maybe) {
      undecided = true;
      if (!doubt) doubt = &r;
    } else {
      right.row.push_back(r);
    }
  }
  if (undecided) {
    last_reason_ = reason_of(*doubt);
    return add(fold, Verdict::unknown, *doubt);
  }
  if (!step_over(left.row.size() * right.row.size())) return;
  auto holds = [&](const Row& row, const Found& item) {
    Answer answer = Answer::no;
    for (const Found& each : row) {
      const Answer found = op == Op::in ? inside(item.value, item.character, each.value)
                                        : comparer_.same(Comparer::item(each), Comparer::item(item));
      if (found == Answer::yes || found == Answer::error) return found;
      if (found == Answer::unknown) answer = found;
    }
    return answer;
  };
  Pooled difference(*this);
  const bool left_larger = op == Op::in || left.row.size() > right.row.size();
  const Row& larger = left_larger ? left.row : right.row;
  for (const Found& each : larger) {
    const Answer found = holds(left_larger ? right.row : left.row, each);
    if (found == Answer::error) {
      refuse("a regular expression needs too many steps on this text", false, Code::limit);
      return;
    }
    if (found == Answer::unknown) {
      last_reason_ = reason_of(each);
      return add(fold, Verdict::unknown, each);
    }
    if (found != Answer::yes) difference.row.push_back(each);
  }
  if (!negated) {
    for (const Found& each : difference.row.empty() ? left.row : difference.row) {
      add(fold, difference.row.empty() ? Verdict::pass : Verdict::fail, each);
    }
    return;
  }
  if (difference.row.empty()) {
    for (const Found& each : left.row) add(fold, Verdict::fail, each);
    return;
  }
  const Row& whole = op == Op::eq && rhs.size() >= lhs.size() ? right.row : left.row;
  bool any = false;
  for (const Found& each : whole) {
    bool in_difference = false;
    for (const Found& d : difference.row)
      in_difference = in_difference || comparer_.same(Comparer::item(d), Comparer::item(each)) == Answer::yes;
    if (in_difference) continue;
    any = true;
    add(fold, Verdict::fail, each);
  }
  if (any) return;
  for (const Found& each : left.row) add(fold, Verdict::pass, each);
}

void Evaluator::compare(const Clause& clause, bool negated, std::span<const Found> lhs, std::span<const Found> rhs, Fold& fold) {
  // What is compared with lives no longer than this call.
  struct Forgotten {
    Tracer* tracer;
    ~Forgotten() {
      if (tracer) tracer->against({});
    }
  } const forgotten{tracer_};
  const Op op = clause.op;
  const bool left_literal = lhs.size() == 1 && lhs[0].tag == Found::Tag::literal;
  const bool right_literal = rhs.size() == 1 && rhs[0].tag == Found::Tag::literal;
  auto is_list = [&](const Found& f) { return f.is_value() && !f.character && node(f.value).kind == Kind::list; };
  auto is_map = [&](const Found& f) { return f.is_value() && !f.character && node(f.value).kind == Kind::map; };
  auto element = [](const Found& of, Value v) {
    Found out = of;
    out.value = v;
    if (v.is_unknown()) out.tag = Found::Tag::unknown;
    return out;
  };
  // What is no value on one side decides for itself; true if there was nothing more to do.
  auto odd_left = [&](const Found& l) {
    if (l.tag == Found::Tag::missing) return add(fold, Verdict::fail, l), true;
    if (ends_at_unknown(l) && written_in(l.value) && (op == Op::eq || op == Op::in)) return false;  // it may be known to be unlike the other
    if (l.tag == Found::Tag::unknown) return last_reason_ = reason_of(l), add(fold, Verdict::unknown, l), true;
    return false;
  };
  auto odd_right = [&](const Found& r, const Found& l) {
    if (r.tag == Found::Tag::missing) return add(fold, Verdict::fail, l, r.maybe), true;
    if (r.tag == Found::Tag::unknown) return last_reason_ = reason_of(r), add(fold, Verdict::unknown, l), true;
    return false;
  };

  if (op != Op::eq && op != Op::in) {  // orders: every value with every value, lists opened
    auto each_of = [&](const Found& f, auto&& then) {
      if (is_list(f))
        each_item(f.value, [&](Value v) { return then(element(f, v)), true; });
      else
        then(f);
    };
    for (const Found& l : lhs) {
      if (odd_left(l)) continue;
      each_of(l, [&](const Found& left) {
        if (odd_left(left)) return;
        for (const Found& r : rhs) {
          if (odd_right(r, left)) continue;
          each_of(r, [&](const Found& right) {
            if (!odd_right(right, left)) one(negated, left, right, fold, op);
          });
        }
      });
    }
    return;
  }
  if (left_literal && right_literal) {
    if (op == Op::eq) return one(negated, lhs[0], rhs[0], fold, op);
    const Type ta = comparer_.type(Comparer::item(lhs[0])), tb = comparer_.type(Comparer::item(rhs[0]));
    if (ta == Type::string && tb == Type::string && rhs[0].value.text().find(lhs[0].value.text()) != std::string_view::npos) {
      return add_answer(negated, Answer::yes, lhs[0], 0, fold);
    }
    return contained(negated, lhs[0], rhs[0], fold);
  }
  if (left_literal) {
    const Found& l = lhs[0];
    if (op == Op::in && is_list(l)) {
      bool any_list = false, any_odd = false;
      for (const Found& r : rhs) any_list = any_list || is_list(r), any_odd = any_odd || !r.is_value() || r.maybe;
      if (!any_list) {  // each item of the literal must be one of the values
        Found doubt{};
        Answer any = Answer::no, all = Answer::yes;
        each_item(l.value, [&](Value item) {
          Answer found = Answer::no;
          for (const Found& r : rhs) {
            if (r.is_value() && !r.maybe && comparer_.same(Comparer::item(r), {item}) == Answer::yes) found = Answer::yes;
            if (found != Answer::yes && (r.tag == Found::Tag::unknown || r.maybe)) found = Answer::unknown, doubt = r;
          }
          if (found == Answer::yes)
            any = Answer::yes;
          else if (all != Answer::no)
            all = found;
          return true;
        });
        for (const Found& r : rhs) {
          if (r.tag == Found::Tag::missing) add(fold, Verdict::fail, l, r.maybe);
        }
        if (all == Answer::unknown && any_odd) {
          last_reason_ = reason_of(doubt);
          return add(fold, Verdict::unknown, l);
        }
        // cfn-guard fails `not in` here whatever the values are; that is no reading of the words.
        const bool apart = all == Answer::no && any == Answer::no && options_->semantics == Semantics::reeve;
        return add(fold, (negated ? apart : all == Answer::yes) ? Verdict::pass : Verdict::fail, l);
      }
    }
    for (const Found& r : rhs) {
      if (odd_right(r, l)) continue;
      if (op == Op::in)
        contained(negated, l, r, fold);
      else if (!is_list(l) && is_list(r))
        each_item(r.value, [&](Value v) { return one(negated, l, element(r, v), fold, op), true; });
      else
        one(negated, l, r, fold, op);
    }
    return;
  }
  if (right_literal) {
    const Found& r = rhs[0];
    for (const Found& l : lhs) {
      if (odd_left(l)) continue;
      if (op == Op::in) {
        if (comparer_.type(Comparer::item(r)) != Type::string)
          contained(negated, l, r, fold);
        else if (is_list(l))
          each_item(l.value, [&](Value v) { return string_in(negated, element(l, v), r, fold), true; });
        else
          string_in(negated, l, r, fold);
      } else if (is_list(r)) {
        if (!is_list(l) && !is_map(l) && node(r.value).count == 1)
          one(negated, l, element(r, Value(r.value.document(), r.value.index() + 1)), fold, op);
        else
          one(negated, l, r, fold, op);
      } else if (is_list(l)) {
        each_item(l.value, [&](Value v) { return one(negated, element(l, v), r, fold, op), true; });
      } else {
        one(negated, l, r, fold, op);
      }
    }
    return;
  }
  sets(negated, op, lhs, rhs, fold);
}

}  // namespace reeve::guard
