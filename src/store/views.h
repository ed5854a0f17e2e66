// The public SQL schema: the views that controls and hunts query (docs/formats/store.md, docs/formats/controls.md).
//
// They are TEMP views over the store's private tables, made for one connection after `end_load` (or on a committed store), and
// show this run's input only. Each declared type has a view of its own; a column costs something only in queries that ask for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/sqlite.h"

namespace reeve::store {

struct TypeView {
  std::string type;                  // `AWS::S3::Bucket`
  std::vector<std::string> columns;  // as declared by content/resources, in order
};

struct AttestationRow {
  std::string control, answer, owner, approver, given, expires;  // dates as written in the workspace
  int64_t age_days = 0;
  bool valid = false;
};

struct ControlRow {
  std::string id, practice;
  int level = 0;
  std::string area, severity;
  int phase = 0;
};

// What a part of Reeve recorded (content/views): empty if it has not run.
struct RecordTable {
  struct Column {
    std::string name, type;  // TEXT, INTEGER or REAL
  };
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<SqlValue>> rows;  // a value for each column
};

struct ViewInput {
  std::vector<TypeView> types;
  std::vector<RecordTable> records;
  std::vector<AttestationRow> attestations;
  std::vector<ControlRow> controls;
};

// Makes the views, replacing those of an earlier call. Errors: a column name that the views use themselves, two types with one
// name. `in_memory`: over unit_rows.h, where no text stands for another.
Status create_views(Db& db, const ViewInput& input, bool in_memory = false);

// Leaves of the types and records those whose view the SQL of `queries` may name: for a store that is asked little, since SQLite reads each
// view as it is made. What an organization tells is left in: SQL functions ask for it on their own. The whole is held against the rules of
// create_views all the same.
Status keep_asked(ViewInput& input, std::string_view queries);

// A type view's key of the record's table `resource`: for the judge, which wants the rows behind a condition on the view. No control asks it.
inline constexpr std::string_view row_column = "record_row";

// The views that every run has, whatever its content.
const std::vector<std::string_view>& fixed_views();

// Makes or replaces one of the record views.
Status create_record(Db& db, const RecordTable& table);

// `AWS::S3::Bucket` → `aws_s3_bucket`.
std::string view_name(std::string_view type);

}  // namespace reeve::store
