// What can be settled before any document is seen: rule references, arity, undefined variables, one definition for each variable of
// a scope.
#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"
#include "check/guard_rules.h"

namespace reeve::guard {
namespace {

// Calls back for every query, clause and `let` of a file, in no particular order.
class Visit {
 public:
  std::function<void(Query&)> on_query = [](Query&) {};
  std::function<Status(Clause&)> on_clause = [](Clause&) { return Status(); };
  std::function<void(Clause&)> behind_clause = [](Clause&) {};  // when all that is in it has been visited
  std::function<void(Part&)> behind_filter = [](Part&) {};
  std::function<void(std::vector<Let>&)> on_lets = [](std::vector<Let>&) {};
  std::function<void(const Let&)> on_let = [](const Let&) {};

  Status file(File& file) {
    TRY(lets(file.lets));
    for (auto* rules : {&file.rules, &file.parameterised}) {
      for (Rule& rule : *rules) {
        TRY(conjunction(rule.conditions));
        TRY(block(rule.block));
      }
    }
    return {};
  }

 private:
  Status lets(std::vector<Let>& lets) {
    on_lets(lets);
    for (Let& let : lets) {
      on_let(let);
      TRY(operand(let.value));
    }
    return {};
  }
  Status block(Block& block) {
    TRY(lets(block.lets));
    return conjunction(block.clauses);
  }
  Status conjunction(Conjunction& all) {
    for (Disjunction& any : all) {
      for (Clause& clause : any) {
        TRY(on_clause(clause));
        if (!clause.query.parts.empty()) TRY(query(clause.query));
        if (clause.kind == Clause::Kind::access && !unary(clause.op)) TRY(operand(clause.with));
        if (clause.arguments)
          for (Operand& argument : clause.arguments.make()) TRY(operand(argument));
        if (clause.conditions) TRY(conjunction(clause.conditions.make()));
        if (clause.block) TRY(block(clause.block.make()));
        behind_clause(clause);
      }
    }
    return {};
  }
  Status operand(Operand& operand_) {
    if (operand_.kind == Operand::Kind::query) TRY(query(operand_.query));
    if (operand_.arguments)
      for (Operand& argument : operand_.arguments.make()) TRY(operand(argument));
    return {};
  }
  Status query(Query& query_) {
    on_query(query_);
    for (Part& part : query_.parts) {
      if (part.filter) {
        TRY(conjunction(part.filter.make()));
        behind_filter(part);
      }
      if (part.keys_with) TRY(operand(*part.keys_with));
    }
    return {};
  }
};

void prepare(Query& query) {
  query.plain = true;
  for (Part& part : query.parts) {
    if (part.kind != Part::Kind::key) {
      query.plain = query.plain && part.kind == Part::Kind::self;
      continue;
    }
    const std::string_view key = part.key.name;
    const bool may = !key.empty() && (key[0] == '-' || key[0] == '+' || (key[0] >= '0' && key[0] <= '9'));
    if (const auto number = may ? parse_int(key) : std::nullopt) {
      part.numbered = true;
      part.index = *number;
      query.plain = false;
    }
  }
}

// In one scope the literal of a name counts before a function, a function before a query, and among equals the last.
void settle(std::vector<Let>& lets) {
  auto rank = [](const Let& let) {
    return let.value.kind == Operand::Kind::literal ? 2 : let.value.kind == Operand::Kind::call ? 1 : 0;
  };
  if (lets.size() < 2) return;
  std::vector<Let> kept;
  std::unordered_map<uint32_t, size_t> places;
  for (Let& let : lets) {
    const auto [same, fresh] = places.try_emplace(let.variable, kept.size());
    if (fresh)
      kept.push_back(std::move(let));
    else if (rank(let) >= rank(kept[same->second]))
      kept[same->second] = std::move(let);
  }
  lets = std::move(kept);
}

}  // namespace

Result<std::shared_ptr<const GuardRules>> CompiledRules::make(File file, Semantics semantics) {
  if (semantics != Semantics::reeve && file.beyond) return tl::unexpected(*file.beyond);
  auto rules = std::make_shared<CompiledRules>();
  rules->file_ = std::move(file);
  TRY(rules->resolve(semantics == Semantics::reeve));
  return std::shared_ptr<const GuardRules>(std::move(rules));
}

const Spoken& CompiledRules::spoken() const {
  std::call_once(spoken_once_, [&] { spoken_ = spoken_of(file_); });
  return spoken_;
}

const Spellings& Key::spellings() const {
  const Spellings* known = spelled_.load(std::memory_order_acquire);
  if (known) return *known;
  auto made = std::make_unique<Spellings>();
  made->variants = case_variants(name);
  for (std::string& variant : made->variants) {
    if (variant == name)
      variant.clear();
    else if (!variant.empty())
      made->lengths |= 1ull << (variant.size() & 63);
  }
  // Of two threads the first counts.
  return spelled_.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel) ? *made.release() : *known;
}

Status CompiledRules::resolve(bool strict) {
  std::unordered_map<std::string_view, uint32_t> group_of;
  for (uint32_t i = 0; i < file_.rules.size(); ++i) {
    auto [found, added] = group_of.try_emplace(file_.rules[i].name, static_cast<uint32_t>(groups_.size()));
    if (added) groups_.emplace_back();
    groups_[found->second].push_back(i);
  }
  std::unordered_map<std::string_view, uint32_t> callable;  // of two definitions the last counts
  for (uint32_t i = 0; i < file_.parameterised.size(); ++i) callable[file_.parameterised[i].name] = i;

  std::vector<bool> defined(file_.variables.size());
  struct Use {
    uint32_t variable;
    Place place;
  };
  std::vector<Use> used;  // in the order of visiting, each variable once
  std::vector<bool> seen(file_.variables.size());
  std::vector<uint32_t> definitions(file_.variables.size());  // how many give a variable its value
  for (const Rule& rule : file_.parameterised) {
    for (uint32_t parameter : rule.parameters) defined[parameter] = true, ++definitions[parameter];
  }

  auto known = [](const auto& names) {
    std::vector<std::string> out;
    for (const auto& [name, number] : names) out.emplace_back(name);
    std::sort(out.begin(), out.end());
    return out;
  };
  auto hint = [](const std::string& near) { return near.empty() ? std::string() : "did you mean `" + near + "`"; };

  Visit visit;
  uint32_t line = 0, column = 0;  // of the clause or the `let` visited last
  visit.on_query = [&](Query& query) {
    prepare(query);
    for (const Part& part : query.parts) {
      if (part.variable == none) continue;
      if (part.kind != Part::Kind::variable)
        captures_ = defined[part.variable] = true, ++definitions[part.variable];
      else if (!seen[part.variable])
        seen[part.variable] = true, used.push_back({part.variable, {file_.path, line, column}});
    }
  };
  visit.on_lets = [&](std::vector<Let>& lets) {
    settle(lets);
    for (const Let& let : lets) defined[let.variable] = true, ++definitions[let.variable];
  };
  visit.on_let = [&](const Let& let) { line = let.line, column = let.column; };
  visit.on_clause = [&](Clause& clause) -> Status {
    line = clause.line, column = clause.column;
    if (clause.kind != Clause::Kind::rule && clause.kind != Clause::Kind::call) return {};
    const Place here{file_.path, clause.line, clause.column};
    const std::string called(clause.name);
    if (clause.kind == Clause::Kind::rule) {
      auto found = group_of.find(clause.name);
      if (found == group_of.end()) {
        if (!strict) return {};
        return fail(Code::parse, "there is no rule `" + called + "`", here, "a rule of this file",
                    callable.count(clause.name) ? "it takes parameters: `" + called + "(…)`"
                                                : hint(nearest(called, known(group_of))));
      }
      clause.target = found->second;
    } else if (clause.kind == Clause::Kind::call) {
      auto found = callable.find(clause.name);
      if (found == callable.end()) {
        if (!strict) return {};
        return fail(Code::parse, "there is no parameterised rule `" + called + "`", here,
                    "a rule of this file with parameters", hint(nearest(called, known(callable))));
      }
      clause.target = found->second;
      const size_t wanted = file_.parameterised[clause.target].parameters.size();
      if (wanted != clause.arguments->size() && strict) {
        return fail(Code::parse, "`" + called + "` was given " + std::to_string(clause.arguments->size()) + " arguments",
                    here, std::to_string(wanted));
      }
    }
    return {};
  };
  visit.behind_clause = [&](Clause& clause) {
    clause.simple = clause.kind == Clause::Kind::access && clause.op == Op::eq && clause.query.plain &&
                    clause.with.kind == Operand::Kind::literal && file_.special_of[clause.with.literal] == 0 &&
                    file_.literals->nodes()[clause.with.literal].kind == Kind::string;
  };
  std::vector<std::pair<Part*, uint32_t>> by_variable;
  visit.behind_filter = [&](Part& part) {
    if (part.variable != none || part.filter->size() != 1 || part.filter->front().size() != 1) return;
    const Clause& asks = part.filter->front()[0];
    if (asks.kind != Clause::Kind::access || asks.op != Op::eq || asks.negated || asks.op_negated || asks.query.some || !asks.query.plain ||
        asks.query.parts.size() != 1 || asks.query.parts[0].key.name != "Type")
      return;
    if (asks.simple) part.type = asks.with.literal;
    else if (asks.with.kind == Operand::Kind::query && !asks.with.query.some && asks.with.query.lone_variable != none)
      by_variable.emplace_back(&part, asks.with.query.lone_variable);
  };
  TRY(visit.file(file_));
  // `Type == %TYPE`, where `%TYPE` can be nothing but the text that the file says it is.
  std::unordered_map<uint32_t, uint32_t> texts;  // of variables of the file: their literals
  if (!by_variable.empty())
    for (const Let& let : file_.lets)
      if (definitions[let.variable] == 1 && let.value.kind == Operand::Kind::literal && file_.special_of[let.value.literal] == 0 &&
          file_.literals->nodes()[let.value.literal].kind == Kind::string)
        texts[let.variable] = let.value.literal;
  for (const auto& [part, variable] : by_variable)
    if (const auto text = texts.find(variable); text != texts.end()) part->type = text->second;

  // Every variable that is used anywhere must be defined somewhere; where exactly is settled when it is asked for, since a
  // parameterised rule sees its caller's variables.
  const auto undefined = std::find_if(used.begin(), used.end(), [&](const Use& use) { return !defined[use.variable]; });
  if (undefined == used.end() || !strict) return {};
  const std::string& called = file_.variables[undefined->variable];
  std::vector<std::string> names;
  for (uint32_t i = 0; i < defined.size(); ++i) {
    if (defined[i]) names.push_back(file_.variables[i]);
  }
  return fail(Code::parse, "the variable `%" + called + "` is defined nowhere", undefined->place, "a `let` of that name", hint(nearest(called, names)));
}

std::vector<std::string> CompiledRules::rule_names() const {
  std::vector<std::string> out;
  std::set<std::string_view> seen;
  for (const Rule& rule : file_.rules) {
    if (seen.insert(rule.name).second) out.push_back(rule.name);
  }
  return out;
}

Result<std::shared_ptr<const GuardRules>> compile_guard(std::string_view text, const std::string& file, Semantics semantics) {
  return CompiledRules::make(TRY(parse_guard(text, file)), semantics);
}

std::string_view name(GuardStatus status) {
  switch (status) {
    case GuardStatus::pass: return "PASS";
    case GuardStatus::fail: return "FAIL";
    case GuardStatus::skip: return "SKIP";
    case GuardStatus::unknown: return "UNKNOWN";
  }
  return "?";
}

}  // namespace reeve::guard
