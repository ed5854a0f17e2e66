#include "cli/model_kit.h"

#include "base/file.h"
#include "cli/model_commands.h"
#include "model/read.h"
#include "threats/withheld.h"

namespace reeve {

bool has_workspace_folder(const Options& options, Io& io) {
  const std::string dir = options.value("--workspace");
  if (dir.empty() || is_folder(dir)) return true;
  io.error({Code::usage, exists(dir) ? "the workspace is no folder" : "there is no such workspace", {dir}, "a folder that keeps a threat model", "`reeve model derive` and `reeve model import` make one"});
  return false;
}

std::unique_ptr<Assessment> assess_for_model(const Options& options, Io& io, int& status, bool gates) {
  AssessOptions what;
  what.sources = options.arguments();
  what.workspace_dir = workspace_of(options);
  // A folder may keep a model and be no workspace otherwise.
  if (!what.workspace_dir.empty() && !exists(join_path(what.workspace_dir, "reeve.yaml"))) what.workspace_dir.clear();
  what.content_dir = options.value("--content");
  if (auto time = options.time("--as-of")) what.as_of = *time;
  else if (gates) what.today = wall_clock();
  what.threat_model = model_path(options);
  what.threats = true;
  what.remembers = !options.has("--dry-run") && !options.has("--as-of");
  auto done = assess(what);
  if (!done) {
    io.error(done.error());
    const Code code = done.error().code;
    status = code == Code::usage || code == Code::not_found ? exit_usage : code == Code::internal ? exit_internal : exit_input;
    return nullptr;
  }
  for (const Error& problem : (*done)->problems) io.error(problem);
  for (const Error& note : (*done)->notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");
  status = (*done)->incomplete() ? exit_input : exit_done;
  return std::move(*done);
}

std::string day_told(const Assessment& assessment) {
  const std::string today = rfc3339(assessment.today).substr(0, 10);
  return today == rfc3339(assessment.as_of).substr(0, 10) ? std::string() : " (acceptances, reviews and due dates as of " + today + ")";
}

std::unique_ptr<Redaction> redaction_for(const Options& options, Assessment& assessment, Io& io, int& status) {
  if (!options.has("--redact")) return nullptr;
  auto made = Redaction::of(assessment);
  if (!made) return io.error(made.error()), status = exit_internal, nullptr;
  (*made)->apply(assessment);
  return std::move(*made);
}

std::unique_ptr<model::Model> read_kept_model(const std::string& path, Io& io) {
  if (!exists(path)) return std::make_unique<model::Model>();
  auto bytes = FileBytes::open(path);
  if (!bytes) return io.error(bytes.error()), nullptr;
  auto read = model::read_model((*bytes)->view(), path);
  if (!read) return io.error(threats::withheld(read.error())), nullptr;
  for (const Error& problem : threats::withheld(read->problems)) io.error(problem);
  return read->problems.empty() ? std::make_unique<model::Model>(std::move(read->model)) : nullptr;
}

}  // namespace reeve
