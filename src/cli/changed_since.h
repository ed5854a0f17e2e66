// What git says has changed since a revision: for `reeve check --changed-since REV`.
//
// The one place where Reeve starts another program: `git`, without a shell, with names by NUL, and only if the command line asks. Nothing of
// the repository's configuration that would start a third one (fsmonitor, external diffs, text converters) is followed, nothing is written.
#pragma once

#include <set>
#include <string>

#include "base/result.h"

namespace reeve {

struct ChangedFiles {
  std::string top;              // of the repository, absolute
  std::set<std::string> paths;  // absolute: differ from REV in the working tree, deleted ones too, or are not tracked nor ignored

  bool holds(const std::string& path) const;        // the file
  bool holds_below(const std::string& path) const;  // the file, or any below the folder
};

// Of the repository that `folder` is in. Code::usage: it is in none, or there is no such revision.
Result<ChangedFiles> changed_since(const std::string& folder, const std::string& revision);

}  // namespace reeve
