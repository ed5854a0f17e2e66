// Terraform: `terraform show -json` of a plan or a state, and state files, as resources in the CloudFormation shape.
//
// Which attribute gives what is data (the `terraform` block of content/resources); here a plan's resources are put together: what stands
// in `planned_values`, with what is known only after apply or is sensitive as unknown, each with its reason, and beside it the
// resources that are parts of it (a bucket's versioning, a group's rules), tied by the plan's configuration or by the name they give.
// What a plan leaves to AWS because nobody wrote it is left out here too, as it is in a template.
#pragma once

#include "estate/load.h"

namespace reeve {

// Whether JSON text that begins like this is Terraform's.
bool is_terraform(std::string_view head);

void load_terraform(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink);

}  // namespace reeve
