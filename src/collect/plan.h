// What to ask, in which order: the calls that content/resources name, as a graph in which replies feed the calls behind them.
//
// The graph is made once from content; `next` is asked again and again with what was answered. Which calls are wanted hangs on content
// alone: a resource type that a file adds is collected without C++.
//
//   CollectPlan plan = plan_of(catalogue, apis, errors);
//   for (const PlannedCall& call : plan.first({scope, account, region})) …       // what needs no reply
//   for (const PlannedCall& call : plan.after(answered, reply)) …                 // what this reply makes askable
//
// Pure: no I/O, no clock.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "aws/api.h"
#include "estate/resource_type.h"

namespace reeve {

enum class CollectScope : uint8_t { organization, account, region };
std::string_view name(CollectScope scope);

// Where a call is made.
struct CollectPlace {
  std::string account, region;  // region `global`: a service without Regions
  auto operator<=>(const CollectPlace&) const = default;
};

struct PlannedCall {
  CollectPlace place;
  std::string call;      // `s3:GetBucketPolicy`
  DocumentPtr input;     // {"Bucket": "b"}; of the first page
  std::string key() const;  // call_key of it: what a recorded frame answers (index line of docs/formats/snapshot.md)
};
// An input's members as a snapshot keeps them: names and text; a list or structure as its JSON in one line. Sorted by name. (key.cc)
std::vector<std::pair<std::string, std::string>> request_texts(Value input);
std::string call_key(const CollectPlace& place, std::string_view call, std::vector<std::pair<std::string, std::string>> parameters);

class CollectPlan {
 public:
  // The calls of a place that need no other's reply. `is_organization`: the account is the management account or a delegated administrator.
  std::vector<PlannedCall> first(const CollectPlace& place, CollectScope scope) const;
  // What the whole reply (its pages joined) of `answered` lets be asked: calls per resource, batches of what a batch call takes.
  std::vector<PlannedCall> after(const PlannedCall& answered, Value reply) const;
  // Errors that mean "not there" for the call: an answer, not a failure.
  bool absent(std::string_view call, std::string_view error_code) const;
  std::vector<std::string> calls() const;  // every call that may be made, sorted

 private:
  friend CollectPlan plan_of(const ResourceCatalogue&, const ApiCatalogue&, std::vector<Error>&);
  struct Node;
  std::vector<std::shared_ptr<const Node>> nodes_;
};
// Errors: a call that content/apis does not have, a parameter that no reply gives. Such calls are left out and named.
CollectPlan plan_of(const ResourceCatalogue& catalogue, const ApiCatalogue& apis, std::vector<Error>& errors);

}  // namespace reeve
