// What tokens, events and readers share of JSON as it stands; for this room only.
#pragma once

#include <string>
#include <string_view>

namespace reeve {

// Behind the value that begins at `p`; `end` at most.
const char* token_end(const char* p, const char* end);
// What stands between the quotes of a string, put to the end of `out`. Half of a surrogate pair becomes U+FFFD; what is no escape of JSON
// stays as it is.
void unescape_json(std::string_view escaped, std::string& out);

}  // namespace reeve
