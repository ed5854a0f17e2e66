// Packing: an export of one file per call, written as a snapshot. What only the layout says (which parameter a file's name is the value
// of, which page of the call it holds) is said in words of the request, so that both layouts tell the same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "estate/inputs.h"
#include "estate/snapshot.h"

namespace reeve {

// The parameters of a reply's request by name: those that the layout gave without one, as the reads of content call them. One that no
// read names is `parameter_1` and so on.
std::vector<std::pair<std::string, std::string>> request_parameters(const Input& input, const ResourceCatalogue& catalogue);

struct Packed {
  size_t calls = 0;
  size_t no_replies = 0;  // inputs that are judged but are no replies of calls: AWS Config, templates, a credential report's CSV
  size_t not_read = 0;    // replies that no resource type reads
  std::vector<Error> errors;  // of what could not be packed
};
// Adds every reply of `inputs` to the snapshot. An error: the snapshot could not be written.
Result<Packed> pack_snapshot(const Inputs& inputs, const ResourceCatalogue& catalogue, SnapshotWriter& out);

}  // namespace reeve
