// The packed tree: POSIX ustar, made by our own build (cmake/pack_content.sh), so anything unexpected means a damaged program file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace reeve {

inline std::string_view tar_field(std::string_view header, size_t offset, size_t size) {
  std::string_view field = header.substr(offset, size);
  return field.substr(0, std::min(field.find('\0'), field.size()));
}

inline std::optional<uint64_t> tar_octal(std::string_view field) {
  uint64_t value = 0;
  field = trim(field);
  if (field.empty()) return std::nullopt;
  for (char c : field) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

// Calls back with path and text of each file; false if the tree is damaged.
template <class F>
bool read_packed_tree(std::string_view tar, F&& each) {
  std::string path;
  size_t at = 0;
  while (at + 512 <= tar.size() && tar[at] != '\0') {
    std::string_view header = tar.substr(at, 512);
    at += 512;
    auto size = tar_octal(tar_field(header, 124, 12));
    if (!size || *size > tar.size() - at || tar_field(header, 257, 5) != "ustar") return false;
    path = tar_field(header, 345, 155);
    if (!path.empty()) path += '/';
    path += tar_field(header, 0, 100);
    if (starts_with(path, "./")) path.erase(0, 2);
    char type = header[156];
    if (type == '0' || type == '\0')
      each(std::string_view(path), tar.substr(at, *size));
    else if (type != '5')
      return false;
    at += (*size + 511) / 512 * 512;
  }
  return true;
}

}  // namespace reeve
