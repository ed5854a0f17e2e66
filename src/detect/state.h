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
#include <vector>

#include "base/result.h"
#include "detect/alert.h"
#include "store/sqlite.h"

namespace reeve {

// A set of alerts in one block of memory.
class AlertKeys {
 public:
  bool insert(const AlertKey& key);  // false: it was there
  void soon(const AlertKey& key) const {  // it will be asked for: its place is fetched meanwhile
    if (!places_.empty()) __builtin_prefetch(&places_[key.front & (places_.size() - 1)]);
  }
  size_t size() const { return size_; }
  void clear();
  template <class Each>
  void each(Each call) const {
    if (has_zero_) call(AlertKey{});
    for (const Place& place : places_)
      if (!place.empty()) call(place.key());
  }

 private:
  struct Place {  // 12 bytes where AlertKey takes 16
    uint32_t part[3] = {};
    AlertKey key() const;
    bool empty() const { return (part[0] | part[1] | part[2]) == 0; }
    bool operator==(const Place& other) const { return part[0] == other.part[0] && part[1] == other.part[1] && part[2] == other.part[2]; }
  };
  bool put(const Place& place);
  std::vector<Place> places_;
  size_t size_ = 0;
  bool has_zero_ = false;
};

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
  Result<bool> done_beginning(std::string_view object);  // one whose name begins so, in whatever version
  Status set_done(std::string_view object, std::string_view version);
  Result<bool> first_told(const AlertKey& key);  // and from now on it is
  Result<bool> first_told(std::string_view alert_id) { return first_told(alert_key(alert_id)); }
  void soon_told(const AlertKey& key) const { told_.soon(key); }

  // The rules of the run before; empty: there was none. A run with others does not read again what was read.
  Result<std::string> rules();
  Status set_rules(std::string_view digest);
  Result<uint64_t> bytes() const;

  static constexpr size_t ids_in_memory = 1'500'000;  // of 12 bytes each, and as much again for room between them
  void remember_at_most(size_t ids) { ids_max_ = ids; }

 private:
  Status make_tables();
  bool kept_ = false;
  std::string path_;
  std::unique_ptr<store::Db> db_;  // null until there is something that memory does not hold
  AlertKeys told_;
  size_t ids_max_ = ids_in_memory;
  bool in_table_ = false;
};

}  // namespace reeve
