// ObjectText: the text of one object of logs, taken in pieces, its records given on. For this room only; logs/reader.h tells the story.
//
// Records are walked at full speed in stretches that are sound. Where a stretch is not, the record at hand is cut out byte by byte, judged or
// refused alone, and the walk goes on behind it: so one broken record costs one record.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logs/lines.h"
#include "logs/reader.h"
#include "logs/walk.h"

namespace reeve {

constexpr int kEnvelopesMax = 8;  // inside one another

// What is kept from object to object: parsers and room for unpacked envelopes, by how deep they lie.
struct ReadRoom {
  RecordWalk walk;
  LogEvent event;
  std::string text;
};
constexpr std::string_view kNoRecord = "no log record";  // why a map of no known kind and without a time is refused

using ReadRooms = std::vector<std::unique_ptr<ReadRoom>>;

class ObjectText {
 public:
  // `depth`: how many envelopes are open around this text.
  ObjectText(ReadRooms& rooms, const LogLimits& limits, const LogSink& sink, ObjectAudit& audit, int depth);

  // Takes as many of `text`'s first bytes as make whole records and says how many those are; the rest is to be given again with what
  // follows. `last`: nothing follows, all is taken. 64 readable bytes must follow the text.
  size_t take(std::string_view text, bool last);
  // For a text inside an envelope: where its records are said to stand.
  void stands_at(const Place& place) { place_ = place; }

 private:
  enum class Shape { unset, json, lines, unknown };
  enum class Open : char { list, map };
  struct Ran {
    enum class How { done, cut, broken } how;
    size_t at;  // where it stopped
    std::string_view why;
  };

  size_t take_json(std::string_view text, bool last);
  size_t take_lines(std::string_view text, bool last);
  Ran run();
  // logs/alone.cc: one record at `at`, byte by byte. Gives the place behind it, or nothing if more text is wanted. `why`: what is known
  // to be wrong with it.
  std::optional<size_t> alone(std::string_view text, size_t at, bool last, std::string_view why);
  bool list_head(std::string_view text, size_t at, size_t& behind);
  std::string_view judge_alone(std::string_view text, size_t at, size_t end);
  std::optional<size_t> no_end(std::string_view text, size_t at, bool last, std::string_view why);
  size_t pass_over(std::string_view text, size_t at);

  // logs/unwrap.cc: a map that was walked: an event, an envelope or something else.
  void judge(LogEvent& event, size_t at);
  void give(LogEvent& event, LogKind kind, std::string_view format);
  void open_text(std::string_view text, std::string_view format, size_t at);
  void open_token(std::string_view token, std::string_view format, size_t at);
  void open_base64(std::string_view token, std::string_view format, size_t at);
  bool open_envelope(const LogEvent& event, size_t at);
  void row(std::string_view token, size_t at);
  void named(std::string_view format);
  void list_opened(std::string_view name, const LogEvent& around);
  void list_closed();
  void envelope_closed();

  void refuse(std::string_view why, size_t at, uint64_t count = 1);
  void broke(std::string_view why, size_t at);
  Place place(size_t at) const;
  ReadRoom& room() { return *rooms_[static_cast<size_t>(depth_)]; }

  ReadRooms& rooms_;
  const LogLimits& limits_;
  const LogSink& sink_;
  ObjectAudit& audit_;
  int depth_;
  std::optional<Place> place_;

  Shape shape_ = Shape::unset;
  LogLines lines_;
  std::vector<Open> open_;    // lists, and maps that stopped at their list of records
  bool wants_comma_ = false;  // in a list: an item has just ended
  bool list_begun_ = false;   // in a list: `]` may follow only at its beginning or behind an item
  size_t stretch_;            // bytes to walk at once
  bool passing_ = false;      // inside a record that is too large
  bool passed_told_ = false;
  size_t pass_depth_ = 0;
  bool pass_string_ = false, pass_escape_ = false;

  std::string_view text_;     // what is being taken
  size_t stretch_base_ = 0;   // where in it the walk's text begins
  std::string list_name_;     // of the list of records that was opened last
  bool control_ = false;      // it stands in a message by which CloudWatch only tries whether it is heard
  uint64_t lines_before_ = 0; // of what was taken before
  uint64_t column_before_ = 0;
};

}  // namespace reeve
