// CSV text in (RFC 4180: quotes, doubled quotes, CRLF or LF), as a list of maps from column name to string.
#pragma once

#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

// The first row names the columns. A row with more or fewer fields than that, a quote left open, or a column named twice is an
// Error with its line. `separator` is usually ',' (Prowler writes ';').
Result<DocumentPtr> read_csv(std::string_view text, Source self, char separator = ',');
// The same for files of others, where a bad row must not hide the good ones: it goes to `refused`, and reading goes on with the next
// line. Only a text that is no UTF-8, or whose first row names no columns, is an Error.
Result<DocumentPtr> read_csv_rows(std::string_view text, Source self, char separator, std::vector<Error>& refused);

// One cell as it is written: quoted where it has to be, and with an apostrophe before what a spreadsheet would take for a formula.
std::string csv_cell(std::string_view text);
// The cell as it was before that apostrophe.
std::string_view csv_text(std::string_view cell);

}  // namespace reeve
