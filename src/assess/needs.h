// What was asked and what came of it, for the `needs` of SQL controls: a candidate whose need was not answered cannot be judged,
// whatever the query says.
#pragma once

#include <map>
#include <set>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "content/content.h"
#include "estate/load.h"
#include "estate/resource_type.h"
#include "findings/finding.h"
#include "store/sqlite.h"

namespace reeve {

// The singletons that `for_each: account | account_region | organization` stand for.
constexpr std::string_view kAccountType = "Reeve::Account::Settings";
constexpr std::string_view kRegionType = "Reeve::Region::Settings";
constexpr std::string_view kOrganizationType = "Reeve::Organization";

// The resource types of a SQL or attested control's candidates.
std::vector<std::string> candidate_types(const Control& control);

// What parts of Reeve other than the assessment recorded: the views of content/views that they fill. A part that has run fills all of
// its views, if with no row.
struct Records {
  std::set<std::string> parts;
  std::map<std::string, std::vector<std::vector<store::SqlValue>>, std::less<>> rows;  // view → a value for each of its columns
};
std::string_view sql_type(RecordColumn::Type type);
// The assessment itself as a part: it records what the controls that do not need it came to (view `objective_results`).
inline constexpr std::string_view own_part = "reeve:assess";

// The parts that a control needs and that have not run; and how that is said: "judged by `reeve detect`".
std::vector<std::string> parts_missing(const Control& control, const std::set<std::string>& ran);
std::string judged_by(const std::vector<std::string>& parts);

class NeedsRead {
 public:
  void clear() { known_.clear(), regions_.clear(); }
  void add(const ReadRecord& read);
  void add_part(const std::string& part) { parts_.insert(part); }  // one that has run
  // Why the candidate cannot be judged, naming the call or the part of Reeve that has not run; empty if all needs were answered. Fills `evidence` with the first that was
  // not.
  std::string unmet(const Control& control, const ResourceType* type, const ResourceCatalogue& catalogue, std::string_view uid, std::string_view account,
                    std::string_view region, Evidence& evidence) const;

 private:
  struct Known {
    bool answered = false;
    std::string error, time_basis;
    Time time;
  };
  std::set<std::string> parts_;
  std::unordered_map<std::string, Known> known_;  // account (or `*`), Region (or `*`), call
  std::unordered_map<std::string, std::set<std::string>> regions_;  // account → Regions in which anything was asked
};

}  // namespace reeve
