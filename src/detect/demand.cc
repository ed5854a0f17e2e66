#include "detect/demand.h"

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

using Formula = decltype(SigmaRule::formula);
using Demands = std::vector<NamesDemanded>;

constexpr size_t demands_max = 4096;

void tidy(Demands& demands) {
  std::sort(demands.begin(), demands.end());
  demands.erase(std::unique(demands.begin(), demands.end()), demands.end());
}

bool meet(const std::optional<std::string>& a, const std::optional<std::string>& b, std::optional<std::string>& out) {
  if (a && b && *a != *b) return false;
  out = a ? a : b;
  return true;
}

Demands both(const Demands& a, const Demands& b) {
  if (a.size() * b.size() > demands_max) return a.size() < b.size() ? a : b;
  Demands out;
  for (const NamesDemanded& x : a)
    for (const NamesDemanded& y : b) {
      NamesDemanded pair;
      if (meet(x.source, y.source, pair.source) && meet(x.name, y.name, pair.name)) out.push_back(std::move(pair));
    }
  tidy(out);
  return out;
}

Demands of_predicate(const Predicate& predicate) {
  const bool source = predicate.path.is_root() && predicate.path.root() == LogField::event_source;
  const bool name = predicate.path.is_root() && predicate.path.root() == LogField::event_name;
  auto texts = source || name ? texts_demanded(predicate) : std::nullopt;
  if (!texts) return {NamesDemanded{}};
  Demands out;
  for (std::string& text : *texts) {
    NamesDemanded one;
    (source ? one.source : one.name) = std::move(text);
    out.push_back(std::move(one));
  }
  tidy(out);
  return out;
}

Demands demanded(const SigmaRule& rule, const Formula& formula) {
  switch (formula.kind) {
    case Formula::Kind::name: return of_predicate(rule.predicates[formula.name]);
    case Formula::Kind::negation: return {NamesDemanded{}};
    case Formula::Kind::all: {
      Demands out{NamesDemanded{}};
      for (const Formula& part : formula.of) out = both(out, demanded(rule, part));
      return out;
    }
    case Formula::Kind::any: {
      Demands out;
      for (const Formula& part : formula.of) {
        Demands more = demanded(rule, part);
        out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        if (out.size() > demands_max) return {NamesDemanded{}};
      }
      tidy(out);
      return out;
    }
  }
  return {NamesDemanded{}};
}

// Small: cheap to ask and seldom true.
int cost_of(const Predicate& predicate) {
  if (predicate.kind == Predicate::Kind::keywords) return 100;
  const int deep = predicate.path.is_root() ? 0 : 2;
  if (predicate.negated || predicate.kind == Predicate::Kind::absent || predicate.kind == Predicate::Kind::null) return 60 + deep;
  if (predicate.kind == Predicate::Kind::exists) return 40 + deep;
  if (texts_demanded(predicate)) return deep;
  int cost = 5 + deep;
  for (const auto& alternatives : predicate.values)
    for (const Probe& probe : alternatives) {
      if (probe.kind == Probe::Kind::regex) cost += 5;
      if (probe.kind == Probe::Kind::field) cost += 3;
      ++cost;
    }
  return std::min(cost, 39);
}

std::optional<uint32_t> cheapest(const SigmaRule& rule, const Formula& formula) {
  if (formula.kind == Formula::Kind::name) return formula.name;
  if (formula.kind != Formula::Kind::all) return std::nullopt;
  std::optional<uint32_t> best;
  for (const Formula& part : formula.of)
    if (const auto one = cheapest(rule, part))
      if (!best || cost_of(rule.predicates[*one]) < cost_of(rule.predicates[*best])) best = one;
  return best;
}

}  // namespace

std::optional<std::vector<std::string>> texts_demanded(const Predicate& predicate) {
  if (predicate.kind != Predicate::Kind::values || predicate.negated || predicate.values.empty()) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& alternatives : predicate.values)
    for (const Probe& probe : alternatives) {
      if (probe.kind != Probe::Kind::text || !probe.needle.exact()) return std::nullopt;
      out.push_back(lower(probe.needle.word()));
    }
  return out;
}

std::vector<NamesDemanded> names_demanded(const SigmaRule& rule) { return demanded(rule, rule.formula); }

std::optional<uint32_t> guard_of(const SigmaRule& rule) { return cheapest(rule, rule.formula); }

}  // namespace reeve
