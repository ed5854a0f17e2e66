// CheckFinding: what `reeve check` says of one value in one file, whoever said it (a rule file's rule, or one of Reeve's own
// controls), in the form that every output is written from.
//
// A rule or control that passes gives one without a place; one that fails or is unknown gives one for each clause that decided it.
// Secrets are blacked out here, so no format has to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/guard.h"
#include "content/content.h"

namespace reeve {

// A word that lets a finding stand for a while.
struct CheckSuppression {
  std::string form;                    // `reeve`, `guard`, `cfn_nag`, `checkov` or `cdk_nag` in the resource's Metadata; `workspace`
  std::string rule;                    // as it stands there: the rule's name, the control's id, or the other tool's rule
  Place at;
  std::string owner, reason, expires;  // may be empty; expires: the day from which it no longer counts, empty if never
};

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

  // Set by `locate`: where the value, for a map or list its key, for what is missing the key around it, ends, one behind the last character; columns are bytes,
  // `*_utf16` count code units, as SARIF does. 0 not known.
  uint32_t end_line = 0, end_column = 0, column_utf16 = 0, end_column_utf16 = 0;
  std::string text;           // its first line in the file; empty where it is too long to show or might hold a secret
  Place live;                 // of drift: where the live value stands
  bool missing = false;       // nothing stands at `path`; the place is that of the nearest thing around it
  uint32_t rule_column = 0;   // beside rule_line
  uint32_t block_line = 0;    // of the rule's block in the rule file, which tells blocks of one name apart

  std::optional<CheckSuppression> suppressed;  // it is excepted
  std::optional<CheckSuppression> lapsed;      // it was; the word has expired
  bool known = false;  // it is in the baseline

  bool judged() const { return status == guard::GuardStatus::fail || status == guard::GuardStatus::unknown; }  // and so worth a word
  std::string_view severity_name() const;  // empty if there is none
  // The same for the same rule, resource, path and claim, whatever lines were put above: 32 hexadecimal digits.
  std::string fingerprint() const;
};

struct CheckedFile;
struct RuleFile;

// The failures of `file.results`, in the order of rule files, rules and clauses.
std::vector<CheckFinding> findings_of(const std::vector<RuleFile>& rules, const CheckedFile& file);

// Places a finding by its path in the file that `root` is of: at the value, or for what is not there at the key of the nearest thing
// around it.
void point_by_path(CheckFinding& finding, Value root);

// Finds in the text of `file` where the findings that stand in it end, and their columns in UTF-16.
void locate(std::vector<CheckFinding>& findings, const std::string& file, std::string_view text);

// The logical id and type of the resource that `value` is in: the entry of its document's `Resources`. Empty if it is in none.
struct ResourceAt {
  std::string id, type;
};
ResourceAt resource_at(Value value);

}  // namespace reeve
