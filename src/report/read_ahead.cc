#include "report/read_ahead.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace reeve {
namespace {

using Batch = std::vector<store::StoredFinding>;
constexpr size_t kBatch = 512, kWaiting = 4;  // a finding is about a kilobyte

// Batches on their way from the reader to the caller.
class Belt {
 public:
  // False: nobody wants more.
  bool put(Batch&& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || waiting_.size() < kWaiting; });
    if (stopped_) return false;
    waiting_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  void end(Status how) {
    std::lock_guard lock(mutex_);
    ended_ = true;
    how_ = std::move(how);
    changed_.notify_all();
  }
  // False: there is no more.
  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    batch = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return true;
  }
  void stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  const Status& how() const { return how_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  bool ended_ = false, stopped_ = false;
  Status how_;
};

}  // namespace

Status findings_read_ahead(store::Store& store, const store::FindingFilter& filter, const std::function<Status(const store::StoredFinding&)>& each) {
  Belt belt;
  std::thread reader([&] {
    Batch batch;
    bool wanted = true;
    Status read = store.findings(filter, [&](store::StoredFinding&& finding) -> Status {
      batch.push_back(std::move(finding));
      if (batch.size() < kBatch) return {};
      wanted = belt.put(std::move(batch));
      batch.clear();
      if (!wanted) return fail(Code::internal, "nobody reads on");
      return {};
    });
    if (wanted && !batch.empty()) wanted = belt.put(std::move(batch));
    belt.end(wanted ? std::move(read) : Status());
  });
  Status made;
  for (Batch batch; made && belt.take(batch);)
    for (auto& finding : batch) {
      made = each(finding);
      if (!made) break;
    }
  belt.stop();
  reader.join();
  return made ? belt.how() : made;
}

}  // namespace reeve
