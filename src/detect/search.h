// Bytes looked for in bytes, sixteen at a time: what most conditions of most rules come down to.
#pragma once

#include <string_view>

namespace reeve {

// As std::string_view::find, from the beginning.
size_t find_bytes(std::string_view text, std::string_view word);
// Where `word` (ASCII letters in lower case) begins in `text`, case of ASCII letters aside; npos: nowhere.
size_t find_folded(std::string_view text, std::string_view word);
bool equal_folded(std::string_view text, std::string_view word);  // of the same size

}  // namespace reeve
