// `reeve model register`, and `import` behind it.
#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "cli/risk_run.h"
#include "model/threat_composer.h"
#include "report/threats_told.h"
#include "threats/register_out.h"
#include "threats/withheld.h"

namespace reeve {
namespace {

using threats::RegisterEntry;
using threats::ThreatState;

constexpr uint64_t history_bytes_max = 256 << 20, decisions_bytes_max = 64 << 20;
constexpr size_t rows_of_a_screen = 20;
constexpr int64_t facts_hold_ms = 24 * 3'600'000;  // a run of the day on which its sources were read is of their moment

std::string register_day(Time time) { return time.known() ? rfc3339(time).substr(0, 10) : ""; }
std::string history_path(const Options& options) {
  const std::string dir = workspace_of(options);
  return join_path(dir.empty() ? "." : dir, ".reeve/risks.json");
}

// Sources as the history names them: from the workspace, so that both may be moved together.
std::vector<std::string> named_from(const std::string& dir, const std::vector<std::string>& sources) {
  std::vector<std::string> out;
  std::error_code ignored;
  const std::filesystem::path base = std::filesystem::weakly_canonical(dir.empty() ? "." : dir, ignored);
  for (const std::string& source : sources) out.push_back(std::filesystem::weakly_canonical(source, ignored).lexically_proximate(base).generic_string());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}
std::vector<std::string> of_workspace(const Options& options, const Assessment& assessment) {
  return assessment.workspace ? named_from(workspace_of(options), assessment.workspace->sources) : std::vector<std::string>();
}
std::vector<std::string> sources_read(const Options& options, const Assessment& assessment) {
  return options.arguments().empty() ? of_workspace(options, assessment) : named_from(workspace_of(options), options.arguments());
}
bool within(const std::string& path, const std::string& folder) { return path == folder || folder == "." || starts_with(path, folder + "/"); }
bool all_within(const std::vector<std::string>& these, const std::vector<std::string>& those) {
  return std::all_of(these.begin(), these.end(), [&](const std::string& one) { return std::any_of(those.begin(), those.end(), [&](const std::string& other) { return within(one, other); }); });
}

// What a run would do, were it otherwise, is no history. Empty: the run is one to be remembered.
std::string why_no_history(const Options& options, const RiskRun& run, const threats::History& history, const std::vector<std::string>& sources) {
  // Of a moment that lies ahead of all that was read nothing is known; and what is read later would be older than it.
  if (const Time facts = run.assessment->facts_of; facts.known() && run.assessment->as_of.ms > facts.ms + facts_hold_ms)
    return "this run is of " + rfc3339(run.assessment->as_of) + ", more than a day after the newest that was read, of " + rfc3339(facts);
  if (!options.has("--workspace") && workspace_of(options).empty() && !exists(model_path(options))) return "no workspace is here";
  if (run.money.engine) {
    const model::FairEstate& estate = run.money.engine->estate();
    if (!threats::simulated_alike(history, estate.simulations, estate.seed))
      return "this run is of " + count_text(static_cast<size_t>(estate.simulations), "simulation") + " and seed " + std::to_string(estate.seed) + ", other than those that are remembered";
  }
  // Of the workspace's own sources all have to be read; without such, a part of what was read last is a part only.
  if (const auto own = of_workspace(options, *run.assessment); !own.empty()) return all_within(own, sources) ? "" : "this run reads other sources than the workspace's";
  if (all_within(sources, history.sources) && !all_within(history.sources, sources)) return "this run reads less than the last one that is remembered";
  return "";
}

bool is_date_column(std::string_view column) {
  const auto& fields = threats::decision_fields();
  return std::any_of(fields.begin(), fields.end(), [&](const threats::DecisionField& field) { return field.column == column && field.date; });
}

std::string said(const RegisterEntry& entry, std::string_view column) {
  const auto found = entry.decision.find(column);
  return found == entry.decision.end() ? std::string() : safe(redacted_text(found->second));
}

// What people decided by whom: dates and words of the list stay, names become pseudonyms, sentences are withheld.
void redact_decisions(const Redaction& redaction, threats::State& state, threats::Register& all) {
  for (RegisterEntry& entry : all.entries) {
    for (auto& [column, text] : entry.decision) {
      if (column == "owner" || column == "requester" || column == "approver") text = redaction.name(text);
      else if (column == "treatment" ? entry.treatment == threats::Treatment::none : !is_date_column(column) || !parse_time(trim(text))) text = withheld_words;
    }
    for (std::string& objection : entry.objections) objection = withheld_words;
    entry.as_decided.clear();  // by which a guess at a name could be tested
  }
  for (ThreatState& threat : state.threats) threat.record = nullptr;  // whose own words nothing is told of
}

void print_table(const RiskRun& run, const threats::Register& all, const Options& options, Io& io) {
  Table table({{.title = "id", .shrinks = true}, {.title = "risk", .from_width = wide, .shrinks = true, .words = true}, {"class"}, {"mean", Align::right}, {.title = "p90", .align = Align::right, .from_width = 110}, {.title = "trend", .from_width = 140}, {"state"}, {"due"},
               {.title = "owner / approver", .shrinks = true}, {.title = "why", .from_width = 160, .shrinks = true, .words = true}});
  std::vector<const RegisterEntry*> order;
  for (const RegisterEntry& entry : all.entries) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [&](const RegisterEntry* a, const RegisterEntry* b) {
    const auto &one = run.money.threats[a->at], &other = run.money.threats[b->at];
    if (one.quantified != other.quantified) return one.quantified;
    return one.residual.mean > other.residual.mean;
  });
  const bool narrow = io.terminal.width < wide;  // then a threat that people wrote is told by its title: its id says nothing
  size_t open = 0, treated = 0, overdue = 0, accepted = 0, reopened = 0, review = 0, not_reckoned = 0, decided_only = 0, unowned = 0;
  for (const RegisterEntry* entry : order) {
    const threats::ThreatMoney& money = run.money.threats[entry->at];
    if (!money.quantified && entry->decision.empty()) {
      ++not_reckoned;
      continue;
    }
    open += entry->state == threats::RiskState::open || entry->state == threats::RiskState::refused;
    treated += entry->state == threats::RiskState::treated;
    decided_only += entry->state == threats::RiskState::not_reckoned;
    accepted += entry->state == threats::RiskState::accepted;
    reopened += entry->state == threats::RiskState::reopened;
    overdue += entry->overdue;
    review += entry->review_overdue;
    const ThreatState& threat = run.state.threats[entry->at];
    const std::string owner = said(*entry, "owner"), approver = said(*entry, "approver");
    unowned += owner.empty();
    const bool bad = entry->overdue || entry->state == threats::RiskState::reopened || entry->state == threats::RiskState::refused;
    table.row({{safe(narrow && !threat.rule ? redacted_text(threat.title) : std::string(threats::called(threat)))}, {safe(redacted_text(threat.title)), Ink::dim}, {money.quantified ? std::string(name(money.residual_cell.word)) : "not known"}, {money.quantified ? money_text(money.residual.mean) : ""}, {money.quantified ? money_text(money.residual.p90) : ""},
               {entry->trend}, {std::string(name(entry->state)), bad ? Ink::fail : Ink::plain}, {register_day(entry->due) + (entry->overdue ? " overdue" : ""), entry->overdue ? Ink::fail : Ink::plain},
               {approver.empty() ? owner : (owner.empty() ? "nobody" : owner) + " / " + approver}, {safe(entry->why), Ink::dim}});
  }
  if (order.size() > not_reckoned) io.print(table.text(io.terminal, options.has("--all") ? 0 : rows_of_a_screen) + "\n");
  io.print(count_text(order.size() - not_reckoned, "risk") + ": " + with_thousands(open) + " open, " + with_thousands(treated) + " in treatment, " + with_thousands(accepted) + " accepted, " + with_thousands(reopened) + " reopened" +
           (decided_only ? ", " + with_thousands(decided_only) + " decided and not reckoned" : "") + "; " + with_thousands(overdue) + " overdue, " + with_thousands(review) + " to be looked at again, " + with_thousands(unowned) + " without an owner; " + with_thousands(not_reckoned) + " more threats are not reckoned" + day_told(*run.assessment) + "\n");
}

// What somebody decided before is told where it goes; what is new stands in the file that was taken.
void tell_changes(const model::Model& model, const threats::Taken& taken, Io& io) {
  std::map<std::string_view, std::string_view> called;
  for (const model::Record& record : model.records("threats")) {
    const std::string_view rule = record.meta_text("custom:reeve-rule");
    called.emplace(record.text("id"), rule.empty() ? record.text("id") : rule);
  }
  const auto word = [](const std::string& text) { return "`" + safe(redacted_text(threats::on_one_line(text))) + "`"; };
  for (const threats::DecisionChange& one : taken.changes) {
    if (one.from.empty()) continue;
    const auto known = called.find(one.threat);
    io.print((one.to.empty() ? "removed  " : "changed  ") + safe(redacted_text(known == called.end() ? std::string_view(one.threat) : known->second)) + "  " + one.column + ": " + word(one.from) +
             (one.to.empty() ? std::string(" is taken back") : " becomes " + word(one.to)) + "\n");
  }
}

int import_decisions(const std::string& from, const Options& options, Io& io) {
  if (!has_workspace_folder(options, io)) return exit_usage;
  const std::string to = model_path(options);
  if (!exists(to)) return io.error({Code::not_found, "there is no threat model in this workspace", {to, 0, 0}, {}, "`reeve model derive` makes one"}), exit_input;
  const auto model = read_kept_model(to, io);
  if (!model) return exit_input;
  auto bytes = FileBytes::open(from);
  if (!bytes) return io.error(bytes.error()), exit_input;
  const std::string shown = from == "-" ? "standard input" : from;
  if ((*bytes)->view().size() > decisions_bytes_max) return io.error({Code::limit, "the file is too large", {shown, 0, 0}, "64 MiB at most", {}}), exit_input;
  auto read = threats::read_decisions((*bytes)->view(), shown);
  if (!read) return io.error(read.error()), exit_input;
  threats::Taken taken = threats::take(*model, read->decided, wall_clock());
  for (const std::vector<Error>* notes : {&read->notes, &taken.notes})
    for (const Error& note : *notes) io.say("note  " + safe(threats::withheld(note).text()) + "\n");
  for (const std::vector<Error>* errors : {&read->errors, &taken.errors})
    for (const Error& error : *errors) io.error(threats::withheld(error));
  const auto problems = model::problems_of(*model, to);
  for (const Error& problem : problems) io.error(threats::withheld(problem));
  if (!problems.empty()) return exit_input;
  if (taken.fields && !options.has("--dry-run"))
    if (auto written = write_file_atomic(to, model::write_threat_composer(*model)); !written) return io.error(written.error()), exit_input;
  tell_changes(*model, taken, io);
  io.print(safe(shown) + "  " + count_text(read->decided.size(), "threat") + ": " + count_text(taken.fields, "decision") + " of " + count_text(taken.threats, "threat") + " changed" +
           (options.has("--dry-run") ? "; nothing was written (--dry-run)" : "") + "\n");
  return read->errors.empty() && taken.errors.empty() ? exit_done : exit_input;
}

}  // namespace

int run_model_register(const Options& options, Io& io) {
  if (const auto& words = options.arguments(); !words.empty() && words[0] == "import") {
    if (words.size() != 2) return io.error({Code::usage, "`import` takes one file", {}, "reeve model register import FILE", "a source of that name is ./import"}), exit_usage;
    for (const char* flag : {"--format", "--as-of", "--simulations", "--seed", "--all", "--redact"})
      if (options.has(flag)) return io.error({Code::usage, std::string("`") + flag + "` has no meaning for `import`", {}, "--workspace and --dry-run", {}}), exit_usage;
    return import_decisions(words[1], options, io);
  }
  int status = exit_done;
  const auto run = risk_run(options, io, false, status);
  if (!run) return status;
  const std::string path = history_path(options);
  threats::History history;
  if (exists(path)) {
    const auto text = read_file(path, history_bytes_max);
    if (!text) return io.error(text.error()), exit_input;
    auto read = threats::read_history(*text, path);
    if (!read) return io.error(read.error()), exit_input;
    history = std::move(*read);
  }
  const std::string before = threats::history_text(history);
  if (run->assessment->as_of < history.as_of) io.say("note  this run is older than the register's last, of " + rfc3339(history.as_of) + ": the history stays as it is\n");
  const std::vector<std::string> sources = sources_read(options, *run->assessment);
  const std::string what_if = why_no_history(options, *run, history, sources);
  if (!what_if.empty()) io.say("note  " + safe(what_if) + ": the history stays as it is\n");
  threats::Register all = threats::register_of(run->state, run->money, run->scale, history, run->assessment->as_of, what_if.empty(), run->assessment->today);
  if (what_if.empty() && run->assessment->as_of == history.as_of) history.sources = sources;
  for (const Error& error : all.errors) io.error(error);
  if (!all.errors.empty()) run->status = exit_input;
  const std::string after = threats::history_text(history);
  // Where nothing was read nothing is remembered: it would look as if all controls had gone.
  if (after != before && run->assessment->resources > 0 && !options.has("--dry-run"))
    if (auto written = write_file_atomic(path, after); !written) return io.error(written.error()), exit_input;
  if (const auto redaction = redaction_for(options, *run->assessment, io, run->status)) {
    run->state = run->assessment->threats.state;
    redact_decisions(*redaction, run->state, all);
  }
  if (run->status == exit_internal) return exit_internal;
  const threats::RegisterText text{run->state, run->money, all, run->assessment->organization, reeve_program().version};
  const std::string format = options.value("--format", io.terminal.tty ? "text" : "json");
  if (format == "json") io.print(threats::register_json(text));
  else if (format == "csv") io.print(threats::register_csv(text));
  else if (format == "oscal-poam") io.print(threats::register_poam(text));
  else print_table(*run, all, options, io);
  return run->status;
}

}  // namespace reeve
