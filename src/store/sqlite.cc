#include "store/sqlite.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <unordered_set>
#include <vector>

#include "base/text.h"

namespace reeve::store {

namespace {

// How many virtual-machine instructions pass between two looks at a foreign statement's allowance.
constexpr int progress_stride = 1 << 16;
// No row or string of ours comes near it; it bounds what `printf('%.*c', …)` and its like can ask for.
constexpr int value_bytes_max = 256 << 20;

// Functions that a reading statement has no business with: they load code, draw random numbers, or reach the connection's state.
constexpr std::string_view refused_functions[] = {"load_extension",    "random",  "randomblob",   "fts3_tokenizer",
                                                  "last_insert_rowid", "changes", "total_changes"};

std::string excerpt(std::string_view sql) {
  constexpr size_t shown = 120;
  std::string text;
  for (char c : sql) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (space && (text.empty() || text.back() == ' ')) continue;
    text += space ? ' ' : c;
    if (text.size() == shown) return text + "…";
  }
  return text;
}

// SQLite's messages begin in lower case but may carry an `SQL logic error` prefix and end in a full stop.
std::string tidy(std::string_view message) {
  while (!message.empty() && message.back() == '.') message.remove_suffix(1);
  return std::string(message);
}

int to_sqlite(sqlite3_context* context, const SqlValue& value) {
  if (std::holds_alternative<std::monostate>(value)) sqlite3_result_null(context);
  else if (auto i = std::get_if<int64_t>(&value)) sqlite3_result_int64(context, *i);
  else if (auto d = std::get_if<double>(&value)) sqlite3_result_double(context, *d);
  else {
    const auto& text = std::get<std::string>(value);
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return 0;
}

SqlArgument from_sqlite(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return static_cast<int64_t>(sqlite3_value_int64(value));
    case SQLITE_FLOAT: return sqlite3_value_double(value);
    case SQLITE_NULL: return std::monostate{};
    default: {
      const void* bytes = sqlite3_value_type(value) == SQLITE_BLOB ? sqlite3_value_blob(value)
                                                                   : static_cast<const void*>(sqlite3_value_text(value));
      return std::string_view(static_cast<const char*>(bytes), bytes ? sqlite3_value_bytes(value) : 0);
    }
  }
}

}  // namespace

// SQLite asks its file layer for the time of day. Each connection gets a copy of the default layer whose clock stands at the
// run's as-of, so that `date('now')` in a control gives the same answer every time (design §10.7).
struct Db::Own {
  struct Clock : sqlite3_vfs {
    std::atomic<sqlite3_int64> julian_ms{0};
  };
  Clock clock;
  std::string clock_name;
  std::unordered_map<std::string, std::unique_ptr<Statement>> cached;
  bool foreign = false;  // a foreign statement is being prepared
  std::string refused;   // why the authorizer said no
  Statement* limited = nullptr;  // the foreign statement now running
  std::string function_error;    // said by one of our functions during the statement now running
};

Db::Db() : own_(std::make_unique<Own>()) {}

Db::~Db() {
  own_->cached.clear();
  if (handle_) sqlite3_close_v2(handle_);
  if (!own_->clock_name.empty()) sqlite3_vfs_unregister(&own_->clock);
}

namespace {

int authorize(bool foreign, std::string& refused, int action, const char* a, const char* b, const char* schema,
              const char* view) {
  if (!foreign) return SQLITE_OK;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ:
      // Reading on behalf of a view is what views are for. Otherwise only the temp schema, and table functions such as json_each
      // (virtual tables without a schema of ours).
      if (view || !schema || std::strcmp(schema, "temp") == 0) return SQLITE_OK;
      if (a && (std::strcmp(a, "json_each") == 0 || std::strcmp(a, "json_tree") == 0)) return SQLITE_OK;
      refused = std::string("`") + (a ? a : "") + "` is not a public view";
      return SQLITE_DENY;
    case SQLITE_FUNCTION:
      for (auto name : refused_functions)
        if (b && equal_ignoring_case(name, b)) {
          refused = std::string("the function `") + b + "` may not be used here";
          return SQLITE_DENY;
        }
      return SQLITE_OK;
    default:
refused = "only a SELECT may be used here";
      return SQLITE_DENY;
  }
}

}  // namespace

Result<std::unique_ptr<Db>> Db::open(const std::string& path, bool temporary, const OpenOptions& options) {
  // Several connections, each of one thread: without these, all would count their memory under one lock.
  static const bool once = sqlite3_config(SQLITE_CONFIG_MULTITHREAD) == SQLITE_OK && sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
  (void)once;
  std::unique_ptr<Db> db(new Db());
  db->path_ = temporary ? "temporary store" : path;
  static std::atomic<uint64_t> serial{0};
  auto& own = *db->own_;
  static_cast<sqlite3_vfs&>(own.clock) = *sqlite3_vfs_find(nullptr);
  own.clock.pNext = nullptr;
  own.clock_name = "reeve-" + std::to_string(++serial);
  own.clock.zName = own.clock_name.c_str();
  own.clock.xCurrentTimeInt64 = [](sqlite3_vfs* vfs, sqlite3_int64* now) {
    *now = static_cast<Own::Clock*>(vfs)->julian_ms.load();
    return *now < 0 ? SQLITE_ERROR : SQLITE_OK;  // which makes `now` NULL
  };
  own.clock.iVersion = std::max(own.clock.iVersion, 2);
  db->set_now(Time{});
  sqlite3_vfs_register(&own.clock, 0);
  int flags = SQLITE_OPEN_NOMUTEX | (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(temporary ? "" : path.c_str(), &db->handle_, flags, own.clock_name.c_str());
  if (code != SQLITE_OK) {
    auto error = db->error("open the store", code);
    return tl::unexpected(std::move(error));
  }
  sqlite3_extended_result_codes(db->handle_, 1);
  sqlite3_busy_timeout(db->handle_, options.busy_ms);
  sqlite3_limit(db->handle_, SQLITE_LIMIT_LENGTH, value_bytes_max);
  sqlite3_db_config(db->handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_set_authorizer(
      db->handle_,
      [](void* self, int action, const char* a, const char* b, const char* schema, const char* view) {
        auto& mine = *static_cast<Own*>(self);
        return authorize(mine.foreign, mine.refused, action, a, b, schema, view);
      },
      &own);
  sqlite3_progress_handler(
      db->handle_, progress_stride,
      [](void* self) {
        auto* statement = static_cast<Own*>(self)->limited;
        if (!statement) return 0;
        if (statement->steps_left_ <= progress_stride) return 1;
        statement->steps_left_ -= progress_stride;
        return 0;
      },
      &own);
  TRY(db->exec("PRAGMA page_size=" + std::to_string(options.page_bytes) + "; PRAGMA cache_size=-" +
               std::to_string(options.cache_mib * 1024) + "; PRAGMA foreign_keys=OFF; PRAGMA temp_store=FILE;"));
  // The first use of a table function declares its columns through statements of its own, which the authorizer would have to tell
  // from a writer's. Using them here once keeps its list short.
  sqlite3_exec(db->handle_, "SELECT 1 FROM json_each('[]'), json_tree('[]')", nullptr, nullptr, nullptr);
  return db;
}

Result<std::unique_ptr<Db>> Db::open_file(const std::string& path, const OpenOptions& options) {
  return open(path, false, options);
}

Result<std::unique_ptr<Db>> Db::open_temporary(const OpenOptions& options) {
  auto db = TRY(open("", true, options));
  TRY(db->exec("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE"));
  return db;
}

Status Db::copy_from(Db& source) {
  sqlite3_backup* copying = sqlite3_backup_init(handle_, "main", source.handle_, "main");
  if (!copying) return tl::unexpected(error("copy " + source.path_));
  const int code = sqlite3_backup_step(copying, -1);
  sqlite3_backup_finish(copying);
  if (code != SQLITE_DONE) return tl::unexpected(source.error("copy the store", code));
  return {};
}

Result<std::unique_ptr<Db>> Db::open_memory() {
  auto db = TRY(open(":memory:", false, {}));
  // What its queries sort is of the size of what they read, which is in memory already: no file for it.
  TRY(db->exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY"));
  db->own_->clock.julian_ms = -1;
  return db;
}

void Db::begin_writing_back() {
#ifdef SYNC_FILE_RANGE_WRITE
  if (descriptor_ == -1) {
    // Opening the file once more would do, but closing that takes away SQLite's locks (sqlite.org/howtocorrupt.html, 2.2): its own
    // descriptor is found among those that are open.
    constexpr int descriptors_max = 256;
    struct stat wanted {}, found {};
    descriptor_ = -2;
    if (const char* name = sqlite3_db_filename(handle_, "main"); name && *name && ::stat(name, &wanted) == 0)
      for (int fd = 3; fd < descriptors_max && descriptor_ < 0; ++fd)
        if (::fstat(fd, &found) == 0 && found.st_dev == wanted.st_dev && found.st_ino == wanted.st_ino) descriptor_ = fd;
  }
  if (descriptor_ >= 0) ::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void Db::set_now(Time as_of) {
  constexpr int64_t julian_of_1970_ms = 210866760000000;  // 2440587.5 days
  own_->clock.julian_ms = as_of.ms + julian_of_1970_ms;
}

Error Db::error(std::string_view doing, int code) const {
  if (code == 0) code = sqlite3_extended_errcode(handle_);
  Error error;
  error.at.path = path_;
  error.code = Code::io;
  const std::string start = "cannot " + std::string(doing) + ": ";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      error.what = start + "another program is using the store";
      error.hint = "wait until it is done, or end the other reeve, and try again";
      return error;
    case SQLITE_FULL:
      error.what = start + "no space left for the store";
      error.hint = "free space on its disk and try again; the previous run is kept as it was";
      return error;
    case SQLITE_IOERR:
      error.what = start + "the disk refused to read or write (" + tidy(sqlite3_errstr(code)) + ")";
      error.hint = "check the disk and its free space, and try again; the previous run is kept as it was";
      return error;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      error.code = Code::parse;
      error.what = start + "the store is damaged or is no store (" + tidy(sqlite3_errstr(code)) + ")";
      error.expected = "an SQLite file written by reeve";
      error.hint = "move it away; the next run makes a new one, without the old history";
      return error;
    case SQLITE_CANTOPEN:
      error.what = start + "the file cannot be opened or made";
      error.hint = "check that its folder exists and may be written";
      return error;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      error.what = start + "the store may not be written";
      error.hint = "check the permissions of the file and its folder";
      return error;
    case SQLITE_NOMEM:
      error.code = Code::limit;
      error.what = start + "out of memory";
      return error;
    case SQLITE_TOOBIG:
      error.code = Code::limit;
      error.what = start + "a value is longer than " + std::to_string(value_bytes_max >> 20) + " MiB";
      return error;
    default:
      error.code = Code::internal;
      error.what = start + tidy(handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
      return error;
  }
}

Status Db::exec(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error("run `" + excerpt(sql) + "`", code));
  return {};
}

Result<Statement> Db::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error("prepare `" + excerpt(sql) + "`", code));
  return Statement(this, statement, 0);
}

Result<Statement*> Db::cached(std::string_view sql) {
  auto found = own_->cached.find(std::string(sql));
  if (found == own_->cached.end()) {
    auto statement = TRY(prepare(sql));
    found = own_->cached.emplace(std::string(sql), std::make_unique<Statement>(std::move(statement))).first;
  }
  found->second->reset();
  return found->second.get();
}

Result<SqlValue> Db::value(std::string_view sql) {
  auto statement = TRY(prepare(sql));
  if (!TRY(statement.step())) return SqlValue{};
  const auto found = statement.value(0);
  if (auto i = std::get_if<int64_t>(&found)) return SqlValue{*i};
  if (auto d = std::get_if<double>(&found)) return SqlValue{*d};
  if (auto t = std::get_if<std::string_view>(&found)) return SqlValue{std::string(*t)};
  return SqlValue{};
}

Result<Statement> Db::prepare_foreign(std::string_view sql, const SqlLimits& limits) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  own_->foreign = true;
  own_->refused.clear();
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, &tail);
  own_->foreign = false;
  Statement made(this, statement, limits.steps_max);
  if (code != SQLITE_OK) {
    // Our own words where the authorizer refused; SQLite's, which name the token, where the text is wrong. The offset gives the
    // place.
    Place at;
    if (const int offset = sqlite3_error_offset(handle_); offset >= 0 && static_cast<size_t>(offset) <= sql.size()) {
      const auto before = sql.substr(0, offset);
      at.line = 1 + static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
      const auto newline = before.rfind('\n');
      at.column = static_cast<uint32_t>(before.size() - (newline == std::string_view::npos ? 0 : newline + 1)) + 1;
    }
    if (!own_->refused.empty())
      return fail(Code::usage, own_->refused, at, "a SELECT over the public views", "see docs/formats/store.md");
    return fail(Code::parse, "SQL cannot be read: " + tidy(sqlite3_errmsg(handle_)), at, "a SELECT over the public views");
  }
  if (!statement) return fail(Code::usage, "there is no SQL statement here", {}, "a SELECT over the public views");
  auto rest = trim(sql.substr(tail - sql.data()));
  while (!rest.empty()) {  // comments and empty statements may follow
    sqlite3_stmt* more = nullptr;
    const char* next = nullptr;
    own_->foreign = true;
    const int again = sqlite3_prepare_v2(handle_, rest.data(), static_cast<int>(rest.size()), &more, &next);
    own_->foreign = false;
    sqlite3_finalize(more);
    if (again != SQLITE_OK || more) return fail(Code::usage, "more than one SQL statement", {}, "one SELECT");
    const auto left = trim(rest.substr(next - rest.data()));
    if (left.size() == rest.size()) break;
    rest = left;
  }
  // EXPLAIN counts as reading too, but its rows are no rows of ours.
  if (!sqlite3_stmt_readonly(statement) || sqlite3_stmt_isexplain(statement) || sqlite3_column_count(statement) == 0)
    return fail(Code::usage, "only a SELECT may be used here", {}, "a SELECT over the public views");
  return made;
}

Status Db::add_function(const std::string& name, int arguments, bool deterministic, Function function) {
  struct Held {
    Function function;
    std::string name;
    Own* own;
  };
  auto* held = new Held{std::move(function), name, own_.get()};
  const int flags = SQLITE_UTF8 | (deterministic ? SQLITE_DETERMINISTIC : 0);
  const int code = sqlite3_create_function_v2(
      handle_, name.c_str(), arguments, flags, held,
      [](sqlite3_context* context, int count, sqlite3_value** values) {
        auto& mine = *static_cast<Held*>(sqlite3_user_data(context));
        constexpr int few = 8;
        SqlArgument inline_arguments[few];
        std::vector<SqlArgument> many;
        if (count > few) many.resize(count);
        SqlArgument* out = count > few ? many.data() : inline_arguments;
        for (int i = 0; i < count; ++i) out[i] = from_sqlite(values[i]);
        auto result = mine.function(std::span<const SqlArgument>(out, count));
        if (result) to_sqlite(context, *result);
        else {
          mine.own->function_error = "`" + mine.name + "`: " + result.error().what;
          sqlite3_result_error(context, mine.own->function_error.c_str(), static_cast<int>(mine.own->function_error.size()));
        }
      },
      nullptr, nullptr, [](void* p) { delete static_cast<Held*>(p); });
  if (code != SQLITE_OK) return tl::unexpected(error("add the function `" + name + "`", code));
  return {};
}

Status Db::begin() { return exec("BEGIN IMMEDIATE"); }
Status Db::commit() {
  const int code = sqlite3_exec(handle_, "COMMIT", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error("commit the run", code));
  return {};
}
void Db::rollback() {
  if (!in_transaction()) return;
  for (auto& [sql, statement] : own_->cached) statement->reset();  // a running statement would keep the transaction open
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}
bool Db::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
int64_t Db::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
int64_t Db::changes() const { return sqlite3_changes64(handle_); }

Statement::Statement(Statement&& other) noexcept { *this = std::move(other); }
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(handle_, other.handle_);
  std::swap(steps_max_, other.steps_max_);
  std::swap(steps_left_, other.steps_left_);
  std::swap(running_, other.running_);
  return *this;
}
Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int index, int64_t value) {
  [[maybe_unused]] const int code = sqlite3_bind_int64(handle_, index, value);
  assert(code == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(handle_, index, value);
  return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL; an empty text is not the same.
  sqlite3_bind_text64(handle_, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(handle_, index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(handle_, index);
  return *this;
}
Statement& Statement::bind_or_null(int index, std::string_view text) {
  return text.empty() ? bind_null(index) : bind(index, text);
}

Result<bool> Statement::step() {
  if (!running_) {
    running_ = true;
    steps_left_ = steps_max_;
  }
  if (steps_max_) db_->own_->limited = this;
  const int code = sqlite3_step(handle_);
  if (steps_max_) db_->own_->limited = nullptr;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error;
  if (code == SQLITE_INTERRUPT && steps_max_) {
    error.code = Code::limit;
    error.what = "the SQL statement was stopped after " + with_thousands(steps_max_) + " steps";
    error.hint = "join on uid or type, or ask for less";
  } else if (steps_max_ && (code & 0xff) == SQLITE_ERROR) {
    error.code = Code::parse;
    error.what = "SQL failed: " + tidy(sqlite3_errmsg(db_->handle_));
  } else {
    error = db_->error("run `" + excerpt(sqlite3_sql(handle_)) + "`", code);
  }
  reset();
  return tl::unexpected(std::move(error));
}

Status Statement::run() {
  auto stepped = step();
  reset();
  if (!stepped) return tl::unexpected(std::move(stepped).error());
  return {};
}

void Statement::reset() {
  running_ = false;
  sqlite3_reset(handle_);
}

int Statement::columns() const { return sqlite3_column_count(handle_); }
std::string_view Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(handle_, column);
  return name ? name : "";
}
bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::number(int column) const { return sqlite3_column_double(handle_, column); }
std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return bytes ? std::string_view(bytes, sqlite3_column_bytes(handle_, column)) : std::string_view();
}
std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return bytes ? std::string_view(bytes, sqlite3_column_bytes(handle_, column)) : std::string_view();
}
SqlArgument Statement::value(int column) const { return from_sqlite(sqlite3_column_value(handle_, column)); }

}  // namespace reeve::store
