// SQLite behind a thin door: connections, statements, functions, and limits for SQL that others wrote.
//
//   auto db = Db::open_file("store.db", {});
//   TRY(db->exec("CREATE TABLE t(x)"));
//   Statement& insert = *TRY(db->cached("INSERT INTO t VALUES(?1)"));
//   TRY(insert.bind(1, int64_t{7}).run());
//
// Every failure is an Error that says what was attempted on which file and, for the cases a person can mend (locked, full,
// corrupt, not permitted), what to do. One connection belongs to one thread at a time. Only this room includes sqlite3.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace reeve::store {

using SqlValue = std::variant<std::monostate, int64_t, double, std::string>;      // NULL, INTEGER, REAL, TEXT (or BLOB)
using SqlArgument = std::variant<std::monostate, int64_t, double, std::string_view>;  // the same, borrowed

class Db;

// What SQL written by others (controls, hunts) may cost. Counted in virtual-machine instructions, so that the same query on the
// same data always gets as far; a plain scan spends about ten for each row and column.
struct SqlLimits {
  uint64_t steps_max = 20'000'000'000;
};

// A prepared statement. Binding borrows: bound bytes must live until the next reset. Errors are kept until `step` reports them.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int index, int64_t value);  // one-based
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, bool) = delete;
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);
  Statement& bind_or_null(int index, std::string_view text);  // NULL if empty

  Result<bool> step();  // true: a row; false: done (and reset)
  Status run();         // for statements without rows: step to the end, reset
  void reset();         // bindings stay

  void limit(const SqlLimits& limits) { steps_max_ = limits.steps_max; }  // of a statement of ours that holds a condition of others; before its first step

  int columns() const;
  std::string_view column_name(int column) const;  // zero-based, as are all columns
  bool is_null(int column) const;
  int64_t integer(int column) const;
  double number(int column) const;
  std::string_view text(int column) const;  // until the next step
  std::string_view blob(int column) const;
  SqlArgument value(int column) const;

 private:
  friend class Db;
  Statement(Db* db, sqlite3_stmt* handle, uint64_t steps_max) : db_(db), handle_(handle), steps_max_(steps_max) {}
  Db* db_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
  uint64_t steps_max_ = 0;  // SQL that others wrote, or wrote a part of: instructions it may run between two resets; 0 is no limit
  uint64_t steps_left_ = 0;
  bool running_ = false;
};

struct OpenOptions {
  bool create = true;
  bool read_only = false;
  int cache_mib = 64;         // page cache; also bounds what sorting holds in memory
  int busy_ms = 2000;         // how long to wait for another program's lock
  int page_bytes = 16384;     // of a new file; large pages load faster, small ones cost less to change one row
};

class Db {
 public:
  static Result<std::unique_ptr<Db>> open_file(const std::string& path, const OpenOptions& options);
  // A file of its own in the temporary folder, gone when closed.
  static Result<std::unique_ptr<Db>> open_temporary(const OpenOptions& options);
  // In memory, and without a clock: `now` is NULL in its date functions until `set_now`.
  static Result<std::unique_ptr<Db>> open_memory();
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  const std::string& path() const { return path_; }  // as shown in errors; `temporary store` without a file
  Status exec(const std::string& sql);                // one or more statements without results
  Result<Statement> prepare(std::string_view sql);
  Result<Statement*> cached(std::string_view sql);    // prepared once, kept with the connection; reset before use
  Result<SqlValue> value(std::string_view sql);       // first column of the first row; NULL if there is none

  // A single reading statement by someone else: only SELECT, only public views (those in the temp schema) and functions that
  // neither write, load code nor draw random numbers. `now` in SQLite's date functions is the as-of set below.
  Result<Statement> prepare_foreign(std::string_view sql, const SqlLimits& limits = {});
  void set_now(Time as_of);  // what SQLite's date functions take for the current time

  // A function for SQL. `arguments` -1 is any number. Deterministic functions may be called once for equal arguments.
  using Function = std::function<Result<SqlValue>(std::span<const SqlArgument> arguments)>;
  Status add_function(const std::string& name, int arguments, bool deterministic, Function function);

  // All that `source` holds, in place of what is here. Both are left as two connections that know nothing of each other.
  Status copy_from(Db& source);

  Status begin();     // write transaction, taken at once
  Status commit();
  void rollback();    // no error if there is nothing to roll back
  bool in_transaction() const;
  // Asks the system to begin writing what has gone to the file so far, so that the commit of a large load need not wait for all of it.
  // A hint: nothing is promised, nothing fails.
  void begin_writing_back();
  int64_t last_insert_id() const;
  int64_t changes() const;  // rows changed by the last statement

  // An Error for the connection's last failure, e.g. doing = "add a resource".
  Error error(std::string_view doing, int code = 0) const;
  sqlite3* handle() const { return handle_; }

 private:
  friend class Statement;
  struct Own;
  Db();
  static Result<std::unique_ptr<Db>> open(const std::string& path, bool temporary, const OpenOptions& options);
  std::string path_;
  int descriptor_ = -1;  // SQLite's own, of the file; -1 not looked for, -2 not found
  sqlite3* handle_ = nullptr;
  std::unique_ptr<Own> own_;
};

}  // namespace reeve::store
