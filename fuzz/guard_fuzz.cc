// Any rule text over any document must end in a verdict or an error, the same one twice, and evidence must stand in the document; told
// step by step it ends in the same verdicts. The input is a rule file and a YAML document, parted by a line of three dashes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "check/guard.h"
#include "check/guard_trace.h"
#include "formats/yaml.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool has_error(const guard::GuardResult& result) {
  for (const auto& rule : result.rules)
    if (rule.error) return true;
  return false;
}

void walk(const std::vector<guard::GuardStep>& steps, const guard::GuardRules& rules) {
  for (const auto& step : steps) {
    if (step.value) guard::trace_json(rules, step.value, 200);
    walk(step.steps, rules);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = text.find("\n---\n");
  YamlOptions yaml;
  yaml.schema = YamlOptions::Schema::guard;
  yaml.unknown_tag = true;
  yaml.alias_nodes_max = 1000;
  Source self;
  self.file = "fuzz.yaml";
  auto document = read_yaml(cut == std::string_view::npos ? "A: 1" : text.substr(cut + 5), self, yaml);
  for (guard::Semantics semantics : {guard::Semantics::reeve, guard::Semantics::v3_2_0, guard::Semantics::v3_2_1}) {
    auto rules = guard::compile_guard(text.substr(0, cut), "fuzz.guard", semantics);
    if (!rules) require(!rules.error().what.empty() && rules.error().at.path == "fuzz.guard" && rules.error().at.line > 0);
    if (!rules || !document || !(*document)->root()) continue;
    guard::GuardOptions options;
    options.semantics = semantics;
    options.steps_max = 20'000;
    const auto first = (*rules)->evaluate((*document)->root(), options);
    for (const auto& rule : first.rules) {
      const bool decided_against = rule.status == guard::GuardStatus::fail || rule.status == guard::GuardStatus::unknown;
      if (!rule.error) require(rule.failures.empty() != decided_against);
      for (const auto& failure : rule.failures) {
        if (failure.value) require(failure.value.document() == document->get());
        if (failure.missing_from) require(failure.missing_from.document() == document->get());
        if (failure.value) failure.value.path();
      }
    }
    options.evidence = false;
    const auto second = (*rules)->evaluate((*document)->root(), options);
    // Without evidence a failed rule may end earlier, before an error or the limit of steps.
    if (!has_error(first) && !has_error(second)) require(first.status == second.status);
    options.evidence = true;
    const auto trace = guard::trace_guard(**rules, (*document)->root(), options);
    if (!has_error(first)) {
      require(trace.steps.size() == first.rules.size());
      for (size_t i = 0; i < trace.steps.size(); ++i) require(trace.steps[i].status == first.rules[i].status);
    }
    walk(trace.steps, **rules);
  }
  return 0;
}
