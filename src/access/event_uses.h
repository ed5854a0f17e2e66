// What principals did, as CloudTrail tells it: evidence of use beside what IAM says of last access.
//
//   EventUses uses(events);                       // one for each thread; merge() puts them together
//   uses.add(text_of_one_event);
//   if (const EventUses::Of* of = uses.find(principal_arn)) …
//
// An event is evidence that an action was used, refused or not. That there is none is no evidence: logs may hold a part of the time, and calls
// on data (objects, items, messages) are logged only where a trail is told to.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/event_actions.h"
#include "formats/json_pick.h"

namespace reeve {

class EventUses {
 public:
  explicit EventUses(const EventActions& events);

  struct Of {
    std::map<std::string, int64_t> actions;  // as IAM spells them → when last, ms
    std::set<std::string> unmapped;          // events that IAM has no action for, as far as is known here
    int64_t last_ms = 0;
  };
  // `text`: one event as JSON; 64 readable bytes must follow it.
  void add(std::string_view text);
  void merge(EventUses&& other);
  const Of* find(std::string_view principal_arn) const;
  // Do the logs hold calls on the service's data at all?
  bool tells_data(std::string_view prefix) const { return data_told_.count(std::string(prefix)) > 0; }
  const EventActions& events() const { return events_; }
  uint64_t count() const { return count_; }
  int64_t first_ms() const { return first_ms_; }  // 0: no event
  int64_t last_ms() const { return last_ms_; }

 private:
  const EventActions& events_;
  std::unique_ptr<JsonPicker> picker_;
  size_t category_ = 0, management_ = 0;  // slots of what was picked
  std::unordered_map<std::string, Of> of_;
  std::set<std::string> data_told_;
  uint64_t count_ = 0;
  int64_t first_ms_ = 0, last_ms_ = 0;
};

}  // namespace reeve
