// CheckFinding: what `reeve check` says of one value in one file, whoever said it (a rule file's rule, or one of Reeve's own
// controls), in the form that every output is written from.
//
// A rule or control that passes gives one without a place; one that fails or is unknown gives one for each clause that decided it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "check/guard.h"
#include "content/content.h"

namespace reeve {

struct CheckFinding {
  std::string file;                  // the data file, as named or found
  uint32_t line = 0, column = 0;     // of the value there, or of what lacks it; 0 not known
  std::string path;                  // JSON path of the value in the file as written
  std::string rule;                  // name of the rule, or id of the control
  std::string rules_file;            // path of the rule file; of a control: of its check.guard
  uint32_t rule_line = 0;            // of the clause (else of the rule) in the rule file; 0 not known
  guard::GuardStatus status = guard::GuardStatus::fail;
  const Control* control = nullptr;  // of Reeve's own controls: title, why, fix
  std::optional<Severity> severity;  // of Reeve's own controls; rule files name none
  std::string resource, type;        // logical id and type, if the value stands below `Resources`
  std::string construct;             // CDK construct path of the resource, if the template says it
  std::string expected;              // in words
  std::string found;                 // JSON text, secrets blacked out; empty if nothing is there
  std::string message;               // the rule's own <<message>>; of a control: its title
  std::string reason;                // why it fails or cannot be told
  bool same_as_before = false;       // of the same rule and resource as the finding before it
};

}  // namespace reeve
