// Markdown that others wrote, as markup of a page: what people put into a model's descriptions is told as structured text.
//
// Shown are headings, paragraphs, lists (also within lists), code in lines and in blocks, bold and emphasis. All else stands as it was written: HTML is text,
// a link is its words and its address in plain letters, a picture its words alone. Nothing in the text becomes an element, an attribute or an address of the page.
#pragma once

#include <string>
#include <string_view>

namespace reeve {

// `heading` is the level of the text's highest heading, 2 to 6; deeper ones follow, none beyond 6.
std::string markdown_shown(std::string_view text, int heading);

}  // namespace reeve
