// The `rows` of an example: what parts of Reeve that do not exist yet would have recorded, so that controls over their views show today
// when they pass and when they fail (docs/formats/views.md).
#pragma once

#include <string>

#include "assess/needs.h"
#include "base/result.h"
#include "content/content.h"
#include "formats/document.h"

namespace reeve {

// `rows`: a map view → list of rows, each a map column → value; no value: none, and no part has run. A part counts as run if one of the
// views it fills is named. Errors name what is no view or column, is missing, or has the wrong type, by place.
Result<Records> example_records(const Content& content, Value rows, const std::string& shown);

}  // namespace reeve
