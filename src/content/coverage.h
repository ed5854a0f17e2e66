// Coverage: which control answers which fact, and where controls are thin. Pure counting over a Content.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "content/content.h"

namespace reeve {

inline constexpr size_t controls_min = 2;  // for each practice and level, and for each area and practice that has any

struct Coverage {
  struct Of {
    const Fact* fact = nullptr;
    std::vector<const Control*> controls;  // by id
  };
  std::vector<Of> facts;                                                     // by id
  std::vector<const Fact*> missing;                                          // that no control names
  std::map<std::string, std::array<size_t, 4>> levels;                       // practice → controls at levels 1–4
  std::map<std::string, std::map<std::string, size_t>> areas;                // area → practice → controls; only where there is one
  size_t controls = 0, attested = 0;
  std::vector<const Control*> attested_needlessly;                           // none of whose facts is told by a file alone

  // Practice and level, area and practice with fewer than `controls_min`.
  std::vector<std::pair<std::string, int>> thin_levels(const Content& content) const;
  std::vector<std::pair<std::string, std::string>> thin_areas() const;
};

Coverage coverage_of(const Content& content);

}  // namespace reeve
