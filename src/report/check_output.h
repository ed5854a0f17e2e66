// What `reeve check` says of rule files over data files, file by file as they are judged.
//
//   auto output = make_check_output("verdicts", write);
//   output->file(rules, checked); …; output->end(summary);
//
// A format is one class behind this face; the rest of the command does not know which.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "report/output.h"

namespace reeve {

struct CheckSummary {
  uint64_t rule_files = 0, data_files = 0;
  uint64_t controls = 0, resources = 0;                // if Reeve's own controls judged: those asked, and what the files declare
  uint64_t pass = 0, fail = 0, skip = 0, unknown = 0;  // rule blocks; of own controls: pairs of control and resource
  uint64_t unreadable = 0;                             // data files
};

class CheckOutput {
 public:
  virtual ~CheckOutput() = default;
  virtual Status file(const std::vector<RuleFile>& rules, const CheckedFile& file) = 0;
  virtual Status end(const CheckSummary& summary) = 0;
};

// None: there is no such format.
std::unique_ptr<CheckOutput> make_check_output(std::string_view format, const Write& write);

}  // namespace reeve
