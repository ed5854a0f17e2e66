#include "content/coverage.h"

#include <algorithm>

namespace reeve {

Coverage coverage_of(const Content& content) {
  Coverage out;
  for (const Fact& fact : content.facts) {
    Coverage::Of one{&fact, {}};
    for (const Control& control : content.controls)
      if (std::find(control.facts.begin(), control.facts.end(), fact.id) != control.facts.end()) one.controls.push_back(&control);
    if (one.controls.empty()) out.missing.push_back(&fact);
    out.facts.push_back(std::move(one));
  }
  for (const Practice& practice : content.practices) out.levels[practice.slug] = {};
  for (const Control& control : content.controls) {
    ++out.controls;
    if (control.level >= 1 && control.level <= 4) ++out.levels[control.practice][static_cast<size_t>(control.level) - 1];
    ++out.areas[control.area][control.practice];
    if (control.judge != Judge::attested) continue;
    ++out.attested;
    bool any = false, file = false;
    for (const Fact& fact : content.facts)
      if (std::find(control.facts.begin(), control.facts.end(), fact.id) != control.facts.end()) any = true, file |= fact.told_by == "file";
    if (any && !file) out.attested_needlessly.push_back(&control);
  }
  return out;
}

std::vector<std::pair<std::string, int>> Coverage::thin_levels(const Content& content) const {
  std::vector<std::pair<std::string, int>> out;
  for (const Practice& practice : content.practices)
    for (int level = 1; level <= 4; ++level)
      if (levels.at(practice.slug)[static_cast<size_t>(level) - 1] < controls_min) out.emplace_back(practice.slug, level);
  return out;
}

std::vector<std::pair<std::string, std::string>> Coverage::thin_areas() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [area, by_practice] : areas)
    for (const auto& [practice, n] : by_practice)
      if (n < controls_min) out.emplace_back(area, practice);
  return out;
}

}  // namespace reeve
