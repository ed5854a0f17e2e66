// CSV text in (RFC 4180: quotes, doubled quotes, CRLF or LF), as a list of maps from column name to string.
#pragma once

#include <string_view>

#include "formats/document.h"

namespace reeve {

// The first row names the columns. A row with more or fewer fields than that, a quote left open, or a column named twice is an
// Error with its line. `separator` is usually ',' (Prowler writes ';').
Result<DocumentPtr> read_csv(std::string_view text, Source self, char separator = ',');

}  // namespace reeve
