// Any bytes as a threat model of any format: what is refused has a reason, and what is taken comes out as it went in and fits its own rules.
#include <cstdlib>
#include <string_view>

#include "model/read.h"
#include "model/threat_composer.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve;
  auto read = model::read_model({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!read) {
    require(!read.error().what.empty());
    return 0;
  }
  for (const Error& problem : read->problems) require(!problem.what.empty());
  for (const Error& unplaced : read->unplaced) require(!unplaced.what.empty());
  if (!read->problems.empty()) return 0;
  const std::string written = model::write_threat_composer(read->model);
  auto again = model::read_model(written, "written");
  require(again.has_value() && again->problems.empty());
  require(model::write_threat_composer(again->model) == written);
  const model::Links links = model::links_of(again->model);
  for (const auto& link : links.dangling) require(!link.path.empty());
  return 0;
}
