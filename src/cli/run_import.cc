#include "assess/imports.h"
#include "base/file.h"
#include "cli/commands.h"
#include "content/workspace.h"
#include "formats/json.h"

namespace reeve {

int run_import(const Options& options, Io& io) {
  std::string dir = workspace_of(options);
  if (dir.empty() || !exists(join_path(dir, "reeve.yaml"))) {
    io.error({Code::usage, "there is no workspace here or above to take them in", {dir}, "a folder with reeve.yaml, or --workspace DIR", "`reeve init` makes one"});
    return exit_usage;
  }
  auto store = store::Store::open(dir);
  if (!store) {
    io.error(store.error());
    return exit_input;
  }
  int status = exit_done;
  std::vector<ImportReport> reports;
  for (const std::string& path : options.arguments()) {
    auto report = import_findings(**store, path);
    if (!report) {
      io.error(report.error());
      status = exit_input;
      continue;
    }
    for (auto& error : report->refused) io.error(error);
    if (!report->refused.empty()) status = exit_input;
    reports.push_back(std::move(*report));
  }
  if (options.value("--format", "text") == "json") {
    std::string out;
    JsonWriter json(out, 1);
    json.begin_object().key("files").begin_array();
    for (auto& report : reports)
      json.begin_object().member("file", report.file).member("format", report.format).member("findings", static_cast<int64_t>(report.rows)).member("added", static_cast<int64_t>(report.added))
          .member("refused", static_cast<int64_t>(report.refused.size())).end_object();
    json.end_array().end_object();
    io.print(out + "\n");
  } else {
    for (auto& report : reports)
      io.print(safe(report.file) + "  " + report.format + ": " + count_text(report.rows, "finding") + ", " + std::to_string(report.added) + " new" +
               (report.refused.empty() ? "" : ", " + std::to_string(report.refused.size()) + " not read") + "\n");
    if (!reports.empty()) io.say("Next: reeve explain ARN shows them beside Reeve's own\n");
  }
  return status;
}

}  // namespace reeve
