#include "base/threads.h"
#include "check/check.h"
#include "cli/commands.h"
#include "cli/write_behind.h"
#include "report/check_output.h"

namespace reeve {
namespace {

guard::Semantics semantics_of(std::string_view name) {
  return name == "3.2.0" ? guard::Semantics::v3_2_0 : name == "3.2.1" ? guard::Semantics::v3_2_1 : guard::Semantics::reeve;
}

}  // namespace

int run_check(const Options& options, Io& io) {
  int status = exit_done;
  const RuleFiles rules = find_rules(options.values("--rules"));
  const DataFiles data = find_data(options.arguments());
  if (options.values("--rules").empty()) {
    io.error({Code::usage, "no rule file is named", {}, "--rules PATH", "`reeve help check`"});
    return exit_usage;
  }
  for (const auto* problems : {&rules.problems, &data.problems})
    for (const Error& problem : *problems) {
      io.error(problem);
      status = exit_input;
    }
  CheckOptions how;
  how.guard.semantics = semantics_of(options.value("--guard-semantics", "reeve"));
  how.guard.as_of = options.time("--as-of").value_or(wall_clock());
  const std::string format = options.value("--format", "text");
  how.guard.evidence = format != "verdicts";
  how.threads = worker_count();
  WriteBehind out(io.out);
  const auto output = make_check_output(format, [&](std::string_view piece) -> Status {
    out.add(piece);
    return {};
  });
  CheckSummary summary;
  summary.rule_files = rules.files.size();
  Status done = check_files(rules.files, data.files, how, [&](CheckedFile&& file) -> Status {
    for (const Error& problem : file.problems) {
      io.error(problem);
      status = std::max(status, exit_input);
    }
    ++summary.data_files;
    summary.unreadable += !file.document;
    for (const auto& result : file.results)
      for (const auto& rule : result.rules) {
        if (rule.error) {
          io.error(*rule.error);
          status = std::max(status, exit_input);
        }
        switch (rule.status) {
          case guard::GuardStatus::pass: ++summary.pass; break;
          case guard::GuardStatus::fail: ++summary.fail; break;
          case guard::GuardStatus::skip: ++summary.skip; break;
          case guard::GuardStatus::unknown: ++summary.unknown; break;
        }
      }
    return output->file(rules.files, file);
  });
  if (done) done = output->end(summary);
  out.finish();
  if (!done) {
    io.error(done.error());
    return exit_internal;
  }
  const std::string fail_on = options.value("--fail-on", "fail");
  const bool reached = fail_on != "never" && (summary.fail > 0 || (fail_on == "unknown" && summary.unknown > 0));
  return std::max(status, reached ? exit_results : exit_done);
}

}  // namespace reeve
