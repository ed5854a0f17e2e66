// `reeve check --against`: templates against what is live.
#include <algorithm>

#include "assess/tally.h"
#include "base/file.h"
#include "base/threads.h"
#include "check/baseline.h"
#include "check/drift.h"
#include "cli/changed_since.h"
#include "cli/check_count.h"
#include "cli/check_parts.h"
#include "cli/commands.h"
#include "cli/drift_text.h"
#include "cli/write_behind.h"
#include "report/check_output.h"

namespace reeve {
namespace {

std::optional<Error> misused(const Options& options, const std::string& format) {
  for (const char* flag : {"--rules", "--control", "--payload", "--guard-semantics", "--input-parameters", "--resolve"})
    if (options.has(flag) || !options.values(flag).empty())
      return Error{Code::usage, "`" + std::string(flag) + "` judges, `--against` compares", {}, "one of the two", "`reeve help check`"};
  if (format == "verdicts" || format == "guard-json") return Error{Code::usage, "`--format " + format + "` says nothing of drift", {}, "another format with `--against`", "`reeve help check`"};
  if (options.arguments().empty()) return Error{Code::usage, "no template is named", {}, "PATH", "reeve check templates/ --against export/"};
  return std::nullopt;
}

void count_drift(const CheckedFile& file, CheckSummary::Drift& drift, uint64_t& fails, uint64_t& unknowns, std::optional<Severity>& worst) {
  if (!file.drift) return;
  auto counts = [&](size_t finding) { return finding < file.findings.size() && !file.findings[finding].suppressed && !file.findings[finding].known; };
  for (const Deployment& deployment : file.drift->deployments) {
    drift.deployments += !deployment.stack.empty();
    for (const ResourceDrift& resource : deployment.resources) {
      bool stands = resource.properties.empty() && counts(resource.finding);
      for (const PropertyDrift& property : resource.properties) {
        const bool open = property.is == ValueDrift::Is::untold || property.is == ValueDrift::Is::undecided;
        (open ? drift.unknown_properties : drift.drifted_properties) += 1;
        stands = stands || (!open && counts(property.finding));
      }
      drift.same_properties += resource.same.size();
      switch (resource.state) {
        case DriftState::same: ++drift.same; break;
        case DriftState::drifted: drift.drifted += stands; break;
        case DriftState::missing: drift.missing += stands; break;
        case DriftState::undeclared: drift.undeclared += stands; break;
        case DriftState::unknown: drift.unknown += counts(resource.finding); break;
      }
    }
  }
  for (const CheckFinding& finding : file.findings) {
    if (finding.suppressed || finding.known) continue;
    fails += finding.status == guard::GuardStatus::fail;
    unknowns += finding.status == guard::GuardStatus::unknown;
    if (finding.status == guard::GuardStatus::fail) worst = std::max(worst, finding.severity);
  }
}

}  // namespace

int run_drift(const Options& options, Io& io) {
  const std::string format = options.value("--format", "text"), fail_on = options.value("--fail-on", "fail");
  if (const auto wrong = misused(options, format)) {
    io.error(*wrong);
    return exit_usage;
  }
  int status = exit_done;
  auto say = [&](const Error& problem) {
    io.error(problem);
    status = exit_input;
  };
  auto stacks = StackFiles::with_parameters(options.values("--parameters"));
  if (!stacks) return io.error(stacks.error()), exit_input;
  DataFiles data = find_data(options.arguments());
  if (options.has("--changed-since"))
    if (const Status done = keep_changed(options, data); !done) return io.error(done.error()), done.error().code == Code::usage ? exit_usage : exit_input;
  std::optional<Baseline> baseline;
  if (options.has("--baseline")) {
    auto made = Baseline::read(options.value("--baseline"));
    if (!made) return io.error(made.error()), exit_input;
    baseline = std::move(*made);
  }
  const std::string workspace_dir = workspace_of(options);
  Workspace workspace;
  if (!workspace_dir.empty()) {
    if (auto loaded = load_workspace(workspace_dir)) workspace = std::move(*loaded);
    else workspace.errors.push_back(loaded.error());
  }
  const Time as_of = options.time("--as-of").value_or(wall_clock());
  const Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_dir});
  const Exceptions exceptions(&workspace, &content, as_of);
  CheckSummary summary;
  std::vector<Error> errors = content.errors;
  errors.insert(errors.end(), workspace.errors.begin(), workspace.errors.end());
  const ResourceCatalogue catalogue = catalogue_of(content, errors);
  for (const Error& problem : errors) say(problem);
  summary.problems = data.problems;

  std::vector<std::string> paths;
  for (const DataFile& file : data.files) paths.push_back(file.path);
  const std::set<std::string> nested = nested_in_others(paths);
  std::erase_if(data.files, [&](const DataFile& file) { return !file.named && nested.count(plain_path(file.path)); });

  const size_t threads = worker_count();
  const DriftCheck drift(data.files, *stacks, catalogue, threads);
  const LiveEstate live = read_live(options.values("--against"), catalogue, drift.types(), threads);
  summary.problems.insert(summary.problems.end(), live.problems.begin(), live.problems.end());
  if (live.told == 0) {
    std::string named;
    for (const std::string& source : options.values("--against")) named += (named.empty() ? "" : ", ") + source;
    summary.problems.push_back({Code::not_found, "nothing in it tells what is live", {named}, "what `reeve assess` reads of accounts: exports, AWS Config items, snapshots; or a workspace with a record", "`reeve help assess`"});
  }
  for (const Error& problem : summary.problems) say(problem);
  for (const Error& note : live.notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");

  WriteBehind out(io.out);
  const Write write = [&](std::string_view piece) -> Status {
    out.add(piece);
    return {};
  };
  const std::vector<RuleFile> no_rules;
  const CheckOutputOptions output_options{reeve_program().version, "reeve", {}, baseline.has_value()};
  const auto output = format == "text" ? make_drift_text(io.terminal, write) : make_check_output(format, output_options, no_rules, write);
  summary.drift.emplace().live = live.resources;
  uint64_t fails = 0, unknowns = 0;
  std::optional<Severity> worst, counted;
  auto each = [&](CheckedFile&& file) -> Status {
    for (const Error& problem : file.problems) say(problem);
    for (const Error& note : file.notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");
    ++summary.data_files;
    summary.resources += file.resources;
    summary.unreadable += !file.read && !file.problems.empty();
    if (baseline) baseline->mark(file);
    count_file(file, no_rules, summary, counted);
    count_drift(file, *summary.drift, fails, unknowns, worst);
    return output->file(file);
  };
  Status done = live.told == 0 ? Status() : check_files(data.files, threads, [&](const DataFile& file, CheckedFile& checked) {
    drift.judge(static_cast<size_t>(&file - data.files.data()), live, &exceptions, checked);
  }, each);
  if (baseline) summary.baseline = {{baseline->fresh(), baseline->known(), baseline->gone()}};
  if (done) done = output->end(summary);
  out.finish();
  if (!done) return io.error(done.error()), exit_internal;
  const bool reached = fail_on == "never" ? false : fail_on == "fail" ? fails > 0 : fail_on == "unknown" ? fails + unknowns > 0 : worst && *worst >= *parse_severity(fail_on);
  return std::max(status, reached ? exit_results : exit_done);
}

}  // namespace reeve
