#include "cli/io.h"

#include <cerrno>
#include <cstring>

#include "base/text.h"

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

std::optional<std::string> Io::ask(std::string_view question) {
  constexpr size_t line_max = 4096;  // a person types no more
  std::fflush(out);
  std::fwrite(question.data(), 1, question.size(), err);
  std::fflush(err);
  std::string line;
  for (int c; (c = std::fgetc(in)) != EOF;) {
    if (c == '\n') return std::string(trim(line));
    if (line.size() < line_max) line += static_cast<char>(c);
  }
  return std::nullopt;
}

Status Io::finish() {
  errno = 0;
  bool failed = std::fflush(out) != 0 || std::ferror(out) != 0;
  if (!failed) return {};
  std::string why = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
  return fail(Code::io, "the results could not be written to standard output" + why, {}, {}, "make room, or name another place");
}

}  // namespace reeve
