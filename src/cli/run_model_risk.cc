// `reeve model risk`.
#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/model_commands.h"
#include "cli/risk_run.h"
#include "formats/json.h"
#include "model/risk.h"

namespace reeve {
int run_model_risk(const Options& options, Io& io) {
  const std::string path = options.value("--scenarios");
  if (path.empty()) return run_model_estate_risk(options, io);
  for (const char* flag : {"--budget", "--threat", "--simulations", "--seed", "--workspace", "--content", "--as-of"})
    if (options.has(flag)) return io.error({Code::usage, std::string("`") + flag + "` is of an estate, and --scenarios has none", {}, "one of the two", {}}), exit_usage;
  if (!options.arguments().empty()) return io.error({Code::usage, "`" + options.arguments()[0] + "` is a source, and --scenarios reads none", {}, "one of the two", {}}), exit_usage;
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
      table.row({{safe(scenarios.scenarios[i].id)}, {money_text(risk.mean)}, {money_text(risk.p50)}, {money_text(risk.p90)}, {money_text(risk.p95)}, {money_text(risk.p99)}});
    }
    io.print(table.text(io.terminal));
    io.print("\n" + count_text(risks.size(), "scenario") + " of " + with_thousands(static_cast<uint64_t>(scenarios.simulations)) + " simulations each, seed " + std::to_string(scenarios.seed) + "\n");
  }
  return scenarios.problems.empty() ? exit_done : exit_input;
}

}  // namespace reeve
