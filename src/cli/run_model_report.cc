// `reeve model report`.
#include <optional>

#include "base/threads.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "cli/out_file.h"
#include "content/resource_types.h"
#include "content/risk_scale.h"
#include "report/diagram_drawn.h"
#include "report/model_report.h"
#include "report/threats_told.h"
#include "threats/quantify.h"

namespace reeve {

namespace {

void withhold(model::FieldValue& value) {
  if (auto* text = std::get_if<std::string>(&value)) *text = redacted_text(*text);
  if (auto* texts = std::get_if<model::Texts>(&value))
    for (std::string& text : *texts) text = redacted_text(text);
  if (auto* all = std::get_if<model::Metadata>(&value))
    for (model::Metadatum& one : *all) {
      if (auto* text = std::get_if<std::string>(&one.value)) *text = redacted_text(*text);
      else
        for (std::string& text : std::get<model::Texts>(one.value)) text = redacted_text(text);
    }
}

}  // namespace

int run_model_report(const Options& options, Io& io) {
  if (auto can = out_can_be_written(options); !can) return io.error(can.error()), exit_usage;
  if (!has_workspace_folder(options, io)) return exit_usage;
  const std::string format = options.value("--format", "html");
  const auto model = read_kept_model(model_path(options), io);
  if (!model) return exit_input;
  int status = exit_done;
  const auto assessment = assess_for_model(options, io, status);
  if (!assessment) return status;
  std::vector<Error> errors;
  const ResourceCatalogue catalogue = catalogue_of(assessment->content, errors);
  auto diagram = threats::diagram_of(assessment->store->db(), catalogue);
  if (!diagram) return io.error(diagram.error()), exit_internal;
  for (const Error& error : errors) io.error(error);
  if (!errors.empty()) status = exit_input;
  std::optional<threats::Money> money;
  if (assessment->threats.looked && format != "svg") {
    const RiskScale scale = risk_scale_of(*assessment->content.files, workspace_of(options));
    threats::QuantifyOptions how;
    how.workers = worker_count();
    how.levers = false;
    if (scale.loaded) money = threats::quantify(assessment->threats.state, scale, assessment->content, how);
    for (const auto& wrong : {scale.errors, money ? money->errors : std::vector<Error>()}) {
      for (const Error& error : wrong) io.error(error);
      if (!wrong.empty()) status = exit_input;
    }
  }

  if (const auto redaction = redaction_for(options, *assessment, io, status)) {
    redact_model(*redaction, assessment->threats.state, *model);
    redact_diagram(*redaction, *diagram);
  }
  if (status == exit_internal) return status;
  // The page prints the model's own words; a secret among them is no one's reading.
  for (auto& [section, records] : model->sections)
    for (model::Record& record : records)
      for (auto& [field, value] : record.fields)
        if (field != "id") withhold(value);
  ModelReport report;
  report.model = model.get();
  report.diagram = &*diagram;
  if (assessment->threats.looked) report.state = &assessment->threats.state;
  if (money) report.money = &*money;
  report.organization = assessment->organization;
  report.as_of = assessment->as_of;
  report.view = options.value("--view", model_views().front());
  const std::string text = format == "svg" ? diagram_svg(*diagram, true) : format == "markdown" ? model_markdown(report) : model_html(report);
  if (const std::string path = options.value("--out"); !path.empty() && path != "-") {
    OutFile file;
    if (auto opened = file.open(path); !opened) return io.error(opened.error()), exit_usage;
    const bool whole = std::fwrite(text.data(), 1, text.size(), file.stream()) == text.size();
    if (auto closed = file.close(whole); !closed) return io.error(closed.error()), exit_input;
    return status;
  }
  io.print(text);
  return status;
}

}  // namespace reeve
