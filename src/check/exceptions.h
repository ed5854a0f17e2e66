// Exceptions: words that let a finding of `reeve check` stand for a while, with who, why and until when.
//
// They stand beside the resource, in its `Metadata` (our own form, and what users of cfn-guard, cfn_nag, checkov and cdk_nag have there
// already), or in the workspace (`exceptions/*.yaml`, as `assess` takes them). A rule is meant by its name, a control by its id or by that of
// another tool's rule that claims the same (content/suppressions/). From the day on which one expires the finding counts again and says
// which word ended. Forms: docs/formats/check.md.
//
//   Exceptions exceptions(workspace, content, as_of);
//   exceptions.apply(file.findings, document->root(), file.file->path, file.problems);   // from any thread
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "check/check_finding.h"
#include "content/workspace.h"

namespace reeve {

class Exceptions {
 public:
  // Both may be null, and outlive this.
  Exceptions(const Workspace* workspace, const Content* content, Time as_of);

  // Sets `suppressed` or `lapsed` of the findings in `file`, whose text as written is `root`. Words that do not hold go to `problems`.
  void apply(std::vector<CheckFinding>& findings, Value root, const std::string& file, std::vector<Error>& problems) const;

 private:
  struct Word {
    std::vector<std::string> rules;  // names of rules and ids of controls that it speaks of
    CheckSuppression says;
    Time expires;  // not known: never
  };
  std::vector<Word> words_of(Value metadata, const std::string& file, bool of_resource, std::vector<Error>& problems) const;
  void own_words(Value list, const std::string& file, std::vector<Word>& out, std::vector<Error>& problems) const;
  void take(CheckFinding& finding, const Word& word) const;

  const Workspace* workspace_;
  const Content* content_;
  Time as_of_;
};

// `excepted by web-team until 2027-02-01: static website (exceptions/web.yaml:1:1)`; what is not said is said to be missing.
std::string exception_sentence(const CheckFinding& finding);

}  // namespace reeve
