// Examples: every control carries input that must pass, must fail, is unknown, and is odd; here they are run through the same judges as
// real input (docs/formats/controls.md, "examples").
#pragma once

#include <string>
#include <vector>

#include "content/content.h"

namespace reeve {

struct ExampleResult {
  std::string control, file, resource, expected, got, reason;
  bool ok = false;
};

// Runs the examples of the controls named (all that have any, if none is). What cannot be run is an Error.
std::vector<ExampleResult> run_examples(const Content& content, const std::vector<std::string>& controls, std::vector<Error>& errors);

}  // namespace reeve
