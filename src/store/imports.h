// Findings of other tools, in tables of their own: no verdict, count or level ever reads them. One row is one finding of one tool
// about one resource at one moment; the same row again is no second one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/sqlite.h"

namespace reeve::store {

// Borrowed. Words are the tool's own: FAIL, FAILED, Critical.
struct ImportedRow {
  std::string_view tool, finding;  // the tool's id of the finding
  Time time;
  std::string_view resource, resource_type, account, region;
  std::string_view check, title, status, severity, detail;
  uint32_t line = 0;
};

// The file's row, also if it was imported before under any name.
Result<int64_t> import_file(Db& db, std::string_view file, std::string_view format, std::string_view digest);
// false: it was there already.
Result<bool> add_imported(Db& db, int64_t file, const ImportedRow& row);

struct Imported {
  ImportedRow row;
  std::string_view format, file;
};
// The newest of each finding, by resource, tool and check; of one resource, or of all if it is empty.
Status each_imported(Db& db, std::string_view resource, const std::function<Status(const Imported&)>& each);
struct ImportedCount {
  std::string tool;
  uint64_t findings = 0, resources = 0;
};
Result<std::vector<ImportedCount>> imported_counts(Db& db);  // of the newest, by tool

}  // namespace reeve::store
