// What separate resources of a template say of another one: the rules of a security group that stand beside it, a bucket's policy.
//
// `template: parts` of a type's file (docs/formats/resources.md) names them. A part belongs to whatever it names by `Ref`, `Fn::GetAtt`
// or in words. Where it names one of several, or may not be there, each keeps an unknown in its place. What is said by a part keeps the
// part's own place, so evidence points at it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "estate/resource_type.h"
#include "estate/stack.h"

namespace reeve {

class TemplateParts {
 public:
  // `stack` outlives this.
  TemplateParts(const Stack& stack, const ResourceCatalogue& catalogue);

  // Adds the resource's body and what its parts say to the document at hand.
  void copy(const StackResource& resource, Builder& builder, uint16_t slot) const;

 private:
  struct Part {
    const TemplatePart* how;
    const StackResource* resource;
    std::string doubt;  // why it may not be a part, or not be there; empty: it is
  };
  struct Owned {
    const StackResource* resource;
    const ResourceType* type;
    std::vector<Part> parts;
  };
  void tie(const StackResource& part, const ResourceCatalogue::TemplateUse& use);

  std::map<std::string, Owned, std::less<>> by_id_;  // resources of types that have parts
  std::map<std::pair<const ResourceType*, std::string>, std::vector<std::string>> by_name_;
};

}  // namespace reeve
