// One unit's resources for SQL, as they stand in the memory of whoever just read them: the type views, `resources`, `tag_counts`,
// `regions`, `reads` and `controls` of views.h over rows that are in no file yet, and over no other unit's.
//
//   auto rows = TRY(UnitRows::create(views));
//   auto query = TRY(rows->db().prepare_foreign(sql));
//   for each unit: TRY(rows->set(unit)); while (TRY(query.step())) …
//
// The table `resource` behind the views is a virtual one (SQLite, "The Virtual Table Mechanism"), so that nothing is copied; a
// statement prepared once serves all units. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/sqlite.h"
#include "store/store.h"
#include "store/views.h"

namespace reeve::store {

// What a unit lends. Its texts must live and stay where they are until the next `set`, its rows until a query over them has ended.
class UnitLender {
 public:
  virtual ~UnitLender() = default;
  virtual uint32_t count() const = 0;               // of all rows
  virtual bool is_there(uint32_t index) const = 0;  // a row that was taken back is not seen by SQL
  virtual ResourceRow row(uint32_t index) const = 0;
  // How many resources carry each tag; with neither key nor value: of how many they were not read.
  struct TagCount {
    std::string_view account;
    bool read = true;
    std::string_view key, value;
    uint64_t resources = 0;
  };
  virtual std::vector<TagCount> tag_counts() const = 0;
};

class UnitRows {
 public:
  // Leave out of `views` the types that other units tell of: asking for them is then an error and no empty answer.
  static Result<std::unique_ptr<UnitRows>> create(const ViewInput& views);
  ~UnitRows();

  Db& db() { return *db_; }
  // From now on the views show this unit. Statements over an earlier one must have ended or been reset.
  Status set(const UnitLender& unit, const std::vector<SourceRow>& sources, const std::vector<ReadRow>& reads);
  // Rows of one type, in their order.
  const std::vector<uint32_t>& of_type(std::string_view type);

  struct Table;  // the virtual table's view of this; for unit_rows.cc

 private:
  UnitRows() = default;
  Result<int64_t> word(std::string_view text);
  std::unique_ptr<Table> table_;  // outlives the connection
  std::unique_ptr<Db> db_;
  std::unordered_map<std::string, int64_t> words_;
};

}  // namespace reeve::store
