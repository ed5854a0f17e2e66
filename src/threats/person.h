// Whether two texts name one person, as far as texts can say.
//
// Compared are the characters: case does not count (Latin, Greek, Cyrillic and Armenian letters, one for one), nor do kind and number of blanks, at the ends or
// within. `Ada Lovelace` and `ada  lovelace` are one; `A. Lovelace`, `ada@example.com` and an accent written as a sign of its own are others: who a name
// belongs to only a directory knows.
#pragma once

#include <string>
#include <string_view>

namespace reeve::threats {

std::string name_folded(std::string_view name);
bool same_person(std::string_view a, std::string_view b);  // false if either names nobody

}  // namespace reeve::threats
