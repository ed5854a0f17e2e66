// Threads: run the same work over an index range on a few threads, keep errors, rethrow nothing.
#pragma once

#include <cstddef>
#include <functional>

namespace reeve {

// The number of worker threads to use: REEVE_THREADS if set, else the machine's.
size_t worker_count();

// Calls work(i, worker) for i in [0, count), each exactly once, from up to `workers` threads; returns when all are done.
// Order is not defined. `work` must not throw.
void parallel_for(size_t count, size_t workers, const std::function<void(size_t index, size_t worker)>& work);

}  // namespace reeve
