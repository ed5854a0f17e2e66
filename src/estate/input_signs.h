// Signs by which files are told apart before they are read: names, and the first line. Private to this room.
#pragma once

#include <string>
#include <string_view>

#include "base/text.h"

namespace reeve {

inline std::string strip_packing_suffix(std::string_view name) {
  for (std::string_view suffix : {".gz", ".zst", ".zstd"})
    if (ends_with(name, suffix)) return std::string(name.substr(0, name.size() - suffix.size()));
  return std::string(name);
}

// `a-bc-d2` in lower case: how CLI output names a call.
inline bool looks_like_cli_name(std::string_view name) {
  bool dash = false;
  for (char c : name) {
    if (c == '-') dash = true;
    else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return false;
  }
  return dash && !name.empty() && name[0] >= 'a' && name[0] <= 'z';
}

// The first line is an alert as `reeve detect` writes them, or (with --audit) tells of an object that was read.
inline bool is_alerts(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (starts_with(line, "{\"object\":") && contains(line, "\"refusals\"") && contains(line, "\"text_bytes\"")) return true;
  return starts_with(line, "{") && contains(line, "\"alert_id\"") && contains(line, "\"rule_id\"") && contains(line, "\"event_time\"");
}

}  // namespace reeve
