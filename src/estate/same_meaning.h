// Whether two facts are the same fact, however two sources write it. Private to this room.
#pragma once

#include "formats/document.h"

namespace reeve {

// Equal but for how sources write it: lists in any order, times in any form, numbers and booleans as text.
bool same_meaning(Value a, Value b);

}  // namespace reeve
