// What the files that read rules share: a set's documents that link_rules has still to join.
#pragma once

#include <string>
#include <vector>

#include "detect/correlation.h"
#include "detect/rules.h"
#include "detect/sigma.h"

namespace reeve {

struct RuleSet::Unlinked {
  struct Correlation {
    RuleHead head;
    CorrelationRule rule;                       // rule_names, names and bounds as written; indices and fields not yet
    std::string expression;                     // of temporal types: a condition over the names of base rules
    Place expression_at, rules_at, aliases_at;
    struct Alias {
      std::string name;
      std::vector<std::pair<std::string, std::string>> fields;  // base rule, field
    };
    std::vector<Alias> aliases;
    std::map<std::string, std::string> field_mapping;
  };
  struct Filter {
    RuleHead head;
    bool any = false;                           // `rules: any`
    std::vector<std::string> rule_names;
    Place rules_at;
    SigmaRule detection;
    bool keeps = false;                         // its condition tells what remains, not what is left out
  };
  std::vector<Correlation> correlations;
  std::vector<Filter> filters;
  std::map<std::string, std::map<std::string, std::string>> fields;  // by rule id: where the fields that its log source names stand
  std::vector<std::pair<std::string, Place>> refused_names;  // ids, names and titles of rules that were refused or passed over
};

// The `correlation` section of a document.
Result<RuleSet::Unlinked::Correlation> read_correlation(Value section, RuleHead head, const ReadingRule& reading);

// A list of strings, or one string; an Error with the place of what is neither.
Result<std::vector<std::string>> read_strings(Value value, std::string_view what, const ReadingRule& reading);

}  // namespace reeve
