#include "detect/state.h"

#include <cstring>
#include <utility>

namespace reeve {
namespace {

constexpr int64_t layout = 2;  // of the tables; a state of another one is refused, not guessed at

}  // namespace

AlertKey AlertKeys::Place::key() const { return {part[0] | uint64_t{part[1]} << 32, part[2]}; }

bool AlertKeys::put(const Place& place) {
  for (size_t at = place.part[0] & (places_.size() - 1);; at = (at + 1) & (places_.size() - 1)) {
    if (places_[at] == place) return false;
    if (!places_[at].empty()) continue;
    places_[at] = place;
    return true;
  }
}

bool AlertKeys::insert(const AlertKey& key) {
  if (key == AlertKey{}) {
    size_ += !has_zero_;
    return !std::exchange(has_zero_, true);
  }
  if ((size_ + 1) * 4 > places_.size() * 3) {
    constexpr size_t few = 16 << 10, many = 256 << 10;  // a set that grows is laid out anew seldom, a large one takes no more than it needs
    std::vector<Place> before(places_.empty() ? few : places_.size() * (places_.size() < many ? 4 : 2));
    before.swap(places_);
    for (const Place& one : before)
      if (!one.empty()) put(one);
  }
  const bool fresh = put({static_cast<uint32_t>(key.front), static_cast<uint32_t>(key.front >> 32), key.back});
  size_ += fresh;
  return fresh;
}

void AlertKeys::clear() {
  places_ = {};
  size_ = 0;
  has_zero_ = false;
}

Status DetectState::make_tables() {
  return db_->exec("CREATE TABLE IF NOT EXISTS detect_state(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
                   "CREATE TABLE IF NOT EXISTS object_done(object TEXT PRIMARY KEY, version TEXT NOT NULL) WITHOUT ROWID;"
                   "CREATE TABLE IF NOT EXISTS alert_told(id BLOB PRIMARY KEY) WITHOUT ROWID");
}

Result<std::unique_ptr<DetectState>> DetectState::open(const std::string& path) {
  auto out = std::make_unique<DetectState>();
  if (path.empty()) return out;
  out->kept_ = out->in_table_ = true;
  out->path_ = path;
  out->db_ = TRY(store::Db::open_file(path, {.cache_mib = 16, .page_bytes = 4096}));
  store::Db& db = *out->db_;
  // Another program's SQLite file is not taken for a state.
  const auto tables = TRY(db.value("SELECT count(*) FROM sqlite_master"));
  const auto ours = TRY(db.value("SELECT count(*) FROM sqlite_master WHERE name = 'detect_state'"));
  if (std::get<int64_t>(tables) > 0 && std::get<int64_t>(ours) == 0)
    return fail(Code::type, "the file is no state of `reeve detect`", {path}, "a file that --state made, or a new one", {});
  TRY(db.begin());
  TRY(out->make_tables());
  const auto found = TRY(db.value("SELECT value FROM detect_state WHERE name = 'layout'"));
  if (std::holds_alternative<std::monostate>(found)) {
    store::Statement insert = TRY(db.prepare("INSERT INTO detect_state VALUES('layout', ?1)"));
    TRY(insert.bind(1, layout).run());
  } else if (const int64_t* number = std::get_if<int64_t>(&found); !number || *number != layout) {
    return fail(Code::unsupported, "the state was written by another version of Reeve", {path}, "layout " + std::to_string(layout), "begin with a new file");
  }
  TRY(db.commit());
  return out;
}

Status DetectState::begin() { return kept_ && !db_->in_transaction() ? db_->begin() : Status{}; }
Status DetectState::commit() { return kept_ && db_->in_transaction() ? db_->commit() : Status{}; }
void DetectState::rollback() {
  if (kept_) db_->rollback();
}

Result<bool> DetectState::done(std::string_view object, std::string_view version) {
  if (!kept_) return false;
  store::Statement& select = *TRY(db_->cached("SELECT 1 FROM object_done WHERE object = ?1 AND version = ?2"));
  const bool found = TRY(select.bind(1, object).bind(2, version).step());
  select.reset();
  return found;
}

Result<bool> DetectState::done_beginning(std::string_view object) {
  if (!kept_) return false;
  store::Statement& select = *TRY(db_->cached("SELECT substr(object, 1, length(?1)) = ?1 FROM object_done WHERE object >= ?1 ORDER BY object LIMIT 1"));
  const bool found = TRY(select.bind(1, object).step()) && select.integer(0) == 1;
  select.reset();
  return found;
}

Status DetectState::set_done(std::string_view object, std::string_view version) {
  if (!kept_) return {};
  store::Statement& insert = *TRY(db_->cached("INSERT OR REPLACE INTO object_done VALUES(?1, ?2)"));
  return insert.bind(1, object).bind(2, version).run();
}

Result<bool> DetectState::first_told(const AlertKey& key) {
  char bytes_of_key[12];
  auto bytes_of = [&](const AlertKey& one) {
    std::memcpy(bytes_of_key, &one.front, sizeof one.front);
    std::memcpy(bytes_of_key + sizeof one.front, &one.back, sizeof one.back);
    return std::string_view(bytes_of_key, sizeof bytes_of_key);
  };
  if (!kept_ && told_.size() >= ids_max_) {
    if (!db_) {
      db_ = TRY(store::Db::open_temporary({.cache_mib = 16}));
      TRY(make_tables());
      in_table_ = true;
    }
    TRY(db_->begin());
    store::Statement& insert = *TRY(db_->cached("INSERT OR IGNORE INTO alert_told VALUES(?1)"));
    Status put;
    told_.each([&](const AlertKey& one) {
      if (put) put = insert.bind_blob(1, bytes_of(one)).run();
    });
    TRY(put);
    TRY(db_->commit());
    told_.clear();
  }
  if (!kept_ && !told_.insert(key)) return false;
  if (!in_table_) return true;
  if (kept_) {
    store::Statement& insert = *TRY(db_->cached("INSERT OR IGNORE INTO alert_told VALUES(?1)"));
    TRY(insert.bind_blob(1, bytes_of(key)).run());
    return db_->changes() > 0;
  }
  store::Statement& select = *TRY(db_->cached("SELECT 1 FROM alert_told WHERE id = ?1"));
  const bool found = TRY(select.bind_blob(1, bytes_of(key)).step());
  select.reset();
  return !found;
}

Result<std::string> DetectState::rules() {
  if (!kept_) return std::string();
  const auto found = TRY(db_->value("SELECT value FROM detect_state WHERE name = 'rules'"));
  const std::string* text = std::get_if<std::string>(&found);
  return text ? *text : std::string();
}

Status DetectState::set_rules(std::string_view digest) {
  if (!kept_) return {};
  store::Statement& insert = *TRY(db_->cached("INSERT OR REPLACE INTO detect_state VALUES('rules', ?1)"));
  return insert.bind(1, digest).run();
}

Result<uint64_t> DetectState::bytes() const {
  if (!kept_) return uint64_t{0};
  const auto pages = TRY(db_->value("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"));
  const int64_t* size = std::get_if<int64_t>(&pages);
  return size ? static_cast<uint64_t>(*size) : uint64_t{0};
}

}  // namespace reeve
