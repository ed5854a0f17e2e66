#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/assess_text.h"
#include "cli/commands.h"
#include "cli/out_file.h"
#include "cli/write_behind.h"
#include "report/asff.h"
#include "report/assess_json.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/ocsf.h"
#include "report/oscal.h"
#include "report/redaction.h"

namespace reeve {
namespace {

// At most five lines a second on a terminal, one rewritten line; elsewhere a line each ten seconds (ux.md §2). Nothing in the first half
// second.
class Progress {
 public:
  explicit Progress(Io& io) : io_(io), begin_(Clock::now()), last_(io.error_terminal.tty ? Clock::time_point{} : begin_) {}
  ~Progress() {
    if (shown_) io_.say("\r\x1b[K");
  }
  void operator()(const std::string& what, uint64_t done, uint64_t total) {
    auto now = Clock::now();
    auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count();
    auto all = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_).count();
    if (all < 500 || since < (io_.error_terminal.tty ? 200 : 10000)) return;
    last_ = now;
    std::string count = total ? "  " + std::to_string(done) + " of " + std::to_string(total) + " units" : "";
    if (io_.error_terminal.tty) {
      io_.say("\r\x1b[Kassess " + duration_text(all) + "  " + what + count);
      shown_ = true;
    } else {
      io_.say("assess elapsed=" + std::to_string(all / 1000) + "s step=\"" + what + "\" done=" + std::to_string(done) + " of=" + std::to_string(total) + "\n");
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  Io& io_;
  Clock::time_point begin_, last_;
  bool shown_ = false;
};

bool reached(const Assessment& assessment, const std::string& fail_on) {
  if (fail_on == "never") return false;
  if (fail_on.empty() || fail_on == "fail") return assessment.verdicts.fail > 0;
  if (fail_on == "unknown") return assessment.verdicts.fail + assessment.verdicts.unknown > 0;
  auto least = parse_severity(fail_on);
  for (auto& result : assessment.controls)
    if (result.counts.fail > 0 && least && result.control->severity >= *least) return true;
  return false;
}

struct Printing {
  std::string format;
  Terminal terminal;
  int64_t elapsed_ms = 0;  // told by text on a terminal only
  const Redaction* redaction = nullptr;
};

Status print_assessment(Assessment& assessment, const Options& options, const Printing& how, const Write& write, Io& io) {
  const bool all = options.has("--all");
  const OutputOptions output{all, reeve_program().version, how.redaction};
  if (how.format == "json") return write_assess_json(assessment, {.all = all, .redaction = how.redaction}, write);
  if (how.format == "html") {
    AssessHtmlOptions html;
    html.version = reeve_program().version;
    html.redaction = how.redaction;
    html.command = {"reeve", "assess"};
    auto told = [&](const std::string& path) { return how.redaction ? how.redaction->path(path) : path; };
    for (auto& source : options.arguments()) html.command.push_back(told(source));
    for (const char* flag : {"--workspace", "--content"})
      if (options.has(flag)) html.command.insert(html.command.end(), {flag, told(options.value(flag))});
    if (options.has("--as-of")) html.command.insert(html.command.end(), {"--as-of", options.value("--as-of")});
    for (auto& value : options.values("--accounts")) html.command.insert(html.command.end(), {"--accounts", how.redaction ? how.redaction->account(value) : value});
    for (const char* flag : {"--regions", "--controls"})
      for (auto& value : options.values(flag)) html.command.insert(html.command.end(), {flag, value});
    html.command.insert(html.command.end(), {"--format", "html"});
    if (how.redaction) html.command.push_back("--redact");
    return write_assess_html(assessment, html, write);
  }
  if (how.format == "csv") return write_csv(assessment, output, write);
  if (how.format == "markdown") return write_markdown(assessment, output, write);
  if (how.format == "ocsf") return write_ocsf(assessment, output, write);
  if (how.format == "oscal") return write_oscal(assessment, OscalModel::assessment_results, output, write);
  if (how.format == "oscal-poam") return write_oscal(assessment, OscalModel::poam, output, write);
  if (how.format == "asff") {
    AsffLeftOut left_out;
    TRY(write_asff(assessment, output, write, left_out));
    if (left_out.without_account) io.say("note  " + count_text(left_out.without_account, "finding has", "findings have") + " no account (templates) and so no place in ASFF\n");
    return {};
  }
  // Eight empty practices would say less than the errors did.
  auto set_aside = [](const SourceOut& source) { return source.kind == "ignored" || source.kind == "unplaced" || source.kind == "broken"; };
  const bool none_read = std::all_of(assessment.sources.begin(), assessment.sources.end(), set_aside);
  if (none_read && assessment.incomplete() && !assessment.workspace)
    return write((assessment.sources.empty() ? "No input was found" : "No source could be read") + std::string(": nothing is known, and ") +
                 (assessment.verdicts.unknown == 1 ? "the verdict is" : "all " + with_thousands(assessment.verdicts.unknown) + " verdicts are") + " unknown.\n");
  return write(assess_text(assessment, how.terminal, {.all = all, .elapsed_ms = how.elapsed_ms, .workspace = workspace_flag(options)}));
}

}  // namespace

std::string workspace_of(const Options& options) {
  std::string dir = options.value("--workspace");
  if (dir.empty()) dir = find_workspace(".").value_or("");
  return dir;
}

std::string workspace_flag(const Options& options) { return options.has("--workspace") ? " --workspace " + safe(options.value("--workspace")) : ""; }

int run_assess(const Options& options, Io& io) {
  auto begin = std::chrono::steady_clock::now();
  const std::string format = options.value("--format", "text");
  AssessOptions what;
  what.sources = options.arguments();
  what.workspace_dir = workspace_of(options);
  what.content_dir = options.value("--content");
  what.accounts = options.values("--accounts");
  what.regions = options.values("--regions");
  what.controls = options.values("--controls");
  if (auto time = options.time("--as-of")) what.as_of = *time;
  what.evidence_of_passes = options.has("--all") && format != "text" && format != "markdown";
  Result<std::unique_ptr<Assessment>> done = [&] {
    Progress progress(io);
    what.progress = [&](const std::string& step, uint64_t n, uint64_t of) { progress(step, n, of); };
    return assess(what);
  }();
  if (!done) {
    io.error(done.error());
    return done.error().code == Code::usage || done.error().code == Code::not_found ? exit_usage : done.error().code == Code::internal ? exit_internal : exit_input;
  }
  Assessment& assessment = **done;
  for (auto& problem : assessment.problems) io.error(problem);
  for (auto& note : assessment.notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");
  if (assessment.workspace)
    for (auto& expired : assessment.workspace->expired_exceptions(assessment.as_of)) io.say("note  " + fold(io.error_terminal, safe(expired.text())) + "\n");

  // Messages go to whoever runs this and name what they are about; the result does not.
  std::unique_ptr<Redaction> redaction;
  if (options.has("--redact")) {
    auto made = Redaction::of(assessment);
    if (!made) {
      io.error(made.error());
      return exit_internal;
    }
    redaction = std::move(*made);
    redaction->apply(assessment);
  }

  OutFile file;
  if (const std::string path = options.value("--out"); !path.empty())
    if (auto opened = file.open(path); !opened) {
      io.error(opened.error());
      return exit_usage;
    }
  bool written = true;
  WriteBehind out(file.stream() ? file.stream() : io.out);
  auto write = [&](std::string_view piece) -> Status {
    out.add(piece);
    return {};
  };
  Printing how{format, io.terminal, 0, redaction.get()};
  if (io.terminal.tty) how.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  if (file.stream()) how.terminal.tty = how.terminal.colour = false;
  Status status = print_assessment(assessment, options, how, write, io);
  written &= out.finish();  // of standard output `Io::finish` tells
  if (file.stream())
    if (auto closed = file.close(written); !closed) {
      io.error(closed.error());
      return exit_input;
    }
  if (!status) {
    io.error(status.error());
    return exit_internal;
  }
  if (assessment.incomplete()) return exit_input;
  std::string fail_on = options.value("--fail-on");
  if (fail_on.empty() && assessment.workspace) fail_on = assessment.workspace->fail_on;
  return reached(assessment, fail_on) ? exit_results : exit_done;
}

}  // namespace reeve
