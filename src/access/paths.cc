#include "access/paths.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <queue>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/threads.h"

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

// What of the graph the search asks again and again, told once.
struct Told {
  std::vector<uint32_t> place;  // of each node's name among all names in order; equal names have one place
  std::vector<bool> goal;

  explicit Told(const AttackGraph& graph) : place(graph.nodes()), goal(graph.nodes()) {
    std::vector<uint32_t> order(graph.nodes());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return graph.name(a) < graph.name(b); });
    for (size_t i = 0; i < order.size(); ++i) {
      const bool same = i > 0 && graph.name(order[i]) == graph.name(order[i - 1]);
      place[order[i]] = same ? place[order[i - 1]] : static_cast<uint32_t>(i);
      goal[order[i]] = graph.is_goal(order[i]);
    }
  }
};

// The likeliest way from one node to everything it reaches. Its lists are as long as the graph and are used for one search after the other.
class Search {
 public:
  struct Reached {
    double cost = INFINITY;
    uint32_t steps = 0;
    bool settled = false;
    AttackPath::Step by;
  };

  Search(const AttackGraph& graph, const Told& told, const PathQuestion& question) : graph_(graph), told_(told), question_(question), reached_(graph.nodes()) {}

  void from(uint32_t start) {
    for (uint32_t node : touched_) reached_[node] = {};
    touched_.assign(1, start);
    reached_[start].cost = 0;
    next_.emplace(0, 0, start);
    while (!next_.empty()) {
      const auto [cost, steps, node] = next_.top();
      next_.pop();
      if (std::exchange(reached_[node].settled, true) || steps >= question_.steps_max) continue;
      if (node != start && told_.goal[node] && question_.to.empty()) continue;  // nothing is gained by going on
      for (const auto* edges : {&graph_.shared(node), &graph_.own(node)})
        for (const AttackEdge& edge : *edges) {
          Reached& to = reached_[edge.to];
          if (edge.to == start || to.settled) continue;
          const double sum = cost + edge.cost;
          if (sum > to.cost || (sum == to.cost && !is_better(node, steps + 1, edge, to))) continue;
          if (to.cost == INFINITY) touched_.push_back(edge.to);
          to = {sum, steps + 1, false, {node, &edge}};
          next_.emplace(sum, steps + 1, edge.to);
        }
    }
    std::sort(touched_.begin(), touched_.end());
  }
  const std::vector<uint32_t>& touched() const { return touched_; }
  const Reached& reached(uint32_t node) const { return reached_[node]; }

 private:
  // Of two ways that are as likely: the shorter, then by name.
  bool is_better(uint32_t node, uint32_t steps, const AttackEdge& edge, const Reached& to) const {
    if (steps != to.steps) return steps < to.steps;
    if (!to.by.edge) return false;
    if (told_.place[node] != told_.place[to.by.from]) return told_.place[node] < told_.place[to.by.from];
    return node == to.by.from && before(graph_, edge, *to.by.edge);
  }

  const AttackGraph& graph_;
  const Told& told_;
  const PathQuestion& question_;
  std::vector<Reached> reached_;
  std::vector<uint32_t> touched_;
  using Item = std::tuple<double, uint32_t, uint32_t>;  // cost, steps, node
  std::priority_queue<Item, std::vector<Item>, std::greater<>> next_;
};

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

bool has_node(const AttackGraph& graph, const std::string& name) {
  const std::vector<std::string> names{name};
  for (uint32_t node = 0; node < graph.nodes(); ++node)
    if (named(names, graph.name(node))) return true;
  return false;
}

std::vector<AttackPath> find_paths(const AttackGraph& graph, const PathQuestion& question) {
  const Told told(graph);
  std::vector<uint32_t> starts;
  for (uint32_t node = 0; node < graph.nodes(); ++node) {
    const bool asked = !question.from.empty() && graph.kind(node) != AttackGraph::NodeKind::raised && named(question.from, graph.name(node));
    if (question.from.empty() ? !is_beginning(graph, node) : !asked) continue;
    if (!graph.shared(node).empty() || !graph.own(node).empty()) starts.push_back(node);
  }
  auto paths_from = [&](Search& search, uint32_t node) {
    std::vector<AttackPath> out;
    search.from(node);
    for (uint32_t end : search.touched()) {
      if (end == node) continue;
      const Search::Reached& how = search.reached(end);
      if (question.to.empty() ? !question.any_end && !told.goal[end] : !named(question.to, graph.name(end))) continue;
      // To be told that one can become a principal, and that one can become it with more power, is one line too many.
      if (!question.to.empty() || question.any_end)
        if (graph.kind(end) == AttackGraph::NodeKind::principal && search.reached(graph.raised(end)).cost <= how.cost) continue;
      AttackPath path;
      path.from = node;
      path.to = end;
      path.steps.reserve(how.steps);
      for (uint32_t at = end; at != node; at = path.steps.back().from) path.steps.push_back(search.reached(at).by);
      std::reverse(path.steps.begin(), path.steps.end());
      for (const AttackPath::Step& step : path.steps) path.certain = path.certain && !step.edge->undecided && step.edge->unknown == 0;
      path.likelihood = std::exp(-how.cost);
      path.rank = path.likelihood * graph.entry(node) * value(graph, end);
      out.push_back(std::move(path));
    }
    return out;
  };
  const size_t workers = worker_count();
  std::vector<std::unique_ptr<Search>> searches(std::max<size_t>(workers, 1));
  std::vector<std::vector<AttackPath>> found(starts.size());
  parallel_for(starts.size(), workers, [&](size_t at, size_t worker) {
    if (!searches[worker]) searches[worker] = std::make_unique<Search>(graph, told, question);
    found[at] = paths_from(*searches[worker], starts[at]);
  });
  std::vector<AttackPath> out;
  size_t count = 0;
  for (const auto& some : found) count += some.size();
  out.reserve(count);
  for (auto& some : found) std::move(some.begin(), some.end(), std::back_inserter(out)), some = {};
  std::sort(out.begin(), out.end(), [&](const AttackPath& a, const AttackPath& b) {
    if (a.rank != b.rank) return a.rank > b.rank;
    if (told.place[a.from] != told.place[b.from]) return told.place[a.from] < told.place[b.from];
    if (told.place[a.to] != told.place[b.to]) return told.place[a.to] < told.place[b.to];
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
    std::string whose;  // of a statement in the policy of what is called
  };
  // A statement: its policy, its place and, where the policy's name is no ARN but one that others may have too, whose it is: the caller's, or of
  // what is called.
  std::map<std::tuple<std::string, std::string, std::string>, Cut> cuts;
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
      const std::string_view whose = graph.name(only->kind == Decision::By::resource ? edge->to : owners.front());
      Cut& cut = cuts[{only->where.policy, only->where.path, starts_with(only->where.policy, "arn:") ? std::string() : std::string(whose)}];
      cut.point.policy = only->where.policy;
      cut.point.statement = only->where.path;
      cut.point.sid = only->where.sid;
      cut.point.line = only->where.line;
      cut.point.file = check.file;
      if (only->kind == Decision::By::resource) cut.whose = whose;
      cut.edges.insert(edge);
      cut.served.insert(owners.begin(), owners.end());
    }
    Cut& cut = cuts[{std::string(), std::string(graph.kind_word(*edge)) + " " + std::string(graph.name(edge->to)), std::string()}];
    cut.point.way = graph.kind_word(*edge);
    cut.point.to = graph.name(edge->to);
    cut.edges.insert(edge);
    cut.served.insert(owners.begin(), owners.end());
  }
  std::vector<Chokepoint> out;
  for (auto& [key, cut] : cuts) {
    const std::vector<uint32_t> left = backward.beginnings([&, &cut = cut](uint32_t, const AttackEdge& edge) { return cut.edges.contains(&edge); });
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
    point.principal = cut.whose.empty() ? first : cut.whose;
    point.principals = cut.served.size();
    out.push_back(std::move(point));
  }
  std::sort(out.begin(), out.end(), [](const Chokepoint& a, const Chokepoint& b) {
    if (a.ends != b.ends) return a.ends > b.ends;
    if (a.policy.empty() != b.policy.empty()) return !a.policy.empty();  // a statement is what one changes
    return std::tie(a.policy, a.statement, a.principal, a.way, a.to) < std::tie(b.policy, b.statement, b.principal, b.way, b.to);
  });
  if (out.size() > max) out.resize(max);
  return out;
}

}  // namespace reeve
