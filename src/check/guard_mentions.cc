// What a file speaks of: resource types, and the property paths below them. Found by walking the rules with, for every place,
// where in a document it would look: at the root, at a resource of known types (and which property of it), or somewhere else.
#include <algorithm>
#include <set>

#include "check/guard_rules.h"

namespace reeve::guard {
namespace {

// Where a query begins or ended.
struct Spot {
  enum class Kind : uint8_t { root, resource, elsewhere };
  Kind kind = Kind::elsewhere;
  std::vector<std::string> types;
  std::string path;
  bool open_ended = false;  // what follows are no plain keys of known place
};

class Walk {
 public:
  explicit Walk(const File& file) : file_(file) {}

  Spoken run() {
    const Spot root{Spot::Kind::root};
    lets(file_.lets, root, 0);
    for (const Rule& rule : file_.rules) {
      line_ = rule.line;
      conjunction(rule.conditions, root);
      block(rule.block, root);
    }
    std::sort(out_.types.begin(), out_.types.end());
    out_.types.erase(std::unique(out_.types.begin(), out_.types.end()), out_.types.end());
    return std::move(out_);
  }

 private:
  struct Bound {
    uint32_t variable;
    Spot spot;
    const Operand* value;  // of a `let`; null for a parameter
  };

  void lets(const std::vector<Let>& lets, const Spot& here, uint32_t line) {
    if (line) line_ = line;
    for (const Let& let : lets) {
      Spot spot = let.value.kind == Operand::Kind::query ? query(let.value.query, here) : Spot{};
      if (let.value.kind == Operand::Kind::call) operand(let.value, here);
      bound_.push_back({let.variable, std::move(spot), &let.value});
    }
  }
  void block(const Block& block, const Spot& here) {
    const size_t before = bound_.size();
    lets(block.lets, here, 0);
    conjunction(block.clauses, here);
    bound_.resize(before, Bound{});
  }
  void operand(const Operand& operand_, const Spot& here) {
    if (operand_.kind == Operand::Kind::query) query(operand_.query, here);
    for (const Operand& argument : *operand_.arguments) operand(argument, here);
  }

  void conjunction(const Conjunction& all, const Spot& here) {
    for (const Disjunction& any : all) {
      for (const Clause& clause : any) {
        line_ = clause.line;
        switch (clause.kind) {
          case Clause::Kind::access:
            query(clause.query, here);
            if (!unary(clause.op)) operand(clause.with, here);
            break;
          case Clause::Kind::rule: break;  // walked by itself
          case Clause::Kind::call: call(clause, here); break;
          case Clause::Kind::block: block(*clause.block, query(clause.query, here)); break;
          case Clause::Kind::when:
            conjunction(*clause.conditions, here);
            block(*clause.block, here);
            break;
          case Clause::Kind::type: {
            out_.types.emplace_back(clause.name);
            const Spot resource{Spot::Kind::resource, {std::string(clause.name)}};
            conjunction(*clause.conditions, resource);
            block(*clause.block, resource);
            break;
          }
        }
      }
    }
  }

  void call(const Clause& clause, const Spot& here) {
    if (clause.target == none || depth_ >= 8) return;
    const Rule& rule = file_.parameterised[clause.target];
    if (rule.parameters.size() != clause.arguments->size()) return;
    const size_t before = bound_.size();
    std::vector<Bound> arguments;
    for (size_t i = 0; i < clause.arguments->size(); ++i) {
      const Operand& argument = (*clause.arguments)[i];
      Spot spot = argument.kind == Operand::Kind::query ? query(argument.query, here) : Spot{};
      if (argument.kind == Operand::Kind::call) operand(argument, here);
      arguments.push_back({rule.parameters[i], std::move(spot), argument.kind == Operand::Kind::literal ? &argument : nullptr});
    }
    for (Bound& argument : arguments) bound_.push_back(std::move(argument));
    ++depth_;
    block(rule.block, here);
    --depth_;
    bound_.resize(before, Bound{});
  }

  const Bound* find(uint32_t variable) const {
    for (auto it = bound_.rbegin(); it != bound_.rend(); ++it) {
      if (it->variable == variable) return &*it;
    }
    return nullptr;
  }

  // The strings a literal holds; empty if it holds anything else.
  std::vector<std::string> strings(uint32_t literal) const {
    std::vector<std::string> out;
    auto add = [&](Value v) {
      if (!v.is_string() || file_.special_of[v.index()]) return false;
      out.emplace_back(v.text());
      return true;
    };
    const Value value(file_.literals.get(), literal);
    if (!value.is_list()) {
      add(value);
      return out;
    }
    for (Value item : value.items()) {
      if (!add(item)) return {};
    }
    return out;
  }
  // The types that `Type == …` lets through; empty if the clause says nothing of that kind.
  std::vector<std::string> types_of(const Clause& clause) const {
    if (clause.kind != Clause::Kind::access || clause.negated || clause.op_negated ||
        (clause.op != Op::eq && clause.op != Op::in))
      return {};
    if (clause.query.parts.size() != 1 || clause.query.parts[0].kind != Part::Kind::key ||
        clause.query.parts[0].key.name != "Type")
      return {};
    if (clause.with.kind == Operand::Kind::literal) return strings(clause.with.literal);
    if (clause.with.kind == Operand::Kind::query && clause.with.query.parts.size() == 1 &&
        clause.with.query.parts[0].kind == Part::Kind::variable) {
      const Bound* bound = find(clause.with.query.parts[0].variable);
      if (bound && bound->value && bound->value->kind == Operand::Kind::literal) return strings(bound->value->literal);
    }
    return {};
  }
  std::vector<std::string> types_of(const Conjunction& filter) const {
    for (const Disjunction& any : filter) {
      std::vector<std::string> out;
      bool all = true;
      for (const Clause& clause : any) {
        const auto types = types_of(clause);
        all = all && !types.empty();
        out.insert(out.end(), types.begin(), types.end());
      }
      if (all) return out;
    }
    return {};
  }

  Spot query(const Query& query_, const Spot& here) {
    const uint32_t line = line_;
    Spot spot = here;
    bool mentioned = false;
    size_t i = 0;
    if (query_.parts[0].kind == Part::Kind::variable) {
      const Bound* bound = find(query_.parts[0].variable);
      spot = bound ? bound->spot : Spot{};
      i = 1;
    }
    bool below_resources = false;
    for (; i < query_.parts.size(); ++i) {
      const Part& part = query_.parts[i];
      if (part.keys_with) operand(*part.keys_with, spot);
      if (spot.kind == Spot::Kind::root) {
        switch (part.kind) {
          case Part::Kind::self: break;
          case Part::Kind::key:
            if (!below_resources && part.key.name == "Resources") {
              below_resources = true;
            } else {
              out_.any_type = true;
              spot = {};
            }
            break;
          case Part::Kind::all_values:
          case Part::Kind::all_indices:
            if (!below_resources) {
              out_.any_type = true;
              spot = {};
            }
            break;
          case Part::Kind::filter: {
            std::vector<std::string> types = below_resources ? types_of(*part.filter) : std::vector<std::string>();
            if (types.empty()) {
              out_.any_type = true;
              spot = {};
            } else {
              out_.types.insert(out_.types.end(), types.begin(), types.end());
              spot = {Spot::Kind::resource, std::move(types)};
            }
            conjunction(*part.filter, spot);
            line_ = line;
            break;
          }
          default: out_.any_type = true; spot = {};
        }
        continue;
      }
      switch (part.kind) {
        case Part::Kind::key:
          if (spot.kind == Spot::Kind::resource && !spot.open_ended) {
            if (!spot.path.empty()) spot.path += '.';
            spot.path += part.key.name;
            mentioned = true;
          }
          break;
        case Part::Kind::filter:
          conjunction(*part.filter, spot);
          line_ = line;
          break;
        case Part::Kind::self:
        case Part::Kind::index:
        case Part::Kind::all_indices: break;
        case Part::Kind::all_values:
        case Part::Kind::variable:
        case Part::Kind::key_filter: spot.open_ended = true; break;
      }
    }
    if (spot.kind == Spot::Kind::root && below_resources) {  // `Resources exists`, `Resources.*`
      out_.any_type = true;
      spot = {};
    }
    if (mentioned) mention(spot);
    return spot;
  }

  void mention(const Spot& spot) {
    if (spot.path == "Type") return;
    for (const std::string& type : spot.types) {
      if (seen_.insert(type + '\n' + spot.path).second) out_.mentions.push_back({type, spot.path, line_});
    }
  }

  const File& file_;
  Spoken out_;
  std::vector<Bound> bound_;
  std::set<std::string> seen_;
  uint32_t line_ = 0;
  int depth_ = 0;
};

}  // namespace

Spoken spoken_of(const File& file) { return Walk(file).run(); }

}  // namespace reeve::guard
