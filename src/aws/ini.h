// The files in which AWS's tools keep profiles (`config`, `credentials`): INI text as Python's configparser reads it, with one
// level of nested settings.
//
//   [profile audit]
//   role_arn = arn:aws:iam::111122223333:role/audit
//   s3 =
//     addressing_style = path
//
// Names of settings are case-insensitive, names of sections are not. A line that is indented deeper than the setting above it
// goes on with that setting's value; a value of such lines alone is nested. Comments are whole lines that begin with `#` or `;`.
// What configparser refuses is an Error with file and line; no Error says anything of a value, since values are secrets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

struct IniValue {
  std::string text;  // lines of a value are joined by a line's end
  std::map<std::string, std::string, std::less<>> nested;
  Place at;
};
struct IniSection {
  std::string name;  // what stands in the brackets
  std::map<std::string, IniValue, std::less<>> values;
  Place at;
  const std::string* get(std::string_view key) const;  // null if there is none
};

// Sections in the order of the file. `DEFAULT` is not a section: its settings are in every other one that does not say otherwise.
Result<std::vector<IniSection>> read_ini(std::string_view text, const std::string& path);

}  // namespace reeve
