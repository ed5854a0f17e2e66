// Ways of attack that a run of `access` shows to what threats can happen to: what the internet gets to, and who can become an administrator.
//
//   Ways ways = TRY(Ways::of_run(store.db()));              // views network_reach and escalation_paths (content/views); without them there are none
//   threat.ways = ways.of(rule);                            // none: no way is known, or the rule says itself of which resources it speaks
//   Estimate f = factor_of(way, scale.paths.at(…));         // on how often it is tried
//
// A rule without a condition is about all resources of its types, and its class of frequency about an estate as they usually are: where a way is known to
// one of them, it is tried more often. A rule with a condition was classed for what it means (often that the internet gets there), so nothing is added.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "content/risk_scale.h"
#include "content/threats.h"
#include "store/sqlite.h"
#include "threats/state.h"

namespace reeve::threats {

class Ways {
 public:
  static Result<Ways> of_run(store::Db& db);
  std::vector<Way> of(const ThreatRule& rule) const;  // at most one of each kind

 private:
  std::map<std::string, std::vector<Way>, std::less<>> of_type_;
};

// `whole`: the factor of a way that is sure and certain to be gone. One of lower likelihood counts for its share, one that hangs on what is not known from
// nothing to all of it.
Estimate factor_of(const Way& way, const Estimate& whole);
std::string text_of(const Way& way);  // `the internet gets to 3 of what it can happen to, arn:… the first`

}  // namespace reeve::threats
