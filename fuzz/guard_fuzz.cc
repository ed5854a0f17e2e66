// Any rule text over any document must end in a verdict or an error, the same one twice, and evidence must stand in the document.
// The input is a rule file and a YAML document, parted by a line of three dashes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "check/guard.h"
#include "formats/yaml.h"

using namespace reeve;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = text.find("\n---\n");
  auto rules = guard::compile_guard(text.substr(0, cut), "fuzz.guard");
  if (!rules) {
    if (rules.error().what.empty()) std::abort();
    return 0;
  }
  YamlOptions yaml;
  yaml.schema = YamlOptions::Schema::guard;
  yaml.unknown_tag = true;
  yaml.alias_nodes_max = 1000;
  Source self;
  self.file = "fuzz.yaml";
  auto document = read_yaml(cut == std::string_view::npos ? "A: 1" : text.substr(cut + 5), self, yaml);
  if (!document || !(*document)->root()) return 0;
  for (guard::Semantics semantics : {guard::Semantics::reeve, guard::Semantics::v3_2_0, guard::Semantics::v3_2_1}) {
    guard::GuardOptions options;
    options.semantics = semantics;
    options.steps_max = 20'000;
    const auto first = (*rules)->evaluate((*document)->root(), options);
    for (const auto& rule : first.rules) {
      const bool decided_against = rule.status == guard::GuardStatus::fail || rule.status == guard::GuardStatus::unknown;
      if (!rule.error && rule.failures.empty() == decided_against) std::abort();
      for (const auto& failure : rule.failures) {
        if (failure.value && failure.value.document() != document->get()) std::abort();
        if (failure.missing_from && failure.missing_from.document() != document->get()) std::abort();
        if (failure.value) failure.value.path();
      }
    }
    options.evidence = false;
    const auto second = (*rules)->evaluate((*document)->root(), options);
    // Without evidence a failed rule may end earlier, before an error or the limit of steps.
    bool error = false;
    for (size_t i = 0; i < first.rules.size(); ++i) error = error || first.rules[i].error || second.rules[i].error;
    if (!error && first.status != second.status) std::abort();
  }
  return 0;
}
