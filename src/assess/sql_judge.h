// Attestations, and the SQL controls that look beyond one account or at the day of the run: judged after the load, over the public views
// of this run. Those `within: account` are unit_sql.h's.
//
// A candidate whose need was not read is unknown before the SQL counts; a candidate without a row is unknown; a row that is no
// candidate, or has a verdict that is none, is an Error of the control. Evidence is found through the columns' origins.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "assess/needs.h"
#include "assess/scope.h"
#include "assess/sql_rows.h"
#include "assess/unlisted.h"
#include "base/time.h"
#include "content/content.h"
#include "content/workspace.h"
#include "estate/resource_type.h"
#include "findings/finding.h"
#include "store/store.h"
#include "store/views.h"

namespace reeve {

struct SqlJudgeInput {
  const Content* content = nullptr;
  const ResourceCatalogue* catalogue = nullptr;
  const Workspace* workspace = nullptr;  // may be null
  Time as_of;
  const Scope* scope = nullptr;  // null: everything
  const std::map<std::string, std::set<std::string>>* read = nullptr;  // as JudgeContext::read
  bool part = false;  // the run judges less than the workspace is about
  bool evidence_of_passes = false;  // of all of them; else of three for each control
  bool checks_paths = false;        // examples: a path that the type does not have is an error
  const Records* records = nullptr;  // of other parts; null: none has run
  // Records what all other controls came to, for those that need `own_part`, which are judged last; null: nothing is recorded of it.
  std::function<Status()> own_results;
};

// What passes stand on: by control, with the uid that passes. Passes themselves are counted in the record, without evidence.
using SqlPasses = std::map<std::string, std::vector<std::pair<std::string, Evidence>>>;

class SqlJudge {
 public:
  // The views must be there and hold the run. Adds the functions that SQL controls use.
  SqlJudge(store::Store& store, const SqlJudgeInput& input);

  // Judges every SQL and attested control and writes findings and counts through `run`. Controls that could not be judged are named
  // in `errors`, and all their candidates are unknown.
  Status judge_all(store::RunWriter& run, std::vector<Error>& errors);
  SqlPasses take_passes() { return std::move(passes_); }

 private:
  struct Candidate {
    std::string uid, type, account, region;
    int64_t unit = 0;
    uint32_t ordinal = 0;
  };
  Status load_reads();
  Status judge(store::RunWriter& run, const Control& control, std::vector<Error>& errors);
  Result<std::vector<Candidate>> candidates(const Control& control, const std::string& where);  // in order of uid
  Status add_candidates(const Control& control, const std::string& type, const std::string& where, std::vector<Candidate>& out);
  Status run_query(const Control& control, const std::vector<Candidate>& candidates, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors);
  Status attested(const Control& control, const std::vector<Candidate>& candidates, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors);
  void stands_on_drills(const Control& control, SqlVerdict& verdict, Evidence& evidence);
  bool wants_pass(const Control& control);

  // What a control over a type could not be asked of, by unit.
  std::vector<std::pair<int64_t, Unlisted>> not_listed(const Control& control) const;
  void add_not_listed(const ResourceType& type, std::vector<std::pair<int64_t, Unlisted>>& out) const;
  struct UnitReads {
    int64_t id = 0;
    std::string key;
    std::vector<ReadRecord> reads;
    bool config = false;
  };
  std::vector<UnitReads> units_;
  store::Store& store_;
  const SqlJudgeInput& input_;
  SqlPasses passes_;
  std::unordered_set<std::string> beyond_;  // uids of the control at hand that are out of scope
  NeedsRead needs_;
};

// The functions of docs/formats/controls.md: policy_public, scp_denies, days_since …
Status add_sql_functions(store::Db& db, Time as_of, bool part);
// Those of them that need no more than the organization's id and accounts: for controls within an account.
struct OrganizationFacts {
  std::string id;                     // empty: not known
  std::vector<std::string> accounts;  // sorted
  bool accounts_complete = false;     // false: another account may be one of them
};
Status add_policy_functions(store::Db& db, const OrganizationFacts& organization);

}  // namespace reeve
