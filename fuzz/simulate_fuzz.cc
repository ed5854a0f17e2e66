// Any bytes as simulation documents: every line that is no white space has one answer, in its place, and none that is uncertain is allowed
// unless discovery asked whether something could.
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "access/simulate.h"
#include "base/text.h"
#include "formats/json.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  size_t lines = 0, read = 0;
  for (auto line : split(input, '\n')) lines += !trim(line).empty();
  std::string out;
  size_t problems = 0;
  Simulator simulator({.table = nullptr, .file = "fuzz", .threads = 1});
  SimulationCounts counts = simulator.run(
      [&](char* buffer, size_t room) {
        size_t take = std::min(room, size - read);
        std::memcpy(buffer, data + read, take);
        read += take;
        return take;
      },
      [&](std::string_view text) { out += text; }, [&](const Error& error) { require(!error.what.empty()), ++problems; });
  if (!starts_with(input, "\xEF\xBB\xBF")) require(counts.lines == lines);
  require(counts.bad <= problems);
  size_t answers = 0;
  for (auto line : split(out, '\n')) {
    if (line.empty()) continue;
    ++answers;
    auto answer = read_json(line, Source{.file = "answer"});
    require(answer.has_value());
  }
  require(answers == counts.lines);
  // The same document decided without explanations has the same result.
  for (auto line : split(input, '\n')) {
    auto document = read_json(line, Source{.file = "fuzz"}, JsonOptions{.depth_max = 64});
    if (!document) continue;
    auto simulation = read_simulation((*document)->root(), nullptr);
    if (!simulation || simulation->pattern) continue;
    Decision told = decide(simulation->request, simulation->policies, simulation->options);
    simulation->options.explain = false;
    Decision quiet = decide(simulation->request, simulation->policies, simulation->options);
    require(told.result == quiet.result && told.by == quiet.by && told.unknown == quiet.unknown);
    require((told.result == Decision::Result::unknown) <= !told.unknown.empty());
  }
  return 0;
}
