#include "detect/feeders.h"

#include <set>

#include "detect/log_sources.h"

namespace reeve {

std::map<std::string, std::vector<std::string>, std::less<>> feeders_of(const Detections& detections, const ContentFiles& files, std::vector<Error>& errors) {
  const LogSources sources = log_sources_of(files, errors);
  RuleOptions options;
  options.sources = &sources;
  std::map<std::string, std::vector<std::string>, std::less<>> out;
  for (const Detection& one : detections.all) {
    RuleSet rules;
    load_rule_text(one.rule.text, one.rule.shown, options, rules);
    std::set<std::string> controls;
    for (const RuleSet::Entry& rule : rules.rules) {
      if (const auto found = sources.services.find(rule.head.logsource.service); found != sources.services.end()) controls.insert(found->second.fed_by.begin(), found->second.fed_by.end());
      if (const auto found = sources.categories.find(rule.head.logsource.category); found != sources.categories.end()) controls.insert(found->second.fed_by.begin(), found->second.fed_by.end());
    }
    out[one.id].assign(controls.begin(), controls.end());
  }
  return out;
}

}  // namespace reeve
