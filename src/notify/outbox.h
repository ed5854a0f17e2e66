// Outbox: deliveries that are owed, in a table of the detect state.
//
// A delivery is one alert for one destination. It is put there in the transaction in which the state learns that the alert was told, so a run
// that is killed neither loses nor doubles it; it goes when the destination has taken it. In between lies a moment in which a destination has
// taken it and the state does not know: it is then sent again, by the same id, and whoever receives it knows it by that.
//
// waiting: due at a time. dead: given up, with the reason; it stays until somebody requeues or drops it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite.h"

namespace reeve {

struct Delivery {
  int64_t seq = 0;  // by which the table knows it
  std::string alert_id, destination;
  std::string alert;    // the alert as a line of NDJSON, without the end of the line
  int64_t came_ms = 0;  // since 1970, as is the next
  int64_t due_ms = 0;
  int attempts = 0;     // so far
  bool dead = false;
  std::string reason;   // of the last attempt that failed; holds no secret
};

struct OutboxDepth {
  uint64_t waiting = 0, dead = 0;
};

// What became of an attempt.
enum class Taken : uint8_t { yes, later, never };
struct Attempt {
  Taken taken = Taken::later;
  std::string reason;       // unless taken; holds no secret
  int64_t after_ms = 0;     // the destination asks not to be asked again before (Retry-After); 0: it says nothing
};

// When and how often to try again.
struct Patience {
  int attempts = 100;
  int64_t age_ms = 3 * 86'400'000;  // since it was put there
};
// In which time to try again after `failures` (from 1) in a row: 1 s, doubled each time up to 15 minutes, and less by up to half of it as `random`
// (0 to 1) says, so that what failed together does not come together.
int64_t backoff_ms(int failures, double random);
// Counts the attempt: false: it is taken, and goes. Else the delivery says when it is due, or is dead.
bool after_attempt(Delivery& delivery, const Attempt& attempt, const Patience& patience, int64_t now_ms, double random);

// Of a Retry-After header: seconds, or an HTTP date against `now_ms`. 0: none that can be understood. At most a day.
int64_t retry_after_ms(std::string_view header, int64_t now_ms);

class Outbox {
 public:
  static Status make_tables(store::Db& db);
  static Result<bool> there(store::Db& db);  // whether the tables are
  // False: it is there already.
  static Result<bool> add(store::Db& db, const Delivery& delivery);
  static Status taken(store::Db& db, int64_t seq);
  static Status keep(store::Db& db, const Delivery& delivery);  // attempts, due, dead, reason
  // Those that wait for a destination, those that are due first before the others.
  static Result<std::vector<Delivery>> waiting(store::Db& db, std::string_view destination, size_t most);
  static Result<std::vector<Delivery>> all(store::Db& db, bool dead_alone);
  static Result<std::map<std::string, OutboxDepth>> depths(store::Db& db);
  // Empty `destination`: every one. Dead ones wait again, as new; of `drop` all of one destination go. How many.
  static Result<int64_t> requeue(store::Db& db, std::string_view destination, int64_t now_ms);
  static Result<int64_t> drop(store::Db& db, std::string_view destination);
};

}  // namespace reeve
