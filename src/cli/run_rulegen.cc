#include "base/file.h"
#include "check/check.h"
#include "check/rulegen.h"
#include "cli/check_parts.h"
#include "cli/commands.h"

namespace reeve {

int run_check_rulegen(const Options& options, Io& io) {
  int status = exit_done;
  const DataFiles data = find_data(options.arguments());
  std::vector<Error> problems = data.problems;
  std::vector<DocumentPtr> documents;
  for (const DataFile& file : data.files) {
    auto document = [&]() -> Result<DocumentPtr> {
      const auto bytes = TRY(FileBytes::open(file.path));
      return read_data(bytes->view(), file.path);
    }();
    if (!document) {
      problems.push_back(document.error());
      continue;
    }
    const Value root = (*document)->root();
    if (!root.get("Resources").is_map())
      problems.push_back({Code::type, "this is no template: it has no map `Resources`", {file.path, root ? root.line() : 1, root ? root.column() : 1}, "a CloudFormation template", ""});
    documents.push_back(*document);
  }
  for (const Error& problem : problems) {
    io.error(problem);
    status = exit_input;
  }
  guard::GuardOptions how;
  how.semantics = semantics_of(options.value("--guard-semantics", "reeve"));
  how.as_of = wall_clock();
  const GeneratedRules rules = generate_rules(documents, how);
  if (rules.rules == 0 && status == exit_done) io.say("note  there is no resource with properties, so there are no rules\n");
  io.print(rules.text);
  return status;
}

}  // namespace reeve
