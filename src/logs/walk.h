// RecordWalk: JSON records held against the grammar and their top-level members found, in one pass over simdjson's first stage.
//
// simdjson's first stage tells where every bracket, colon, comma, string and other value begins, and that the text is UTF-8 with sound
// quotes. The walk over those places is ours: it checks the nesting, the members and every number and literal of the whole record (so a
// record is never judged on a text that another reader would refuse), and remembers where top-level members stand. Only the escapes
// inside strings are left to whoever reads the string (token.h). What every event will be asked for below one member is found on the way
// (EarlyMembers, members.h).
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "logs/event.h"
#include "logs/members.h"

namespace reeve {

constexpr size_t kDepthMax = 512;  // of nesting, in a record

enum class Walked : unsigned char {
  whole,
  cut,       // the text ends before the value does
  broken,    // against the grammar
  too_deep,  // more than kDepthMax brackets open
  list       // stopped before a member's list that holds records (find_list)
};

class RecordWalk {
 public:
  RecordWalk();
  ~RecordWalk();
  RecordWalk(const RecordWalk&) = delete;
  RecordWalk& operator=(const RecordWalk&) = delete;

  // Finds the places of one text; nothing behind it is read. Empty: done; else why not, of the closed list of docs/formats/logs.md.
  std::string_view begin(std::string_view text);

  bool at_end() const { return at_ == end_; }
  size_t offset() const { return at_ == end_ ? text_.size() : *at_; }  // of the next place
  char peek() const { return at_ == end_ ? '\0' : text_[*at_]; }
  void step() { ++at_; }

  // A map. After anything but `whole` (and `list`) the walk cannot go on from here.
  // `find_list`: stop at the first member whose list can hold records (`Records`, `logEvents` …): the list's `[` is next, and its name list_name.
  Walked map(LogEvent& event, bool find_list);
  std::string_view list_name() const { return list_name_; }
  // The rest of a map behind such a list (its `]` has been stepped over); members are added to the event.
  Walked map_rest(LogEvent& event, bool find_list);
  // Any value, passed over.
  Walked value(std::string_view& token);

  EarlyMembers early{};             // of the events to come
  uint64_t duplicates = 0;          // top-level members given again
  uint64_t parameters_omitted = 0;  // events whose requestParameters CloudTrail left out

 private:
  struct Parser;
  Walked members(LogEvent& event, bool find_list, const char* map_begin, bool first);
  Walked skip();
  void put(LogEvent& event, const char* name, size_t name_bytes, std::string_view token);

  std::unique_ptr<Parser> parser_;
  std::string_view text_;
  const uint32_t* at_ = nullptr;
  const uint32_t* end_ = nullptr;
  const char* map_begin_ = nullptr;
  std::string_view list_name_;
  std::deque<std::string> names_;  // unescaped names of the event at hand
  std::set<std::string_view> seen_;  // names of its other members, once they are many
};

}  // namespace reeve
