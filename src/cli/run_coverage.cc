// `reeve content coverage`: fact → control → judge → example, and where controls are thin.
#include "assess/needs.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "content/coverage.h"
#include "formats/json.h"

namespace reeve {
namespace {

int64_t whole(size_t n) { return static_cast<int64_t>(n); }

std::string examples_text(const Control& control) {
  std::vector<std::string> names;
  for (const ControlFile& file : control.examples) {
    std::string name = file.name.substr(file.name.rfind('/') + 1);
    names.push_back(name.substr(0, name.rfind('.')));
  }
  return join(names, ", ");
}

// `sql`, or for what no input of today can tell `sql: detect`.
std::string judge_text(const Control& control) {
  std::string out(name(control.judge));
  for (const std::string& part : control.parts())
    if (part != own_part) out += (contains(out, ": ") ? ", " : ": ") + part.substr(part.find(':') + 1);
  return out;
}

std::string json_text(const Content& content, const Coverage& coverage) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("facts_asked", whole(coverage.facts.size())).member("facts_answered", whole(coverage.facts.size() - coverage.missing.size()));
  json.key("facts").begin_array();
  for (auto& one : coverage.facts) {
    json.begin_object().member("id", one.fact->id).member("practice", one.fact->practice).member("says", one.fact->says).member("does", one.fact->does);
    json.member("level", int64_t{one.fact->level}).member("told_by", one.fact->told_by).key("controls").begin_array();
    for (const Control* control : one.controls) {
      json.begin_object().member("id", control->id).member("judge", name(control->judge)).key("needs_parts").begin_array();
      for (const std::string& part : control->parts()) json.string(part);
      json.end_array().key("examples").begin_array();
      for (const ControlFile& file : control->examples) json.string(file.name);
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().key("levels").begin_array();
  for (const Practice& practice : content.practices)
    for (size_t level = 0; level < 4; ++level)
      json.begin_object().member("practice", practice.slug).member("level", whole(level + 1)).member("controls", whole(coverage.levels.at(practice.slug)[level])).end_object();
  json.end_array().key("areas").begin_array();
  for (auto& [area, practices] : coverage.areas)
    for (auto& [practice, n] : practices) json.begin_object().member("area", area).member("practice", practice).member("controls", whole(n)).end_object();
  json.end_array().key("missing").begin_array();
  for (const Fact* fact : coverage.missing) json.string(fact->id);
  json.end_array().member("controls", whole(coverage.controls)).member("attested", whole(coverage.attested)).key("attested_needlessly").begin_array();
  for (const Control* control : coverage.attested_needlessly) json.string(control->id);
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace

int run_content_coverage(const Options& options, Io& io) {
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  for (const Error& error : content.errors) io.error(error);
  Coverage coverage = coverage_of(content);
  auto thin = coverage.thin_levels(content);
  if (options.value("--format") == "json") {
    io.print(json_text(content, coverage));
  } else {
    Table facts({{"fact"}, {"what is asked", Align::left, 0, true}, {"control"}, {"judge"}, {"examples", Align::left, 100, true}});
    for (auto& one : coverage.facts) {
      if (one.controls.empty()) facts.row({{one.fact->id}, {one.fact->says}, {"none", Ink::fail}, {""}, {""}});
      for (const Control* control : one.controls) {
        bool first = control == one.controls.front();
        facts.row({{first ? one.fact->id : ""}, {first ? one.fact->says : ""}, {control->id}, {judge_text(*control)}, {examples_text(*control), Ink::dim}});
      }
    }
    io.print(facts.text(io.terminal) + "\n");
    Table levels({{"practice"}, {"1 Basic", Align::right}, {"2 Managed", Align::right}, {"3 Optimized", Align::right}, {"4 Innovative", Align::right}});
    for (const Practice& practice : content.practices) {
      std::vector<Cell> row{{practice.slug}};
      for (size_t n : coverage.levels.at(practice.slug)) row.push_back({std::to_string(n), n < controls_min ? Ink::fail : Ink::plain});
      levels.row(std::move(row));
    }
    io.print(levels.text(io.terminal) + "\n");
    std::vector<Column> columns{{"area"}};
    for (const Practice& practice : content.practices) columns.push_back({practice.short_title.empty() ? practice.slug : practice.short_title, Align::right});
    Table areas(columns);
    for (const OperationsArea& area : operations_areas()) {
      std::vector<Cell> row{{std::string(area.name)}};
      for (const Practice& practice : content.practices) {
        auto by_practice = coverage.areas.find(std::string(area.name));
        size_t n = by_practice == coverage.areas.end() || !by_practice->second.contains(practice.slug) ? 0 : by_practice->second.at(practice.slug);
        row.push_back({n ? std::to_string(n) : "·", n && n < controls_min ? Ink::unknown : Ink::plain});
      }
      areas.row(std::move(row));
    }
    io.print(areas.text(io.terminal) + "\n");
    io.print(std::to_string(coverage.facts.size() - coverage.missing.size()) + " of " + count_text(coverage.facts.size(), "fact") + " answered, by " +
             count_text(coverage.controls, "control") + ", of which " + std::to_string(coverage.attested) + " rest on attestations (" +
             share_text(coverage.attested, coverage.controls) + ")\n");
    for (auto& [practice, level] : thin) io.print("thin: " + practice + " at level " + std::to_string(level) + "\n");
    for (auto& [area, practice] : coverage.thin_areas()) io.print("thin: " + area + " in " + practice + "\n");
    for (const Control* control : coverage.attested_needlessly) io.print("attested though the fact can be read: " + control->id + "\n");
  }
  if (!content.errors.empty()) return exit_input;
  return coverage.missing.empty() && thin.empty() ? exit_done : exit_results;
}

}  // namespace reeve
