// Include: what `AWS::Include` names stands in its place, where it is a file that can be opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estate/stack.h"

namespace reeve {

// Null if there is nothing to put in. What is put in has the place of the `Fn::Transform` that names it. What names a bucket's object, or
// a file that is not there, stays as written, and so do includes within what is included: CloudFormation does not follow these.
DocumentPtr included(const DocumentPtr& written, const StackOptions& options, std::vector<Error>& problems);

// The location that a `Transform` or `Fn::Transform` includes; empty if it is no include, or its location is no text.
std::string_view include_location(Value transform);

// Why what a `Transform` or `Fn::Transform` (`key`) brings is not there.
std::string not_brought(std::string_view key, Value transform);

}  // namespace reeve
