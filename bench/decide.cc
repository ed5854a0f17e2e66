// Decides the simulation documents of a file over and over, policies read once: `bench_decide FILE THREADS SECONDS explain|quiet`.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "access/simulate.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"

using namespace reeve;

int main(int count, char** words) {
  if (count != 5) return std::fprintf(stderr, "bench_decide FILE THREADS SECONDS explain|quiet\n"), 2;
  auto text = read_file(words[1]);
  if (!text) return std::fprintf(stderr, "%s\n", text.error().text().c_str()), 3;
  std::vector<DocumentPtr> kept;
  std::vector<Simulation> cases;
  for (auto line : split(*text, '\n')) {
    auto document = read_json(line, Source{.file = words[1]});
    if (!document) continue;
    kept.push_back(*document);
    auto simulation = read_simulation((*document)->root(), nullptr);
    if (!simulation || simulation->pattern) continue;
    simulation->options.explain = std::string_view(words[4]) == "explain";
    cases.push_back(std::move(*simulation));
  }
  if (cases.empty()) return std::fprintf(stderr, "no cases in %s\n", words[1]), 3;
  const int threads = std::atoi(words[2]);
  const auto time = std::chrono::seconds(std::atoi(words[3]));
  std::atomic<uint64_t> decided{0}, allowed{0};
  std::atomic<int64_t> busy_ns{0};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      uint64_t mine = 0, yes = 0;
      while (std::chrono::steady_clock::now() - start < time)
        for (const auto& one : cases) {
          yes += decide(one.request, one.policies, one.options).result == Decision::Result::allowed;
          ++mine;
        }
      timespec busy{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy);
      busy_ns += busy.tv_sec * 1'000'000'000 + busy.tv_nsec;
      decided += mine;
      allowed += yes;
    });
  for (auto& worker : workers) worker.join();
  // By processor time, since others may use the machine meanwhile: what the threads would do if each had a core for itself.
  const double seconds = double(busy_ns) / 1e9 / threads;
  std::printf("{\"per_second\": %.0f, \"cases\": %zu, \"allowed\": %.3f}\n", double(decided) / seconds, cases.size(), double(allowed) / double(decided));
  return 0;
}
