// The operations of AWS that content describes (content/apis/<service>.json, docs/formats/apis.md), as the AWS client takes them.
//
// Read when asked for, by whoever asks AWS: an assessment never does. A layer's file replaces that of the layers below.
#pragma once

#include <vector>

#include "aws/api.h"
#include "content/content.h"

namespace reeve {

// A file that does not hold is left out and named in `errors`.
ApiCatalogue apis_of(const Content& content, std::vector<Error>& errors);
// The built-in files alone: for who asks AWS and needs no other content. An error is a damaged program.
Result<ApiCatalogue> built_in_api_catalogue();

}  // namespace reeve
