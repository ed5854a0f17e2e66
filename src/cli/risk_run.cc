#include "cli/risk_run.h"

#include <cmath>
#include <set>

#include "base/text.h"
#include "base/threads.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "detect/feeders.h"
#include "threats/status.h"

namespace reeve {

std::string money_text(double amount) {
  char text[32];
  if (amount < 1e15) {
    if (amount >= 100) return with_thousands(static_cast<uint64_t>(std::llround(amount)));
    std::snprintf(text, sizeof text, "%.2f", amount);
    return text;
  }
  std::snprintf(text, sizeof text, "%.3g", amount);
  return text;
}

namespace {

// Errors of log sources the assessment told.
threats::Feeds feeds_in(const Assessment& assessment) {
  threats::Feeds out;
  out.run = assessment.alerts.given;
  std::vector<Error> told;
  out.of = feeders_of(detections_of(*assessment.content.files), *assessment.content.files, told);
  std::set<std::string_view> feeders;
  for (const auto& [detection, controls] : out.of) feeders.insert(controls.begin(), controls.end());
  for (const ControlResult& one : assessment.controls)
    if (feeders.contains(one.control->id)) out.controls[one.control->id] = {threats::standing_of(one.counts, one.control->judge == Judge::attested), one.counts};
  return out;
}

}  // namespace

std::unique_ptr<RiskRun> risk_run(const Options& options, Io& io, bool levers, int& status) {
  auto run = std::make_unique<RiskRun>();
  threats::QuantifyOptions how;
  how.workers = worker_count();
  how.levers = levers;
  const auto number = [&](const char* flag, int64_t least, int64_t most, int64_t& into) {
    if (!options.has(flag)) return true;
    const auto read = parse_int(options.value(flag));
    if (read && *read >= least && *read <= most) return into = *read, true;
    io.error({Code::usage, std::string("`") + flag + " " + options.value(flag) + "` is none that can be simulated", {}, "a whole number from " + std::to_string(least) + " to " + std::to_string(most), {}});
    return false;
  };
  if (!number("--simulations", 1, model::fair_simulations_max, how.simulations) || !number("--seed", INT64_MIN, INT64_MAX, how.seed)) return status = exit_usage, nullptr;
  if (!has_workspace_folder(options, io)) return status = exit_usage, nullptr;
  run->model = read_kept_model(model_path(options), io);
  if (!run->model) return status = exit_input, nullptr;
  run->assessment = assess_for_model(options, io, run->status, !levers);  // the register is a gate
  if (!run->assessment) return status = run->status, nullptr;
  const auto tell = [&](const std::vector<Error>& errors) {
    for (const Error& error : errors) io.error(error);
    if (!errors.empty()) run->status = exit_input;
  };
  run->known = threats_of(*run->assessment->content.files);
  tell(run->known.errors);
  run->scale = risk_scale_of(*run->assessment->content.files, workspace_of(options));
  tell(run->scale.errors);
  if (!run->scale.loaded) {
    io.error({Code::not_found, "there is no scale of risk", {options.value("--content")}, "risk/scale.yaml in the content", {}});
    return status = exit_input, nullptr;
  }
  if (!run->assessment->threats.looked) return status = exit_input, nullptr;  // the model does not hold, which was told
  run->state = run->assessment->threats.state;
  if (levers) how.feeds = feeds_in(*run->assessment);
  run->money = threats::quantify(run->state, run->scale, run->assessment->content, how);
  tell(run->money.errors);
  return run;
}

}  // namespace reeve
