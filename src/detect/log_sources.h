// LogSources: what the `logsource` of a Sigma rule means here, as data (content/logsources/*.yaml, docs/formats/logsources.md): the kinds of
// records that the rule is about, and where the fields that its source names stand in them.
//
// A service and a category narrow one another; a product that is none of Reeve's leaves nothing, and so does a service that is not known.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "content/content.h"
#include "detect/rules.h"
#include "detect/sigma.h"

namespace reeve {

class LogSources {
 public:
  struct Meaning {
    LogKinds kinds = 0;
    std::map<std::string, std::string> fields;  // a rule's field → the path in the record
    std::vector<std::string> fed_by;            // controls that show whether these logs are kept; none: nothing shows it
  };
  std::set<std::string> products;
  std::map<std::string, Meaning> services, categories;

  LogKinds kinds_of(const RuleHead& head) const;  // no bit: Reeve reads no such logs
  std::map<std::string, std::string> fields_of(const RuleHead& head) const;  // a service's before a category's
};

// Of all items of the kind; one that does not hold is named and left out.
LogSources log_sources_of(const ContentFiles& files, std::vector<Error>& errors);
LogSources load_log_sources(const ContentOptions& options, std::vector<Error>& errors);
// Those that were packed into the program.
const LogSources& built_in_log_sources();

}  // namespace reeve
