#include "access/ways_up.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <set>
#include <tuple>

#include "base/text.h"

namespace reeve {
namespace {

bool is_sure(const AttackEdge& edge) { return !edge.undecided && edge.unknown == 0; }

bool begins(const AttackGraph& graph, uint32_t node) {
  if (graph.kind(node) == AttackGraph::NodeKind::outsider) return true;
  return graph.kind(node) == AttackGraph::NodeKind::principal && graph.administrator(node) != Truth::yes && !graph.estate().principals[node].service_linked;
}

// The graph turned round. Behind the graph's own nodes stands one for each class: its members lead to it, and it has the edges they share.
class Reverse {
 public:
  struct Back {
    uint32_t from;
    const AttackEdge* edge;  // null: from a member to its class
  };

  Reverse(const AttackGraph& graph, bool sure) : graph_(graph), nodes_(graph.nodes()) {
    std::map<const std::vector<AttackEdge>*, uint32_t> classes;
    std::vector<std::vector<uint32_t>> members;
    for (uint32_t node = 0; node < nodes_; ++node) {
      if (graph.is_goal(node)) {
        goals_.push_back(node);
        continue;
      }
      const auto& shared = graph.shared(node);
      if (shared.empty()) continue;
      auto [at, fresh] = classes.try_emplace(&shared, static_cast<uint32_t>(members.size()));
      if (fresh) members.emplace_back();
      members[at->second].push_back(node);
    }
    into_.resize(nodes_ + members.size());
    for (const auto& [edges, index] : classes) {
      for (uint32_t member : members[index]) into_[nodes_ + index].push_back({member, nullptr});
      for (const AttackEdge& edge : *edges) add(nodes_ + index, edge, sure);
    }
    for (uint32_t node = 0; node < nodes_; ++node)
      if (!graph.is_goal(node))
        for (const AttackEdge& edge : graph.own(node)) add(node, edge, sure);
  }

  uint32_t nodes() const { return nodes_; }
  size_t all() const { return into_.size(); }
  size_t edges() const { return edges_; }
  const std::vector<Back>& into(uint32_t node) const { return into_[node]; }
  const std::vector<uint32_t>& goals() const { return goals_; }
  // The node itself; of a class its first member.
  uint32_t member(uint32_t node) const { return node < nodes_ ? node : into_[node].front().from; }

  // What has a way to a goal when `gone` edges are not there.
  std::vector<bool> reaching(const std::set<const AttackEdge*>& gone) const {
    std::vector<bool> seen(all(), false);
    std::vector<uint32_t> stack = goals_;
    for (uint32_t goal : goals_) seen[goal] = true;
    while (!stack.empty()) {
      const uint32_t node = stack.back();
      stack.pop_back();
      for (const Back& back : into_[node]) {
        if (seen[back.from] || (back.edge && gone.contains(back.edge))) continue;
        seen[back.from] = true;
        stack.push_back(back.from);
      }
    }
    return seen;
  }
  std::vector<uint32_t> beginnings(const std::set<const AttackEdge*>& gone) const {
    const std::vector<bool> seen = reaching(gone);
    std::vector<uint32_t> out;
    for (uint32_t node = 0; node < nodes_; ++node)
      if (seen[node] && begins(graph_, node)) out.push_back(node);
    return out;
  }

 private:
  void add(uint32_t from, const AttackEdge& edge, bool sure) {
    if (sure && !is_sure(edge)) return;
    into_[edge.to].push_back({from, &edge});
    ++edges_;
  }

  const AttackGraph& graph_;
  uint32_t nodes_;
  size_t edges_ = 0;
  std::vector<std::vector<Back>> into_;
  std::vector<uint32_t> goals_;
};

// The one statement that grants a permission; null: none does, or several do.
const Decision::Reason* only_grant(const AttackCheck& check) {
  const Decision::Reason* only = nullptr;
  for (const Decision::Reason& reason : check.decision.reasons) {
    if (reason.effect != Effect::allow || reason.holds == Truth::no || reason.where.statement < 0) continue;
    if (reason.kind != Decision::By::identity && reason.kind != Decision::By::resource) continue;
    if (reason.kind != check.decision.by && check.decision.by != Decision::By::none) continue;
    if (only) return nullptr;
    only = &reason;
  }
  return only;
}

}  // namespace

std::vector<AttackPath> ways_up(const AttackGraph& graph, bool sure) {
  const Reverse reverse(graph, sure);
  struct Next {
    double cost = INFINITY;
    uint32_t steps = 0, to = no_index;
    const AttackEdge* edge = nullptr;
    bool settled = false;
  };
  std::vector<Next> next(reverse.all());
  using Item = std::tuple<double, uint32_t, uint32_t>;  // cost, steps, node
  std::priority_queue<Item, std::vector<Item>, std::greater<>> queue;
  for (uint32_t goal : reverse.goals()) {
    next[goal].cost = 0;
    queue.emplace(0, 0, goal);
  }
  while (!queue.empty()) {
    const auto [cost, steps, node] = queue.top();
    queue.pop();
    if (next[node].settled) continue;
    next[node].settled = true;
    for (const Reverse::Back& back : reverse.into(node)) {
      Next& from = next[back.from];
      if (from.settled) continue;
      const double sum = cost + (back.edge ? back.edge->cost : 0);
      const uint32_t longer = steps + (back.edge ? 1 : 0);
      if (std::tie(sum, longer) >= std::tie(from.cost, from.steps) && from.cost != INFINITY) continue;
      from = {sum, longer, node, back.edge, false};
      queue.emplace(sum, longer, back.from);
    }
  }
  std::vector<AttackPath> out;
  for (uint32_t node = 0; node < reverse.nodes(); ++node) {
    if (next[node].to == no_index || !begins(graph, node)) continue;
    AttackPath path;
    path.from = node;
    uint32_t who = node;
    for (uint32_t at = node; next[at].to != no_index; at = next[at].to) {
      if (!next[at].edge) continue;  // into its class; the class's edge is next
      path.steps.push_back({who, next[at].edge});
      path.certain = path.certain && is_sure(*next[at].edge);
      who = next[at].to;
    }
    path.to = who;
    path.likelihood = std::exp(-next[node].cost);
    path.rank = path.likelihood * graph.entry(node) * graph.known().ranking.administrator;
    out.push_back(std::move(path));
  }
  std::sort(out.begin(), out.end(), [&](const AttackPath& a, const AttackPath& b) {
    if (a.rank != b.rank) return a.rank > b.rank;
    return graph.name(a.from) != graph.name(b.from) ? graph.name(a.from) < graph.name(b.from) : a.from < b.from;
  });
  return out;
}

std::optional<Chokepoint> best_cut(const AttackGraph& graph, const std::vector<AttackPath>& paths, size_t edges_max) {
  const Reverse reverse(graph, true);
  if (paths.empty() || reverse.edges() > edges_max) return std::nullopt;
  // An edge of a class is explained by whichever of its members comes first.
  std::map<const AttackEdge*, uint32_t> owner;
  for (uint32_t node = 0; node < reverse.nodes(); ++node)
    for (const Reverse::Back& back : reverse.into(node)) owner[back.edge] = reverse.member(back.from);
  // A statement: its policy, its place and, where the policy's name is no ARN but one that others may have too, whose it is.
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Cut {
    Chokepoint point;
    std::set<const AttackEdge*> edges;
  };
  std::map<Key, Cut> cuts;
  auto statement = [&](const Decision::Reason& reason, const AttackEdge* edge) {
    const std::string_view whose = graph.name(reason.kind == Decision::By::resource ? edge->to : owner[edge]);
    return Key{reason.where.policy, reason.where.path, starts_with(reason.where.policy, "arn:") ? std::string() : std::string(whose)};
  };
  auto edge_itself = [&](const AttackEdge& edge) { return Key{std::string(), std::string(graph.kind_word(edge)), std::string(graph.name(edge.to))}; };
  for (const AttackPath& path : paths)
    for (const AttackPath::Step& step : path.steps) {
      if (!is_sure(*step.edge)) continue;
      for (const AttackCheck& check : graph.explain(step.from, *step.edge))
        if (const Decision::Reason* only = only_grant(check)) {
          Chokepoint& point = cuts[statement(*only, step.edge)].point;
          point.policy = only->where.policy, point.statement = only->where.path, point.sid = only->where.sid, point.line = only->where.line, point.file = check.file;
          if (point.principal.empty()) point.principal = graph.name(only->kind == Decision::By::resource ? step.edge->to : step.from);
        }
      Chokepoint& point = cuts[edge_itself(*step.edge)].point;
      point.way = graph.kind_word(*step.edge), point.to = graph.name(step.edge->to);
      if (point.principal.empty()) point.principal = graph.name(step.from);
    }
  const std::vector<bool> useful = reverse.reaching({});
  for (const auto& [edge, from] : owner) {
    if (!useful[edge->to]) continue;
    if (auto at = cuts.find(edge_itself(*edge)); at != cuts.end()) at->second.edges.insert(edge);
    for (const AttackCheck& check : graph.explain(from, *edge))
      if (const Decision::Reason* only = only_grant(check))
        if (auto at = cuts.find(statement(*only, edge)); at != cuts.end()) at->second.edges.insert(edge);
  }
  const size_t of = reverse.beginnings({}).size();
  std::optional<Chokepoint> best;
  for (auto& [key, cut] : cuts) {
    cut.point.of = of;
    cut.point.ends = of - reverse.beginnings(cut.edges).size();
    // A statement is what one changes; the edge itself is named where no statement does as much.
    const bool better = !best || cut.point.ends > best->ends || (cut.point.ends == best->ends && best->policy.empty() && !cut.point.policy.empty());
    if (cut.point.ends > 0 && better) best = std::move(cut.point);
  }
  return best;
}

}  // namespace reeve
