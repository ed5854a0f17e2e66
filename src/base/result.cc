#include "base/result.h"

namespace reeve {

std::string_view name(Code code) {
  switch (code) {
    case Code::io: return "io";
    case Code::not_found: return "not_found";
    case Code::parse: return "parse";
    case Code::type: return "type";
    case Code::limit: return "limit";
    case Code::unsupported: return "unsupported";
    case Code::usage: return "usage";
    case Code::conflict: return "conflict";
    case Code::internal: return "internal";
  }
  return "internal";
}

std::string Place::text() const {
  std::string out = path;
  if (line != 0) out += ":" + std::to_string(line);
  if (line != 0 && column != 0) out += ":" + std::to_string(column);
  return out;
}

std::string Error::text() const {
  std::string out = at.text();
  if (!out.empty()) out += ": ";
  out += what;
  if (!expected.empty()) out += "; expected " + expected;
  if (!hint.empty()) out += "; " + hint;
  for (char& c : out)
    if (c == '\n' || c == '\r') c = ' ';
  return out;
}

}  // namespace reeve
