// Files and folders to which events of CloudTrail come: what is new in them since the last look. Private to this room.
//
// A file is read when it is new or has changed: one that has an event a line (`.jsonl`, `.ndjson`, not packed) from where the last whole line
// ended, any other whole. One that cannot be read may still be being written: it is named when it stands still.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "collect/changes.h"

namespace reeve {

class EventTail {
 public:
  // `-` is what `input_fd` reads, whose lines are taken as they come.
  // `still_ms`: how long a file has to be as it is until what cannot be read of it is named.
  EventTail(std::vector<std::string> paths, int input_fd, int64_t still_ms = 2000) : paths_(std::move(paths)), input_fd_(input_fd), still_ms_(still_ms) {}
  // Gives `reader` what is new. Each trouble is named once.
  void look(EventReader& reader, std::vector<Error>& errors);
  // Nothing more can come: standard input alone was named, and has ended.
  bool ended() const { return input_ended_ && std::all_of(paths_.begin(), paths_.end(), [](auto& path) { return path == "-"; }); }

 private:
  struct File {
    uint64_t size = 0;
    int64_t mtime_ms = 0;
    uint64_t inode = 0;
    int64_t since_ms = 0;  // of the steady clock: as it is since then
    uint64_t taken = 0;    // bytes, of whole lines
    uint32_t lines = 0;    // those lines
    bool open = false;     // not understood yet, or not to its end
  };
  void file(const Entry& entry, bool named, EventReader& reader, std::vector<Error>& errors);
  void input(EventReader& reader, std::vector<Error>& errors);
  void tell(std::vector<Error>& found, std::vector<Error>& errors);

  std::vector<std::string> paths_;
  int input_fd_;
  int64_t still_ms_;
  std::map<std::string, File> files_;
  std::set<std::string> told_;
  std::string input_;        // what came of a line that has no end yet
  uint32_t input_lines_ = 0;
  bool input_ended_ = false;
};

}  // namespace reeve
