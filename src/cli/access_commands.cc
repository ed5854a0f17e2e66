#include "cli/access_commands.h"

namespace reeve {

std::vector<Command> access_commands() {
  return {
      {.name = "access lint",
       .summary = "say what is wrong with policies",
       .details = "Judges policies by their text: what AWS would refuse (invalid), what never does anything (idle: a condition key that none of the actions has, "
                  "an action that no service has) and what reaches further than it looks (risk: a service let in for anybody, a trust in GitHub that tests no "
                  "subject). Each is named with its place. What kind of policy it is follows from its content, unless --kind says it; docs/formats/policy-lint.md "
                  "lists the rules.",
       .arguments = {{.name = "PATH", .required = true, .repeats = true, .form = Form::file,
                      .help = "a policy, or an answer of AWS that holds one, as JSON or YAML; folders are walked; `-` is standard input"}},
       .flags = {{.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson", "sarif"},
                  .help = "how to print: text (default on a terminal), ndjson (default into a pipe) or sarif"},
                 {.name = "--kind", .value = "KIND", .form = Form::choice, .choices = {"identity", "resource", "trust", "scp", "rcp", "endpoint"},
                  .help = "what the policies are; default: told by their content"},
                 {.name = "--fail-on", .value = "WHAT", .form = Form::choice, .choices = {"fail", "critical", "high", "medium", "low", "informational", "never"},
                  .help = "exit status 1 from here on: fail (anything), the least severity, or never (default)"}},
       .examples = {{"reeve access lint policies/", "every policy of a folder"},
                    {"reeve access lint deny.json --kind scp --fail-on high", "a guardrail, before it is attached"}},
       .run = run_access_lint},
  };
}

}  // namespace reeve
