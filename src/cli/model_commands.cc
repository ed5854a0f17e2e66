#include "cli/model_commands.h"

namespace reeve {

std::vector<Command> model_commands() {
  return {
      {.name = "model import",
       .summary = "take a threat model into the workspace",
       .details = "Reads a model of AWS Threat Composer (.tc.json, schema 1) without loss, and keeps it in the workspace as threat-model.tc.json, which "
                  "AWS's editor opens and git compares line by line. A model that is there already is replaced, and that is said. Open Threat Model, Threagile's "
                  "YAML and a plain YAML form are told by content and read too; what has no place is named.\n\n"
                  "A document that does not fit its schema is refused (exit status 3), each breach named by its path and place. Links to "
                  "what is not there are kept and named. docs/model.md.",
       .arguments = {{.name = "FILE", .required = true, .form = Form::file, .help = "the model; `-` is standard input"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model, made if need be; default: the nearest reeve.yaml upward, else here"}},
       .examples = {{"reeve model import payments.tc.json --workspace security/", "from AWS Threat Composer"},
                    {"reeve model import threagile.yaml", "from Threagile, into the nearest workspace"}},
       .run = run_model_import},
      {.name = "model export",
       .summary = "print the workspace's threat model for AWS Threat Composer",
       .details = "Prints threat-model.tc.json of the workspace as a document of AWS Threat Composer, schema 1, held against its rules.",
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model; default: the nearest reeve.yaml upward, else here"}},
       .examples = {{"reeve model export --workspace security/ > payments.tc.json", "for the editor"}},
       .run = run_model_export},
      {.name = "model derive",
       .summary = "make the workspace's threat model of what is there",
       .details = "Assesses the sources, asks of each threat that content knows (content/threats) what in the estate it can happen to, and makes the workspace's "
                  "threat model of it: a threat for each that reaches something, a mitigation for each control and detection that is bound to one, and components, data "
                  "flows and trust boundaries in words. It goes into threat-model.tc.json.\n\n"
                  "Derived again, it keeps what people changed, added and took out; what was derived before is kept beside it as threat-model.derived.tc.json, which "
                  "belongs into git too. A threat whose things are gone stays, and `reeve model status` says so. Nothing in the files changes while rules and "
                  "estate stay. docs/model.md.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file, .help = "what `reeve assess` reads; default: scope.sources of the workspace"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model, made if need be; default: the nearest reeve.yaml upward, else here"},
                 {.name = "--dry-run", .help = "say what would come in, change and be gone, and write nothing"},
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "judge as of this moment; default: the newest time that the input states"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "json"},
                  .help = "how to print: text (default on a terminal) or json (default into a pipe or a file)"}},
       .examples = {{"reeve model derive --workspace security/", "from the workspace's own sources"},
                    {"reeve model derive exports/ --workspace security/ --dry-run", "what would change, from a folder"}},
       .run = run_model_derive},
      {.name = "model report",
       .summary = "show the threat model to people",
       .details = "Assesses the sources and shows the workspace's threat model beside what is there: a data-flow diagram drawn from the estate with its trust "
                  "boundaries, each threat with what it can happen to, how what is bound to it stands, and what the model lacks. One HTML page without script, "
                  "Markdown, or the diagram alone as SVG.\n\n"
                  "The same model is told in the order that a method asks for: Shostack's four questions, the four steps of NIST SP 800-154, PASTA's seven stages. "
                  "docs/model.md.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file, .help = "what `reeve assess` reads; default: scope.sources of the workspace"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model; default: the nearest reeve.yaml upward, else here"},
                 {.name = "--view", .value = "VIEW", .form = Form::choice, .choices = {"four-questions", "nist", "pasta"},
                  .help = "in whose order: four-questions (default), nist or pasta"},
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "judge as of this moment; default: the newest time that the input states"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"html", "markdown", "svg"}, .help = "html (default), markdown, or the diagram alone as svg"},
                 {.name = "--out", .letter = 'o', .value = "FILE", .form = Form::file, .help = "write to FILE instead of standard output"}},
       .examples = {{"reeve model report --workspace security/ --out model.html", "one page for people"},
                    {"reeve model report --workspace security/ --view nist --format markdown", "by the four steps of SP 800-154"}},
       .run = run_model_report},
      {.name = "model merge",
       .summary = "merge two edits of a threat model, by id and field",
       .details = "Takes what one side changed and the other did not, records by their ids and fields by their names, and prints the merged model. What both changed "
                  "otherwise is a conflict (exit status 1): the model then has what OURS says, and each conflict is told with all three values. A "
                  "record that one side removed and the other changed stays.\n\n"
                  "As a merge driver for git: `git config merge.reeve.driver 'reeve model merge %O %A %B --out %A'`, and `threat-model.tc.json merge=reeve` in "
                  ".gitattributes.",
       .arguments = {{.name = "BASE", .required = true, .form = Form::file, .help = "what both began with; an empty file if there was none"},
                     {.name = "OURS", .required = true, .form = Form::file, .help = "one edit, whose values stand at conflicts"},
                     {.name = "THEIRS", .required = true, .form = Form::file, .help = "the other"}},
       .flags = {{.name = "--out", .letter = 'o', .value = "FILE", .form = Form::file, .help = "write the result to FILE instead of standard output; it may be OURS"},
                 {.name = "--conflicts", .value = "FILE", .form = Form::file, .help = "write the conflicts to FILE as JSON, values in full"}},
       .examples = {{"reeve model merge base.tc.json ours.tc.json theirs.tc.json", "the merged model on standard output"},
                    {"git config merge.reeve.driver 'reeve model merge %O %A %B --out %A'", "for git"}},
       .run = run_model_merge},
      {.name = "model risk",
       .summary = "say what scenarios may cost in a year",
       .details = "Simulates scenarios given as {\"simulations\": 10000, \"seed\": 1, \"scenarios\": [{\"id\", \"tef\", \"vulnerability\", \"loss\"}]}. Each input is "
                  "{\"low\", \"mode\", \"high\"} of a BetaPERT: how often a year a threat acts, the probability that it then succeeds, and what one loss costs. "
                  "Their product is the loss of a year: mean, median and the 90th, 95th and 99th percentile.\n\n"
                  "The same file gives the same answer on any machine and number of threads. A scenario that cannot be simulated is named by the path of "
                  "what is wrong, the others are told, and the exit status is 3. docs/model.md.",
       .flags = {{.name = "--scenarios", .value = "FILE", .form = Form::file, .help = "the scenarios, as JSON; `-` is standard input"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "json"},
                  .help = "how to print: text (default on a terminal) or json (default into a pipe or a file)"}},
       .examples = {{"reeve model risk --scenarios scenarios.json", "loss in a year for each scenario"}},
       .run = run_model_risk},
  };
}

}  // namespace reeve
