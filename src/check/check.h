// Check: rule files over data files. Both are found, each rule file is compiled once and each data file parsed once, and file after
// file is judged over threads, so that memory holds a few files and not all of them.
//
//   RuleFiles rules = find_rules({"rules/"});             // what does not compile is named, the rest judges
//   DataFiles data = find_data({"templates/", "-"});
//   TRY(check_files(rules.files, data.files, options, [&](CheckedFile&& file) -> Status { … }));
//
// Files are read as cfn-guard reads them (YAML 1.1 scalars, CloudFormation's short tags, first document only) and beyond: aliases and
// merge keys, a byte-order mark, tabs in JSON. One bad file never stops a run (contracts, `check … --format verdicts`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/check_finding.h"
#include "check/exceptions.h"
#include "check/guard.h"
#include "estate/stack_files.h"
#include "formats/document.h"

namespace reeve {

struct RuleFile {
  std::string path;  // as named, or found below what was named
  std::string name;  // last component: `rules_file` of the verdicts
  std::shared_ptr<const guard::GuardRules> rules;
};

struct RuleFiles {
  std::vector<RuleFile> files;  // in order of naming, a folder's in byte order of their paths
  std::vector<Error> problems;  // what could not be read or compiled
};

struct DataFile {
  std::string path, name;
  bool named = true;  // by itself; false: found in a folder, where what is no input is passed over
  std::shared_ptr<const std::string> text = nullptr;  // what it holds, where that is in no file
};

struct DataFiles {
  std::vector<DataFile> files;
  std::vector<Error> problems;
};

// Folders are walked for `.guard` and `.ruleset`; a file named by itself is one whatever its name. A file named twice counts once.
RuleFiles find_rules(const std::vector<std::string>& paths, guard::Semantics semantics = guard::Semantics::reeve);
// Folders are walked for `.yaml .yml .json .jsn .template`; `-` is standard input.
DataFiles find_data(const std::vector<std::string>& paths);

// Whether a text has anything but white space and comments of YAML.
bool has_content(std::string_view text);
// JSON or YAML, told by the first character. `file` is for error places and evidence; `keep_tags` as in formats/yaml.h.
Result<DocumentPtr> read_data(std::string_view text, const std::string& file, bool keep_tags = false);

struct CheckOptions {
  guard::GuardOptions guard;
  const Exceptions* exceptions = nullptr;  // null: nothing is excepted
  DocumentPtr parameters;  // join each data file at its root (check_input.h); null: none
  bool findings = true;    // make findings of what fails or is unknown; off where only statuses count
  size_t threads = 1;
  const StackFiles* resolve = nullptr;  // templates are given to the rules as they will be deployed; null: as they are written
};

struct FileDrift;

struct CheckedFile {
  const DataFile* file = nullptr;
  bool read = false;                        // and so judged
  DocumentPtr document;                     // of rule files: what was judged; null if it could not be read, or is no input
  std::vector<DocumentPtr> kept;            // those of nested stacks, which were judged within it
  std::vector<guard::GuardResult> results;  // one for each rule file, in their order; none without a document
  std::vector<CheckFinding> findings;       // fails and unknowns of rules; also passes of Reeve's own controls; empty if none are asked for
  uint64_t resources = 0;                   // that a template declares
  std::vector<Error> problems;              // why it could not be read; keys that stand twice
  std::vector<Error> notes;                 // named, exit status unaffected
  std::map<std::string, uint64_t, std::less<>> unjudged;  // resources of templates by their type, where no control of content is about it
  std::shared_ptr<const FileDrift> drift;   // of comparisons with what is live (drift.h); findings say the same
};

// Files over threads by any judge: `judge` fills what it is given, in any thread.
using FileJudge = std::function<void(const DataFile& file, CheckedFile& out)>;
Status check_files(const std::vector<DataFile>& data, size_t threads, const FileJudge& judge, const std::function<Status(CheckedFile&&)>& each);

// The same by rule files. `each` is called in the calling thread and in order of the files. Its error ends the run and is given back.
Status check_files(const std::vector<RuleFile>& rules, const std::vector<DataFile>& data, const CheckOptions& options,
                   const std::function<Status(CheckedFile&&)>& each);

}  // namespace reeve
