// What `model derive` adds to reading and judging an estate: what each threat reaches, the estate in words, and the model made of both. The estate is
// judged first, as any command does, in a workspace that may have judged it before. Prints seconds and MiB as JSON.
//
//   bench_derive SOURCE WORKSPACE
#include <sys/resource.h>

#include <cstdio>

#include "assess/assess.h"
#include "content/resource_types.h"
#include "model/threat_composer.h"
#include "threats/derive.h"
#include "threats/describe.h"
#include "stopwatch.h"

using namespace reeve;

namespace {

double peak_mib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

int complain(const Error& error) {
  std::fprintf(stderr, "bench_derive: %s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: bench_derive SOURCE WORKSPACE\n"), 2;
  Stopwatch clock;
  AssessOptions options;
  options.sources = {argv[1]};
  options.workspace_dir = argv[2];
  const auto run = assess(options);
  if (!run) return complain(run.error());
  Assessment& estate = **run;
  const double judged = clock(), before = peak_mib();

  std::vector<Error> errors;
  const ResourceCatalogue catalogue = catalogue_of(estate.content, errors);
  const Threats known = threats_of(*estate.content.files);
  const Detections detections = detections_of(*estate.content.files);
  const RiskScale scale = risk_scale_of(*estate.content.files, {});
  const double content = clock();
  const auto reaches = threats::reach_of(estate.store->db(), known.rules, catalogue);
  if (!reaches) return complain(reaches.error());
  const double reach = clock();
  const auto described = threats::describe(estate.store->db(), catalogue);
  if (!described) return complain(described.error());
  const double words = clock();
  const threats::Derived derived = threats::derive({known, *reaches, estate.content, detections, scale, estate.organization, described->architecture, described->dataflow}, {}, {});
  const size_t bytes = model::write_threat_composer(derived.model).size();
  const double made = clock();
  std::printf("{\"resources\": %llu, \"rules\": %zu, \"threats\": %zu, \"bytes\": %zu, \"judged\": %.3f, \"content\": %.3f, \"reach\": %.3f, \"words\": %.3f, \"model\": %.3f, \"derivation\": %.3f, \"peak_before\": %.0f, \"peak\": %.0f}\n",
              static_cast<unsigned long long>(estate.resources), known.rules.size(), derived.threats, bytes, judged, content, reach, words, made, content + reach + words + made, before, peak_mib());
}
