// Templates: resources not yet born, as the template will make them (estate/stack.h). What only a deployment can know is unknown, with
// its reason; the rest is judged as the live resource would be.
#pragma once

#include "estate/load.h"
#include "estate/stack.h"
#include "estate/template_parts.h"

namespace reeve {

// What a template's resources are named after: its path below the folder that Reeve runs in, or else from the root.
// The same however the path was typed (docs/decisions/2026-11-29-names-of-templates.md).
std::string lasting_name(const Input& input);

// `beside`: the files that it may open, such as those of its nested stacks, whose resources are given with the way to them: `Network/Subnet`.
void load_template(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink, const std::vector<Input>& beside = {});

// The text of a template as a document. `self` names the file.
Result<DocumentPtr> read_template(std::string_view text, const Source& self);

// The key beside `Resources` in the document of a resource of which it is not known whether it will be there: why. A fail is then unknown.
inline constexpr std::string_view resource_maybe = "Maybe";

// One resource of a stack in the shape in which judges see it, with what its `parts` say. `file` and `within` make its uid: `file#within/id`.
Resource resource_of(const StackResource& resource, const TemplateParts& parts, const ResourceCatalogue& catalogue, const Source& self, const std::string& file, const std::string& within);

}  // namespace reeve
