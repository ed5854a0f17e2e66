// The formats of `reeve check`, each made in the file of its name, and what they share. Private to check_*.cc.
#pragma once

#include "formats/json.h"
#include "report/check_output.h"

namespace reeve {

using Rules = std::vector<RuleFile>;

std::unique_ptr<CheckOutput> make_check_verdicts(const Rules& rules, const Write& write);
std::unique_ptr<CheckOutput> make_check_json(const CheckOutputOptions& options, const Rules& rules, const Write& write);
std::unique_ptr<CheckOutput> make_check_yaml(const CheckOutputOptions& options, const Rules& rules, const Write& write);
std::unique_ptr<CheckOutput> make_check_sarif(const CheckOutputOptions& options, const Rules& rules, const Write& write);
std::unique_ptr<CheckOutput> make_check_junit(const Rules& rules, const Write& write);
std::unique_ptr<CheckOutput> make_check_github(const Write& write);
std::unique_ptr<CheckOutput> make_check_gitlab(const Write& write);
std::unique_ptr<CheckOutput> make_check_guard_json(const CheckOutputOptions& options, const Rules& rules, const Write& write);

// `expected == true at $.Resources.Logs.Properties.Encrypted; found false` and the like, then the rule's message; on one line.
std::string finding_sentence(const CheckFinding& finding);
// A path as repositories' hosts want it: without `./`.
std::string_view plain_path(std::string_view path);
// The rule's name; bare clauses go by their file's: `encryption.guard/default`.
std::string finding_rule(const CheckFinding& finding);
std::string rule_id(std::string_view rule, const std::string& rules_file);
// Text of XML 1.0: what it cannot hold becomes U+FFFD. Line ends in attributes survive as references.
std::string xml_text(std::string_view text, bool attribute);
// Fail, then unknown, then pass, then skip: the worst of a file.
guard::GuardStatus file_status(const CheckedFile& file);

}  // namespace reeve
