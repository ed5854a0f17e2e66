#include "store/store.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "store/schema.h"

namespace reeve::store {

std::string_view name(FindingStatus status) {
  switch (status) {
    case FindingStatus::fail: return "fail";
    case FindingStatus::unknown: return "unknown";
    case FindingStatus::excepted: return "excepted";
    case FindingStatus::pass: return "pass";
    case FindingStatus::deleted: return "deleted";
    case FindingStatus::not_applicable: return "not_applicable";
  }
  return "";
}

std::string_view name(ReadStatus status) {
  switch (status) {
    case ReadStatus::ok: return "ok";
    case ReadStatus::denied: return "denied";
    case ReadStatus::absent: return "absent";
    case ReadStatus::error: return "error";
  }
  return "";
}

Counts& Counts::operator+=(const Counts& other) {
  pass += other.pass;
  fail += other.fail;
  unknown += other.unknown;
  excepted += other.excepted;
  not_applicable += other.not_applicable;
  return *this;
}

void Bitmap::set(uint32_t ordinal) {
  const size_t byte = ordinal / 8;
  if (byte >= bytes_.size()) bytes_.resize(byte + 1);
  bytes_[byte] = static_cast<char>(static_cast<uint8_t>(bytes_[byte]) | (1u << (ordinal % 8)));
}

bool Bitmap::test(uint32_t ordinal) const {
  const size_t byte = ordinal / 8;
  return byte < bytes_.size() && (static_cast<uint8_t>(bytes_[byte]) >> (ordinal % 8) & 1);
}

uint64_t Bitmap::count() const {
  uint64_t n = 0;
  for (char c : bytes_) n += static_cast<uint64_t>(__builtin_popcount(static_cast<uint8_t>(c)));
  return n;
}

Bitmap Bitmap::from(std::string_view bytes) {
  Bitmap made;
  made.bytes_ = bytes;
  return made;
}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::prepare(std::unique_ptr<Db> db, bool temporary) {
  TRY(migrate(*db, schema_steps()));
  std::unique_ptr<Store> store(new Store());
  store->temporary_ = temporary;
  store->db_ = std::move(db);
  (void)make_all_indices(*store->db_);  // a reader that may not write does without; a run makes them or says why not
  auto as_of = TRY(store->db_->value("SELECT as_of FROM run ORDER BY id DESC LIMIT 1"));
  if (auto* ms = std::get_if<int64_t>(&as_of)) store->db_->set_now(Time{*ms});
  return store;
}

Result<std::unique_ptr<Store>> Store::open_file(const std::string& path) {
  auto db = TRY(Db::open_file(path, {}));
  // A rollback journal: pages that are new to the file need no journalling, and nearly all pages of a first run are.
  TRY(db->exec("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL"));
  return prepare(std::move(db), false);
}

Result<std::unique_ptr<Store>> Store::open(const std::string& workspace) {
  if (!is_folder(workspace))
    return fail(Code::not_found, "there is no workspace `" + workspace + "`", {workspace}, "a folder",
                "make one with `reeve init`");
  const auto folder = join_path(workspace, ".reeve");
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
    return fail(Code::io, "cannot make the folder for the store: " + std::string(std::strerror(errno)), {folder}, "",
                "check the workspace's permissions");
  return open_file(join_path(folder, "store.db"));
}

Result<std::unique_ptr<Store>> Store::temporary() { return prepare(TRY(Db::open_temporary({})), true); }

Result<std::unique_ptr<Store>> Store::copy_of(const std::string& workspace) {
  const std::string path = join_path(join_path(workspace, ".reeve"), "store.db");
  auto copy = TRY(Db::open_temporary({}));
  if (exists(path)) {
    OpenOptions as_it_is;
    as_it_is.create = false;
    auto kept = TRY(Db::open_file(path, as_it_is));
    TRY(copy->copy_from(*kept));
  }
  return prepare(std::move(copy), true);
}

}  // namespace reeve::store
