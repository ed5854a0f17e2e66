// The parts of impact.h: the policies' statements, what one event's kind is to them, and whom they do not reach.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "access/impact.h"
#include "policy/glob.h"

namespace reeve {

// What all events of one source and name have in common.
struct ImpactPlan {
  std::string event;  // `s3:HeadObject`
  EventActions::Mapping mapping;
  struct Part {
    size_t statement = 0;
    std::vector<Truth> action;  // of each action of the mapping: does the statement cover it
  };
  std::vector<Part> statements;    // those that cover one of the actions, perhaps
  EventFields fields = 0;          // what they look at
  std::vector<size_t> slots;       // and beside the fields
  bool looks_at_session = false;   // at what differs from session to session
  bool looks_at_resource = false;
  uint64_t unmapped = 0;           // events counted while the action is not known
};

struct ImpactDecision {
  Truth denied = Truth::no;
  Decided decided;
  std::vector<std::string> unknown;
};

class ImpactStatements {
 public:
  ImpactStatements() = default;
  // `more_paths` gets the members of events, beside EventField's, that the policies look at.
  ImpactStatements(const std::vector<Policy>& policies, bool alone, const EventActions& events, std::vector<std::string>& more_paths);

  ImpactPlan plan(const std::string& source, const std::string& name) const;
  ImpactDecision decide(const ImpactPlan& plan, const EventRequest& request) const;
  // Must every event be decided, whatever its action?
  bool all_matter() const { return alone_ || !unread_.empty(); }
  bool denies_action(std::string_view action) const;

 private:
  struct Key {
    std::string name;
    EventFields fields = 0;
    size_t slot = 0;  // 0: none
  };
  struct One {
    const Policy* policy;
    const Statement* statement;
    bool variables;
    bool any_resource;  // `*` alone
    std::vector<std::string> resources;
    std::vector<Key> keys;
    bool resource_keys;
  };
  Truth covers_action(const One& one, const EventActions::Mapping& mapping, const std::string& action) const;
  // Does the statement cover the event's resource? Several ARNs stand for one resource of which a part is not told.
  Truth covers_resource(const One& one, const std::vector<std::string>& arns, const Context& context) const;
  std::vector<std::string> arns_of(const ImpactPlan& plan, const std::string& action, const EventRequest& request) const;

  std::vector<One> statements_;
  std::vector<const Policy*> unread_;  // policies of which only their existence is known
  bool alone_ = false;
  const EventActions* events_ = nullptr;
};

// Why the policies do not bind the event; empty: they do.
std::string impact_exemption(const ImpactOptions& options, const EventActions& events, const EventOrganization& organization, const ImpactPlan& plan,
                             const EventRequest& request);
// Is it not known whether they do?
bool impact_unsure(const ImpactOptions& options, const EventRequest& request);
void add_to_group(std::map<std::string, ImpactRow>& groups, ImpactRow row);

}  // namespace reeve
