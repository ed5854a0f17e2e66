#include <algorithm>

#include "assess/check_own.h"
#include "base/file.h"
#include "base/threads.h"
#include "check/baseline.h"
#include "check/check.h"
#include "check/check_input.h"
#include "cli/check_count.h"
#include "cli/check_parts.h"
#include "cli/changed_since.h"
#include "cli/check_text.h"
#include "cli/commands.h"
#include "cli/write_behind.h"
#include "report/check_output.h"

namespace reeve {
namespace {

// What stands in the findings and results of files, as --fail-on asks for it.
struct Reached {
  uint64_t fails = 0, unknowns = 0;
  std::optional<Severity> worst;  // of the fails of Reeve's own controls
  bool by(const std::string& fail_on) const {
    if (fail_on == "never") return false;
    if (fail_on == "fail") return fails > 0;
    if (fail_on == "unknown") return fails + unknowns > 0;
    return worst && *worst >= *parse_severity(fail_on);
  }
};

// Usage errors that no single flag shows.
std::optional<Error> misused(const Options& options, bool own_controls, const std::string& format) {
  const bool payload = options.has("--payload");
  if (payload && (!options.arguments().empty() || !options.values("--rules").empty()))
    return Error{Code::usage, "`--payload` brings data and rules", {}, "no PATH and no `--rules` beside it", "`reeve help check`"};
  if (!payload && options.arguments().empty())
    return Error{Code::usage, "nothing to judge is named", {}, "PATH", "reeve check templates/"};
  if (own_controls && (format == "verdicts" || options.has("--guard-semantics")))
    return Error{Code::usage, "no rule file is named", {}, "--rules PATH", "`reeve help check`"};
  if (options.has("--baseline") && (format == "verdicts" || format == "guard-json"))
    return Error{Code::usage, "`--format " + format + "` says nothing of single findings", {}, "another format with `--baseline`", "`reeve help check`"};
  if (own_controls && options.has("--input-parameters"))
    return Error{Code::usage, "`--input-parameters` are for rule files, and none is named", {}, "--rules PATH", "`reeve help check`"};
  if (!own_controls && options.has("--control"))
    return Error{Code::usage, "`--control` names Reeve's own controls, `--rules` others", {}, "one of the two", "`reeve help check`"};
  if (options.value("--resolve") == "on" && old_semantics(options))
    return Error{Code::usage, "versions of cfn-guard know nothing of what is unknown before a deployment", {}, "`--resolve on` with `--guard-semantics reeve`", "`reeve help check`"};
  if (options.value("--resolve") == "off" && own_controls)
    return Error{Code::usage, "Reeve's own controls judge what a template will make", {}, "`--resolve off` with `--rules`", "`reeve help check`"};
  return std::nullopt;
}

}  // namespace

Status keep_changed(const Options& options, DataFiles& data) {
  std::vector<ChangedFiles> repositories;
  std::vector<DataFile> kept;
  std::vector<std::string> judges = options.values("--rules");
  for (const char* flag : {"--content", "--input-parameters", "--against"})
    for (const std::string& path : options.values(flag)) judges.push_back(path);
  if (const std::string workspace = workspace_of(options); !workspace.empty()) judges.push_back(workspace);
  for (const std::string& path : options.arguments())
    if (path != "-" && exists(path)) repositories.push_back(TRY(changed_since(is_folder(path) ? path : folder_of(path), options.value("--changed-since"))));
  for (const std::string& path : judges)
    for (const ChangedFiles& one : repositories)
      if (one.holds_below(path)) return {};
  for (DataFile& file : data.files)
    if (file.path == "-" || std::any_of(repositories.begin(), repositories.end(), [&](const ChangedFiles& one) { return one.holds(file.path); })) kept.push_back(std::move(file));
  data.files = std::move(kept);
  return {};
}

int run_check(const Options& options, Io& io) {
  if (options.has("--against")) return run_drift(options, io);
  int status = exit_done;
  const bool own_controls = options.values("--rules").empty() && !options.has("--payload");
  const std::string format = options.value("--format", "text");
  if (const auto wrong = misused(options, own_controls, format)) {
    io.error(*wrong);
    return exit_usage;
  }
  auto stacks = StackFiles::with_parameters(options.values("--parameters"));
  if (!stacks) {
    io.error(stacks.error());
    return exit_input;
  }
  CheckOptions how;
  if (resolves(options, format)) how.resolve = &*stacks;
  how.guard.semantics = semantics_of(options.value("--guard-semantics", "reeve"));
  how.guard.as_of = options.time("--as-of").value_or(wall_clock());
  how.guard.evidence = how.findings = format != "verdicts" && format != "guard-json";
  how.threads = worker_count();
  // Kept as long as the program: taking tens of thousands of clauses apart, for memory that the system takes back anyway, would be a tenth
  // of a short run.
  static RuleFiles& rules = *new RuleFiles;
  rules = {};
  DataFiles data;
  auto read = [&]() -> Status {
    if (options.has("--input-parameters")) how.parameters = TRY(read_input_parameters(options.values("--input-parameters")));
    if (options.has("--payload")) {
      const auto bytes = TRY(FileBytes::open("-"));
      Payload payload = TRY(read_payload(bytes->view(), "STDIN", how.guard.semantics));
      rules = std::move(payload.rules);
      data = std::move(payload.data);
      return {};
    }
    rules = find_rules(options.values("--rules"), how.guard.semantics);
    data = find_data(options.arguments());
    if (options.has("--changed-since")) return keep_changed(options, data);
    return {};
  };
  if (const Status done = read(); !done) {  // what would be judged without it is not what was asked
    io.error(done.error());
    return done.error().code == Code::usage && options.has("--changed-since") ? exit_usage : exit_input;
  }
  std::optional<Baseline> baseline;
  if (options.has("--baseline")) {
    auto made = Baseline::read(options.value("--baseline"));
    if (!made) {
      io.error(made.error());
      return exit_input;
    }
    baseline = std::move(*made);
  }
  // What a version of cfn-guard does, it does without exceptions.
  Workspace workspace;
  std::optional<Exceptions> exceptions;
  const std::string workspace_dir = workspace_of(options);
  if (!own_controls && how.findings && how.guard.semantics == guard::Semantics::reeve) {
    if (!workspace_dir.empty()) {
      auto loaded = load_workspace(workspace_dir);
      if (loaded) workspace = std::move(*loaded);
      else workspace.errors.push_back(loaded.error());
    }
    for (const Error& problem : workspace.errors) {
      io.error(problem);
      status = exit_input;
    }
    how.exceptions = &exceptions.emplace(&workspace, nullptr, how.guard.as_of);
  }
  if (own_controls || how.resolve) {
    std::vector<std::string> paths;
    for (const DataFile& file : data.files)
      if (!file.text) paths.push_back(file.path);
    const std::set<std::string> nested = nested_in_others(paths);
    std::erase_if(data.files, [&](const DataFile& file) { return !file.named && nested.count(plain_path(file.path)); });
  }
  std::unique_ptr<OwnControls> own;
  if (own_controls) {
    auto made = OwnControls::make({options.value("--content"), workspace_dir, options.values("--control"), how.guard.as_of, &*stacks, true, true});
    if (!made) {
      io.error(made.error());
      return made.error().code == Code::usage ? exit_usage : exit_input;
    }
    own = std::move(*made);
    for (const Error& problem : own->problems()) {
      io.error(problem);
      status = exit_input;
    }
  }
  for (const std::vector<Error>* problems : {&rules.problems, &data.problems})
    for (const Error& problem : *problems) {
      io.error(problem);
      status = exit_input;
    }
  for (const RuleFile& file : rules.files)
    if (file.rules && file.rules->rule_names().empty()) io.say("note  " + safe(file.path) + ": no rule stands in it, so it judges nothing\n");
  WriteBehind out(io.out);
  const Write write = [&](std::string_view piece) -> Status {
    out.add(piece);
    return {};
  };
  const CheckOutputOptions output_options{reeve_program().version, options.value("--guard-semantics", "reeve"), how.guard, baseline.has_value()};
  const auto output = format == "text" ? make_check_text(io.terminal, write) : make_check_output(format, output_options, rules.files, write);
  CheckSummary summary;
  for (const std::vector<Error>* problems : {&rules.problems, &data.problems}) summary.problems.insert(summary.problems.end(), problems->begin(), problems->end());
  summary.rule_files = rules.files.size();
  if (own) summary.controls = own->count(), summary.beyond = own->beyond();
  Reached reached;
  auto each = [&](CheckedFile&& file) -> Status {
    for (const Error& problem : file.problems) {
      io.error(problem);
      status = std::max(status, exit_input);
    }
    for (const Error& note : file.notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");
    ++summary.data_files;
    summary.resources += file.resources;
    for (const auto& [type, count] : file.unjudged) summary.unjudged[type] += count;
    summary.unreadable += !file.read && !file.problems.empty();
    for (const auto& result : file.results)
      for (const auto& rule : result.rules) {
        if (rule.error) {
          io.error(*rule.error);
          status = std::max(status, exit_input);
        }
      }
    if (baseline) baseline->mark(file);
    count_file(file, rules.files, summary, reached.worst);
    return output->file(file);
  };
  Status done = own ? check_files(data.files, how.threads, [&](const DataFile& file, CheckedFile& checked) { own->judge(file, checked); }, each)
                    : check_files(rules.files, data.files, how, each);
  if (baseline) summary.baseline = {{baseline->fresh(), baseline->known(), baseline->gone()}};
  if (done) done = output->end(summary);
  out.finish();
  if (!done) {
    io.error(done.error());
    return exit_internal;
  }
  reached.fails = summary.fail;
  reached.unknowns = summary.unknown;
  return std::max(status, reached.by(options.value("--fail-on", "fail")) ? exit_results : exit_done);
}

}  // namespace reeve
