// Examples of threats: with a `where` a rule carries resources that it means, that it does not, and such as it cannot know; here they are
// asked as a run's resources are (docs/formats/threats.md).
#pragma once

#include <string>
#include <vector>

#include "assess/examples.h"
#include "content/content.h"
#include "content/threats.h"

namespace reeve {

// Of the threats named (all that have examples, if none is). ExampleResult::control is the threat's id; expected and got are `applies`, `not` and
// `unknown`. What cannot be run is an Error.
std::vector<ExampleResult> run_threat_examples(const Content& content, const Threats& threats, const std::vector<std::string>& ids, std::vector<Error>& errors);

}  // namespace reeve
