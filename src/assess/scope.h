// Scope: what of the input is judged. The rest is read all the same and stands in the views, for controls that look at more than
// their own resource (is there a trail anywhere?) would otherwise answer from what `--accounts` and `--regions` left over.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "aws/region.h"
#include "base/text.h"

namespace reeve {

struct Scope {
  std::vector<std::string> accounts, regions;  // only these; empty: all
  std::vector<std::string> controls;           // the same, sorted

  // What has no Region is in every scope.
  bool has_region(std::string_view region) const {
    return regions.empty() || !is_region_name(region) || std::find(regions.begin(), regions.end(), region) != regions.end();
  }
  // `unit_key`: `account:111122223333`, or what no account has to itself, which always counts.
  bool has_unit(std::string_view unit_key) const {
    return accounts.empty() || !starts_with(unit_key, "account:") || std::find(accounts.begin(), accounts.end(), unit_key.substr(8)) != accounts.end();
  }
  bool has_control(std::string_view id) const { return controls.empty() || std::binary_search(controls.begin(), controls.end(), id); }
  bool is_everything() const { return accounts.empty() && regions.empty() && controls.empty(); }
};

}  // namespace reeve
