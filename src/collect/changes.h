// What write events of CloudTrail say has changed: for each type that content/resources gives `events`, which of its calls to ask again,
// and about which resources.
//
//   ChangesRead read = read_changes({"trail/"}, "", catalogue, errors);   // files and folders: Records, NDJSON, either gzipped
//   EventReader reader(catalogue);                                         // the same, piece by piece
//
// An event that failed, that only read, or that tells of data (an object put, a function invoked) changed nothing that is collected. One whose
// resource cannot be found in it has all of its type read again there.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "aws/api.h"
#include "base/time.h"
#include "collect/plan.h"

namespace reeve {

struct Change {
  std::string account, region;  // of the event; of a global type `global`
  ResourceTypePtr type;
  std::set<std::string> calls;        // to ask again
  std::map<std::string, Time> names;  // ids and ARNs of the resources, with the newest event of each; 0: one did not say when
  std::set<std::string> spelt;        // the same in all their spellings
  bool whole = false;                 // all of the type there
  Time newest;                        // of its events; 0: one did not say when

  bool names_any(const PlannedCall& call) const;  // whether the call asks about one of them
  bool asks(const PlannedCall& call) const;       // whether it is one to ask again
};

struct ChangesRead {
  std::vector<Change> changes;  // one for each account, Region, type and set of calls
  uint64_t events = 0, writes = 0, resources = 0;
  uint64_t older = 0;           // resources left out, because what is recorded was read after their events
  std::map<std::string, uint64_t> unmapped;  // write events that no type names: `iam.amazonaws.com CreateUser`
};

// Puts events together, from wherever they come.
class EventReader {
 public:
  explicit EventReader(const ResourceCatalogue& catalogue) : catalogue_(catalogue) {}
  // A file of events: Records, a list, one event, or one a line; packed or not. `named`: by a person, so that a file without events is an error
  // and not a neighbour of those that have some. False: it could not be read whole, and `errors` says why.
  bool file(const std::string& shown, std::string bytes, bool named, std::vector<Error>& errors);
  // Lines of a file, of which the first has that number. How many of them are events.
  size_t lines(const std::string& shown, std::string_view text, uint32_t first, std::vector<Error>& errors);
  // What a queue hands on: an event as EventBridge or SNS packs it. False: it is none; nothing is said of that.
  bool message(const std::string& shown, std::string_view text, std::vector<Error>& errors);
  // The accounts of the events since this was asked last.
  std::set<std::string> accounts() { return std::exchange(accounts_, {}); }
  ChangesRead take();

 private:
  bool events(Value root, const std::string& shown, std::vector<Error>& errors);
  bool event(Value event, const std::string& shown, std::vector<Error>& errors);
  void touched(const ResourceTypePtr& type, const EventRule& rule, Value event, const std::string& account, const std::string& region, Time time);

  const ResourceCatalogue& catalogue_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Change> changes_;
  std::set<std::string> accounts_;
  ChangesRead out_;
};

// `-` among the paths is `standard_input`. Errors: what cannot be read, by file and line; the rest is read.
ChangesRead read_changes(const std::vector<std::string>& paths, std::string_view standard_input, const ResourceCatalogue& catalogue,
                         std::vector<Error>& errors);
// How long after a change AWS's answers may still be of before it.
inline constexpr int64_t kSettlesMs = 15000;
// Whether a file of a folder is read: `.json`, `.jsonl`, `.ndjson`, and the same with `.gz`.
bool may_hold_events(std::string_view name);
inline constexpr uint64_t kEventFileBytesMax = 1ull << 30;  // unpacked; CloudTrail writes some megabytes

// The spellings under which a value may stand elsewhere: itself, and of an ARN or address its last parts.
std::vector<std::string> spellings(std::string_view value);
// The values of a request, those within lists one by one.
std::vector<std::string> values_asked(Value input);

// What the snapshot in `dir` has of calls that changes ask again.
struct RecordedCall {
  PlannedCall call;
  Time time;              // of its newest answer
  bool answered = false;  // AWS said something; else nothing got through
};
// Of one account, by key: those about the resources that `changes` name, and those with a key among `lists`.
Result<std::map<std::string, RecordedCall>> recorded_calls(const std::string& dir, const std::string& account, const std::vector<Change>& changes,
                                                           const std::set<std::string>& lists, const ApiCatalogue& apis);

}  // namespace reeve
