// Rules held against events that they must and must not match: what `reeve detect test` does.
//
// A case is a file `match-NAME.json` or `none-NAME.json` with one event, an array of them or `Records`. A `match-` file: the rule must raise an
// alert on it; a `none-` file: on nothing of it. A correlation is judged over the whole file.
#pragma once

#include <string>
#include <vector>

#include "detect/rules.h"

namespace reeve {

struct RuleCase {
  std::string rule_id, rule_title;
  std::string name;       // of the file, without folder and `.json`
  std::string file, rule_file;
  bool expected = false;  // an alert
  bool fired = false;
  bool ok() const { return expected == fired; }
};

struct RuleCases {
  std::vector<RuleCase> cases;     // by rule file, then case
  std::vector<Error> problems;     // rules that are refused, files that cannot be read, cases without an event
  std::vector<std::string> bare;   // rule files that no case belongs to
};

// `paths`: folders with `rule.yml` and `examples/`, or folders of such. With `rules` (files or folders of rules): each of their rules against
// the cases in `paths`.
RuleCases run_rule_cases(const std::vector<std::string>& paths, const std::vector<std::string>& rules, const RuleOptions& options);

}  // namespace reeve
