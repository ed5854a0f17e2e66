// Templates: resources not yet born. What only a deployment can know (references, functions, parameters) becomes unknown, with the
// function as the reason; the rest is judged as the live resource would be.
#pragma once

#include "estate/load.h"

namespace reeve {

void load_template(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink);

}  // namespace reeve
