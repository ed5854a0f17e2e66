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
  size_t tests = 0;                // conditions of those statements
  // What the statements' resources look at; their conditions are told by the tests alone.
  EventFields fields = 0;
  std::vector<size_t> slots;       // and beside the fields
  bool beyond_reach = false;       // a service that no policy of this kind reaches
  uint64_t unmapped = 0;           // events counted while the action is not known
};

// One condition of a statement, and the members of an event that it hangs on: events that agree in them agree in it.
struct ImpactTest {
  struct Key {
    std::string name;
    EventFields fields = 0;
    size_t slot = 0;  // 0: none
  };
  const Condition* condition = nullptr;
  std::vector<Key> keys;  // its own, then those of its variables
  bool variables = false;
  EventFields fields = 0;
  std::vector<size_t> slots;
  bool session = false;  // at what differs from session to session of one role
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
  // `truths`: what each test of the plan's statements says of the request, in their order.
  ImpactDecision decide(const ImpactPlan& plan, std::string_view truths, const EventRequest& request) const;
  // The truths of a plan, a character for each of its tests, from `holds(index of the test)`. Those behind a condition that does not
  // hold are not asked for: they change nothing.
  template <typename Holds>
  void truths(const ImpactPlan& plan, std::string& out, Holds&& holds) const {
    out.assign(plan.tests, static_cast<char>(Truth::no));
    size_t at = 0;
    for (const auto& part : plan.statements) {
      const One& one = statements_[part.statement];
      for (size_t i = 0; i < one.tests; ++i) {
        Truth here = holds(one.first_test + i);
        out[at + i] = static_cast<char>(here);
        if (here == Truth::no && one.read) break;
      }
      at += one.tests;
    }
  }
  const std::vector<ImpactTest>& tests() const { return tests_; }
  Truth holds(const ImpactTest& test, const EventRequest& request) const;
  // Must every event be decided, whatever its action?
  bool all_matter() const { return alone_ || !unread_.empty(); }
  bool denies_action(std::string_view action) const;

 private:
  using Key = ImpactTest::Key;
  struct One {
    const Policy* policy = nullptr;
    const Statement* statement = nullptr;
    bool variables = false;
    bool any_resource = false;  // `*` alone
    bool read = true;           // all of the statement is understood
    std::vector<std::string> resources;
    std::vector<Key> resource_keys;  // of the variables in them
    size_t first_test = 0, tests = 0;
  };
  Context context_of(const std::vector<Key>& keys, const EventRequest& request) const;
  Truth covers_action(const One& one, const EventActions::Mapping& mapping, const std::string& action) const;
  // Does the statement cover the event's resource? Several ARNs stand for one resource of which a part is not told.
  Truth covers_resource(const One& one, const std::vector<std::string>& arns, const Context& context) const;
  std::vector<std::string> arns_of(const ImpactPlan& plan, const std::string& action, const EventRequest& request) const;

  std::vector<One> statements_;
  std::vector<ImpactTest> tests_;
  std::vector<const Policy*> unread_;  // policies of which only their existence is known
  bool alone_ = false;
  const EventActions* events_ = nullptr;
};

// Why the policies do not bind the caller (or the owner) of the event; empty: they do. That some services are beyond a resource control
// policy's reach hangs on the action instead, `ImpactPlan::beyond_reach`.
constexpr std::string_view impact_linked = "service-linked role", impact_beyond = "service that resource control policies do not reach";
std::string impact_exemption(const ImpactOptions& options, const EventOrganization& organization, const EventRequest& request);
bool impact_beyond_reach(const ImpactOptions& options, const EventActions& events, const ImpactPlan& plan);
// Is it not known whether they do?
bool impact_unsure(const ImpactOptions& options, const EventOrganization& organization, const EventRequest& request);
void add_to_group(std::map<std::string, ImpactRow>& groups, ImpactRow row);

}  // namespace reeve
