// Findings as CSV (RFC 4180; docs/formats/outputs.md has the columns): one line each, for spreadsheets and whatever reads tables.
//
// A cell that a spreadsheet would take for a formula gets an apostrophe in front: names come from whoever may name things in an account.
#pragma once

#include "report/output.h"

namespace reeve {

Status write_csv(Assessment& assessment, const OutputOptions& options, const Write& write);

}  // namespace reeve
