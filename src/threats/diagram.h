// A data-flow diagram of the estate: what is there by account and column, what leads where, and the boundaries between.
//
//   Diagram diagram = TRY(diagram_of(store.db(), catalogue));   // the public views must be there (store/views.h)
//
// A component is all that one account has of one column (edge, compute, messages, data, identity; `diagram` of content/resources): an
// estate of a thousand accounts is drawn too, as far as it can be looked at. Accounts that the internet gets to come first, then those with
// the most resources; the rest is counted. Flows are the relations between resources and the ways in from the internet, of components.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estate/resource_type.h"
#include "store/sqlite.h"

namespace reeve::threats {

// In the order in which they are drawn, from where data come in to where they rest.
const std::vector<std::string_view>& diagram_columns();

struct Diagram {
  static constexpr size_t accounts_most = 12;
  struct Kind {
    std::string title;  // S3 bucket
    uint64_t resources = 0;
    bool exposed = false;  // the internet gets to some of them
  };
  struct Component {
    size_t column = 0;         // of diagram_columns()
    std::vector<Kind> kinds;   // the most first
    bool exposed() const;
    uint64_t resources() const;
  };
  struct Account {
    std::string id, name;
    bool management = false, outside = false;  // outside: not of the estate, but something here leads to it
    std::vector<Component> components;         // by column
  };
  struct Flow {
    int from = internet, to = internet;  // accounts by place; `internet`
    size_t from_column = 0, to_column = 0;
    std::vector<std::string> how;  // `encrypted by`, `tcp 443`; sorted
    uint64_t relations = 0;
  };
  static constexpr int internet = -1;

  std::string organization;  // its id; empty: not known
  std::vector<Account> accounts;
  uint64_t more_accounts = 0;  // with something in them, which are not drawn
  std::vector<Flow> flows;     // by from, to
  uint64_t more_flows = 0;     // that begin or end in an account that is not drawn
};

Result<Diagram> diagram_of(store::Db& db, const ResourceCatalogue& catalogue);

}  // namespace reeve::threats
