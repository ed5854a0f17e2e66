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
                 {.name = "--redact", .help = "put pseudonyms for account ids, names of resources and people, and withhold what people wrote"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"html", "markdown", "svg"}, .help = "html (default), markdown, or the diagram alone as svg"},
                 {.name = "--out", .letter = 'o', .value = "FILE", .form = Form::file, .help = "write to FILE instead of standard output"}},
       .examples = {{"reeve model report --workspace security/ --out model.html", "one page for people"},
                    {"reeve model report --workspace security/ --view nist --format markdown", "by the four steps of SP 800-154"}},
       .run = run_model_report},
      {.name = "model status",
       .summary = "say how each threat stands today, and fail where nothing stands against it",
       .details = "Assesses the sources and holds the workspace's threat model against them: for each threat how many things it can happen to, how what prevents it, "
                  "detects it and responds to it stands, and what is wrong with the model: assets in no threat, broken assumptions, controls that fail, threats that nothing detects, "
                  "acceptances that have expired, reviews that are overdue, threats whose things are gone.\n\n"
                  "A control is effective (holds everywhere), partial (and where not), failed, unknown, attested (somebody's word) or absent (judges nothing here, or is not "
                  "loaded); a detection stands as the logs that feed it do. Without a model those threats are told that `reeve model derive` would make.\n\n"
                  "Exit status 1: a threat above --appetite is neither accepted nor closed, and nothing that prevents, detects or responds to it is effective or attested. 3: something "
                  "could not be read or asked; the rest is told. docs/model.md.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file, .help = "what `reeve assess` reads; default: scope.sources of the workspace"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model; default: the nearest reeve.yaml upward, else here"},
                 {.name = "--appetite", .value = "CLASS", .form = Form::choice, .choices = {"low", "medium", "high", "critical", "never"},
                  .help = "exit status 1 for threats above this class before controls, against which nothing is effective; default: medium; never: not at all"},
                 {.name = "--all", .help = "every threat and alarm in text, not the first"},
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "judge as of this moment; default: the newest time that the input states"},
                 {.name = "--redact", .help = "put pseudonyms for account ids, names of resources and people, and withhold what people wrote"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "json"},
                  .help = "how to print: text (default on a terminal) or json (default into a pipe or a file)"}},
       .examples = {{"reeve model status --workspace security/", "from the workspace's own sources"},
                    {"reeve model status exports/ --appetite high --format json", "for a pipeline: only critical threats fail it"}},
       .run = run_model_status},
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
       .summary = "say what threats may cost in a year, and what to mend first",
       .details = "Assesses the sources and reckons each threat in money by FAIR: how often somebody tries, how often that succeeds given the controls against it as they "
                  "stand, and what a success costs. Told are the loss of a year without controls (inherent) and with them (residual), one year in ten, the class of the "
                  "5x5 table, and the control whose mending saves most. Classes stand in content/risk/scale.yaml; risk.yaml of the workspace and a threat's metadata say otherwise.\n\n"
                  "--budget says which controls to mend first with so much work: one after another that which saves most for its effort, all others reckoned anew after "
                  "each. --threat tells one threat in full: its controls before and after, what moves its mean, and its loss exceedance curve.\n\n"
                  "--scenarios simulates scenarios of one's own instead: {\"simulations\": 10000, \"seed\": 1, \"scenarios\": [{\"id\", \"tef\", \"vulnerability\", \"loss\"}]}. Each input is "
                  "{\"low\", \"mode\", \"high\"} of a BetaPERT: how often a year a threat acts, the probability that it then succeeds, and what one loss costs.\n\n"
                  "The same input gives the same answer on any machine and number of threads. What cannot be reckoned is named with its reason, never as nothing. docs/model.md.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file, .help = "what `reeve assess` reads; default: scope.sources of the workspace"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model and risk.yaml; default: the nearest reeve.yaml upward, else here"},
                 {.name = "--budget", .value = "EFFORT", .help = "say what to mend first with so much work: 10d, 4h or 90min; a day is 8 hours"},
                 {.name = "--threat", .value = "ID", .help = "tell this one in full: an id of the model or of content/threats"},
                 {.name = "--simulations", .value = "N", .help = "how often to draw, 1 to 1000000; default: 10000"},
                 {.name = "--seed", .value = "N", .help = "what settles every draw, a whole number; default: 1"},
                 {.name = "--scenarios", .value = "FILE", .form = Form::file, .help = "simulate these scenarios, JSON, and no estate; `-` is standard input"},
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "judge as of this moment; default: the newest time that the input states"},
                 {.name = "--all", .help = "print every threat, not the first twenty"},
                 {.name = "--redact", .help = "put pseudonyms for account ids, names of resources and people, and withhold what people wrote"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "json"},
                  .help = "how to print: text (default on a terminal) or json (default into a pipe or a file)"}},
       .examples = {{"reeve model risk exports/ --workspace security/ --budget 10d", "loss in a year for each threat, and what to mend in ten days"},
                    {"reeve model risk --scenarios scenarios.json", "loss in a year for each scenario"}},
       .run = run_model_risk},
      {.name = "model register",
       .summary = "print the register of risks: cost, decision, owner, due date, and why it changed",
       .details = "Assesses the sources and prints each risk with its loss before and after controls, how these stand, what was decided (avoid, reduce, transfer, accept), "
                  "who asked and who approved, owner, due date and ticket, since when it is known, and which control changed its number last. An acceptance that has "
                  "expired is open again; one that nobody but the requester approved counts as none. A due date that nobody decided follows from the class.\n\n"
                  "Decisions stand in threat-model.tc.json as metadata of the threat; numbers of earlier runs in .reeve/risks.json of the workspace. "
                  "`reeve model register import FILE` takes decisions back from CSV or a POA&M as they were printed: treatment, decision, requester, approver, accept_until, owner, "
                  "due, ticket, service, review_by. An empty cell takes its word back; a column that is not there leaves it. Refused by row or path, exit status 3, the others taken: "
                  "an id that the model does not have or that comes twice, a date that is none, an approver who is the requester, an acceptance without an end. docs/model.md.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file, .help = "what `reeve assess` reads; default: scope.sources of the workspace; or `import FILE`"}},
       .flags = {{.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder,
                  .help = "the folder that keeps the model and the history; default: the nearest reeve.yaml upward, else here"},
                 {.name = "--simulations", .value = "N", .help = "how often to draw, 1 to 1000000; default: 10000"},
                 {.name = "--seed", .value = "N", .help = "what settles every draw, a whole number; default: 1"},
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "judge as of this moment; default: the newest time that the input states"},
                 {.name = "--dry-run", .help = "leave the history, or on import the model, as it is"},
                 {.name = "--all", .help = "print every risk, not the first twenty"},
                 {.name = "--redact", .help = "put pseudonyms for account ids, names of resources and people, and withhold what people wrote"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "json", "csv", "oscal-poam"},
                  .help = "how to print: text (default on a terminal), json (default into a pipe or a file), csv or oscal-poam"}},
       .examples = {{"reeve model register exports/ --workspace security/ --format csv > risks.csv", "for a spreadsheet"},
                    {"reeve model register exports/ --workspace security/ --format oscal-poam", "as a plan of action and milestones"},
                    {"reeve model register import risks.csv --workspace security/", "after people have filled it in"}},
       .run = run_model_register},
  };
}

}  // namespace reeve
