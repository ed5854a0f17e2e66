// The graph behind a plan: one node for each request that a read of content makes, and which replies give its parameters. Private to
// this room.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "collect/plan.h"

namespace reeve {

// Where one parameter's value comes from, once a reply that names resources is there.
struct PlanGive {
  enum class Kind : uint8_t {
    path,      // in the item
    request,   // what the request that was answered had for it
    target,    // what the read sets a target to
    arn,       // the type's ARN, filled with an id
    region,    // where the item is
  } kind = Kind::path;
  Path path;            // of `path`; of `arn` the id
  std::string request;  // of `request`; of `arn` the id, where it has no path
  const SetForm* form = nullptr;
};

// A read whose replies name what a node is asked about.
struct PlanFeed {
  const ResourceType* type = nullptr;
  const Read* read = nullptr;
  std::vector<PlanGive> gives;  // one for each parameter of the node
  bool own_region = false;      // the item's Region is where to ask, and the node waits for a reply that tells it
  bool above = false;           // asked by the management account of others
  bool told = false;            // what the node tells is told by cheaper calls when this read is asked
};

struct PlanNode {
  ResourceTypePtr type;
  const Read* read = nullptr;
  ApiServicePtr service;
  const ApiOperation* operation = nullptr;
  CollectScope scope = CollectScope::region;
  std::vector<std::pair<std::string, std::vector<std::string>>> fixed;
  std::vector<std::string> parameters;  // that are not fixed
  bool own_account = false;             // the parameter is the account itself: needs no reply
  bool names_own_account = false;       // … and has to be given
  size_t batch = 1;
  std::vector<PlanFeed> feeds;
  std::set<std::string> told_by;        // calls that tell all it tells; empty: asked
  bool first() const { return parameters.empty() || own_account; }
};

struct CollectPlan::State {
  std::vector<ResourceTypePtr> types;  // that nodes and feeds point into
  std::vector<PlanNode> nodes;
  std::map<std::string, std::vector<std::pair<const PlanNode*, const PlanFeed*>>, std::less<>> fed;  // by the call that feeds
  std::map<std::string, std::vector<const PlanNode*>, std::less<>> by_call, behind;                   // behind: by `after`
};

// Which calls tell all that read number `read` of the type tells, for less, if those in `refused` are not answered; empty: none do.
std::set<std::string> told_by_cheaper(const ResourceType& type, size_t read, const std::map<std::string, size_t>& types_of_call,
                                      const std::set<std::string>& refused);

}  // namespace reeve
