// One declared resource against the live one. Private to this room.
#pragma once

#include "check/drift.h"

namespace reeve {

// Where a value stands, as far as it is known.
DriftPlace drift_place(Value value);
// A value at a property's path as JSON, secrets blacked out by what the path and the value say.
std::string shown_value(Value value, const std::string& path);

// Compares all that `declared` says with `live`, and adds to `out`. `lookup` and `excuse` as of ValueComparison.
void compare_resource(const Resource& declared, const Resource& live, const ValueComparison::Lookup& lookup, const ValueComparison::Excuse& excuse, ResourceDrift& out);

}  // namespace reeve
