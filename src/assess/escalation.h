// Who of this run's estate can become an administrator: the views `administrators` and `escalation_paths`, and what the report draws.
//
// Told from the record. Costs nothing where no principal was read; the graph is of all accounts together, for roles trust beyond theirs.
#pragma once

#include <string>
#include <vector>

#include "access/graph.h"
#include "base/result.h"
#include "content/content.h"
#include "estate/resource_type.h"
#include "store/store.h"

namespace reeve {

struct EscalationStep {
  std::string from, to;     // ARNs; `internet`, an outside account
  std::string to_word;      // what `to` is for people where it is no ARN of itself: `administrator`
  std::string title;        // what is done: `Inline policy of the own role written`
  std::string via;          // what takes part: a function, a group; may be empty
  std::vector<std::string> grants;   // `iam:PutRolePolicy by inline deploy, Statement[2]`
  std::vector<std::string> unknown;  // what is not known of it
};

struct EscalationPath {
  std::string from, to, account;  // `account`: of the beginning; may be empty
  bool sure = true;
  double likelihood = 0, rank = 0;
  std::vector<EscalationStep> steps;
};

// What, once gone, ends the most ways.
struct EscalationCut {
  std::string policy, statement;  // a statement; else
  std::string way, to;            // the edge itself
  std::string principal;          // whose it is
  size_t ends = 0, of = 0;        // beginnings
};

struct EscalationPart {
  bool looked = false;  // a control asked, and principals were read
  size_t principals = 0, administrators = 0, sure = 0, open = 0;  // principals with a sure way; with one that hangs on something
  std::vector<EscalationPath> top;  // one for each beginning, the worst first, sure ones before others; at most ten
  std::vector<EscalationCut> cut;   // one, or none
};

// `exposed`: what the internet reaches. The views must be there.
Status record_escalation(store::Store& store, const Content& content, const ResourceCatalogue& catalogue, std::vector<ExposedResource> exposed, EscalationPart& part,
                         std::vector<Error>& errors);

}  // namespace reeve
