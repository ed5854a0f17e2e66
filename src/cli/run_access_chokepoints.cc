#include "access/paths.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/access_commands.h"
#include "cli/access_estate.h"
#include "formats/json.h"

namespace reeve {

int run_access_chokepoints(const Options& options, Io& io) {
  auto input = read_attack_input(options, io);
  if (!input) {
    io.error(input.error());
    return input.error().code == Code::usage ? exit_usage : exit_input;
  }
  AttackOptions wanted;
  wanted.exposed = input->exposed;
  const AttackGraph graph(input->estate, input->known, std::move(wanted));
  const std::vector<Chokepoint> points = chokepoints(graph);
  const std::string format = options.value("--format", io.terminal.tty ? "text" : "ndjson");
  for (const Chokepoint& point : points) {
    std::string out;
    if (format == "ndjson") {
      JsonWriter json(out);
      json.begin_object().member("kind", point.policy.empty() ? "way" : "statement").member("ends", static_cast<int64_t>(point.ends)).member("of", static_cast<int64_t>(point.of));
      if (point.policy.empty()) {
        json.member("way", point.way).member("to", point.to);
      } else {
        json.member("policy", point.policy).member("path", point.statement);
        if (!point.sid.empty()) json.member("sid", point.sid);
        if (point.line) json.member("line", static_cast<int64_t>(point.line));
        if (!point.file.empty()) json.member("file", point.file);
      }
      json.member("principal", point.principal).member("principals", static_cast<int64_t>(point.principals)).key("examples").begin_array();
      for (const std::string& one : point.examples) json.string(one);
      json.end_array().end_object();
      out += '\n';
    } else {
      out = "ends " + std::to_string(point.ends) + " of " + std::to_string(point.of) + "  " +
            (point.policy.empty() ? "every " + point.way + " to " + safe(point.to) : safe(point.policy) + " " + safe(point.statement) + (point.sid.empty() ? "" : " (" + safe(point.sid) + ")")) + "\n";
      out += paint(io.terminal, Ink::dim, "       of " + safe(point.principal) + (point.principals > 1 ? " and " + count_text(point.principals - 1, "other") : "")) + "\n";
    }
    io.print(out);
  }
  if (format == "text") {
    const size_t of = points.empty() ? 0 : points.front().of;
    io.print(of == 0 ? "nobody reaches an administrator by a way that is known here\n" : "\n" + count_text(of, "beginning") + " from which an administrator can be reached\n");
  }
  return input->complete ? exit_done : exit_input;
}

}  // namespace reeve
