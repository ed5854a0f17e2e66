// Which child of a map or list a node lies in: what finding the way down to a node asks at each step. A container of many children is gone
// through once and looked up from then on, so the ways to all findings in a template of ten thousand resources cost no more than the
// template.
#pragma once

#include <optional>

#include "formats/document.h"

namespace reeve {

struct Child {
  uint32_t node = 0;    // of a map's pair the key
  uint32_t number = 0;  // from 0
};

// Nothing if `index` lies in no child of `container`. From any thread.
std::optional<Child> child_holding(const Document& document, uint32_t container, uint32_t index);

}  // namespace reeve
