// SQL controls that look at one account at a time (`within: account`): judged by the worker that has just read the unit, over rows in
// its memory (store/unit_rows.h). What they answer is kept with the unit, so an account that did not change is not asked again.
//
// Everything that reaches beyond the unit, such as the list of the organization's accounts or the day of the run, is not there to be
// asked; only the organization's id and accounts are, which policy documents name, and they are the same for all.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "assess/needs.h"
#include "assess/sql_judge.h"
#include "assess/sql_rows.h"
#include "assess/unit_result.h"
#include "store/unit_rows.h"

namespace reeve {

class UnitSql {
 public:
  // None if the content has no such control.
  ~UnitSql();
  static Result<std::unique_ptr<UnitSql>> make(const JudgeContext& context, const ResourceCatalogue& catalogue, const OrganizationFacts& organization);

  // Adds counts, passes and findings to the unit. What is wrong with a control is one of the unit's problems, and its candidates are unknown.
  Status judge(UnitResult& unit);

  // Evidence of passes, which judging leaves out: control index → uids, asked again of a unit that was read again.
  using Wanted = std::map<size_t, std::set<std::string>>;
  Status passes(UnitResult& unit, const Wanted& wanted, const std::function<void(size_t control, std::string_view uid, Evidence)>& each);

 private:
  struct One {
    size_t control = 0;
    std::vector<std::string> types;    // of the candidates
    store::Statement query, filtered;  // `filtered`: uids of the candidates, where the control has a `where`
    bool is_filtered = false;          // false with a `where`: that cannot be prepared, and all of the type are candidates
    Error broken;                      // if the query cannot be prepared
    bool is_broken = false;
  };
  struct Lender;
  UnitSql(const JudgeContext& context, const ResourceCatalogue& catalogue);
  Status lend(UnitResult& unit);
  std::vector<uint32_t> candidates(One& one, const UnitResult& unit, std::optional<Error>& trouble);
  Status judge(One& one, UnitResult& unit, const std::set<std::string>* wanted, const std::function<void(std::string_view, Evidence)>& pass);

  const JudgeContext& context_;
  const ResourceCatalogue& catalogue_;
  std::unique_ptr<Lender> lender_;  // outlives the rows
  std::unique_ptr<store::UnitRows> rows_;
  std::vector<One> controls_;
  NeedsRead needs_;
};

}  // namespace reeve
