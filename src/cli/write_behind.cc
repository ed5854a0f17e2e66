#include "cli/write_behind.h"

namespace reeve {
namespace {
constexpr size_t kBlock = 1 << 20;
}

WriteBehind::WriteBehind(std::FILE* file) : file_(file) {}
WriteBehind::~WriteBehind() { finish(); }

void WriteBehind::add(std::string_view piece) {
  filling_.append(piece);
  if (filling_.size() >= kBlock) hand_over();
}

void WriteBehind::hand_over() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !has_waiting_; });
  waiting_.swap(filling_);
  has_waiting_ = true;
  lock.unlock();
  changed_.notify_all();
  filling_.clear();
}

bool WriteBehind::finish() {
  if (thread_.joinable()) {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  if (!filling_.empty()) failed_ |= std::fwrite(filling_.data(), 1, filling_.size(), file_) != filling_.size();
  filling_.clear();  // asked again, the file may be closed by now
  return !failed_;
}

void WriteBehind::run() {
  std::string block;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return has_waiting_ || ended_; });
      if (!has_waiting_) return;
      block.swap(waiting_);
      has_waiting_ = false;
    }
    changed_.notify_all();
    if (!failed_) failed_ = std::fwrite(block.data(), 1, block.size(), file_) != block.size();
    block.clear();
  }
}

}  // namespace reeve
