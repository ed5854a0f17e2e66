// What `reeve check` says of rule files over data files, file by file as they are judged.
//
//   auto output = make_check_output("sarif", {.version = "1.2"}, rules, write);
//   output->file(checked); …; output->end(summary);
//
// A format is one class in a file of its own behind this face; the rest of the command does not know which. All but `verdicts` and
// `guard-json` speak of `checked.findings`, so that rules and Reeve's own controls are told alike; suppressed findings are told as such
// where a format has a place for them, and left out where it has none. Text for people depends on the terminal and is made in src/cli.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "report/output.h"

namespace reeve {

struct CheckSummary {
  uint64_t rule_files = 0, data_files = 0;
  uint64_t controls = 0, resources = 0;                // if Reeve's own controls judged: those asked, and what the files declare
  std::map<std::string, uint64_t, std::less<>> unjudged;  // of the resources: those of types that no control is about
  uint64_t beyond = 0;                                 // own controls that judge no template, but what is live
  uint64_t pass = 0, fail = 0, skip = 0, unknown = 0;  // rule blocks; of own controls: pairs of control and resource
  uint64_t unreadable = 0;                             // data files
  uint64_t set_aside = 0;                              // of those that would fail or be unknown: excepted or known altogether, in none of the four
  uint64_t excepted = 0, known = 0;                    // verdicts with a finding that is excepted, or in the baseline
  struct Compared {
    uint64_t fresh = 0, known = 0, gone = 0;  // findings
  };
  // Of a comparison with what is live: resources of all deployments, and their properties.
  struct Drift {
    uint64_t deployments = 0, same = 0, drifted = 0, missing = 0, undeclared = 0, unknown = 0;
    uint64_t same_properties = 0, drifted_properties = 0, unknown_properties = 0;
    uint64_t live = 0;  // resources that the estate tells of
  };
  std::optional<Drift> drift;
  std::optional<Compared> baseline;                    // if one was named
  std::vector<Error> problems;                         // of rule files and of what was named and is not there
};

class CheckOutput {
 public:
  virtual ~CheckOutput() = default;
  virtual Status file(const CheckedFile& file) = 0;
  virtual Status end(const CheckSummary& summary) = 0;
};

struct CheckOutputOptions {
  std::string version;    // of the program
  std::string semantics;  // as the command line says it
  guard::GuardOptions guard;  // for formats that ask a rule again
  bool baseline = false;      // one was named
};

// None: there is no such format. `rules` are those that the checked files' results are of, and outlive the output.
std::unique_ptr<CheckOutput> make_check_output(std::string_view format, const CheckOutputOptions& options, const std::vector<RuleFile>& rules,
                                               const Write& write);

}  // namespace reeve
