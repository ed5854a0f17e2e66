// The rows of a SQL control read as verdicts with evidence: `(resource, verdict, path, expected, value[, evidence_of])`
// (docs/formats/controls.md). Who the candidates are and where their facts stand is the caller's to say.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "content/content.h"
#include "estate/resource_type.h"
#include "findings/finding.h"
#include "store/sqlite.h"

namespace reeve {

// One verdict of one candidate.
struct SqlVerdict {
  std::string_view uid;  // the caller's
  Verdict verdict = Verdict::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
};

// Where the columns of resources came from, for evidence.
class ColumnOrigins {
 public:
  struct Of {
    std::string_view type, columns_json, origins_json;  // until the next call
  };
  virtual ~ColumnOrigins() = default;
  virtual std::optional<Of> of(std::string_view uid) = 0;
  // The file behind a source number in the origins of the resource last asked for.
  virtual std::string file(uint32_t number) = 0;
};

// Evidence for a verdict about `uid` at a target path, through the origin of the column that holds it; without one it names what
// could be known of its source, possibly nothing.
Evidence evidence_at_column(ColumnOrigins& origins, const ResourceCatalogue& catalogue, std::string_view uid, std::string_view path, std::string_view value,
                            std::string_view expected);

// Completes evidence whose path is that of a column: the value in the file, and what it was read as where that differs. `origin` is the
// column's entry in a resource's origins, `rest` the steps below the column.
void take_value(Evidence& out, Value origin, Value column, std::string_view rest);

// The call that evidence names when a verdict is computed from many facts: the control's first need, else what lists the first type
// that its query asks; `view:resources` for one that asks all resources, whatever their type.
std::string call_behind(const Control& control, const ResourceCatalogue& catalogue);

// Columns that SQL controls mention, by `column_key`: those asked of the whole record, else those within an account.
inline std::string column_key(std::string_view type, std::string_view column) { return std::string(type) + "." + std::string(column); }
std::set<std::string> columns_asked(const Content& content, const ResourceCatalogue& catalogue, bool within_account);
// All SQL that judging a control runs and that content wrote or names a view in.
std::string queries_of(const Control& control);
// Types whose views a SQL text names.
std::vector<std::string> types_asked(std::string_view sql, const ResourceCatalogue& catalogue);

struct RowsQuestion {
  const Control& control;
  const ResourceCatalogue& catalogue;
  ColumnOrigins& origins;
  // Whether evidence of a pass is wanted, and where it goes.
  std::function<bool(std::string_view uid)> wants_pass;
  std::function<void(std::string_view uid, Evidence)> pass;
  // Resources that the views show and that are not judged here; null: none.
  std::function<bool(std::string_view uid)> ignores = nullptr;
  // Whether a path that no read of the resource's type gives is an error: evidence would lose its place in silence.
  bool checks_paths = false;
};

// Runs the query to its end. `verdicts` holds one entry for each candidate, in uid order, with a reason where its needs are unmet (the
// query then does not count); on return each has its verdict: the worst of its rows, unknown without a row. What the query says wrongly is an
// Error of the control.
void read_rows(const RowsQuestion& question, store::Statement& rows, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors);

}  // namespace reeve
