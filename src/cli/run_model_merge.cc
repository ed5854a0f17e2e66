// `reeve model merge`.
#include <algorithm>
#include <map>

#include "base/file.h"
#include "cli/model_commands.h"
#include "cli/out_file.h"
#include "formats/json.h"
#include "model/merge.h"
#include "model/read.h"
#include "model/threat_composer.h"
#include "threats/register.h"
#include "threats/withheld.h"

namespace reeve {
namespace {

constexpr size_t shown_bytes = 200;

std::string shown(const Terminal& terminal, const std::string& json) {
  if (json.empty()) return "(not there)";
  const std::string text = safe(redacted_text(json));
  return text.size() <= shown_bytes ? text : shorten(terminal, text, static_cast<int>(shown_bytes));
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

std::map<std::string, std::vector<std::string>> objections_of(const model::Model& model) {
  std::map<std::string, std::vector<std::string>> out;
  for (const model::Record& threat : model.records("threats"))
    if (auto all = threats::objections(threats::decision_of(threat)); !all.empty()) out.emplace(threat.text("id"), std::move(all));
  return out;
}

// Fields that are good alone need not be together: one side's requester may be the other's approver.
void decisions_of_both(const model::Model& ours, const model::Model& theirs, model::Merged& merged) {
  const auto before = objections_of(ours), others = objections_of(theirs);
  const auto known = [](const auto& all, const std::string& id, const std::string& what) {
    const auto found = all.find(id);
    return found != all.end() && std::find(found->second.begin(), found->second.end(), what) != found->second.end();
  };
  for (const auto& [id, all] : objections_of(merged.model))
    for (const std::string& what : all)
      if (!known(before, id, what) && !known(others, id, what)) merged.conflicts.push_back({"threats[" + id + "].metadata", {}, {}, {}, "what both sides decided does not hold together: " + what});
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
      io.error(threats::withheld(read.error()));
      bad = true;
      continue;
    }
    if (read->problems.empty() && read->format != model::Format::threat_composer)
      read->problems.push_back({Code::unsupported, "this is a model of " + std::string(model::name(read->format)), {path, 0, 0}, "Threat Composer's format, as a workspace keeps it", {}});
    for (const Error& problem : threats::withheld(read->problems)) io.error(problem);
    bad = bad || !read->problems.empty();
    models.push_back(std::move(read->model));
  }
  if (bad || models.size() != 3) return exit_input;
  model::Merged merged = model::merge(models[0], models[1], models[2]);
  decisions_of_both(models[1], models[2], merged);
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
  for (const std::string& note : merged.notes) io.say("note  " + safe(note) + "\n");
  for (const model::Conflict& one : merged.conflicts) {
    std::string line = "conflict  " + safe(one.path) + ": " + safe(one.what) + "\n";
    if (!one.base.empty() || !one.ours.empty() || !one.theirs.empty())
      line += "  base    " + shown(io.error_terminal, one.base) + "\n  ours    " + shown(io.error_terminal, one.ours) + "\n  theirs  " + shown(io.error_terminal, one.theirs) + "\n";
    std::fputs(line.c_str(), io.err);  // told under --quiet too: it is what somebody has to settle
  }
  return merged.conflicts.empty() ? exit_done : exit_results;
}

}  // namespace reeve
