// Ways from one identity to another, or to data, that IAM's permissions open (content/escalations/, docs/formats/escalations.md).
//
//   Escalations known = load_escalations({.content_dir = "my-content"});
//   for (const Error& e : known.errors) …             // each file that does not hold is named and left out: exit status 3
//
// One file is one way: whom it takes over, what must be allowed on what, what else must be so, what is gained. The graph of the access
// room is made of nothing else, so a way more is a file more. `ranking.yaml` says how much entries, efforts and gains weigh.
//
// Immutable once read; shared between threads.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/content.h"

namespace reeve {

struct Escalation {
  enum class Target : uint8_t { self, self_user, self_role, user, role, group, resource };
  enum class Effort : uint8_t { immediate, prepared, waits };
  // What the caller has when it is done.
  struct Yields {
    bool session = false;      // credentials of the target
    bool any_power = false;    // the target (of a group: its members) can do what the caller likes
    bool its_power = false;    // what the target, a group, has
    bool no_boundary = false;  // the target's own policies, without the boundary
    bool data = false;         // the resource itself
  };
  // One permission, on every resource that `on` names: `*`, `target`, `holder`, `policy`, a name of `resources`, or a pattern with {target}.
  struct Need {
    std::string action;
    std::vector<std::string> on;
    // Context keys that the call has. Several values: AWS's pages do not settle which of them it is.
    std::vector<std::pair<std::string, std::vector<std::string>>> context;
    bool granted = false;  // a step before this one wrote the resource's policy: only a Deny stops it
  };
  // Something that exists and holds the target, a role.
  struct Holder {
    std::string type;   // of CloudFormation; empty: no holder takes part
    std::string role;   // path of the property that names the role or its instance profile
    std::string named;  // `a Lambda function`
    std::string arn;    // a name of `resources`: what its ARN looks like; empty: no permission is needed on it itself
  };

  std::string id;  // the file's name without ending
  std::string title, how;
  std::vector<std::string> catalogue;  // ids of pathfinding.cloud
  std::vector<std::string> attack;     // MITRE ATT&CK
  Target target = Target::self;
  std::string type;                    // of a resource: CloudFormation's
  std::vector<std::string> trusts;     // the role trusts one of these services
  bool instance_profile = false;       // the role stands in an instance profile
  bool customer_policy = false;        // a customer managed policy of the target takes part, as `policy`
  bool member = false;                 // of a group: the caller is in it already
  Holder holder;
  std::map<std::string, std::string, std::less<>> resources;  // name → ARN pattern with {partition} and {account}
  std::vector<Need> needs;
  std::vector<std::string> given;      // what no policy shows
  Yields yields;
  Effort effort = Effort::immediate;
  std::string file;
};
std::string_view name(Escalation::Target target);
std::string_view name(Escalation::Effort effort);

// rank = entry × effort of each step × unknown and undecided conditions × value; all between 0 and 1.
struct PathRanking {
  double internet = 1, outside_account = 1, user = 1, role = 1, unused = 1;  // entry
  double immediate = 1, prepared = 1, waits = 1;                            // effort
  double unknown = 1, undecided = 1, step = 1;
  double administrator = 1, principal = 1, resource = 1;                    // value
  double effort(Escalation::Effort effort) const;
};

struct Escalations {
  std::vector<Escalation> ways;  // by id
  PathRanking ranking;
  std::vector<Error> errors;
};

Escalations load_escalations(const ContentOptions& options);
Escalations escalations_of(const ContentFiles& files);  // of a tree after layering

}  // namespace reeve
