// Reeve's own controls on files: what `reeve check` judges by where no rule file is named.
//
//   auto own = OwnControls::make(options);
//   check_files(data, threads, [&](const DataFile& file, CheckedFile& out) { own.judge(file, out); }, each);
//
// Each file's resources come in the shape in which the live estate's do (estate/template.h) and are judged by the same rules, so one
// control gives one verdict for a template and for what is made of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "assess/guard_judge.h"
#include "check/check.h"
#include "content/content.h"
#include "estate/stack_files.h"

namespace reeve {

struct OwnOptions {
  std::string content_dir, workspace_dir;  // empty: none
  std::vector<std::string> controls;       // ids; empty: all
  Time as_of;
  const StackFiles* stacks = nullptr;      // how templates will be deployed
  bool except = true;  // take the exceptions of Metadata and workspace
  // Controls are read when a resource of their type is first met, if all content is built in. `content()` and `types_of` then say nothing
  // of them.
  bool late = false;
};

class OwnControls {
 public:
  // Errors: an id that no control has, or that of one that judges no template. What content has wrong is in `problems`.
  static Result<std::unique_ptr<OwnControls>> make(const OwnOptions& options);

  // Fills document, findings, problems and notes. From any thread.
  void judge(const DataFile& file, CheckedFile& out) const;

  // For each resource of the file and each control asked for that looks at its type: what it is judged by, and what came of it.
  using Look = std::function<void(const Control& control, const guard::GuardRules& rules, const Resource& resource, const GuardVerdict& verdict)>;
  void each_judged(const DataFile& file, CheckedFile& out, const Look& look) const;
  std::string types_of(std::string_view control) const;  // that a control's rules name, in words

  const Content& content() const { return content_; }
  const std::vector<Error>& problems() const { return problems_; }
  size_t count() const { return count_; }    // controls that can judge a template and were asked for
  size_t beyond() const { return beyond_; }  // those that cannot: they judge what is live

 private:
  void except(const std::map<std::string, DocumentPtr>& written, CheckedFile& out) const;
  OwnControls() = default;
  void read_all(const OwnOptions& options);
  const ResourceCatalogue& catalogue() const;
  void read(const DataFile& file, CheckedFile& out, const Look* look) const;
  Content content_;
  bool late_ = false;
  mutable std::once_flag catalogue_once_;  // of `late_`: who reads only templates asks for none
  mutable ResourceCatalogue catalogue_;
  std::unique_ptr<GuardJudge> guard_;
  std::vector<char> asked_;  // by control
  std::vector<Error> problems_;
  size_t count_ = 0, beyond_ = 0;
  Time as_of_;
  StackFiles stacks_;
  Workspace workspace_;
  std::unique_ptr<Exceptions> exceptions_;
};

}  // namespace reeve
