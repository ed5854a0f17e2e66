// Exports of other tools: Prowler's CSV and OCSF, Security Hub's ASFF, each recognised by what is in it (docs/formats/imports.md).
//
// What they found is taken in their words, with who said it and when, and kept apart from Reeve's own. What cannot be read is named by
// its line; the rest is taken. Secrets in their texts are blacked out as in ours.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace reeve {

struct ImportReport {
  std::string file, format;  // prowler-csv, ocsf, asff
  uint64_t rows = 0;         // that were read
  uint64_t added = 0;        // of these, how many the record did not have
  std::vector<Error> refused;
};
// One file, in one transaction. An Error: it cannot be read, or is no export of findings; then nothing of it was taken.
Result<ImportReport> import_findings(store::Store& store, const std::string& path);

}  // namespace reeve
