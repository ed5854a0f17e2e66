// The options of a simulation document. Private to this room.
#pragma once

#include "access/simulate.h"

namespace reeve {

// `options {simulationMode, discoveryContextKeyConstraints}`. In discovery a key is not known, whether the document has it or not, unless a
// constraint says that its presence, or its value too, is.
Status read_simulation_options(Value options, Simulation& simulation);

}  // namespace reeve
