// What to ask, in which order: the calls that content/resources name, as a graph in which replies feed the calls behind them.
//
// The graph is made once from content. Which calls are wanted hangs on content alone: a resource type that a file adds is collected
// without C++. The plan keeps nothing of what was answered: the caller asks `after` for each reply, and does not ask again what has the
// key of a call asked already.
//
//   CollectPlan plan = plan_of(catalogue, apis, errors);
//   for (const PlannedCall& call : plan.first({account, region}, CollectScope::region)) …   // what needs no reply
//   if (plan.again(call, error_code, reply)) …                                  // ask once more, later
//   for (const PlannedCall& call : plan.after(answered, reply)) …               // what this reply makes askable
//   for (const PlannedCall& call : plan.instead(failed)) …                      // what tells the same, where a call was refused
//
// Fewer questions (docs/formats/resources.md): a call is left out if everything it tells is told by cheaper ones that are asked anyway;
// a parameter that takes many values is given as many as it takes.
//
// Pure: no I/O, no clock. Immutable; may be asked from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/api.h"
#include "estate/read_scope.h"
#include "estate/resource_type.h"

namespace reeve {

using CollectScope = ReadScope;  // organization | account | region

// Where a call is made.
struct CollectPlace {
  std::string account, region;  // region `global`: once for the account. A service without Regions, or any Region for one that has them
  auto operator<=>(const CollectPlace&) const = default;
};

struct PlannedCall {
  CollectPlace place;
  std::string call;   // `s3:GetBucketPolicy`
  DocumentPtr input;  // {"Bucket": "b"}; of the first page. Never null
  std::string key() const;  // call_key of it: what a recorded frame answers (index line of docs/formats/snapshot.md)
};
// An input's members as a snapshot keeps them: names and text; a list or structure as its JSON in one line. Sorted by name. (key.cc)
std::vector<std::pair<std::string, std::string>> request_texts(Value input);
std::string call_key(const CollectPlace& place, std::string_view call, std::vector<std::pair<std::string, std::string>> parameters);

// One call of the graph, as people are told of it before any is made.
struct PlannedKind {
  std::string call;
  CollectScope scope = CollectScope::region;
  std::vector<std::pair<std::string, std::string>> fixed;  // members of the request that are known before
  std::vector<std::string> parameters;                     // that replies give, outermost first
  std::vector<std::string> fed_by;                         // calls whose replies give them, sorted; empty: one call a place
  size_t batch = 1;                                        // values of the last parameter that one call takes
  std::vector<std::string> only_in;                        // Regions; empty: all
  bool by_administrators = false;                          // asked only in accounts that administer something for the organization
  std::vector<std::string> told_by;                        // not empty: left out, unless one of these is refused
  std::vector<std::string> types;                          // that it tells about
};

class CollectPlan {
 public:
  // The calls of a place that need no other's reply. `asked_above`: the management account asks about this one what no account is told
  // of itself (account:GetPrimaryEmail), so those are left out.
  std::vector<PlannedCall> first(const CollectPlace& place, CollectScope scope, bool asked_above = false) const;
  // What the whole reply (its pages joined) of `answered` lets be asked: calls per resource, batches of what a batch call takes.
  std::vector<PlannedCall> after(const PlannedCall& answered, Value reply) const;
  // What may tell the same where `failed` was refused or given up.
  std::vector<PlannedCall> instead(const PlannedCall& failed) const;
  // The answer is not there yet (a report that is being written): ask the same again in a second or two. `reply` none: an error.
  bool again(std::string_view call, std::string_view error_code, Value reply = {}) const;
  bool may_come_later(std::string_view call) const;  // whether `again` ever holds of the call
  // Errors that mean "not there" for the call: an answer, not a failure.
  bool absent(std::string_view call, std::string_view error_code) const;
  // Answered only where something is administered for the organization: to its management account and delegated administrators.
  bool by_administrators(std::string_view call) const;
  // What one account asks about another as that other asks it of itself, if it can: its own rates are then what counts.
  std::optional<PlannedCall> by_itself(const PlannedCall& call) const;
  std::vector<std::string> calls() const;  // every call that may be made, sorted
  std::vector<PlannedKind> kinds() const;  // by scope, calls a place before calls a resource, then by call

  struct State;

 private:
  friend CollectPlan plan_of(const ResourceCatalogue&, const ApiCatalogue&, std::vector<Error>&, bool);
  std::shared_ptr<const State> state_;
};
// Errors: a call that content/apis does not have, a parameter that no reply gives. Such calls are left out and named.
// The catalogue and the APIs must outlive the plan's making only.
// `all_facts`: asks too what is left to other calls (`left_to`), because they tell the same or what no control asks.
CollectPlan plan_of(const ResourceCatalogue& catalogue, const ApiCatalogue& apis, std::vector<Error>& errors, bool all_facts = false);

}  // namespace reeve
