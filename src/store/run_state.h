// What a run being written holds in memory; private to run_writer.cc (units and facts) and run_findings.cc (verdicts, history).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/store.h"

namespace reeve::store {

// Which rows ids stand in, by a hash of the id: half a million of them without a node each. The first row of a hash stays.
class RowsByHash {
 public:
  // The row and true if the hash is new, else the row it came with first.
  std::pair<int64_t, bool> add(uint64_t hash, int64_t row) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = find(hash);
    if (slot.row != 0) return {slot.row, false};
    slot = {hash, row};
    ++count_;
    return {row, true};
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    int64_t row = 0;  // 0: free; rows begin at 1
  };
  Slot& find(uint64_t hash) {
    size_t at = hash & (slots_.size() - 1);
    while (slots_[at].row != 0 && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> old(std::max<size_t>(1024, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.row != 0) find(slot.hash) = slot;
  }
  std::vector<Slot> slots_;
  size_t count_ = 0;
};

struct RunWriter::State {
  State(Db& database, const RunInfo& run_info) : db(database), info(run_info) {}

  Db& db;
  RunInfo info;
  int64_t run = 0;
  bool open = false;      // the transaction is ours
  bool failed = false;    // a write failed; SQLite may have rolled back already, so nothing more may be written
  bool finished = false;
  bool loading = true;
  RunChanges changes;

  bool fresh_findings = false;  // the store had none: only this run's own are looked up
  RowsByHash fresh_rows;
  bool indices_dropped = false;
  uint64_t rows_before = 0, rows_touched = 0;
  int64_t next_resource = 1;
  int64_t first_finding = 1, next_finding = 1;  // of this run
  std::unordered_map<std::string, int64_t> words;
  std::unordered_set<int64_t> rejudged;  // controls named by begin_control

  // The unit begun.
  int64_t unit = 0;
  int64_t first_resource = 0;
  uint32_t resources = 0, sources = 0, reads = 0, notes = 0;
  uint32_t units_ended = 0;
  uint32_t edges = 0;
  struct Place {
    std::string account, region, partition;
  };
  std::vector<Place> places;
  std::unordered_map<std::string, size_t> place_index;
  size_t last_place = 0;

  // How a finding says "as of this run" (schema.h).
  int64_t moment() const { return -run; }

  Statement insert_resource, insert_source, insert_read, insert_edge, insert_place, find_word, insert_word, insert_counts;
  Statement find_finding, find_by_row, insert_finding, update_finding, insert_opening, insert_transition;

  Status prepare();
  Status usable() const;
  Status note(Status status) {
    if (!status) failed = true;
    return status;
  }
  // Runs a cached statement with whole numbers as its first parameters.
  Status run_sql(std::string_view sql, std::initializer_list<int64_t> numbers);
  template <class T>
  Result<T> note(Result<T> result) {
    if (!result) failed = true;
    return result;
  }
  Result<int64_t> word(std::string_view text);
  Status see_place(std::string_view account, std::string_view region, std::string_view uid);
  Status drop_rows(int64_t unit_id, int64_t first, int64_t count);
  Result<int64_t> unit_id(std::string_view key, bool& named_before);
  Status add_finding(int64_t unit_id, const FindingRow& row);
  Status transition(int64_t finding, FindingStatus was, FindingStatus became, std::string_view why);
  // Writes the opening that the finding itself stood for (version 5 of the schema), before it says something else.
  Status settle_opening(int64_t finding) { return insert_opening.bind(1, finding).run(); }
  Status close(int64_t row, const Decide& decide, Statement& get, Statement& seen, Statement& mark, Statement& shut);
  void leave_unit();
};

}  // namespace reeve::store
