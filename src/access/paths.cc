#include "access/paths.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <set>

#include "base/text.h"

namespace reeve {
namespace {

bool named(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return pattern == name || glob_match(pattern, name); });
}

// Edges in one order whatever made them: cheap first, then by name.
bool before(const AttackGraph& graph, const AttackEdge& a, const AttackEdge& b) {
  if (a.cost != b.cost) return a.cost < b.cost;
  if (graph.kind_word(a) != graph.kind_word(b)) return graph.kind_word(a) < graph.kind_word(b);
  return a.via < b.via;
}

struct Reached {
  double cost = INFINITY;
  uint32_t steps = 0;
  AttackPath::Step by;
};

// The likeliest way from `start` to everything it reaches.
std::map<uint32_t, Reached> search(const AttackGraph& graph, uint32_t start, const PathQuestion& question) {
  std::map<uint32_t, Reached> reached;
  using Item = std::tuple<double, uint32_t, uint32_t>;  // cost, steps, node
  std::priority_queue<Item, std::vector<Item>, std::greater<>> next;
  reached[start] = {0, 0, {}};
  next.emplace(0, 0, start);
  std::set<uint32_t> settled;
  while (!next.empty()) {
    const auto [cost, steps, node] = next.top();
    next.pop();
    if (!settled.insert(node).second || steps >= question.steps_max) continue;
    if (node != start && graph.is_goal(node) && question.to.empty()) continue;  // nothing is gained by going on
    for (const auto* edges : {&graph.shared(node), &graph.own(node)})
      for (const AttackEdge& edge : *edges) {
        if (edge.to == start || settled.contains(edge.to)) continue;
        Reached& to = reached[edge.to];
        const double sum = cost + edge.cost;
        const bool better = sum < to.cost || (sum == to.cost && (steps + 1 < to.steps || (steps + 1 == to.steps && to.by.edge &&
                                                                 (graph.name(node) < graph.name(to.by.from) || (node == to.by.from && before(graph, edge, *to.by.edge))))));
        if (!better) continue;
        to = {sum, steps + 1, {node, &edge}};
        next.emplace(sum, steps + 1, edge.to);
      }
  }
  return reached;
}

double value(const AttackGraph& graph, uint32_t node) {
  const PathRanking& rank = graph.known().ranking;
  if (graph.is_goal(node)) return rank.administrator;
  return graph.kind(node) == AttackGraph::NodeKind::resource ? rank.resource : rank.principal;
}

bool is_beginning(const AttackGraph& graph, uint32_t node) {
  switch (graph.kind(node)) {
    case AttackGraph::NodeKind::outsider: return true;
    case AttackGraph::NodeKind::principal: return graph.administrator(node) != Truth::yes && !graph.estate().principals[node].service_linked;
    default: return false;
  }
}

}  // namespace

std::vector<AttackPath> find_paths(const AttackGraph& graph, const PathQuestion& question) {
  std::vector<AttackPath> out;
  for (uint32_t node = 0; node < graph.nodes(); ++node) {
    const bool asked = !question.from.empty() && graph.kind(node) != AttackGraph::NodeKind::raised && named(question.from, graph.name(node));
    if (question.from.empty() ? !is_beginning(graph, node) : !asked) continue;
    if (graph.shared(node).empty() && graph.own(node).empty()) continue;
    const auto reached = search(graph, node, question);
    for (const auto& [end, how] : reached) {
      if (end == node) continue;
      if (question.to.empty() ? !question.any_end && !graph.is_goal(end) : !named(question.to, graph.name(end))) continue;
      // To be told that one can become a principal, and that one can become it with more power, is one line too many.
      if (!question.to.empty() || question.any_end)
        if (graph.kind(end) == AttackGraph::NodeKind::principal && reached.contains(graph.raised(end)) && reached.at(graph.raised(end)).cost <= how.cost) continue;
      AttackPath path;
      path.from = node;
      path.to = end;
      for (uint32_t at = end; at != node; at = path.steps.back().from) path.steps.push_back(reached.at(at).by);
      std::reverse(path.steps.begin(), path.steps.end());
      for (const AttackPath::Step& step : path.steps) path.certain = path.certain && !step.edge->undecided && step.edge->unknown == 0;
      path.likelihood = std::exp(-how.cost);
      path.rank = path.likelihood * graph.entry(node) * value(graph, end);
      out.push_back(std::move(path));
    }
  }
  std::sort(out.begin(), out.end(), [&](const AttackPath& a, const AttackPath& b) {
    if (a.rank != b.rank) return a.rank > b.rank;
    if (graph.name(a.from) != graph.name(b.from)) return graph.name(a.from) < graph.name(b.from);
    if (graph.name(a.to) != graph.name(b.to)) return graph.name(a.to) < graph.name(b.to);
    return a.to < b.to;
  });
  return out;
}

// ---- where to cut

namespace {

// Which beginnings reach a goal if `gone` edges are not there: backward from the goals.
class Backward {
 public:
  explicit Backward(const AttackGraph& graph) : graph_(graph) {
    into_.resize(graph.nodes());
    for (uint32_t node = 0; node < graph.nodes(); ++node) {
      if (graph.is_goal(node)) goals_.push_back(node);
      if (graph.is_goal(node)) continue;
      for (const auto* edges : {&graph.shared(node), &graph.own(node)})
        for (const AttackEdge& edge : *edges) into_[edge.to].push_back({node, &edge});
    }
  }

  template <class Gone>
  std::vector<uint32_t> beginnings(const Gone& gone) const {
    std::vector<bool> seen(graph_.nodes(), false);
    std::vector<uint32_t> stack = goals_, out;
    for (uint32_t goal : goals_) seen[goal] = true;
    while (!stack.empty()) {
      const uint32_t node = stack.back();
      stack.pop_back();
      for (const auto& [from, edge] : into_[node]) {
        if (seen[from] || gone(from, *edge)) continue;
        seen[from] = true;
        stack.push_back(from);
        if (is_beginning(graph_, from)) out.push_back(from);
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  // Edges on some path to a goal, each with one node that has it.
  std::map<const AttackEdge*, std::vector<uint32_t>> useful() const {
    std::vector<bool> seen(graph_.nodes(), false);
    std::vector<uint32_t> stack = goals_;
    for (uint32_t goal : goals_) seen[goal] = true;
    std::map<const AttackEdge*, std::vector<uint32_t>> out;
    while (!stack.empty()) {
      const uint32_t node = stack.back();
      stack.pop_back();
      for (const auto& [from, edge] : into_[node]) {
        out[edge].push_back(from);
        if (!seen[from]) seen[from] = true, stack.push_back(from);
      }
    }
    return out;
  }

 private:
  const AttackGraph& graph_;
  std::vector<std::vector<std::pair<uint32_t, const AttackEdge*>>> into_;
  std::vector<uint32_t> goals_;
};

}  // namespace

std::vector<Chokepoint> chokepoints(const AttackGraph& graph, size_t max) {
  const Backward backward(graph);
  const std::vector<uint32_t> all = backward.beginnings([](uint32_t, const AttackEdge&) { return false; });
  // What each edge stands on: the statements of which it needs every one; a permission that two statements grant needs neither alone.
  struct Cut {
    Chokepoint point;
    std::set<const AttackEdge*> edges;
    std::set<uint32_t> served;
  };
  std::map<std::pair<std::string, std::string>, Cut> cuts;
  for (const auto& [edge, owners] : backward.useful()) {
    for (const AttackCheck& check : graph.explain(owners.front(), *edge)) {
      const Decision::Reason* only = nullptr;
      size_t grants = 0;
      for (const Decision::Reason& reason : check.decision.reasons) {
        if (reason.effect != Effect::allow || reason.holds == Truth::no || reason.where.statement < 0) continue;
        if (reason.kind != Decision::By::identity && reason.kind != Decision::By::resource) continue;
        if (reason.kind != check.decision.by && check.decision.by != Decision::By::none) continue;
        ++grants;
        only = &reason;
      }
      if (grants != 1) continue;
      Cut& cut = cuts[{only->where.policy, only->where.path}];
      cut.point.policy = only->where.policy;
      cut.point.statement = only->where.path;
      cut.point.sid = only->where.sid;
      cut.point.line = only->where.line;
      cut.point.file = check.file;
      cut.edges.insert(edge);
      cut.served.insert(owners.begin(), owners.end());
    }
    Cut& cut = cuts[{std::string(), std::string(graph.kind_word(*edge)) + " " + std::string(graph.name(edge->to))}];
    cut.point.way = graph.kind_word(*edge);
    cut.point.to = graph.name(edge->to);
    cut.edges.insert(edge);
    cut.served.insert(owners.begin(), owners.end());
  }
  std::vector<Chokepoint> out;
  for (auto& [key, cut] : cuts) {
    const std::vector<uint32_t> left = backward.beginnings([&](uint32_t, const AttackEdge& edge) { return cut.edges.contains(&edge); });
    Chokepoint& point = cut.point;
    point.of = all.size();
    point.ends = all.size() - left.size();
    if (point.ends == 0) continue;
    std::vector<uint32_t> lost;
    std::set_difference(all.begin(), all.end(), left.begin(), left.end(), std::back_inserter(lost));
    for (uint32_t node : lost) point.examples.emplace_back(graph.name(node));
    std::sort(point.examples.begin(), point.examples.end());
    if (point.examples.size() > 5) point.examples.resize(5);
    std::string first;
    for (uint32_t node : cut.served)
      if (first.empty() || graph.name(node) < first) first = std::string(graph.name(node));
    point.principal = first;
    point.principals = cut.served.size();
    out.push_back(std::move(point));
  }
  std::sort(out.begin(), out.end(), [](const Chokepoint& a, const Chokepoint& b) {
    if (a.ends != b.ends) return a.ends > b.ends;
    if (a.policy.empty() != b.policy.empty()) return !a.policy.empty();  // a statement is what one changes
    return std::tie(a.policy, a.statement, a.way, a.to) < std::tie(b.policy, b.statement, b.way, b.to);
  });
  if (out.size() > max) out.resize(max);
  return out;
}

}  // namespace reeve
