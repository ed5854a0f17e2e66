// What the questions over an estate share: which estate, how an answer is written.
#pragma once

#include <chrono>
#include <string>

#include "access/questions.h"
#include "cli/access_commands.h"

namespace reeve {

struct AskedEstate {
  AccessEstate estate;
  std::shared_ptr<const ActionTable> table;
  std::shared_ptr<const Content> content;
  Context context;  // of --context
  bool text = false;
  bool incomplete = false;  // a part could not be read: exit status 3
  std::chrono::steady_clock::time_point begin;

  std::string elapsed() const;  // `11 ms`, since the estate was read; text alone
};
// Reads what --source, --authorization-details or the workspace names, and says what could not be read. `principals`: without a user or role
// there is nothing to ask.
Result<AskedEstate> asked_estate(const Options& options, Io& io, bool principals = true);

// `ann`, `role/web`, or an ARN; nothing or several that fit is an error.
Result<const AccessPrincipal*> principal_named(const AccessEstate& estate, const std::string& name);
// A resource as people read it: a name that was made up to stand for any is `*`.
std::string shown_resource(std::string resource);
std::string short_name(const AccessPrincipal& principal);  // `role/apps/web`
// One record; `about`: of the principals that share the answer, the one meant.
void write_answer(std::string& out, const AccessEstate& estate, const AccessAnswer& answer, uint32_t about = no_index);
std::string because_text(const AccessAnswer& answer);      // the first reason, or what it hangs on
// Columns side by side: each as wide as its widest cell, the last cut to the terminal.
// `left`: how many more there are that `rows` does not have.
std::string table_text(const Terminal& terminal, const std::vector<std::vector<std::string>>& rows, bool all, size_t left = 0);
size_t rows_shown(bool all);  // of a table

}  // namespace reeve
