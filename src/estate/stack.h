// Stack: a CloudFormation template as it will be deployed, as far as that can be told before.
//
//   StackOptions how;  how.parameters = {{"Stage", "prod"}, {"AWS::Region", "eu-west-1"}};
//   Stack stack = resolve_stack(document, how);
//   stack.document            the template with its Resources, Outputs and Conditions resolved
//   stack.resources[i].body   …/Resources/<id> in it
//
// Parameters have the value given, else their default, else the only one that is allowed. Functions whose arguments are known are
// evaluated; a resource whose condition is false is not there; loops are unrolled, SAM's types are replaced by what they make. What only
// a deployment can know is an unknown node with its reason. An unknown that surely has a value says so (formats/unknowns.h), and one that refers
// to something holds the reference as written ({"Ref": "Key"}), so that two references to one thing are known to be equal; a text of which
// only parts are known holds it as {"Fn::Sub": …}. Each value keeps the place in the template where it, or the function that gave it, is
// written. Nothing here reads a file: nested stacks are opened by a callback.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/document.h"

namespace reeve {

// The value of a parameter that is given from outside: a text (lists with commas), or why it is not known.
struct StackParameter {
  std::optional<std::string> text;
  std::string unknown;  // the reason, without a text
};

struct StackOptions {
  std::map<std::string, StackParameter, std::less<>> parameters;  // also pseudo parameters, such as `AWS::Region`
  // Opens the template that a nested stack of the template `from` names; null where it is not on disk. `shown` becomes its name.
  std::function<Result<DocumentPtr>(const std::string& url, const std::string& from, std::string& shown)> open_nested;
  std::vector<std::string> within;  // names of the templates around this one
};

struct StackResource {
  std::string id, type;
  Value body;             // in the stack's document
  std::string construct;  // CDK's path of the construct that made it; empty if not said
  std::string maybe;      // why it is not known whether the resource will be there; empty: it will
};

struct Stack {
  struct Nested;
  DocumentPtr document;
  std::string shown;  // file for people
  std::vector<StackResource> resources;  // in order as written; one for each id
  std::map<std::string, StackParameter, std::less<>> outputs;
  std::vector<Nested> nested;            // in order as written
  std::vector<Error> problems;           // what makes the template undeployable, by place: circles, a resource without type
  std::vector<Error> notes;              // what is not judged
};

struct Stack::Nested {
  std::string id;     // logical id of the AWS::CloudFormation::Stack
  std::string maybe;  // as of the resource
  Stack stack;
};

// True if it has the shape of a CloudFormation template: a map `Resources`, some of whose members have a `Type`.
bool is_stack_template(Value root);

// `written`: as read, functions in their long forms. Same template and options, same stack.
Stack resolve_stack(const DocumentPtr& written, const StackOptions& options = {});

}  // namespace reeve
