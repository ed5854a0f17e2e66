// `reeve model risk`.
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/model_commands.h"
#include "formats/json.h"
#include "model/risk.h"

namespace reeve {
namespace {

// Money as people read it: whole, or in the powers of ten of what no purse holds.
std::string money(double amount) {
  if (amount < 1e15) {
    if (amount >= 100) return with_thousands(static_cast<uint64_t>(std::llround(amount)));
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", amount);
    return text;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", amount);
  return text;
}

}  // namespace

int run_model_risk(const Options& options, Io& io) {
  const std::string path = options.value("--scenarios");
  if (path.empty()) return io.error({Code::usage, "--scenarios is missing", {}, "--scenarios FILE", "`reeve help model risk` shows a file"}), exit_usage;
  auto bytes = FileBytes::open(path);
  if (!bytes) return io.error(bytes.error()), exit_input;
  auto document = read_json((*bytes)->view(), *bytes, Source{.file = path == "-" ? "standard input" : path});
  if (!document) return io.error(document.error()), exit_input;
  const model::Scenarios scenarios = model::read_scenarios(**document);
  for (const Error& problem : scenarios.problems) io.error(problem);
  for (const Error& note : scenarios.notes) io.say("note  " + safe(note.text()) + "\n");
  if (!scenarios.usable) return exit_input;
  const std::vector<model::Risk> risks = model::simulate(scenarios, worker_count());
  if (options.value("--format", io.terminal.tty ? "text" : "json") == "json") {
    std::string out;
    JsonWriter json(out, 1);
    json.begin_object().member("simulations", scenarios.simulations).member("seed", scenarios.seed).key("scenarios").begin_array();
    for (size_t i = 0; i < risks.size(); ++i) {
      const model::Risk& risk = risks[i];
      json.begin_object().member("id", scenarios.scenarios[i].id).key("mean").number(risk.mean).key("standard_error").number(risk.standard_error);
      json.key("p50").number(risk.p50).key("p90").number(risk.p90).key("p95").number(risk.p95).key("p99").number(risk.p99).end_object();
    }
    json.end_array().end_object();
    io.print(out + "\n");
  } else {
    Table table({{.title = "scenario", .shrinks = true}, {"mean a year", Align::right}, {"p50", Align::right}, {"p90", Align::right}, {"p95", Align::right}, {"p99", Align::right}});
    for (size_t i = 0; i < risks.size(); ++i) {
      const model::Risk& risk = risks[i];
      table.row({{safe(scenarios.scenarios[i].id)}, {money(risk.mean)}, {money(risk.p50)}, {money(risk.p90)}, {money(risk.p95)}, {money(risk.p99)}});
    }
    io.print(table.text(io.terminal));
    io.print("\n" + count_text(risks.size(), "scenario") + " of " + with_thousands(static_cast<uint64_t>(scenarios.simulations)) + " simulations each, seed " + std::to_string(scenarios.seed) + "\n");
  }
  return scenarios.problems.empty() ? exit_done : exit_input;
}

}  // namespace reeve
