// WriteBehind: a file written by a thread of its own, so that making a large result and handing it to the system go on at once.
//
//   WriteBehind out(file);
//   out.add(piece) …
//   if (!out.finish()) …          // not all of it could be written; the file is still open
//
// At most two blocks wait; a slow disk slows the maker, it never fills the memory.
#pragma once

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace reeve {

class WriteBehind {
 public:
  explicit WriteBehind(std::FILE* file);
  ~WriteBehind();  // writes what is left, like finish
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;

  void add(std::string_view piece);
  bool finish();  // whether all that was added reached the file; nothing may be added after it

 private:
  void hand_over();
  void run();

  std::FILE* file_;
  std::string filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool has_waiting_ = false, ended_ = false, failed_ = false;
  std::thread thread_;  // started with the first full block: a short result needs none
};

}  // namespace reeve
