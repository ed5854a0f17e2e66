// Who answers for what: for each service and resource type of the estate the duties that AWS has, those the customer keeps and those both
// share, how much of what runs is self-managed, and what could take its place.
//
// What a type means stands in content/responsibility (content/responsibility.h); here it is counted over the resources of the run. What
// content says nothing about is listed by name, never counted as somebody else's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assess/scope.h"
#include "content/content.h"
#include "store/store.h"

namespace reeve {

// A managed thing that could take the place of what was found.
struct ManagedAlternative {
  std::string to, why;
  std::string found_by;  // control whose fails are counted; empty: all resources of the row
  uint64_t resources = 0, unknown = 0;
  std::vector<std::string> examples;  // uids, at most three
};

// One way in which a resource type is used.
struct ResponsibilityRow {
  std::string type, title, used;     // `used`: `on Fargate`; empty if there is one way only
  Management management = Management::setting;
  uint64_t resources = 0;
  std::vector<DutyHolder> duties;    // one for each of duties(), in order
  std::vector<ManagedAlternative> alternatives;
};

struct ResponsibilityService {
  std::string service, title;
  uint64_t resources = 0;
  uint64_t self_managed = 0, managed = 0, serverless = 0;  // of what runs
  uint64_t customer = 0, shared = 0, aws = 0;              // duties, over the rows
  std::vector<ResponsibilityRow> rows;                     // by type
  // Share of what runs; nothing if nothing runs.
  std::optional<double> self_managed_share() const;
};

struct Responsibilities {
  std::vector<ResponsibilityService> services;  // those in use, by name
  uint64_t self_managed = 0, managed = 0, serverless = 0;
  std::vector<std::string> not_described;       // resource types in use that content/responsibility does not know
  std::optional<double> self_managed_share() const;
};

// Over the views of the run (store/views.h), which must have been made, and its findings; only what is in scope. What is wrong with a
// `where` goes to `problems`.
Result<Responsibilities> responsibilities_of(const Content& content, const Scope& scope, store::Store& store, std::vector<Error>& problems);

}  // namespace reeve
