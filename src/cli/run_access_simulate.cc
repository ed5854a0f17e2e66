#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "access/simulate.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/access_commands.h"
#include "cli/commands.h"
#include "content/content.h"

namespace reeve {
namespace {

Result<std::shared_ptr<const ActionTable>> table_for(const Options& options) {
  const std::string content_dir = options.value("--content"), workspace = workspace_of(options);
  if (content_dir.empty() && workspace.empty()) return built_in_table();
  Content content = load_content({.content_dir = content_dir, .workspace_dir = workspace});
  return std::make_shared<const ActionTable>(TRY(table_of(content)));
}

// Lines for people: what documents bring along must not steer the terminal.
std::string shown(const Terminal& terminal, std::string_view lines) {
  std::string out;
  for (auto line : split(lines, '\n'))
    if (!line.empty()) out += fold(terminal, safe(line) + "\n");
  return out;
}

}  // namespace

int run_access_simulate(const Options& options, Io& io) {
  const std::string path = options.arguments().empty() ? "-" : options.arguments()[0];
  const bool text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text";
  auto table = table_for(options);
  if (!table) {
    io.error(table.error());
    return exit_internal;
  }
  const bool piped = path == "-";
  const int file = piped ? ::fileno(io.in) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    io.error({Code::io, std::string("cannot be opened: ") + std::strerror(errno), {path, 0, 0}, {}, {}});
    return exit_input;
  }
  bool unread = false;
  auto read = [&](char* buffer, size_t size) -> size_t {
    ssize_t got;
    do got = ::read(file, buffer, size);
    while (got < 0 && errno == EINTR);
    if (got >= 0) return static_cast<size_t>(got);
    io.error({Code::io, std::string("cannot be read: ") + std::strerror(errno), {path, 0, 0}, {}, {}});
    unread = true;
    return 0;
  };
  Simulator simulator({.table = *table, .file = path, .text = text});
  SimulationCounts counts = simulator.run(
      read, [&](std::string_view lines) { io.print(text ? shown(io.terminal, lines) : std::string(lines)); }, [&](const Error& error) { io.error(error); });
  if (!piped) ::close(file);
  if (text) {
    auto figure = [](uint64_t n, const char* word) { return with_thousands(n) + " " + word; };
    io.print((counts.lines ? "\n" : "") + count_text(counts.lines, "request") + ": " + figure(counts.allowed, "allowed, ") +
             figure(counts.explicitly_denied, "denied by a Deny, ") + figure(counts.implicitly_denied, "not allowed") +
             (counts.uncertain ? " (of all, " + with_thousands(counts.uncertain) + " not certain)" : std::string()) +
             (counts.bad ? ", " + figure(counts.bad, "faulty") : std::string()) + "\n");
  }
  return counts.bad || unread ? exit_input : exit_done;
}

}  // namespace reeve
