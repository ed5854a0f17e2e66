// The data-flow diagram of an estate (threats/diagram.h) as SVG, and as text beside it for those who do not see it.
#pragma once

#include <string>

#include "threats/diagram.h"

namespace reeve {

// `alone`: a file of its own with its style, else a part of a page whose style names the classes.
std::string diagram_svg(const threats::Diagram& diagram, bool alone);
// What the drawing shows, as rows of a table: from, to, how, relations.
std::string diagram_flows_html(const threats::Diagram& diagram);
std::string diagram_flows_markdown(const threats::Diagram& diagram);

}  // namespace reeve
