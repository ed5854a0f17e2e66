// One target's value out of one item, as its form says: first what it is (a value, nothing, unknown), then written with its origins.
// Private to this room.
#pragma once

#include "estate/path.h"
#include "estate/resource_type.h"
#include "formats/document.h"

namespace reeve {

// What a form makes of an item, before anything is written.
struct Made {
  enum class State : uint8_t { nothing, value, unknown } state = State::nothing;
  Value value;  // where one existing value is the whole answer
  Found found;  // other answers of a path
  std::string reason;
};

// `found`: what stands at the form's plain path, if that was looked up already.
Made look(const SetForm& form, Value item, const Value* found = nullptr);

// Writes what `look` made. `slot`: the source of the item, as `source`; `own`: its document.
void write_form(Builder& builder, uint16_t slot, const Source& source, const Document* own, const SetForm& form, Value item, Made& made);

}  // namespace reeve
