// SAM: a template whose resources of AWS's serverless model are replaced by the resources that the transform makes of them.
#pragma once

#include <vector>

#include "base/result.h"
#include "formats/document.h"

namespace reeve {

// Null if the template does not ask for the transform. Functions stay as written and are resolved afterwards; each value keeps the
// place where it is written, a made one that of the resource it is made for. `notes`: what it makes that is not judged.
DocumentPtr sam_transformed(const DocumentPtr& written, std::vector<Error>& notes);

}  // namespace reeve
