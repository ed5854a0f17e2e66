// `reeve model import` and `reeve model export`.
#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "model/read.h"
#include "model/threat_composer.h"
#include "threats/withheld.h"

namespace reeve {
namespace {

std::string what_it_holds(const model::Model& model) {
  return count_text(model.records("threats").size(), "threat") + ", " + count_text(model.records("mitigations").size(), "mitigation") + ", " +
         count_text(model.records("assumptions").size(), "assumption");
}

Result<model::Read> read_file_of(const std::string& path) {
  const auto bytes = TRY(FileBytes::open(path));
  return model::read_model(bytes->view(), path == "-" ? "standard input" : path);
}

// Notes on what was kept as it is and yet will not do what somebody meant.
void tell_dangling(Io& io, const model::Model& model, const std::string& path) {
  constexpr size_t most = 20;
  const auto dangling = model::links_of(model).dangling;
  for (size_t i = 0; i < dangling.size() && i < most; ++i)
    io.say("note  " + safe(path) + ": " + dangling[i].path + " names `" + safe(redacted_text(dangling[i].id)) + "`, which is not there\n");
  if (dangling.size() > most) io.say("note  " + safe(path) + ": " + with_thousands(dangling.size() - most) + " more links to what is not there\n");
}

bool shares_threats(const model::Model& one, const model::Model& other) {
  std::set<std::string_view> ids;
  for (const model::Record& threat : one.records("threats")) ids.insert(threat.text("id"));
  const auto& threats = other.records("threats");
  return std::any_of(threats.begin(), threats.end(), [&](const model::Record& threat) { return ids.contains(threat.text("id")); });
}

}  // namespace

std::string model_path(const Options& options) {
  const std::string dir = workspace_of(options);
  return join_path(dir.empty() ? "." : dir, "threat-model.tc.json");
}

std::string derived_path(const Options& options) {
  const std::string dir = workspace_of(options);
  return join_path(dir.empty() ? "." : dir, "threat-model.derived.tc.json");
}

int run_model_import(const Options& options, Io& io) {
  const std::string from = options.arguments()[0], to = model_path(options);
  auto read = read_file_of(from);
  if (!read) return io.error(threats::withheld(read.error())), exit_input;
  for (const Error& problem : threats::withheld(read->problems)) io.error(problem);
  if (!read->problems.empty()) return exit_input;
  tell_dangling(io, read->model, from);
  for (const Error& unplaced : read->unplaced) io.say("note  " + safe(threats::withheld(unplaced).text()) + "\n");
  if (exists(to)) {
    auto former = read_file_of(to);
    const bool good = former && former->problems.empty();
    if (!good || !(former->model == read->model))
      io.say("note  " + safe(to) + " is replaced" + (good ? "; it held " + what_it_holds(former->model) : std::string()) + "\n");
  }
  // What deriving brought last time belongs to the model that it was brought to. Beside another one each of its threats would count as
  // taken out by people, and none would ever come.
  if (const std::string base = derived_path(options); exists(base)) {
    const auto derived = read_file_of(base);
    if (!derived || !derived->problems.empty() || !shares_threats(derived->model, read->model)) {
      if (std::error_code failed; !std::filesystem::remove(base, failed)) return io.error({Code::io, "cannot remove it: " + failed.message(), {base}, {}, {}}), exit_input;
      io.say("note  " + safe(base) + " is removed: nothing that it derived stands in this model, so the next `reeve model derive` begins anew\n");
    }
  }
  if (auto written = write_file_atomic(to, model::write_threat_composer(read->model)); !written) return io.error(written.error()), exit_input;
  io.print(safe(from) + "  " + std::string(model::name(read->format)) + ": " + what_it_holds(read->model) + "\n");
  io.say("Next: reeve model export" + workspace_flag(options) + "\n");
  return exit_done;
}

int run_model_export(const Options& options, Io& io) {
  if (!has_workspace_folder(options, io)) return exit_usage;
  const std::string path = model_path(options);
  if (!exists(path))
    return io.error({Code::not_found, "there is no threat model in this workspace", {path, 0, 0}, {}, "`reeve model import FILE` takes one in"}), exit_input;
  auto read = read_file_of(path);
  if (!read) return io.error(threats::withheld(read.error())), exit_input;
  for (const Error& problem : threats::withheld(read->problems)) io.error(problem);
  if (!read->problems.empty()) return exit_input;
  io.print(model::write_threat_composer(read->model));
  return exit_done;
}

}  // namespace reeve
