#include "cli/io.h"

#include <cerrno>
#include <cstring>

namespace reeve {

void Io::print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), out); }

void Io::say(std::string_view text) {
  if (quiet) return;
  std::fwrite(text.data(), 1, text.size(), err);
}

void Io::error(const Error& error) {
  std::fflush(out);  // what was found before comes first where both go to one terminal
  std::string line = fold(error_terminal, safe(error.text()));
  if (error.at.path.empty()) line = paint(error_terminal, Ink::fail, "error") + "  " + line;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), err);
}

Status Io::finish() {
  errno = 0;
  bool failed = std::fflush(out) != 0 || std::ferror(out) != 0;
  if (!failed) return {};
  std::string why = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
  return fail(Code::io, "the results could not be written to standard output" + why, {}, {}, "make room, or name another place");
}

}  // namespace reeve
