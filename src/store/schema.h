// The tables behind the views, and how an older file becomes one of today's. Private to the store.
//
// A schema version is a number in `PRAGMA user_version`; step n takes a store of version n-1 to n, all in one transaction. Steps
// are never edited once released: a change is a new step at the end.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "store/sqlite.h"

namespace reeve::store {

inline constexpr int64_t application_id = 0x52454556;  // "REEV", so that another program's SQLite file is not taken for ours

// The SQL of each step, first to last. In version 3 the moments of findings (first_seen, changed_at, closed_at) became runs, written
// as minus the run's id: its as_of is the moment. Older rows keep milliseconds.
std::span<const std::string_view> schema_steps();

// Brings the connection's file to the newest version. Refuses a file of another program or of a newer reeve, unchanged.
Status migrate(Db& db, std::span<const std::string_view> steps);

// Secondary indices of the facts. A fresh load is faster without them and makes them at its end.
Status drop_fact_indices(Db& db);
Status make_fact_indices(Db& db);
Status drop_finding_indices(Db& db);
Status make_finding_indices(Db& db);
Status make_report_index(Db& db);  // the one of them that a first run needs; the next to open the store makes the others
// For looking resources up by uid and edges by target, and joining them: made once somebody does.
Status make_join_indices(Db& db);
// All but those, where an opened store lacks any.
Status make_all_indices(Db& db);

// The key of a resource's edge: resource id × 2^26 + number of the edge in its unit.
inline constexpr int edge_bits = 26;
inline constexpr uint64_t most_edges = uint64_t{1} << edge_bits;  // of one unit
inline constexpr int64_t edge_key(int64_t resource, uint64_t n) { return resource << edge_bits | static_cast<int64_t>(n); }

// State of a unit in the current run, as kept in unit.state.
enum class UnitIn : int { other_run = 0, kept = 1, written = 2, dropped = 3 };
// SQL condition for a unit that is part of this run.
inline constexpr std::string_view unit_is_in_run = "state IN (1,2)";

}  // namespace reeve::store
