#include "base/threads.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/text.h"

namespace reeve {

size_t worker_count() {
  if (const char* set = std::getenv("REEVE_THREADS")) {
    if (auto n = parse_int(set); n && *n >= 1 && *n <= 1024) return static_cast<size_t>(*n);
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

void parallel_for(size_t count, size_t workers, const std::function<void(size_t index, size_t worker)>& work) {
  workers = std::min(std::max<size_t>(workers, 1), count);
  if (workers <= 1) {
    for (size_t i = 0; i < count; ++i) work(i, 0);
    return;
  }
  std::atomic<size_t> next{0};
  auto run = [&](size_t worker) {
    for (size_t i = next.fetch_add(1, std::memory_order_relaxed); i < count; i = next.fetch_add(1, std::memory_order_relaxed))
      work(i, worker);
  };
  std::vector<std::jthread> threads;  // joined at the end of the scope; the calling thread is worker 0
  threads.reserve(workers - 1);
  for (size_t worker = 1; worker < workers; ++worker) threads.emplace_back(run, worker);
  run(0);
}

}  // namespace reeve
