#include "cli/commands.h"

#include <algorithm>
#include <iterator>

#include "cli/access_commands.h"
#include "cli/detect_commands.h"
#include "cli/model_commands.h"

namespace reeve {
namespace {

// --- Flags that several commands share.

Flag format(std::vector<std::string> choices) {
  std::string help = "how to print: " + choices[0] + " (default)";
  for (size_t i = 1; i < choices.size(); ++i) help += (i + 1 == choices.size() ? " or " : ", ") + choices[i];
  if (choices.size() == 1) help = "how to print: this command knows only " + choices[0];
  return {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = std::move(choices), .help = std::move(help)};
}

Flag out_file() {
  return {.name = "--out", .letter = 'o', .value = "FILE", .form = Form::file, .help = "write the result to FILE instead of standard output"};
}

Flag as_of() {
  return {.name = "--as-of", .value = "TIME", .form = Form::time,
          .help = "judge as of this moment; default: the newest time that the input states"};
}

Flag fail_on() {
  return {.name = "--fail-on", .value = "WHAT", .form = Form::choice,
          .choices = {"fail", "unknown", "critical", "high", "medium", "low", "informational", "never"},
          .help = "exit status 1 from here on: fail (any; default), unknown (fails and unknowns), the least severity of a fail, or never"};
}

Flag stack_parameters() {
  return {.name = "--parameters", .letter = 'p', .value = "KEY=VALUE", .repeats = true,
          .help = "the value of a template's parameter, or of a pseudo parameter such as AWS::Region; or a JSON or YAML file of them"};
}

Flag resolve() {
  return {.name = "--resolve", .value = "HOW", .form = Form::choice, .choices = {"on", "off"},
          .help = "whether rules see templates as they will be deployed (on; default in text, json and sarif) or as they are written (off)"};
}

Flag guard_semantics() {
  return {.name = "--guard-semantics", .value = "VERSION", .form = Form::choice, .choices = {"reeve", "3.2.0", "3.2.1"},
          .help = "whose reading of the language counts: reeve (default), or a version of cfn-guard, defects included"};
}

Flag input_parameters() {
  return {.name = "--input-parameters", .letter = 'i', .value = "PATH", .form = Form::file, .repeats = true,
          .help = "a file, or a folder, whose keys join each data file at its root before rules look at it"};
}

Flag accounts() {
  return {.name = "--accounts", .value = "ID,…", .form = Form::account, .repeats = true, .commas = true, .help = "judge only these accounts"};
}

Flag regions() {
  return {.name = "--regions", .value = "REGION,…", .form = Form::region, .repeats = true, .commas = true,
          .help = "judge only these Regions and what has none"};
}

Program make_program() {
  Program program;
  program.name = "reeve";
  program.version = REEVE_VERSION;
  program.summary =
      "Reeve keeps an AWS estate: it reads what an account exported and answers the eight practices of SEC01, each verdict with its evidence.";

  program.common = {
      {.name = "--workspace", .letter = 'w', .value = "DIR", .form = Form::folder, .help = "the workspace; default: the nearest reeve.yaml upward, else none"},
      {.name = "--content", .value = "DIR", .form = Form::folder, .help = "controls and other content laid over what is built in"},
      format({"text"}),
      {.name = "--quiet", .letter = 'q', .help = "print results and errors only"},
      {.name = "--no-color", .help = "no colour, even on a terminal"},
      {.name = "--help", .letter = 'h', .help = "print the help of the command"},
  };

  program.statuses = {
      {exit_done, "done"},
      {exit_results, "results at or above --fail-on"},
      {exit_usage, "the command line is wrong, or --out cannot be written"},
      {exit_input, "an input or rule file could not be read or loaded; each is named, the rest was judged"},
      {exit_internal, "an error inside Reeve"},
  };

  program.commands = {
      {.name = "assess",
       .summary = "answer SEC01 from what an account exported",
       .details = "Reads AWS CLI output, AWS Config snapshots and history, credential reports, organization replies, CloudFormation templates, "
                  "Terraform plans and snapshots, judges every control, and says per practice how mature it is and what blocks the next level.\n\n"
                  "Alerts of `reeve detect` (NDJSON) among the sources are evidence on the controls that their detections serve.\n\n"
                  "What could not be read is unknown, named with its call, and never counts as pass. With a workspace the run is kept: findings open "
                  "and close, and an unchanged rerun is short.",
       .arguments = {{.name = "SOURCE", .repeats = true, .form = Form::file,
                      .help = "folder, file, .tar, .tar.zst or .zip; `-` is standard input; default: scope.sources of the workspace"}},
       .flags = {format({"text", "json", "html", "csv", "markdown", "ocsf", "asff", "oscal", "oscal-poam"}), out_file(), as_of(), fail_on(), accounts(), regions(),
                 {.name = "--controls", .value = "ID,…", .repeats = true, .commas = true, .help = "judge by these controls alone; scores then speak of those alone, and no level is told"},
                 {.name = "--all", .help = "print every row and, in formats for machines, passes too"},
                 {.name = "--redact", .help = "put pseudonyms for account ids, names of resources, people and mail addresses"}},
       .examples = {{"reeve assess exports/", "judge a folder, print to the terminal"},
                    {"reeve assess snapshot.tar.zst --format json --out result.json", "one JSON document for other programs"},
                    {"reeve assess exports/ alerts.ndjson", "what happened as evidence beside how things stand"},
                    {"reeve assess exports/ --format html --out report.html", "one file that people read, offline"},
                    {"reeve assess --fail-on high", "the sources of the workspace; exit status 1 if a high or critical control fails"}},
       .run = run_assess},
      {.name = "check",
       .summary = "judge templates before they are deployed",
       .details = "Judges the resources of CloudFormation templates and Terraform plans (`show -json`; folders are walked) by Reeve's own controls or, with --rules, any data "
                  "file by rule files in Guard, the language of cfn-guard. What a file cannot tell is unknown, named with its reason. A rule or data "
                  "file that cannot be read is named, the rest is judged, and the exit status is 3.",
       .arguments = {{.name = "PATH", .repeats = true, .form = Form::file, .help = "a template, or a folder of .yaml, .yml, .json, .jsn and .template; `-` is standard input"}},
       .flags = {format({"text", "json", "yaml", "sarif", "junit", "github", "gitlab", "verdicts", "guard-json"}),
                 {.name = "--rules", .letter = 'r', .value = "PATH", .form = Form::file, .repeats = true, .help = "a rule file, or a folder of .guard and .ruleset; default: Reeve's own controls"},
                 {.name = "--control", .value = "ID,…", .repeats = true, .commas = true, .help = "judge by these controls only"},
                 {.name = "--against", .value = "SOURCE", .form = Form::file, .repeats = true, .help = "tell drift instead: each declared property against the live one in an export (what `assess` reads) or a workspace's record"},
                 input_parameters(),
                 {.name = "--payload", .letter = 'P', .help = "read data and rules from standard input: {\"data\": [\"…\"], \"rules\": [\"…\"]}, each the text of a file"},
                 guard_semantics(),
                 stack_parameters(), resolve(),
                 {.name = "--changed-since", .value = "REV", .help = "judge only files that git says changed since REV; all, if rules, content or the workspace did"},
                 {.name = "--baseline", .value = "FILE", .form = Form::file, .help = "what a former run wrote with --format json or sarif: only findings that are not in it fail"},
                 as_of(),
                 fail_on()},
       .examples = {{"reeve check templates/", "each template by Reeve's own controls"},
                    {"reeve check app.yaml -p prod.json -p AWS::Region=eu-west-1", "as it will be deployed there"},
                    {"reeve check templates/ -r rules/", "each template by each rule file"},
                    {"reeve check templates/ --against export/", "what is live otherwise than it is declared"},
                    {"reeve check stack.yaml --rules rules/ --format verdicts", "one line of JSON for each rule"}},
       .run = run_check},
      {.name = "check test",
       .summary = "try rule files on their tests",
       .details = "Tests are cfn-guard's: a list of cases with `name`, `input` and `expectations: {rules: {NAME: PASS}}`. In a folder, x.guard belongs with "
                  "tests/x*.yaml; folders of controls are tried on their examples. A rule that stands in several blocks is as expected if one of them is, for "
                  "SKIP if all are.",
       .arguments = {{.name = "PATH", .required = true, .repeats = true, .form = Form::file, .help = "a folder, a rule file with its tests beside it, or test files with --rules"}},
       .flags = {format({"text", "json", "junit"}),
                 {.name = "--rules", .letter = 'r', .value = "FILE", .form = Form::file, .repeats = true, .help = "the rule file that the test files named are for"},
                 guard_semantics(), as_of(),
                 {.name = "--fail-on", .value = "WHAT", .form = Form::choice, .choices = {"fail", "never"}, .help = "exit status 1 if an expectation is not met (fail; default), or never"}},
       .examples = {{"reeve check test rules/", "each rule file of a folder"}, {"reeve check test cases.yaml --rules encryption.guard --format json", "one line of JSON for each expectation"}},
       .run = run_check_test},
      {.name = "check explain",
       .summary = "say step by step why a rule passes, fails or skips",
       .details = "Asks one rule, or each rule of a rule file, of a data file, and tells every step: which conditions held, which values were looked at, "
                  "what each of them said, with the places in the rule file and in the data. A control of Reeve's own is asked of each resource that it "
                  "looks at.",
       .arguments = {{.name = "RULE", .required = true, .form = Form::file, .help = "the name of a rule of --rules, a rule file, or the id of a control"},
                     {.name = "DATA", .required = true, .repeats = true, .form = Form::file, .help = "the data file; `-` is standard input"}},
       .flags = {format({"text", "json"}),
                 {.name = "--rules", .letter = 'r', .value = "PATH", .form = Form::file, .repeats = true, .help = "where the rule stands: a rule file, or a folder"},
                 input_parameters(), stack_parameters(), resolve(), guard_semantics(), as_of(),
                 {.name = "--all", .help = "tell also what filters left out, and why"}},
       .examples = {{"reeve check explain volume-encrypted stack.yaml", "a control of Reeve's own"},
                    {"reeve check explain volumes_encrypted stack.yaml --rules rules/", "a rule by its name"},
                    {"reeve check explain encryption.guard stack.yaml --format json", "every rule of a file, a line of JSON for each"}},
       .run = run_check_explain},
      {.name = "check rulegen",
       .summary = "write rules that say what templates say",
       .details = "For each resource type a rule, for each property a clause with the values that the templates give it: a first draft to be cut down. "
                  "The rules parse and hold for these templates. A value that may be a secret is not written.",
       .arguments = {{.name = "TEMPLATE", .required = true, .repeats = true, .form = Form::file, .help = "a CloudFormation template, or a folder of them; `-` is standard input"}},
       .flags = {guard_semantics()},
       .examples = {{"reeve check rulegen stack.yaml > draft.guard", "rules from one template"}},
       .run = run_check_rulegen},
      {.name = "collect",
       .summary = "read accounts into a snapshot, change nothing",
       .details = "Finds out who asks, which accounts the organization has and which Regions are on, takes a role in each account, and asks what content "
                  "names (`reeve content calls`), each reply kept word for word. Rates stay below AWS's own. What AWS denies, has not or does not answer "
                  "is kept too, by its code, and named at the end.\n\n"
                  "A snapshot that was not finished is gone on with by the same command: what is answered is not asked again. Credentials are found as "
                  "AWS's own tools find them, beginning with the environment, and are never written.",
       .flags = {{.name = "--out", .letter = 'o', .value = "SNAPSHOT", .form = Form::folder, .help = "folder of the snapshot; made if need be, gone on with if it is there"},
                 {.name = "--accounts", .value = "ID,…", .form = Form::account, .repeats = true, .commas = true, .help = "read only these accounts"},
                 {.name = "--organizational-units", .value = "ID,…", .repeats = true, .commas = true, .help = "read only the accounts of these units and of the units below them"},
                 {.name = "--regions", .value = "REGION,…", .form = Form::region, .repeats = true, .commas = true, .help = "read only these Regions and what has none"},
                 {.name = "--services", .value = "NAME,…", .repeats = true, .commas = true, .help = "ask only these services, spelt as the AWS CLI does"},
                 {.name = "--all-facts", .help = "ask also what no control looks at, and what other calls tell about as well"},
                 {.name = "--role-name", .value = "NAME,…", .repeats = true, .commas = true, .help = "the role to take in each account, the first that lets in; without it only the caller's account is read"},
                 {.name = "--events", .value = "PATH", .form = Form::file, .repeats = true, .help = "read again only what these CloudTrail events changed, in a finished snapshot: a file or folder of .json, .json.gz or one event a line; `-` is standard input"},
                 {.name = "--queue", .value = "URL", .help = "take the events from this SQS queue, which EventBridge fills, and delete each message when what it leads to is recorded"},
                 {.name = "--follow", .help = "go on: read again as events come to --events and --queue, judge it where there is a workspace, until Ctrl-C"},
                 {.name = "--external-id", .value = "ID", .help = "the external id that the role asks for"},
                 {.name = "--profile", .value = "NAME", .help = "the profile whose credentials to use; default: AWS_PROFILE"},
                 {.name = "--endpoint-url", .value = "URL", .help = "ask this address instead of AWS"},
                 {.name = "--max-rps", .value = "N", .help = "at most this many requests a second over all"},
                 {.name = "--in-flight", .value = "N", .help = "at most this many requests at once; default 256"},
                 {.name = "--plan", .help = "print the calls that would be made, and ask nobody"},
                 {.name = "--print-policy", .help = "print the IAM policy that allows those calls and nothing else"},
                 {.name = "--print-role-template", .help = "print a CloudFormation template for the role to take, and how a StackSet brings it into every account"},
                 format({"text", "json"})},
       .examples = {{"reeve collect --out snap/", "the account of these credentials"},
                    {"reeve collect --out snap/ --role-name audit --external-id 7f3a", "every account of the organization"},
                    {"reeve collect -o snap/ --role-name ro --organizational-units ou-ab12-cd34ef56", "the accounts of one unit"},
                    {"reeve collect -o snap/ --role-name audit --events trail/", "only what has changed since"},
                    {"reeve collect -o snap/ --follow --queue $QUEUE", "what changes, as it changes"},
                    {"reeve collect --plan", "what would be asked"},
                    {"reeve collect --print-role-template --role-name audit > role.yaml", "the role that it takes"}},
       .run = run_collect},
      {.name = "explain",
       .summary = "say what a control or finding means",
       .details = "Prints statement, why it matters, evidence, fix and the rule's own text.",
       .arguments = {{.name = "ID", .required = true, .help = "id of a control, finding, practice, objective, framework or requirement, a resource's ARN, or an exit status"}},
       .examples = {{"reeve explain root-mfa-enabled", "a control: what it asks, why, how to fix it"},
                    {"reeve explain aws_account", "a practice and its controls by level"},
                    {"reeve explain pci-dss-4.0/8.4.2", "a framework's requirement and the controls that speak to it"},
                    {"reeve explain arn:aws:s3:::logs", "a resource of this workspace: Reeve's findings, and beside them those of other tools"},
                    {"reeve explain 3", "an exit status"}},
       .run = run_explain},
      {.name = "init",
       .summary = "make a workspace",
       .details = "Writes reeve.yaml, attestations/, exceptions/, drills/ and .gitignore into DIR. Nothing that is there is overwritten. On a "
                  "terminal it then asks what no API can answer; each question may be skipped and answered any day with `reeve attest`.",
       .arguments = {{.name = "DIR", .form = Form::folder, .help = "folder of the new workspace, made if need be; default: here"}},
       .flags = {{.name = "--organization", .value = "NAME", .help = "the name in reports; default: the folder's name"}},
       .examples = {{"reeve init", "here"}, {"reeve init estate --organization 'Northfield Group'", "in a folder of its own"}},
       .run = run_init},
      {.name = "attest",
       .summary = "record what no API can answer, or list it",
       .details = "Without CONTROL: how each attested question stands, and which drills are due. With it: one attestation is written to "
                  "attestations/ of the workspace. On a terminal what is not given is asked. Nothing that is there is overwritten; an owner "
                  "cannot approve their own word, and none lasts longer than the control allows.",
       .arguments = {{.name = "CONTROL", .help = "id of a control that is judged by attestation"}},
       .flags = {format({"text", "json"}),
                 {.name = "--as-of", .value = "TIME", .form = Form::time, .help = "how the questions stand on this day; default: today"},
                 {.name = "--answer", .value = "YES-OR-NO", .form = Form::choice, .choices = {"yes", "no"}, .help = "whether the control's claim holds"},
                 {.name = "--owner", .value = "PERSON", .help = "who says so"},
                 {.name = "--approver", .value = "PERSON", .help = "who agreed, somebody else than the owner"},
                 {.name = "--evidence", .value = "TEXT", .repeats = true, .help = "a link, or where to find what shows it"},
                 {.name = "--given", .value = "DATE", .form = Form::time, .help = "the day it is given; default: today"},
                 {.name = "--expires", .value = "DATE", .form = Form::time, .help = "the day from which it no longer counts"},
                 {.name = "--reason", .value = "TEXT", .help = "what else is to be said"}},
       .examples = {{"reeve attest", "which questions are open, expired or contradicted"},
                    {"reeve attest root-recovery-drilled", "asks what it needs"},
                    {"reeve attest ID --answer yes --owner A --approver B --expires 2027-10-01", "for scripts"}},
       .run = run_attest},
      {.name = "history",
       .summary = "say what became of findings over time",
       .details = "Without arguments: what each run came to. With --since or --until: what opened, reopened and was mended in between, how long "
                  "that took, and which controls held all the time. With --at: what stood open on a day. With FROM (and TO): what changed "
                  "from one run to another.",
       .arguments = {{.name = "FROM", .help = "a run: its number, `first`, `last`, or the day on which it was the newest"},
                     {.name = "TO", .help = "the later run; default: the last"}},
       .flags = {format({"text", "json"}), out_file(),
                 {.name = "--since", .value = "TIME", .form = Form::time, .help = "the beginning of the period; default: the first run"},
                 {.name = "--until", .value = "TIME", .form = Form::time, .help = "its end; default: the last run"},
                 {.name = "--at", .value = "TIME", .form = Form::time, .help = "the state on this day"},
                 {.name = "--all", .help = "print every row"}},
       .examples = {{"reeve history", "level, score and fails of every run"},
                    {"reeve history --since 2026-10-01 --until 2027-01-01", "a quarter: time to remediate, controls that held"},
                    {"reeve history --at 2026-12-31 --format json", "what stood open on a day, for other programs"},
                    {"reeve history 41 60", "what changed between two runs"}},
       .run = run_history},
      {.name = "import",
       .summary = "take in what other tools found, marked as theirs",
       .details = "Reads findings as Prowler writes them (CSV, OCSF) and as Security Hub does (ASFF), recognised by content, into the workspace's "
                  "record. They stand beside Reeve's own by resource (`reeve explain ARN`) and in no count, level or score. A row that cannot be "
                  "read is named by its line and the rest is taken; the same file again adds nothing.",
       .arguments = {{.name = "FILE", .required = true, .repeats = true, .form = Form::file, .help = "an export of findings; `-` is standard input"}},
       .flags = {format({"text", "json"})},
       .examples = {{"reeve import prowler-output.csv findings.asff.json", "two exports into the nearest workspace"}},
       .run = run_import},
      {.name = "content list",
       .summary = "list the controls",
       .details = "Every control after layering (built in, --content, workspace), by practice and level.",
       .flags = {format({"text", "json"}),
                 {.name = "--practice", .value = "SLUG", .help = "only the controls of this practice"}},
       .examples = {{"reeve content list", "all of them"}, {"reeve content list --practice aws_account --format json", "one practice, for other programs"}},
       .run = run_content_list},
      {.name = "content calls",
       .summary = "list the AWS calls that tell what Reeve judges",
       .details = "What to ask with the AWS CLI, and the file below EXPORT/ACCOUNT/REGION/ that each answer belongs in. No call changes anything. "
                  "What is not asked is unknown. Answers that are once for an account may stand in any Region's folder.",
       .flags = {format({"text", "json"})},
       .examples = {{"reeve content calls", "all of them"}, {"reeve content calls --format json", "for a script that makes them"}},
       .run = run_content_calls},
      {.name = "content coverage",
       .summary = "say which control answers which fact",
       .details = "Each fact that the question asks for, the controls that answer it, how they judge and which examples show it; how many controls there are "
                  "for each practice and level and for each operations area and practice; how many rest on attestations. The exit status is 1 if a fact has no "
                  "control or a practice has fewer than two at a level.",
       .flags = {format({"text", "json"})},
       .examples = {{"reeve content coverage --content content", "the tree on disk, with its examples"}},
       .run = run_content_coverage},
      {.name = "content test",
       .summary = "judge the examples of controls and threats",
       .arguments = {{.name = "ID", .repeats = true, .help = "ids of controls or threats; default: all that have examples"}},
       .flags = {format({"text", "json"})},
       .examples = {{"reeve content test --content mine", "every control of a folder"}, {"reeve content test root-mfa-enabled", "one control"}},
       .run = run_content_test},
      {.name = "snapshot pack",
       .summary = "turn one file per call into a snapshot",
       .arguments = {{.name = "FOLDER", .required = true, .form = Form::folder, .help = "AWS CLI output, one file for each call"}},
       .flags = {{.name = "--out", .letter = 'o', .value = "SNAPSHOT", .form = Form::folder, .help = "folder of the snapshot; default: FOLDER with .snapshot behind"}},
       .examples = {{"reeve snapshot pack exports/ --out snap/", "pack what the AWS CLI wrote"}},
       .run = run_snapshot_pack},
      {.name = "version",
       .summary = "print the versions of the program and its content",
       .flags = {format({"text", "json"})},
       .examples = {{"reeve version", "version of the program, digest of its content"}},
       .run = run_version},
      {.name = "help",
       .summary = "print the help of a command, the manual or shell completions",
       .arguments = {{.name = "COMMAND", .repeats = true, .help = "the command, of one or two words"}},
       .flags = {{.name = "--man", .help = "print the manual page"},
                 {.name = "--completion", .value = "SHELL", .form = Form::choice, .choices = {"bash", "zsh"}, .help = "print completions for bash or zsh"}},
       .examples = {{"reeve help assess", "all about one command"},
                    {"reeve help --man > reeve.1", "the manual page, to install"},
                    {"source <(reeve help --completion bash)", "completions in this shell"}},
       .run = run_help},
  };
  // The questions of `access` stand behind `collect`, then what watches, then the threat model.
  auto behind = std::find_if(program.commands.begin(), program.commands.end(), [](const Command& command) { return command.name == "collect"; });
  std::vector<Command> access = access_commands();
  std::vector<Command> detect = detect_commands();
  access.insert(access.end(), std::make_move_iterator(detect.begin()), std::make_move_iterator(detect.end()));
  std::vector<Command> model = model_commands();
  access.insert(access.end(), std::make_move_iterator(model.begin()), std::make_move_iterator(model.end()));
  program.commands.insert(behind + 1, std::make_move_iterator(access.begin()), std::make_move_iterator(access.end()));
  // A command whose room is not furnished yet is not offered.
  std::erase_if(program.commands, [](const Command& command) { return command.run == nullptr; });
  return program;
}

}  // namespace

const Program& reeve_program() {
  static const Program program = make_program();
  return program;
}

}  // namespace reeve
