// DetectState: what a run must remember so that going on after a break loses nothing and tells nothing twice.
//
// Objects read, ids of alerts told, and (in tables of the Correlator's) correlations that are open, in one SQLite file and one transaction
// a checkpoint. Without a file only the ids of this run are kept: in memory, and past a bound in a temporary file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "store/sqlite.h"

namespace reeve {

class DetectState {
 public:
  // `path` empty: nothing is kept beyond the run.
  static Result<std::unique_ptr<DetectState>> open(const std::string& path);

  bool kept() const { return kept_; }
  store::Db& db() { return *db_; }  // of a state that is kept
  Status begin();                   // no-ops when nothing is kept
  Status commit();
  void rollback();

  // `version`: what tells one content of an object from another (a file's size and time, an S3 object's ETag).
  Result<bool> done(std::string_view object, std::string_view version);
  Status set_done(std::string_view object, std::string_view version);
  Result<bool> first_told(std::string_view alert_id);  // and from now on it is

  // The rules of the run before; empty: there was none. A run with others does not read again what was read.
  Result<std::string> rules();
  Status set_rules(std::string_view digest);
  Result<uint64_t> bytes() const;

  static constexpr size_t ids_in_memory = 1'000'000;  // of 16 bytes
  void remember_at_most(size_t ids) { ids_max_ = ids; }

 private:
  using Id = std::array<uint8_t, 16>;
  struct IdHash {
    size_t operator()(const Id& id) const;
  };
  Status make_tables();
  bool kept_ = false;
  std::string path_;
  std::unique_ptr<store::Db> db_;  // null until there is something that memory does not hold
  std::unordered_set<Id, IdHash> told_;
  size_t ids_max_ = ids_in_memory;
  bool in_table_ = false;
};

}  // namespace reeve
