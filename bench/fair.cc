// What a drift costs: 10,000 threats of 10,000 draws each, of whose 300 controls one (or one that all share) stands otherwise than before. Prints
// seconds of the wall as JSON: `cold` (all that is drawn once), `drift` (one control of about a hundred threats), `drift_all` (a control of every threat), and
// the processor time of the last.
#include <cstdio>
#include <ctime>

#include "base/threads.h"
#include "model/fair.h"
#include "stopwatch.h"

using namespace reeve;

int main() {
  model::FairEstate estate;
  estate.simulations = 10'000;
  constexpr uint32_t controls = 300, threats = 10'000;
  const model::Pert whole{0.97, 0.97, 0.97}, gone{0, 0, 0}, perhaps{0, 0.5, 1};
  for (uint32_t i = 0; i < controls; ++i)
    estate.controls.push_back({"control-" + std::to_string(i), {30.0 + i % 4 * 10, 60.0 + i % 4 * 10, 90}, {0.1, 0.25, 0.5}, {0.05, 0.2, 0.45}, i % 3 == 0 ? whole : i % 3 == 1 ? perhaps : gone});
  for (uint32_t i = 0; i < threats; ++i) {
    const double scale = 1 + i % 5;
    estate.threats.push_back({"threat-" + std::to_string(i), {0.1 * scale, 0.4 * scale, 1.2 * scale}, {5 * scale, 10 * scale, 40 + 10 * scale}, {1000 * scale, 5000 * scale, 60000 * scale}, {0.05, 0.2, 0.5}, {2000, 20000 * scale, 90000 * scale},
                              {0, 1 + i % (controls - 1), 1 + (i * 7 + 3) % (controls - 1)}, {1 + (i * 11 + 5) % (controls - 1)}, {1 + (i * 13 + 6) % (controls - 1)}});
  }
  Stopwatch clock;
  clock();
  model::FairEngine engine(std::move(estate), worker_count());
  engine.compute();
  const double cold = clock(), mean = engine.total().mean;
  engine.set_factor(57, gone);
  engine.compute();
  const double drift = clock();
  const std::clock_t began = std::clock();
  engine.set_factor(0, gone);
  engine.compute();
  const double drift_all = clock(), processor = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("{\"threats\": %u, \"simulations\": 10000, \"workers\": %zu, \"touched\": %zu, \"cold\": %.3f, \"drift\": %.3f, \"drift_all\": %.3f, \"drift_all_processor\": %.3f, \"mean\": %.17g, \"mean_after\": %.17g}\n", threats, worker_count(), engine.threats_of(57).size(), cold,
              drift, drift_all, processor, mean, engine.total().mean);
}
