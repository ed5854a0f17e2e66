// What was asked and what came of it, for the `needs` of SQL controls: a candidate whose need was not answered cannot be judged,
// whatever the query says.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "content/content.h"
#include "estate/load.h"
#include "estate/resource_type.h"
#include "findings/finding.h"

namespace reeve {

// The singletons that `for_each: account | account_region | organization` stand for.
constexpr std::string_view kAccountType = "Reeve::Account::Settings";
constexpr std::string_view kRegionType = "Reeve::Region::Settings";
constexpr std::string_view kOrganizationType = "Reeve::Organization";

// The resource type of a control's candidates.
std::string candidate_type(const Control& control);

class NeedsRead {
 public:
  void clear() { known_.clear(); }
  void add(const ReadRecord& read);
  // Why the candidate cannot be judged, naming the call; empty if all needs were answered. Fills `evidence` with the first that was
  // not.
  std::string unmet(const Control& control, const ResourceCatalogue& catalogue, std::string_view uid, std::string_view account, std::string_view region,
                    Evidence& evidence) const;

 private:
  struct Known {
    bool answered = false;
    std::string error;
    Time time;
  };
  std::unordered_map<std::string, Known> known_;  // account (or `*`), Region (or `*`), call
};

}  // namespace reeve
