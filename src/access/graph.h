// Who can become whom: principals, what the internet and other accounts may enter by, and the ways between them.
//
//   AttackGraph graph(estate, escalations, {});
//   for (const AttackEdge& edge : graph.edges(node)) …
//   for (const AttackCheck& check : graph.explain(node, edge)) print(check.request, check.decision);
//
// Edges come from content/escalations alone. They are found by turning the question round: not "may this one do that to that one?" for all
// pairs, but "which of the few dozen permissions has this set of policies, on which patterns, and whom do those name?". What is left is
// decided exactly. Principals with the same policies share their edges; only those that policies tell apart by name or tag, and ways into
// oneself, are looked at one by one. A condition that hangs on something unread or unknown leaves the edge, marked.
//
// Nodes are numbers: principals, then the same principals raised to administrators, resources, and outsiders.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/estate.h"
#include "content/escalations.h"

namespace reeve {

// What other parts of the program found out: something that the internet reaches, credentials that lie somewhere.
struct ExposedResource {
  std::string arn;
  std::string how;   // `22/tcp open to anybody`
  bool sure = true;  // false: whether it is hangs on what was not read
};
struct FoundCredential {
  std::string where;      // ARN of the resource that they lie in
  std::string principal;  // whose they are
  std::string how;
};

struct AttackOptions {
  std::vector<ExposedResource> exposed;
  std::vector<FoundCredential> credentials;
  bool data = false;  // edges to resources too
  unsigned threads = 1;
};

struct AttackEdge {
  enum class Kind : uint8_t { way, outside, federation, exposure, holds, credential };
  uint32_t to = no_index;
  uint32_t via = no_index;     // a way's holder (resource), group or policy; the entry of a list
  uint16_t way = 0;            // of Escalations::ways
  Kind kind = Kind::way;
  bool undecided = false;      // a decision on it is unknown
  uint8_t unknown = 0;         // conditions that the input does not show
  double cost = 0;             // -ln of its likelihood
};

// A permission on which an edge stands.
struct AttackCheck {
  std::string action, resource, note;
  std::string file;  // of the policy that decided
  Decision decision;
};

class AttackGraph {
 public:
  AttackGraph(const AccessEstate& estate, const Escalations& known, AttackOptions options);
  ~AttackGraph();

  const AccessEstate& estate() const { return estate_; }
  const Escalations& known() const { return known_; }

  // ---- nodes
  enum class NodeKind : uint8_t { principal, raised, resource, outsider };
  uint32_t nodes() const;
  NodeKind kind(uint32_t node) const;
  uint32_t principal(uint32_t node) const;            // index of a principal, raised or not
  std::string_view name(uint32_t node) const;         // ARN, `internet`
  uint32_t find(std::string_view arn) const;          // no_index: none
  uint32_t raised(uint32_t principal) const { return principal + principals_; }
  Truth administrator(uint32_t principal) const;
  bool is_goal(uint32_t node) const;                  // an administrator, from the start or raised
  double entry(uint32_t node) const;                  // how exposed one begins
  std::string_view entry_word(uint32_t node) const;

  // ---- edges
  const std::vector<AttackEdge>& shared(uint32_t node) const;  // of the node's class
  const std::vector<AttackEdge>& own(uint32_t node) const;
  uint32_t class_of(uint32_t principal) const { return class_of_[principal]; }
  size_t edges() const;   // distinct ones as stored
  std::string_view kind_word(const AttackEdge& edge) const;    // the way's id, `outside`, …
  std::string title(const AttackEdge& edge) const;
  // What an edge stands on, and what it leaves open, in words.
  std::vector<AttackCheck> explain(uint32_t from, const AttackEdge& edge) const;
  std::vector<std::string> unknowns(uint32_t from, const AttackEdge& edge) const { return unknowns(edge, explain(from, edge)); }
  std::vector<std::string> unknowns(const AttackEdge& edge, const std::vector<AttackCheck>& checks) const;
  std::string via(const AttackEdge& edge) const;               // ARN of what takes part; may be empty

 private:
  struct Builder;
  friend struct Builder;
  const AccessEstate& estate_;
  const Escalations& known_;
  AttackOptions options_;
  uint32_t principals_ = 0, resources_ = 0;
  std::vector<std::string> outsiders_;  // `internet` first
  std::vector<uint32_t> class_of_;
  std::vector<std::vector<AttackEdge>> by_class_, own_;  // own_: by node
  std::unique_ptr<Builder> builder_;
};

}  // namespace reeve
