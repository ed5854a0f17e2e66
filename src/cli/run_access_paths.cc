#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "access/graph_export.h"
#include "access/paths.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/access_commands.h"
#include "cli/access_estate.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kTextMax = 20, kPiece = 1 << 20;  // paths, bytes printed at once

std::string gains_word(const AttackGraph& graph, uint32_t node) {
  if (graph.is_goal(node)) return "administrator";
  return graph.kind(node) == AttackGraph::NodeKind::resource ? "resource" : "principal";
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_check(JsonWriter& json, const AttackCheck& check) {
  json.begin_object().member("action", check.action).member("resource", check.resource).member("result", name(check.decision.result));
  if (!check.note.empty()) json.member("note", check.note);
  json.key("statements").begin_array();
  for (const Decision::Reason& reason : check.decision.reasons) {
    if (reason.where.policy.empty() && reason.where.statement < 0) continue;
    json.begin_object().member("kind", name(reason.kind)).member("effect", reason.effect == Effect::deny ? "Deny" : "Allow").member("policy", reason.where.policy);
    json.member("path", reason.where.path);
    if (!reason.where.sid.empty()) json.member("sid", reason.where.sid);
    if (reason.where.line) json.member("line", static_cast<int64_t>(reason.where.line));
    if (!reason.level.empty()) json.member("level", reason.level);
    if (!reason.note.empty()) json.member("note", reason.note);
    json.end_object();
  }
  json.end_array();
  if (!check.file.empty()) json.member("file", check.file);
  json.end_object();
}

std::string explained(const AttackGraph& graph, const AttackPath::Step& step, const std::vector<AttackCheck>& checks) {
  std::string out = step.edge->kind == AttackEdge::Kind::way ? graph.known().ways[step.edge->way].how : graph.title(*step.edge);
  for (const AttackCheck& check : checks) {
    const Decision::Reason* grant = nullptr;
    for (const Decision::Reason& reason : check.decision.reasons)
      if (reason.effect == Effect::allow && reason.holds != Truth::no && (!grant || reason.kind == check.decision.by) && (reason.kind == Decision::By::identity || reason.kind == Decision::By::resource)) grant = &reason;
    out += " " + check.action + " on " + check.resource + (check.decision.result == Decision::Result::unknown ? " may be allowed" : " is allowed");
    if (grant && !grant->where.policy.empty()) out += " by " + grant->where.policy + " " + grant->where.path;
    if (!check.note.empty()) out += " (" + check.note + ")";
    out += ".";
  }
  return out;
}

// Steps as they are printed. Many paths end in the same steps, and telling what a step stands on takes longer than to find the path.
class Steps {
 public:
  struct Told {
    std::string text;
    std::vector<std::string> unknown;
  };
  explicit Steps(const AttackGraph& graph) : graph_(graph) {}

  // Good until the next call.
  const Told& told(const AttackPath::Step& step) {
    if (size_ > kSizeMax) known_.clear(), size_ = 0;
    auto [at, fresh] = known_.try_emplace({step.from, step.edge});
    if (!fresh) return at->second;
    Told& out = at->second;
    const std::vector<AttackCheck> checks = graph_.explain(step.from, *step.edge);
    out.unknown = graph_.unknowns(*step.edge, checks);
    JsonWriter json(out.text);
    json.begin_object().member("from", graph_.name(step.from)).member("to", graph_.name(step.edge->to));
    json.member("way", graph_.kind_word(*step.edge)).member("title", graph_.title(*step.edge));
    if (step.edge->kind == AttackEdge::Kind::way) {
      const Escalation& way = graph_.known().ways[step.edge->way];
      write_texts(json, "catalogue", way.catalogue);
      write_texts(json, "attack", way.attack);
    }
    json.member("explanation", explained(graph_, step, checks));
    if (const std::string via = graph_.via(*step.edge); !via.empty()) json.member("via", via);
    json.key("permissions").begin_array();
    for (const AttackCheck& check : checks) write_check(json, check);
    json.end_array();
    json.key("likelihood").number(std::exp(-step.edge->cost));
    write_texts(json, "unknown", out.unknown);
    json.end_object();
    size_ += out.text.size();
    return out;
  }

 private:
  static constexpr size_t kSizeMax = size_t{64} << 20;
  const AttackGraph& graph_;
  std::map<std::pair<uint32_t, const AttackEdge*>, Told> known_;
  size_t size_ = 0;
};

void write_path(std::string& out, const AttackGraph& graph, Steps& steps, const AttackPath& path) {
  JsonWriter json(out);
  json.begin_object().member("from", graph.name(path.from)).member("to", graph.name(path.to)).member("gains", gains_word(graph, path.to));
  json.member("entry", graph.entry_word(path.from)).key("likelihood").number(path.likelihood).key("rank").number(path.rank);
  json.key("steps").begin_array();
  std::vector<std::string> unknown;
  for (const AttackPath::Step& step : path.steps) {
    const Steps::Told& told = steps.told(step);
    for (const std::string& one : told.unknown)
      if (std::find(unknown.begin(), unknown.end(), one) == unknown.end()) unknown.push_back(one);
    if (&step != &path.steps.front()) out += ',';
    out += told.text;
  }
  json.end_array();
  write_texts(json, "unknown", unknown);
  json.end_object();
  out += '\n';
}

// `user/ci (111122223333)`.
std::string short_name(const Terminal& terminal, std::string_view arn) {
  const auto fields = split(arn, ':');
  if (!terminal.tty || fields.size() < 6) return safe(arn);
  return safe(fields[5]) + " (" + safe(fields[4]) + ")";
}

std::string path_text(const Terminal& terminal, const AttackGraph& graph, const AttackPath& path) {
  std::string rank = std::to_string(static_cast<int>(path.rank * 100 + 0.5));
  std::string out = paint(terminal, path.certain ? Ink::fail : Ink::unknown, std::string(rank.size() < 3 ? 3 - rank.size() : 0, ' ') + rank) + "  " + short_name(terminal, graph.name(path.from)) + "\n";
  std::set<std::string> open;
  for (const AttackPath::Step& step : path.steps) {
    const bool power = graph.kind(step.edge->to) == AttackGraph::NodeKind::raised;
    std::string to = graph.principal(step.edge->to) == step.from && power ? "itself" : short_name(terminal, graph.name(step.edge->to));
    out += "       " + fold(terminal, graph.title(*step.edge)) + ": " + to + (power || graph.is_goal(step.edge->to) ? ", an administrator" : "") + "\n";
    const std::vector<AttackCheck> checks = graph.explain(step.from, *step.edge);
    for (std::string& one : graph.unknowns(*step.edge, checks)) open.insert(std::move(one));
    for (const AttackCheck& check : checks)
      for (const Decision::Reason& reason : check.decision.reasons)
        if (reason.effect == Effect::allow && reason.kind == check.decision.by && !reason.where.policy.empty()) {
          out += paint(terminal, Ink::dim, "         " + check.action + " by " + safe(reason.where.policy) + " " + safe(reason.where.path)) + "\n";
          break;
        }
  }
  for (const std::string& one : open) out += "       not known: " + safe(one) + "\n";
  return out;
}

}  // namespace

int run_access_paths(const Options& options, Io& io) {
  auto input = read_attack_input(options, io);
  if (!input) {
    io.error(input.error());
    return input.error().code == Code::usage ? exit_usage : exit_input;
  }
  const std::vector<std::string> to = options.values("--to");
  AttackOptions wanted;
  wanted.data = !to.empty() || options.has("--all");
  wanted.exposed = input->exposed;
  const AttackGraph graph(input->estate, input->known, std::move(wanted));
  PathQuestion question;
  question.from = options.values("--from");
  question.to = to;
  question.any_end = options.has("--all");
  for (const std::vector<std::string>* names : {&question.from, &question.to})
    for (const std::string& name : *names)
      if (!has_node(graph, name)) io.say("note  nothing in this estate is called `" + safe(name) + "`; expected an ARN or a pattern of a principal, a resource or an outsider\n");
  const std::vector<AttackPath> paths = find_paths(graph, question);
  const std::string format = options.value("--format", io.terminal.tty ? "text" : "ndjson");
  if (format == "dot") io.print(write_graph(graph, paths, GraphFormat::dot));
  if (format == "graphml") io.print(write_graph(graph, paths, GraphFormat::graphml));
  if (format == "opengraph") io.print(write_graph(graph, paths, GraphFormat::opengraph));
  size_t shown = 0;
  Steps steps(graph);
  std::string out;
  if (format == "ndjson" || format == "text")
    for (const AttackPath& path : paths) {
      if (format == "ndjson") {
        write_path(out, graph, steps, path);
      } else {
        if (shown == kTextMax && io.terminal.tty && !options.has("--all")) {
          out += "       " + fold(io.terminal, "… ") + with_thousands(paths.size() - shown) + " more: --format ndjson\n";
          break;
        }
        out += path_text(io.terminal, graph, path);
      }
      ++shown;
      if (out.size() < kPiece) continue;
      io.print(out);
      out.clear();
    }
  io.print(out);
  if (format == "text") {
    size_t admins = 0;
    std::set<uint32_t> begins;
    for (uint32_t i = 0; i < input->estate.principals.size(); ++i) admins += graph.administrator(i) == Truth::yes;
    for (const AttackPath& path : paths) begins.insert(path.from);
    io.print((paths.empty() ? "" : "\n") + count_text(paths.size(), "path") + " from " + count_text(begins.size(), "beginning") + "; " + count_text(input->estate.principals.size(), "principal") + ", " +
             with_thousands(admins) + " of them administrators already\n");
  }
  return input->complete ? exit_done : exit_input;
}

}  // namespace reeve
