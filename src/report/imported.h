// What other tools found, as a report may tell it: in their words, beside ours and in no count of ours.
//
// One way for every format, so that what --redact hides is hidden in each.
#pragma once

#include <functional>
#include <string>

#include "assess/assess.h"
#include "report/columns.h"
#include "report/html_page.h"
#include "store/imports.h"

namespace reeve {

class Redaction;

struct ToldImport {
  std::string tool, finding, check, status, severity, title;
  std::string uid, type, account, region, place;
  Time time;
};
// The newest of each finding, by resource (its real name), tool and check. Nothing without a workspace.
Status each_told_import(Assessment& a, const Redaction* redaction, const std::function<Status(ToldImport&)>& each);
// How many by tool, as told.
Result<std::vector<store::ImportedCount>> told_import_counts(Assessment& a, const Redaction* redaction);

// The section of the page, empty if nothing was imported; what was found about resources that `columns` holds goes there for the
// evidence of each.
Result<std::string> section_others(const Report& report, FindingColumns& columns);

}  // namespace reeve
