#include "store/unit_rows.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/hash.h"
#include "store/schema.h"

namespace reeve::store {

// By type, and within all by the hash of native id or uid; the latter only once a query asks so.
struct UnitRows::Table {
  const UnitLender* unit = nullptr;
  std::unordered_map<int64_t, std::vector<uint32_t>> by_type;
  std::vector<uint32_t> all;
  std::vector<int64_t> types;  // of each row
  std::vector<std::pair<uint64_t, uint32_t>> by_native, by_uid;

  const std::vector<std::pair<uint64_t, uint32_t>>& hashed(bool uid) {
    auto& table = uid ? by_uid : by_native;
    if (table.empty() && !all.empty()) {
      for (uint32_t index : all) {
        const ResourceRow row = unit->row(index);
        table.emplace_back(hash64(uid ? row.uid : row.id), index);
      }
      std::sort(table.begin(), table.end());
    }
    return table;
  }
};

namespace {

// Columns in the order of the record's table `resource`.
enum Column { kId, kUnit, kType, kBorn, kAccount, kRegion, kUid, kNative, kName, kTags, kUnknown, kColumns, kOrigins };
constexpr const char* kDeclaration =
    "CREATE TABLE x(id INTEGER, unit INTEGER, type INTEGER, born INTEGER, account TEXT, region TEXT, uid TEXT, native TEXT, name TEXT, "
    "tags TEXT, unknown TEXT, columns TEXT, origins TEXT)";

enum Plan { kScan = 0, kByType = 1, kByNative = 2, kByUid = 3 };

struct VirtualTable {
  sqlite3_vtab base;  // first, as SQLite wants it
  UnitRows::Table* table;
};

struct Cursor {
  sqlite3_vtab_cursor base;
  UnitRows::Table* table;
  const uint32_t* next;
  const uint32_t* end;
  std::vector<uint32_t> found;  // of a look-up by hash
  uint32_t index;
  ResourceRow row;
};

int connect(sqlite3* db, void* context, int, const char* const*, sqlite3_vtab** out, char**) {
  if (int code = sqlite3_declare_vtab(db, kDeclaration); code != SQLITE_OK) return code;
  sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);  // views may use it
  auto* made = new VirtualTable{};
  made->table = static_cast<UnitRows::Table*>(context);
  *out = &made->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete reinterpret_cast<VirtualTable*>(table);
  return SQLITE_OK;
}

// Costs are guesses for an account of a thousand resources of thirty types.
int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  int plan = kScan, use = -1;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (!constraint.usable || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    // Equal but for case, or as numbers, is not equal by hash.
    const bool exact = std::strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
    if (constraint.iColumn != kType && !exact) continue;
    int offered = constraint.iColumn == kType ? kByType : constraint.iColumn == kNative ? kByNative : constraint.iColumn == kUid ? kByUid : kScan;
    if (offered > plan) plan = offered, use = i;
  }
  if (use >= 0) {
    info->aConstraintUsage[use].argvIndex = 1;
    info->aConstraintUsage[use].omit = plan == kByType;  // a hash is no proof
  }
  info->idxNum = plan;
  info->estimatedRows = plan == kScan ? 1000 : plan == kByType ? 30 : 1;
  info->estimatedCost = static_cast<double>(info->estimatedRows) + 2;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
  auto* made = new Cursor{};
  made->table = reinterpret_cast<VirtualTable*>(table)->table;
  *out = &made->base;
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int advance(sqlite3_vtab_cursor* base) {
  auto* cursor = reinterpret_cast<Cursor*>(base);
  if (cursor->next == cursor->end) {
    cursor->next = nullptr;
    return SQLITE_OK;
  }
  cursor->index = *cursor->next++;
  cursor->row = cursor->table->unit->row(cursor->index);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int plan, const char*, int count, sqlite3_value** values) {
  auto* cursor = reinterpret_cast<Cursor*>(base);
  const std::vector<uint32_t>* rows = &cursor->table->all;
  cursor->found.clear();
  if (plan == kByType && count == 1) {
    static const std::vector<uint32_t> none;
    auto found = cursor->table->by_type.find(sqlite3_value_int64(values[0]));
    rows = found == cursor->table->by_type.end() ? &none : &found->second;
  } else if (plan != kScan && count == 1 && sqlite3_value_type(values[0]) == SQLITE_TEXT) {
    rows = &cursor->found;
    if (const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]))) {
      const auto& hashed = cursor->table->hashed(plan == kByUid);
      const uint64_t key = hash64({text, static_cast<size_t>(sqlite3_value_bytes(values[0]))});
      for (auto at = std::lower_bound(hashed.begin(), hashed.end(), std::pair(key, uint32_t{0})); at != hashed.end() && at->first == key; ++at)
        cursor->found.push_back(at->second);
    }
  }
  cursor->next = rows->data();
  cursor->end = rows->data() + rows->size();
  if (rows->empty()) {
    cursor->next = nullptr;
    return SQLITE_OK;
  }
  return advance(base);
}

int at_end(sqlite3_vtab_cursor* base) { return reinterpret_cast<Cursor*>(base)->next == nullptr; }

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int which) {
  const auto* cursor = reinterpret_cast<Cursor*>(base);
  const ResourceRow& row = cursor->row;
  auto text = [&](std::string_view value) { sqlite3_result_text64(context, value.data() ? value.data() : "", value.size(), SQLITE_STATIC, SQLITE_UTF8); };
  auto or_null = [&](std::string_view value) {
    if (value.empty() || value == "{}") sqlite3_result_null(context);
    else text(value);
  };
  switch (which) {
    case kId: sqlite3_result_int64(context, int64_t{cursor->index} + 1); break;
    case kUnit: sqlite3_result_int64(context, 1); break;
    case kType: sqlite3_result_int64(context, cursor->table->types[cursor->index]); break;
    case kBorn: sqlite3_result_int(context, row.born); break;
    case kAccount: text(row.account); break;
    case kRegion: text(row.region); break;
    case kUid: text(row.uid); break;
    case kNative: text(row.id); break;
    case kName: or_null(row.name); break;
    case kTags: or_null(row.tags_json); break;
    case kUnknown: or_null(row.unknown_json); break;
    case kColumns: or_null(row.columns_json); break;
    case kOrigins: or_null(row.origins_json); break;
    default: sqlite3_result_null(context);
  }
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
  *out = int64_t{reinterpret_cast<Cursor*>(base)->index} + 1;
  return SQLITE_OK;
}

const sqlite3_module& module() {
  static const sqlite3_module made = [] {
    sqlite3_module m{};
    m.xCreate = connect;
    m.xConnect = connect;
    m.xBestIndex = best_index;
    m.xDisconnect = disconnect;
    m.xDestroy = disconnect;
    m.xOpen = open_cursor;
    m.xClose = close_cursor;
    m.xFilter = filter;
    m.xNext = advance;
    m.xEof = at_end;
    m.xColumn = column;
    m.xRowid = row_id;
    return m;
  }();
  return made;
}

}  // namespace

UnitRows::~UnitRows() = default;

Result<std::unique_ptr<UnitRows>> UnitRows::create(const ViewInput& views) {
  std::unique_ptr<UnitRows> out(new UnitRows());
  out->table_ = std::make_unique<Table>();
  out->db_ = TRY(Db::open_memory());
  Db& db = *out->db_;
  TRY(migrate(db, schema_steps()));
  if (sqlite3_create_module(db.handle(), "unit_rows", &module(), out->table_.get()) != SQLITE_OK) return tl::unexpected(db.error("lend a unit's rows"));
  TRY(db.exec("DROP TABLE resource; CREATE VIRTUAL TABLE resource USING unit_rows; INSERT INTO unit(id,key,digest,state) VALUES(1,'unit','',2)"));
  for (const auto& type : views.types) TRY(out->word(type.type));
  TRY(create_views(db, views, true));
  // What one unit cannot tell is not there to be asked.
  TRY(db.exec("DROP VIEW temp.accounts; DROP VIEW temp.edges; DROP TABLE temp.attestations; "
              "CREATE TEMP TABLE tag_counts(account TEXT, key TEXT, value TEXT, resources INTEGER)"));
  return out;
}

Result<int64_t> UnitRows::word(std::string_view text) {
  thread_local std::string key;
  key.assign(text);
  if (auto found = words_.find(key); found != words_.end()) return found->second;
  auto* insert = TRY(db_->cached("INSERT INTO word(text) VALUES(?1)"));
  TRY(insert->bind(1, text).run());
  const int64_t id = db_->last_insert_id();
  words_.emplace(key, id);
  return id;
}

Status UnitRows::set(const UnitLender& unit, const std::vector<SourceRow>& sources, const std::vector<ReadRow>& reads) {
  Table& table = *table_;
  table.unit = &unit;
  for (auto& [type, rows] : table.by_type) rows.clear();
  table.all.clear();
  table.by_native.clear();
  table.by_uid.clear();
  const uint32_t count = unit.count();
  table.types.assign(count, 0);
  TRY(db_->exec("DELETE FROM read; DELETE FROM source; DELETE FROM place; DELETE FROM temp.tag_counts"));
  std::set<std::pair<std::string_view, std::string_view>> places;
  auto see = [&](std::string_view account, std::string_view region, auto& last) {
    if (account.empty() || (last.first == account && last.second == region)) return;
    last = {account, region};
    places.insert(last);
  };
  std::pair<std::string_view, std::string_view> last;
  std::string_view last_type;
  int64_t type = 0;
  for (uint32_t index = 0; index < count; ++index) {
    if (!unit.is_there(index)) continue;
    const ResourceRow row = unit.row(index);
    if (type == 0 || row.type != last_type) {
      type = TRY(word(row.type));
      last_type = row.type;
    }
    table.types[index] = type;
    table.all.push_back(index);
    table.by_type[type].push_back(index);
    see(row.account, row.region, last);
  }
  auto* add_source = TRY(db_->cached("INSERT INTO source(unit,n,file,operation,time,time_basis,bytes) VALUES(1,?1,?2,NULL,?3,?4,?5)"));
  int64_t n = 0;
  for (const auto& source : sources)
    TRY(add_source->bind(1, ++n).bind(2, source.file).bind(3, source.time.ms).bind_or_null(4, source.time_basis).bind(5, static_cast<int64_t>(source.bytes)).run());
  auto* add_read = TRY(db_->cached("INSERT INTO read VALUES(1,?1,?2,?3,?4,?5,?6,?7,?8,?9)"));
  n = 0;
  for (const auto& read : reads) {
    add_read->bind(1, n++).bind(2, read.account).bind(3, read.region).bind(4, TRY(word(read.operation))).bind(5, read.parameter);
    add_read->bind(6, static_cast<int64_t>(read.status)).bind_or_null(7, read.error).bind(8, read.time.ms).bind(9, int64_t{read.source});
    TRY(add_read->run());
    see(read.account, read.region, last);
  }
  auto* add_tags = TRY(db_->cached("INSERT INTO temp.tag_counts VALUES(?1,?2,?3,?4)"));
  for (const auto& tag : unit.tag_counts()) {
    add_tags->bind(1, tag.account).bind(4, static_cast<int64_t>(tag.resources));
    if (tag.read) add_tags->bind(2, tag.key).bind(3, tag.value);
    else add_tags->bind_null(2).bind_null(3);
    TRY(add_tags->run());
  }
  auto* add_place = TRY(db_->cached("INSERT INTO place VALUES(1,?1,?2,'')"));
  for (const auto& [account, region] : places) TRY(add_place->bind(1, account).bind(2, region).run());
  return {};
}

const std::vector<uint32_t>& UnitRows::of_type(std::string_view type) {
  static const std::vector<uint32_t> none;
  const auto id = words_.find(std::string(type));
  if (id == words_.end()) return none;
  const auto found = table_->by_type.find(id->second);
  return found == table_->by_type.end() ? none : found->second;
}

}  // namespace reeve::store
