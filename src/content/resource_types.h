// The catalogue of resource types from content/resources. A file that does not hold is left out and named in `errors`.
#pragma once

#include "content/content.h"
#include "estate/resource_type.h"

namespace reeve {

ResourceCatalogue catalogue_of(const Content& content, std::vector<Error>& errors);
// Of the built-in files alone, those whose names begin with `prefix` (`aws-iam-`), nothing else of content read.
ResourceCatalogue built_in_types(std::string_view prefix, std::vector<Error>& errors);

}  // namespace reeve
