// Templates of a folder that others there hold as nested stacks: they are judged within those, with the parameters that they are given.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "estate/inputs.h"

namespace reeve {

// Takes nested templates from `units` (by key), unless the user named them (`named`: as shown), and puts them beside the templates that
// open them; likewise what of `others`, files that are no templates, they include.
void nest_templates(std::map<std::string, Unit>& units, const std::set<std::string>& named, const std::vector<Input>& others);

}  // namespace reeve
