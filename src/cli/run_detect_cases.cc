// reeve detect test: rules tried on events that they must and must not match.
#include "base/text.h"
#include "base/words.h"
#include "cli/detect_commands.h"
#include "cli/detect_kit.h"
#include "cli/terminal.h"
#include "detect/rule_cases.h"
#include "formats/json.h"

namespace reeve {

int run_detect_test(const Options& options, Io& io) {
  std::vector<Error> errors;
  const RuleOptions how = rule_options(options, errors);
  for (const Error& error : errors) io.error(error);
  const RuleCases done = run_rule_cases(options.arguments(), options.values("--rules"), how);
  for (const Error& problem : done.problems) io.error(problem);
  const bool text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text";
  size_t bad = 0;
  std::string out;
  for (const RuleCase& one : done.cases) {
    bad += !one.ok();
    if (!text) {
      JsonWriter json(out);
      json.begin_object().member("rule_id", one.rule_id).member("case", one.name);
      json.member("expected", one.expected).member("fired", one.fired).member("ok", one.ok()).end_object();
      out += '\n';
    } else if (!one.ok()) {
      out += paint(io.terminal, Ink::fail, "fail") + "  " + paint(io.terminal, Ink::heading, safe(one.rule_title)) + "\n" + safe(one.file) + "\n   want  " +
             (one.expected ? "an alert" : "no alert") + "\n   found " + (one.fired ? "an alert" : "no alert") + "\n   rule  " + safe(one.rule_file) + "\n\n";
    }
  }
  for (const std::string& bare : done.bare) io.say("note  no cases belong to " + safe(bare) + "\n");
  if (text) out += count_text(done.cases.size(), "case") + ": " + with_thousands(done.cases.size() - bad) + " met, " + with_thousands(bad) + " not\n";
  io.print(out);
  const bool never = options.value("--fail-on", "fail") == "never";
  return done.problems.empty() && errors.empty() ? bad && !never ? exit_results : exit_done : exit_input;
}

}  // namespace reeve
