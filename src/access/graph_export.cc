#include "access/graph_export.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

// Printable, and what XML may hold at all.
std::string plain(std::string_view text) {
  std::string out(valid_utf8(text) ? text : std::string_view("?"));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

std::string dot_text(std::string_view text) {
  std::string out = "\"";
  for (char c : plain(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (char c : plain(text)) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

struct DrawnNode {
  std::string id, name, kind, account;
  bool administrator = false;
};
struct DrawnEdge {
  std::string from, to, kind, title, via;
  double likelihood = 0;
  bool certain = true;
};

// A principal raised to an administrator is the same principal to those who draw.
std::string id_of(const AttackGraph& graph, uint32_t node) { return std::string(graph.name(node)); }

std::string kind_of(const AttackGraph& graph, uint32_t node) {
  switch (graph.kind(node)) {
    case AttackGraph::NodeKind::outsider: return "AWSOutsider";
    case AttackGraph::NodeKind::resource: return "AWSResource";
    default: return graph.estate().principals[graph.principal(node)].kind == AccessPrincipal::Kind::user ? "AWSUser" : "AWSRole";
  }
}

// `lambda-new-function-invoked` → `LambdaNewFunctionInvoked`: letters and digits are all that a kind may have.
std::string edge_kind(std::string_view id) {
  std::string out;
  bool up = true;
  for (char c : id) {
    if (c == '-') up = true;
    else out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c, up = false;
  }
  return out;
}

}  // namespace

std::string write_graph(const AttackGraph& graph, const std::vector<AttackPath>& paths, GraphFormat format) {
  std::map<std::string, DrawnNode> nodes;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, DrawnEdge> edges;
  const auto node = [&](uint32_t at) {
    DrawnNode& made = nodes[id_of(graph, at)];
    made.id = id_of(graph, at);
    const auto fields = split(made.id, ':');
    made.name = made.id.substr(made.id.rfind('/') == std::string::npos ? 0 : made.id.rfind('/') + 1);
    made.account = fields.size() > 4 ? std::string(fields[4]) : std::string();
    made.kind = kind_of(graph, at);
    if (graph.kind(at) == AttackGraph::NodeKind::principal) made.administrator = graph.is_goal(at);
    return made.id;
  };
  for (const AttackPath& path : paths)
    for (const AttackPath::Step& step : path.steps) {
      DrawnEdge edge{node(step.from), node(step.edge->to), std::string(graph.kind_word(*step.edge)), graph.title(*step.edge), graph.via(*step.edge), std::exp(-step.edge->cost),
                !step.edge->undecided && step.edge->unknown == 0};
      edges.emplace(std::tuple{edge.from, edge.to, edge.kind, edge.via}, edge);
    }
  std::string out;
  switch (format) {
    case GraphFormat::dot:
      out = "digraph paths {\n  rankdir=LR;\n  node [shape=box];\n";
      for (const auto& [id, one] : nodes)
        out += "  " + dot_text(id) + " [label=" + dot_text(one.name) + ", class=" + dot_text(one.kind) + (one.administrator ? ", peripheries=2" : "") + "];\n";
      for (const auto& [key, one] : edges)
        out += "  " + dot_text(one.from) + " -> " + dot_text(one.to) + " [label=" + dot_text(one.title) + ", id=" + dot_text(one.kind) + (one.certain ? "" : ", style=dashed") + "];\n";
      return out + "}\n";
    case GraphFormat::graphml:
      out = R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="name" for="node" attr.name="name" attr.type="string"/>
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="account" for="node" attr.name="account" attr.type="string"/>
  <key id="administrator" for="node" attr.name="administrator" attr.type="boolean"/>
  <key id="way" for="edge" attr.name="way" attr.type="string"/>
  <key id="title" for="edge" attr.name="title" attr.type="string"/>
  <key id="via" for="edge" attr.name="via" attr.type="string"/>
  <key id="likelihood" for="edge" attr.name="likelihood" attr.type="double"/>
  <key id="certain" for="edge" attr.name="certain" attr.type="boolean"/>
  <graph id="paths" edgedefault="directed">
)";
      for (const auto& [id, one] : nodes)
        out += "    <node id=\"" + xml_text(id) + "\"><data key=\"name\">" + xml_text(one.name) + "</data><data key=\"kind\">" + one.kind + "</data><data key=\"account\">" + xml_text(one.account) +
               "</data><data key=\"administrator\">" + (one.administrator ? "true" : "false") + "</data></node>\n";
      for (const auto& [key, one] : edges)
        out += "    <edge source=\"" + xml_text(one.from) + "\" target=\"" + xml_text(one.to) + "\"><data key=\"way\">" + xml_text(one.kind) + "</data><data key=\"title\">" + xml_text(one.title) +
               "</data><data key=\"via\">" + xml_text(one.via) + "</data><data key=\"likelihood\">" + number(one.likelihood) + "</data><data key=\"certain\">" + (one.certain ? "true" : "false") + "</data></edge>\n";
      return out + "  </graph>\n</graphml>\n";
    case GraphFormat::opengraph: {
      JsonWriter json(out, 1);
      json.begin_object().key("metadata").begin_object().member("source_kind", "AWSBase").end_object();
      json.key("graph").begin_object().key("nodes").begin_array();
      for (const auto& [id, one] : nodes) {
        json.begin_object().member("id", id).key("kinds").begin_array().string(one.kind).string("AWSBase").end_array();
        json.key("properties").begin_object().member("name", one.name).member("displayname", one.name).member("arn", id).member("account", one.account);
        json.member("administrator", one.administrator).end_object().end_object();
      }
      json.end_array().key("edges").begin_array();
      for (const auto& [key, one] : edges) {
        json.begin_object().member("kind", edge_kind(one.kind));
        json.key("start").begin_object().member("value", one.from).member("match_by", "id").end_object();
        json.key("end").begin_object().member("value", one.to).member("match_by", "id").end_object();
        json.key("properties").begin_object().member("way", one.kind).member("title", one.title).member("via", one.via).member("certain", one.certain);
        json.key("likelihood").number(one.likelihood).end_object().end_object();
      }
      json.end_array().end_object().end_object();
      return out + "\n";
    }
  }
  return out;
}

}  // namespace reeve
