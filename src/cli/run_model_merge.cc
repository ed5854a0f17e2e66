// `reeve model merge`.
#include "base/file.h"
#include "cli/model_commands.h"
#include "cli/out_file.h"
#include "formats/json.h"
#include "model/merge.h"
#include "model/read.h"
#include "model/threat_composer.h"

namespace reeve {
namespace {

constexpr size_t shown_bytes = 200;

std::string shown(const Terminal& terminal, const std::string& json) {
  if (json.empty()) return "(not there)";
  return json.size() <= shown_bytes ? safe(json) : shorten(terminal, safe(json), static_cast<int>(shown_bytes));
}

std::string as_json(const std::vector<model::Conflict>& conflicts) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_array();
  for (const model::Conflict& one : conflicts) {
    json.begin_object().member("path", one.path).member("what", one.what);
    for (auto [name, text] : {std::pair<const char*, const std::string*>{"base", &one.base}, {"ours", &one.ours}, {"theirs", &one.theirs}}) {
      if (text->empty()) continue;
      auto value = read_json(*text, Source{.file = "conflict"});
      json.key(name);
      value ? json.value((*value)->root()) : json.string(*text);
    }
    json.end_object();
  }
  json.end_array();
  return out + "\n";
}

}  // namespace

int run_model_merge(const Options& options, Io& io) {
  std::vector<model::Model> models;
  bool bad = false;
  for (const std::string& path : options.arguments()) {
    auto bytes = FileBytes::open(path);
    if (!bytes) {
      io.error(bytes.error());
      bad = true;
      continue;
    }
    if (models.empty() && (*bytes)->view().empty() && !bad) {  // git's base of a file that both sides added
      models.emplace_back();
      continue;
    }
    auto read = model::read_model((*bytes)->view(), path);
    if (!read) {
      io.error(read.error());
      bad = true;
      continue;
    }
    if (read->problems.empty() && read->format != model::Format::threat_composer)
      read->problems.push_back({Code::unsupported, "this is a model of " + std::string(model::name(read->format)), {path, 0, 0}, "Threat Composer's format, as a workspace keeps it", {}});
    for (const Error& problem : read->problems) io.error(problem);
    bad = bad || !read->problems.empty();
    models.push_back(std::move(read->model));
  }
  if (bad || models.size() != 3) return exit_input;
  const model::Merged merged = model::merge(models[0], models[1], models[2]);
  const std::string text = model::write_threat_composer(merged.model);
  if (const std::string path = options.value("--conflicts"); !path.empty())
    if (auto written = write_file_atomic(path, as_json(merged.conflicts)); !written) return io.error(written.error()), exit_input;
  if (const std::string path = options.value("--out"); !path.empty()) {
    OutFile file;
    if (auto opened = file.open(path); !opened) return io.error(opened.error()), exit_usage;
    const bool all = std::fwrite(text.data(), 1, text.size(), file.stream()) == text.size();
    if (auto closed = file.close(all); !closed) return io.error(closed.error()), exit_input;
  } else {
    io.print(text);
  }
  for (const model::Conflict& one : merged.conflicts) {
    std::string line = "conflict  " + safe(one.path) + ": " + safe(one.what) + "\n";
    if (!one.base.empty() || !one.ours.empty() || !one.theirs.empty())
      line += "  base    " + shown(io.error_terminal, one.base) + "\n  ours    " + shown(io.error_terminal, one.ours) + "\n  theirs  " + shown(io.error_terminal, one.theirs) + "\n";
    std::fputs(line.c_str(), io.err);  // told under --quiet too: it is what somebody has to settle
  }
  return merged.conflicts.empty() ? exit_done : exit_results;
}

}  // namespace reeve
