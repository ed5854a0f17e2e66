// Asks of each policy of tests/access/public.json who of strangers it lets in, over and over: `bench_public FILE TIMES`. The time of one
// policy is the least of TIMES, by the processor time of the thread.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "access/public_access.h"
#include "base/file.h"
#include "formats/json.h"

using namespace reeve;

namespace {

struct Case {
  std::string id;
  Policy policy;
  std::vector<Policy> rcps;
  PublicAccessAsked asked;
};

double now_us() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return std::fprintf(stderr, "bench_public FILE TIMES\n"), 2;
  auto text = read_file(words[1]);
  auto document = text ? read_json(*text, Source{.file = words[1]}) : tl::unexpected(text.error());
  auto table = built_in_table();
  if (!document || !table) return std::fprintf(stderr, "%s\n", (document ? table.error() : document.error()).text().c_str()), 3;
  std::vector<Case> cases;
  for (Value one : (*document)->root().items()) {
    auto policy = parse_policy(one.get("policy"), "policy");
    if (!policy) continue;
    Case made{std::string(one.get("id").text()), std::move(*policy), {}, {}};
    made.asked.resource = std::string(one.get("resource").text());
    made.asked.account = "111122223333";
    made.asked.org_id = "o-a1b2c3d4e5";
    const auto block = one.get("restricted").text();
    made.asked.restricted = block == "on" ? Truth::yes : block == "unknown" ? Truth::unknown : Truth::no;
    if (Value rcp = one.get("rcp"))
      if (auto guard = parse_policy(rcp, "rcp")) made.rcps.push_back(std::move(*guard));
    cases.push_back(std::move(made));
  }
  if (cases.empty()) return std::fprintf(stderr, "no policies in %s\n", words[1]), 3;
  std::vector<std::pair<double, std::string>> times;
  size_t open = 0;
  for (Case& one : cases) {
    one.asked.policy = &one.policy;
    for (const Policy& rcp : one.rcps) one.asked.rcps.push_back(&rcp);
    double least = 1e12;
    for (int i = 0; i < std::max(std::atoi(words[2]), 1); ++i) {
      const double begin = now_us();
      const PublicAccess answer = public_access(one.asked, **table);
      least = std::min(least, now_us() - begin);
      if (i == 0) open += answer.verdict == Truth::yes;
    }
    times.emplace_back(least, one.id);
  }
  std::sort(times.begin(), times.end());
  const auto& slowest = times.back();
  std::printf("{\"policies\": %zu, \"public\": %zu, \"median_us\": %.1f, \"p90_us\": %.1f, \"most_us\": %.1f, \"slowest\": \"%s\"}\n", times.size(), open,
              times[times.size() / 2].first, times[times.size() * 9 / 10].first, slowest.first, slowest.second.c_str());
  return 0;
}
