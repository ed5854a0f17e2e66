#include "collect/event_tail.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

namespace reeve {
namespace {

constexpr size_t kLineBytesMax = 64ull << 20;  // of standard input, without an end

bool has_event_lines(std::string_view path) { return ends_with(path, ".jsonl") || ends_with(path, ".ndjson"); }

uint32_t line_count(std::string_view text) { return static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

void EventTail::tell(std::vector<Error>& found, std::vector<Error>& errors) {
  for (Error& error : found)
    if (told_.insert(error.text()).second) errors.push_back(std::move(error));
  found.clear();
}

void EventTail::look(EventReader& reader, std::vector<Error>& errors) {
  for (const std::string& path : paths_) {
    if (path == "-") {
      input(reader, errors);
      continue;
    }
    std::vector<Error> found;
    if (!exists(path)) found.push_back({Code::not_found, "there is no `" + path + "`", {path}, "a file or folder of CloudTrail events", ""});
    const bool folder = is_folder(path);
    if (found.empty())
      for (const Entry& entry : walk(path, found))
        if (!folder || may_hold_events(entry.path)) file(entry, !folder, reader, errors);
    tell(found, errors);
  }
}

void EventTail::file(const Entry& entry, bool named, EventReader& reader, std::vector<Error>& errors) {
  auto [known, is_new] = files_.try_emplace(entry.path);
  File& file = known->second;
  const bool same = !is_new && file.size == entry.size_bytes && file.mtime_ms == entry.mtime_ms && file.inode == entry.inode;
  if (!same) file.since_ms = steady_ms();
  const bool still = same && steady_ms() - file.since_ms >= still_ms_;
  if (same && (!file.open || !still)) return;
  if (file.inode != entry.inode || entry.size_bytes < file.taken) file.taken = 0, file.lines = 0;  // another one, or begun anew
  file.size = entry.size_bytes, file.mtime_ms = entry.mtime_ms, file.inode = entry.inode;
  file.open = false;
  auto bytes = read_file(entry.path, kEventFileBytesMax);
  std::vector<Error> found;
  if (!bytes) {
    found.push_back(bytes.error());
    return tell(found, errors);
  }
  if (has_event_lines(entry.path)) {
    const std::string_view rest = std::string_view(*bytes).substr(std::min<uint64_t>(file.taken, bytes->size()));
    // A last line without its end is taken as it is when nothing more has come.
    const size_t whole = still ? rest.size() : rest.rfind('\n') + 1;
    file.open = whole < rest.size();
    reader.lines(entry.path, rest.substr(0, whole), file.lines + 1, found);
    file.taken += whole, file.lines += line_count(rest.substr(0, whole));
    return tell(found, errors);
  }
  if (!reader.file(entry.path, std::move(*bytes), named, found) && !still) {
    file.open = true;
    return;
  }
  tell(found, errors);
}

void EventTail::input(EventReader& reader, std::vector<Error>& errors) {
  pollfd in{input_fd_, POLLIN, 0};
  while (!input_ended_ && ::poll(&in, 1, 0) > 0) {
    char piece[65536];
    const ssize_t got = ::read(input_fd_, piece, sizeof piece);
    if (got < 0 && errno == EINTR) return;
    input_ended_ = got <= 0;
    if (!input_ended_) input_.append(piece, static_cast<size_t>(got));
    const size_t whole = input_ended_ ? input_.size() : input_.rfind('\n') + 1;
    if (whole > 0) {
      std::vector<Error> found;
      reader.lines("standard input", std::string_view(input_).substr(0, whole), input_lines_ + 1, found);
      tell(found, errors);
      input_lines_ += line_count(std::string_view(input_).substr(0, whole));
      input_.erase(0, whole);
    }
    if (input_.size() <= kLineBytesMax) continue;
    errors.push_back({Code::limit, "a line of standard input does not end", {"standard input", input_lines_ + 1, 1}, "one event a line", ""});
    input_ended_ = true;
  }
}

}  // namespace reeve
