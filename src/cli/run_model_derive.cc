// `reeve model derive`.
#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "content/resource_types.h"
#include "formats/json.h"
#include "model/threat_composer.h"
#include "threats/derive.h"
#include "threats/describe.h"

namespace reeve {
namespace {

using threats::Change;

constexpr size_t told_most = 20;

std::string_view word(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::came_in: return "new";
    case Change::Kind::changed: return "changed";
    case Change::Kind::gone: return "gone";
    case Change::Kind::unknown: return "unknown";
    case Change::Kind::kept: return "kept";
  }
  return "kept";
}

std::vector<const Change*> of_kind(const threats::Derived& derived, Change::Kind kind, std::string_view section = {}) {
  std::vector<const Change*> out;
  for (const Change& one : derived.changes)
    if (one.kind == kind && (section.empty() || one.what == section)) out.push_back(&one);
  return out;
}

std::string text_of(const threats::Derived& derived, const Terminal& terminal, const std::string& path, bool dry) {
  const auto threats = of_kind(derived, Change::Kind::came_in, "threats"), mitigations = of_kind(derived, Change::Kind::came_in, "mitigations");
  const auto changed = of_kind(derived, Change::Kind::changed), gone = of_kind(derived, Change::Kind::gone), unknown = of_kind(derived, Change::Kind::unknown), kept = of_kind(derived, Change::Kind::kept);
  std::string out = safe(path) + "  " + count_text(derived.model.records("threats").size(), "threat") + ", " + with_thousands(derived.threats) + " of them from this estate; " +
                    count_text(derived.model.records("mitigations").size(), "mitigation") + "\n";
  out += "  new " + count_text(threats.size(), "threat") + ", " + count_text(mitigations.size(), "mitigation") + "; changed " + with_thousands(changed.size()) + "; gone " +
         with_thousands(gone.size()) + "; not known whether still there " + with_thousands(unknown.size()) + "; kept as people wrote it " + with_thousands(kept.size()) + "\n";
  const auto list = [&](const std::vector<const Change*>& all, std::string_view of, bool why) {
    for (size_t i = 0; i < all.size() && i < told_most; ++i) {
      const std::string text = safe(all[i]->title) + (why && !all[i]->what.empty() ? "  (" + safe(all[i]->what) + ")" : "");
      out += "  " + std::string(of) + "  " + (terminal.tty ? shorten(terminal, text, std::max(40, terminal.width - 12)) : text) + "\n";
    }
    if (all.size() > told_most) out += "  " + std::string(of) + "  and " + with_thousands(all.size() - told_most) + " more\n";
  };
  list(threats, word(Change::Kind::came_in), false);
  list(changed, word(Change::Kind::changed), true);
  list(gone, word(Change::Kind::gone), true);
  list(unknown, word(Change::Kind::unknown), true);
  list(kept, word(Change::Kind::kept), true);
  if (derived.unread) out += "  not known: " + count_text(derived.unread, "threat") + " more may be there, where it was not read which resources there are\n";
  if (dry) out += "  nothing was written (--dry-run)\n";
  return out;
}

std::string json_of(const threats::Derived& derived, const std::string& path, bool dry) {
  std::string out;
  JsonWriter json(out, 1);
  const auto whole = [](size_t n) { return static_cast<int64_t>(n); };
  json.begin_object().member("file", path).key("written").boolean(!dry);
  json.member("threats", whole(derived.model.records("threats").size())).member("derived", whole(derived.threats)).member("mitigations", whole(derived.model.records("mitigations").size()));
  json.member("not_known", whole(derived.unread));
  json.key("changes").begin_array();
  for (const Change& one : derived.changes)
    json.begin_object().member("kind", word(one.kind)).member("id", one.id).member("title", one.title).member("what", one.what).end_object();
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace

int run_model_derive(const Options& options, Io& io) {
  const std::string path = model_path(options), base_path = derived_path(options);
  const auto current = read_kept_model(path, io), base = read_kept_model(base_path, io);
  if (!current || !base) return exit_input;
  int status = exit_done;
  const auto assessment = assess_for_model(options, io, status);
  if (!assessment) return status;
  const ThreatPart& part = assessment->threats;
  if (!part.looked) return exit_input;  // the model does not hold, which was told
  const Content& content = assessment->content;
  if (part.rules->rules.empty()) return io.error({Code::not_found, "there is no threat to derive", {options.value("--content")}, "content/threats with at least one", {}}), exit_input;
  std::vector<Error> errors;
  const ResourceCatalogue catalogue = catalogue_of(content, errors);
  const Detections detections = detections_of(*content.files);
  // A folder without a reeve.yaml is no workspace for the run, and may have a scale all the same.
  const RiskScale scale = risk_scale_of(*content.files, workspace_of(options));
  errors.insert(errors.end(), scale.errors.begin(), scale.errors.end());
  std::set<std::string> told;
  for (const Error& problem : assessment->problems) told.insert(problem.text());
  for (const Error& error : errors)
    if (told.insert(error.text()).second) io.error(error);
  if (!errors.empty()) status = exit_input;
  auto described = threats::describe(assessment->store->db(), catalogue);
  if (!described) return io.error(described.error()), exit_internal;
  const threats::Derived derived = threats::derive({*part.rules, *part.reaches, content, detections, scale, assessment->organization, described->architecture, described->dataflow}, *base, *current);
  // What the schema would refuse when it is read again is not written.
  const auto problems = model::problems_of(derived.model, path);
  for (const Error& problem : problems) io.error(problem);
  if (!problems.empty()) return exit_internal;
  const bool dry = options.has("--dry-run");
  if (!dry)
    for (const auto& [to, model] : {std::pair<const std::string&, const model::Model&>{base_path, derived.base}, {path, derived.model}})
      if (auto written = write_file_atomic(to, model::write_threat_composer(model)); !written) return io.error(written.error()), exit_input;
  if (options.value("--format", io.terminal.tty ? "text" : "json") == "json") io.print(json_of(derived, path, dry));
  else io.print(text_of(derived, io.terminal, path, dry));
  if (!dry) io.say("Next: reeve model status" + workspace_flag(options) + "\n");
  return status;
}

}  // namespace reeve
