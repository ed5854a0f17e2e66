// Queries: from a value, along the parts, to a row of values and of places where the way ended.
//
// A `[*]` over an empty list and a missing key give a `missing` (clauses fail on it); a filter that selects nothing gives nothing
// at all (clauses skip). What the way cannot tell because a node is unknown gives an `unknown`, and an element of which a filter
// cannot tell whether it is selected goes on with `maybe`.
#include <algorithm>
#include <cstring>

#include "check/guard_tracer.h"

namespace reeve::guard {
namespace {

// The texts of variants have their own lengths; a map without a key of any of these lengths needs no search.
bool any_length(Value map, uint64_t lengths) {
  const auto& nodes = map.document()->nodes();
  uint32_t at = map.index() + 1;
  for (uint32_t n = nodes[map.index()].count; n > 0; --n) {
    if (lengths >> (nodes[at].count & 63) & 1) return true;
    at += 1 + nodes[at + 1].span;
  }
  return false;
}

}  // namespace

bool Evaluator::step_over(uint64_t steps) {
  steps_ += steps;
  if (steps_ <= options_->steps_max) return true;
  if (!error_) {
    error_ = Error{Code::limit,
                   "the rule needs more than " + std::to_string(options_->steps_max) + " steps on this document",
                   {rules_->file().path}};
    error_incompatible_ = false;
  }
  return false;
}

uint16_t Evaluator::maybe_because(std::string_view reason) {
  if (reasons_.empty()) reasons_.emplace_back();  // number 0 is taken
  if (reasons_.back().data() == reason.data() && reasons_.size() > 1) return static_cast<uint16_t>(reasons_.size() - 1);
  if (reasons_.size() < UINT16_MAX) reasons_.push_back(reason);
  return static_cast<uint16_t>(reasons_.size() - 1);
}

std::string_view Evaluator::reason_of(const Found& found) const {
  if (found.maybe) return reasons_[found.maybe];
  // The value itself, or the first part of it that is not known.
  const auto& nodes = found.value.document()->nodes();
  for (uint32_t i = found.value.index(), end = i + nodes[i].span; i < end; ++i) {
    const Value part(found.value.document(), i);
    if (part.is_unknown()) return part.text();
    if (part.open()) return part.open_reason();
  }
  return "a part of the value is not known";
}

void Evaluator::unknown(Value at, const Query& query, size_t part, uint16_t maybe, Row& out) {
  out.push_back({at, &query, static_cast<uint16_t>(part), maybe, Found::Tag::unknown});
}
void Evaluator::missing(Value at, const Query& query, size_t part, uint16_t maybe, Row& out) {
  out.push_back({at, &query, static_cast<uint16_t>(part), maybe, Found::Tag::missing});
}

// The member of that name or, failing it, of one of its other spellings. `converter` is the spelling that this query uses since
// it hit.
Value Evaluator::step(const Key& key, Value map, int& converter) const {
  if (Value found = member(map, key.name)) return found;
  if (node(map).count == 0) return {};
  const auto& [variants, lengths] = key.spellings();
  if (!lengths || !any_length(map, lengths)) return {};
  if (converter >= 0) {
    const std::string& variant = variants[static_cast<size_t>(converter)];
    return variant.empty() ? Value() : member(map, variant);
  }
  for (size_t i = 0; i < converters; ++i) {
    if (variants[i].empty()) continue;
    if (Value found = member(map, variants[i])) {
      converter = static_cast<int>(i);
      return found;
    }
  }
  return {};
}

// A query of keys only has exactly one answer; most clauses of most rules are of this kind.
Found Evaluator::plain(const Query& query, Value root) {
  Value at = root;
  int converter = -1;
  for (size_t i = 0; i < query.parts.size(); ++i) {
    const Part& part = query.parts[i];
    const Node& n = node(at);
    if (part.kind == Part::Kind::self) continue;
    if (n.kind == Kind::unknown) {
      auto written = written_member(at, part.key.name);
      if (!written) return {at, &query, static_cast<uint16_t>(i), 0, Found::Tag::unknown};
      if (!*written) return {at, &query, static_cast<uint16_t>(i), 0, Found::Tag::missing};
      at = *written;
      continue;
    }
    ++steps_;
    Value next;
    if (n.kind == Kind::map) next = step(part.key, at, converter);
    if (!next)
      return {at, &query, static_cast<uint16_t>(i), 0, n.kind == Kind::map && n.text ? Found::Tag::unknown : Found::Tag::missing};
    at = next;
  }
  Found out{at};
  out.character = character(at);
  if (node(at).kind == Kind::unknown)
    out.tag = Found::Tag::unknown, out.query = &query, out.part = static_cast<uint16_t>(query.parts.size());
  return out;
}

bool Evaluator::query(const Query& query, Scope& scope, Row& out) {
  if (query.plain) {
    out.push_back(plain(query, scope.root));
    return step_over();
  }
  return traverse(query, 0, scope.root, scope.kind == Scope::Kind::value ? *scope.parent : scope, -1, 0, out);
}

std::optional<size_t> Evaluator::offset(int64_t index, size_t size) const {
  const uint64_t magnitude = index < 0 ? uint64_t{0} - static_cast<uint64_t>(index) : static_cast<uint64_t>(index);
  if (options_->semantics == Semantics::v3_2_0 || index >= 0) {  // 3.2.0 ignores the sign
    if (magnitude >= size) return std::nullopt;
    return static_cast<size_t>(magnitude);
  }
  if (magnitude > size) return std::nullopt;
  return size - static_cast<size_t>(magnitude);
}

bool Evaluator::index(const Query& query, size_t part, Value current, int64_t index, Scope& scope, int converter, uint16_t maybe,
                      Row& out) {
  if (node(current).kind == Kind::list) {
    if (const auto at = offset(index, node(current).count))
      return traverse(query, part + 1, current.at(*at), scope, converter, maybe, out);
  }
  missing(current, query, part, maybe, out);
  return true;
}

// `[*]` and `.*` over what has elements.
bool Evaluator::values(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out) {
  const Part& step = query.parts[part];
  const Node& n = node(current);
  bool going = true;
  if (n.kind == Kind::list) {
    if (n.count == 0) {
      missing(current, query, part, maybe, out);
      return true;
    }
    // cfn-guard judges a filter behind `[*]` of a list in the scope around the query instead of the element.
    const bool own_scope = options_->semantics == Semantics::reeve;
    each_item(current, [&](Value item) {
      if (!own_scope) return going = traverse(query, part + 1, item, scope, converter, maybe, out);
      Scope element{Scope::Kind::value, &scope, item};
      return going = traverse(query, part + 1, item, element, converter, maybe, out);
    });
    return going;
  }
  if (n.kind != Kind::map || (step.kind == Part::Kind::all_indices && step.variable == none)) {
    if (n.kind == Kind::map && options_->semantics == Semantics::reeve) {
      Scope element{Scope::Kind::value, &scope, current};
      return traverse(query, part + 1, current, element, converter, maybe, out);
    }
    return traverse(query, part + 1, current, scope, converter, maybe, out);
  }
  if (n.count == 0 && !n.text) {
    missing(current, query, part, maybe, out);
    return true;
  }
  const bool typed = step.variable == none && part + 1 < query.parts.size() && query.parts[part + 1].type != none && !tracer_;
  const auto* selected = typed ? of_type(current, Value(rules_->file().literals.get(), query.parts[part + 1].type).text()) : nullptr;
  if (selected) {
    if (!step_over(n.count)) return false;
    for (Value value : *selected) {
      Scope element{Scope::Kind::value, &scope, value};
      if (!traverse(query, part + 2, value, element, converter, maybe, out)) return false;
    }
  } else {
    each_entry(current, [&](Value key, Value value) {
      if (step.variable != none) capture(step.variable, key);
      Scope element{Scope::Kind::value, &scope, value};
      return going = traverse(query, part + 1, value, element, converter, maybe, out);
    });
  }
  if (going && n.text) unknown(current, query, part, maybe, out);  // there may be more
  return going;
}

const std::vector<Value>* Evaluator::of_type(Value map, std::string_view type) {
  constexpr uint32_t values_min = 4;  // fewer are asked sooner than looked up
  constexpr size_t maps_max = 8;      // a template and its nested stacks are asked in turn
  static const std::vector<Value> nothing;
  if (node(map).count < values_min) return nullptr;
  auto known = std::find_if(by_type_.begin(), by_type_.end(), [&](const ByType& one) { return one.at == map.document() && one.map == map.index(); });
  if (known != by_type_.end() && known->document.expired()) known = by_type_.erase(known), known = by_type_.end();
  if (known == by_type_.end()) {
    if (by_type_.size() >= maps_max) by_type_.erase(by_type_.begin());
    ByType made{map.document()->weak_from_this(), map.document(), map.index(), true, {}};
    if (made.document.expired()) return nullptr;  // a document that nobody shares
    each_entry(map, [&](Value, Value value) {
      const Value says = node(value).kind == Kind::map ? member(value, "Type") : Value();
      made.clear = says && node(says).kind == Kind::string;
      if (made.clear) made.values[says.text()].push_back(value);
      return made.clear;
    });
    by_type_.push_back(std::move(made));
    known = by_type_.end() - 1;
  }
  if (!known->clear) return nullptr;
  const auto found = known->values.find(type);
  return found == known->values.end() ? &nothing : &found->second;
}

bool Evaluator::traverse(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out) {
  if (!step_over()) return false;
  if (depth_ > depth_max) return refuse("the evaluation nests too deeply", false, Code::limit);
  struct Deeper {
    int& depth;
    explicit Deeper(int& d) : depth(d) { ++depth; }
    ~Deeper() { --depth; }
  } deeper(depth_);

  if (part == 0 && query.parts[0].kind == Part::Kind::variable) {
    Pooled values(*this);
    if (!variable(query.parts[0].variable, scope, values.row)) return false;
    for (Found& each : values.row) {
      if (!each.is_value() || query.parts.size() == 1) {
        out.push_back(each);
        continue;
      }
      Scope element{Scope::Kind::value, &scope, each.value};
      if (!traverse(query, 1, each.value, element, converter, std::max(maybe, each.maybe), out)) return false;
    }
    return true;
  }

  // Keys one after the other need no recursion.
  while (part < query.parts.size()) {
    const Part& step_ = query.parts[part];
    const Kind kind = node(current).kind;
    if (step_.kind == Part::Kind::self) {
      ++part;
      continue;
    }
    if (kind == Kind::unknown) {
      std::optional<Value> written;
      if (step_.kind == Part::Kind::key && !step_.numbered) written = written_member(current, step_.key.name);
      if (written && *written) {
        current = *written;
        ++part;
        continue;
      }
      if (written) missing(current, query, part, maybe, out);
      else unknown(current, query, part, maybe, out);
      return true;
    }
    if (step_.kind == Part::Kind::key && !step_.numbered) {
      Value next;
      if (kind == Kind::map) next = step(step_.key, current, converter);
      if (!next) {
        if (kind == Kind::map && node(current).text)
          unknown(current, query, part, maybe, out);
        else
          missing(current, query, part, maybe, out);
        return true;
      }
      current = next;
      ++part;
      if (!step_over()) return false;
      continue;
    }
    switch (step_.kind) {
      case Part::Kind::self: break;
      case Part::Kind::key: return index(query, part, current, step_.index, scope, converter, maybe, out);
      case Part::Kind::index: return index(query, part, current, step_.index, scope, converter, maybe, out);
      case Part::Kind::variable: return interpolate(query, part, current, scope, converter, maybe, out);
      case Part::Kind::all_indices:
      case Part::Kind::all_values: return values(query, part, current, scope, converter, maybe, out);
      case Part::Kind::filter: return filter(query, part, current, scope, converter, maybe, out);
      case Part::Kind::key_filter: return key_filter(query, part, current, scope, converter, maybe, out);
    }
  }
  Found found{current, nullptr, 0, maybe};
  found.character = character(current);
  if (node(current).kind == Kind::unknown) {
    found.tag = Found::Tag::unknown;
    found.query = &query;
    found.part = static_cast<uint16_t>(part);
  }
  out.push_back(found);
  return true;
}

// One element: kept, dropped, or kept as maybe.
bool Evaluator::filtered(const Query& query, size_t part, Value element, Value key, Scope& judged_in, Scope& onward,
                         int converter, uint16_t maybe, Row& out) {
  const Part& step_ = query.parts[part];
  const size_t mark = evidence_.size();
  if (tracer_) tracer_->open(GuardStep::Kind::filter, nullptr, Found{element}, true);
  const Verdict verdict = all_of(*step_.filter, judged_in, Role::gate);
  if (tracer_) tracer_->close(verdict, last_reason_);
  evidence_.resize(mark, Evidence{});
  if (verdict == Verdict::error) return false;
  if (verdict != Verdict::pass && verdict != Verdict::unknown) return true;
  if (verdict == Verdict::unknown) maybe = maybe_because(last_reason_);
  if (key && step_.variable != none) capture(step_.variable, key);
  return traverse(query, part + 1, element, onward, converter, maybe, out);
}

bool Evaluator::filter(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out) {
  const Node& n = node(current);
  const Part::Kind before = part == 0 ? Part::Kind::self : query.parts[part - 1].kind;
  bool going = true;
  if (n.kind == Kind::list) {
    each_item(current, [&](Value item) {
      Scope element{Scope::Kind::value, &scope, item};
      return going = filtered(query, part, item, {}, element, scope, converter, maybe, out);
    });
    return going;
  }
  // Behind `.name` a map is searched value by value; behind `[*]`, `.*` or a leading variable the map itself is an element.
  const bool behind_key = before == Part::Kind::key || (before == Part::Kind::variable && part > 1);
  if (n.kind == Kind::map && behind_key) {
    each_entry(current, [&](Value key, Value value) {
      Scope element{Scope::Kind::value, &scope, value};
      return going = filtered(query, part, value, key, element, element, converter, maybe, out);
    });
    if (going && n.text) unknown(current, query, part, maybe_because(current.open_reason()), out);
    return going;
  }
  const bool elements = before == Part::Kind::all_indices || before == Part::Kind::variable;
  if (n.kind == Kind::map) {
    if (before == Part::Kind::all_indices || before == Part::Kind::all_values || before == Part::Kind::variable) {
      return filtered(query, part, current, {}, scope, scope, converter, maybe, out);
    }
    Scope element{Scope::Kind::value, &scope, current};
    return filtered(query, part, current, {}, element, scope, converter, maybe, out);
  }
  if (elements) {
    Scope element{Scope::Kind::value, &scope, current};
    return filtered(query, part, current, {}, element, scope, converter, maybe, out);
  }
  missing(current, query, part, maybe, out);
  return true;
}

// `[ keys == … ]`: the values whose keys compare.
bool Evaluator::key_filter(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe,
                           Row& out) {
  const Part& step_ = query.parts[part];
  if (node(current).kind != Kind::map) {
    missing(current, query, part, maybe, out);
    return true;
  }
  Pooled with(*this);
  if (step_.keys_with->kind == Operand::Kind::query) {
    if (!traverse(step_.keys_with->query, 0, current, scope, converter, 0, with.row)) return false;
  } else if (!operand(*step_.keys_with, scope, with.row)) {
    return false;
  }
  const bool membership = step_.keys_in || with.row.size() > 1;  // `keys == %several` asks for one of them
  bool going = true;
  each_entry(current, [&](Value key, Value value) {
    if (!step_over(1 + with.row.size())) return going = false;
    Answer selected = Answer::no;
    std::string_view reason;
    bool all = !with.row.empty();
    for (const Found& right : with.row) {
      Answer answer = Answer::incomparable;
      if (right.tag == Found::Tag::unknown || right.maybe) {
        answer = Answer::unknown;
        reason = reason_of(right);
      } else if (right.tag != Found::Tag::missing) {
        const bool list = !right.character && node(right.value).kind == Kind::list;
        const Type type = comparer_.type(Comparer::item(right));
        if (membership && list) {
          answer = Answer::no;
          each_item(right.value, [&](Value item) {
            const Answer one = comparer_.equal({key}, {item});
            if (one == Answer::incomparable || one == Answer::error)
              answer = one;
            else if (answer != Answer::yes && one != Answer::no)
              answer = one;
            return one != Answer::incomparable && one != Answer::error;
          });
        } else if (membership && type == Type::string) {
          answer = right.value.text().find(key.text()) != std::string_view::npos ? Answer::yes : Answer::no;
        } else if (list) {
          if (right.tag == Found::Tag::literal && node(right.value).count == 1)
            answer = comparer_.equal({key}, {Value(right.value.document(), right.value.index() + 1)});
        } else {
          answer = comparer_.equal({key}, Comparer::item(right));
        }
      }
      if (answer == Answer::error)
        return going = refuse("a regular expression needs too many steps on this text", false, Code::limit);
      if (step_.keys_not) answer = answer == Answer::yes ? Answer::no : answer == Answer::no ? Answer::yes : answer;
      if (answer == Answer::yes)
        selected = Answer::yes;
      else if (answer == Answer::unknown && selected != Answer::yes)
        selected = Answer::unknown;
      if (answer != Answer::yes) all = false;
    }
    if (!membership && !all && selected == Answer::yes) selected = Answer::no;
    if (selected == Answer::no || selected == Answer::incomparable) return true;
    return going = traverse(query, part + 1, value, scope, converter, selected == Answer::unknown ? maybe_because(reason) : maybe,
                            out);
  });
  if (going && node(current).text) unknown(current, query, part, maybe_because(current.open_reason()), out);
  return going;
}

// `.%name`: the variable's values are keys.
bool Evaluator::interpolate(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe,
                            Row& out) {
  const Part& step_ = query.parts[part];
  if (node(current).kind != Kind::map) {
    missing(current, query, part, maybe, out);
    return true;
  }
  Pooled keys(*this);
  if (!variable(step_.variable, scope, keys.row)) return false;
  size_t next = part + 1;
  if (next < query.parts.size()) {
    const Part& follows = query.parts[next];
    if (follows.kind == Part::Kind::index) {
      const auto at = offset(follows.index, keys.row.size());
      if (!at) {
        missing(current, query, part, maybe, out);
        return true;
      }
      keys.row[0] = keys.row[*at];
      keys.row.resize(1);
      if (options_->semantics != Semantics::v3_2_0) ++next;  // 3.2.0 applies the index once more to the value
    } else if (follows.kind != Part::Kind::key && follows.kind != Part::Kind::variable &&
               follows.kind != Part::Kind::all_indices) {
      return refuse("`%" + rules_->file().variables[step_.variable] + "` as a key cannot be followed by `" + std::string(follows.text) + "`");
    }
  }
  bool going = true;
  auto look = [&](Value key, uint16_t doubt) {
    if (comparer_.type({key}) == Type::unknown) {
      unknown(key, query, part, doubt, out);
      return true;
    }
    if (comparer_.type({key, character(key)}) != Type::string) {
      return going = refuse("`%" + rules_->file().variables[step_.variable] + "` is used as a key but is no string", false);
    }
    const Value value = member(current, key.text());
    if (value) return going = traverse(query, next, value, scope, converter, doubt, out);
    if (node(current).text)
      unknown(current, query, part, doubt, out);
    else
      missing(current, query, part, doubt, out);
    return true;
  };
  for (const Found& key : keys.row) {
    const uint16_t doubt = std::max(maybe, key.maybe);
    if (key.tag == Found::Tag::missing)
      missing(current, query, part, doubt, out);
    else if (key.tag == Found::Tag::unknown)
      out.push_back(key);
    else if (!key.character && node(key.value).kind == Kind::list)
      each_item(key.value, [&](Value item) { return look(item, doubt); });
    else
      look(key.value, doubt);
    if (!going) return false;
  }
  return true;
}

void Evaluator::capture(uint32_t variable, Value key) { captured_.push_back({variable, Found{key}}); }

Slot Evaluator::keep(std::span<const Found> row) {
  Slot slot{static_cast<uint32_t>(kept_.size()), static_cast<uint32_t>(row.size()), Slot::State::known};
  kept_.insert(kept_.end(), row.begin(), row.end());
  return slot;
}

bool Evaluator::variable(uint32_t variable, Scope& from, Row& out) {
  auto copy = [&](const Slot& slot) {
    out.insert(out.end(), kept_.begin() + slot.first, kept_.begin() + slot.first + slot.count);
  };
  for (Scope* scope = &from; scope; scope = scope->parent) {
    if (scope->kind == Scope::Kind::parameters) {
      for (size_t i = 0; i < scope->parameters->size(); ++i) {
        if ((*scope->parameters)[i] != variable) continue;
        copy(slots_[scope->slots + i]);
        return true;
      }
    } else if (scope->kind == Scope::Kind::lets) {
      for (size_t i = 0; i < scope->lets->size(); ++i) {
        const Let& let = (*scope->lets)[i];
        if (let.variable != variable) continue;
        if (let.value.kind == Operand::Kind::literal) {
          out.push_back({Value(rules_->file().literals.get(), let.value.literal), nullptr, 0, 0, Found::Tag::literal});
          return true;
        }
        const size_t slot = scope->slots + i;
        if (slots_[slot].state == Slot::State::busy) {
          return refuse("the variable `%" + rules_->file().variables[variable] + "` is defined by itself", false);
        }
        if (slots_[slot].state == Slot::State::open) {
          slots_[slot].state = Slot::State::busy;
          Pooled values(*this);
          bool done;
          if (let.value.kind == Operand::Kind::call) {
            done = function(let.value, *scope, values.row);
          } else {
            done = traverse(let.value.query, 0, scope->root, *scope, -1, 0, values.row);
            if (let.value.query.some) {
              std::erase_if(values.row,
                            [](const Found& f) { return f.tag == Found::Tag::missing || f.tag == Found::Tag::literal; });
            }
          }
          if (!done) {
            slots_[slot].state = Slot::State::open;
            return false;
          }
          slots_[slot] = keep(values.row);
        }
        copy(slots_[slot]);
        return true;
      }
    }
  }
  bool found = false;
  for (const Captured& captured : captured_) {
    if (captured.variable != variable) continue;
    out.push_back(captured.found);
    found = true;
  }
  if (found) return true;
  return refuse("the variable `%" + rules_->file().variables[variable] + "` has no value here", false);
}

bool Evaluator::operand(const Operand& operand, Scope& scope, Row& out) {
  switch (operand.kind) {
    case Operand::Kind::literal:
      out.push_back({Value(rules_->file().literals.get(), operand.literal), nullptr, 0, 0, Found::Tag::literal});
      return true;
    case Operand::Kind::query: return query(operand.query, scope, out);
    case Operand::Kind::call: return function(operand, scope, out);
  }
  return true;
}

}  // namespace reeve::guard
