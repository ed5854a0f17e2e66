#include "cli/detect_commands.h"

namespace reeve {

std::vector<Command> detect_commands() {
  return {
      {.name = "detect",
       .summary = "judge every event of logs by detection rules",
       .details = "Reads CloudTrail as AWS delivers it (also as one event a line, from CloudTrail Lake, CloudWatch, EventBridge, SNS and SQS), VPC flow logs, S3 access "
                  "logs, Route 53 query logs and GuardDuty findings, plain or packed, and judges each event by Sigma rules: Reeve's own, or those of "
                  "--rules. Correlations go by the events' own time, whatever the order of the files.\n\n"
                  "An alert's id follows from its rule and event alone: read again, twice or in other files, the same events give the same ids. With "
                  "--state a run that was broken off goes on where it was, and nothing is told twice. What could not be read or judged is named, "
                  "and the exit status is 3. docs/detect.md.\n\n"
                  "With --verify-digests no event is judged: the trail's digest files say whether the log files are those that CloudTrail delivered, all "
                  "of them and unchanged. PATH is then s3://BUCKET[/PREFIX] or a folder that is a copy of the bucket. Exit status 0: proven; 1: something "
                  "was tampered with, is missing or lies where it should not; 3: something could not be proven.",
       .arguments = {{.name = "PATH", .repeats = true, .form = Form::file,
                      .help = "a file of logs, or a folder of them; `-` is standard input"}},
       .flags = {{.name = "--rules", .letter = 'r', .value = "PATH", .form = Form::file, .repeats = true,
                  .help = "a file of Sigma rules, or a folder of .yml and .yaml; default: Reeve's own detections"},
                 {.name = "--follow", .letter = 'f', .help = "go on: take up what comes to the folders or the queue, until Ctrl-C"},
                 {.name = "--queue", .value = "URL", .help = "in place of PATH: an SQS queue that S3, EventBridge or CloudTrail tells of new log files, which are read from S3; without --follow until it is empty"},
                 {.name = "--state", .value = "FILE", .form = Form::file,
                  .help = "remember in FILE what was read and told; default with --follow: .reeve/detect.state of the workspace"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson", "ocsf"},
                  .help = "how to print: text (default on a terminal), ndjson (default into a pipe or a file) or ocsf (Detection Findings)"},
                 {.name = "--audit", .help = "print a line for each object read too: bytes, records, judged, refused and why"},
                 {.name = "--strict-scalar", .help = "do not match an object or a list as its JSON text"},
                 {.name = "--lateness", .value = "TIME", .help = "with --follow: how late an event may come and still take part in correlations, such as 90s or 15m (default)"},
                 {.name = "--backtest", .value = "RULE", .form = Form::file, .repeats = true,
                  .help = "try a file of Sigma rules on logs of the past: alerts a day, principals, examples; nothing is kept"},
                 {.name = "--since", .value = "TIME", .help = "with --backtest: how far back, as a span before the newest event such as 90d, or a day; default: all"},
                 {.name = "--fail-on", .value = "LEVEL", .form = Form::choice, .choices = {"critical", "high", "medium", "low", "informational", "never"},
                  .help = "exit status 1 if there is an alert of this level or above; default: never"},
                 {.name = "--deliver-for", .value = "TIME",
                  .help = "with outputs in the workspace and a state: how long to go on delivering when all is judged; default: 30s, and 5s when a run that follows is ended"},
                 {.name = "--metrics", .value = "ADDR:PORT", .help = "serve OpenMetrics at http://ADDR:PORT/metrics while the run lasts; a PORT alone is for this machine only"},
                 {.name = "--verify-digests", .help = "judge no event: hold log files against CloudTrail's signed digests of them"},
                 {.name = "--digest-keys", .value = "FILE", .form = Form::file, .repeats = true,
                  .help = "public keys as `aws cloudtrail list-public-keys` prints them; default: CloudTrail is asked, in each Region"},
                 {.name = "--digest-signatures", .value = "FILE", .form = Form::file, .repeats = true,
                  .help = "JSON from the keys of digest files to their signatures, which a folder has not; of the newest one at least"},
                 {.name = "--bucket", .value = "NAME", .help = "the bucket that the folder is a copy of: signatures that no digest keeps are asked of its objects"},
                 {.name = "--profile", .value = "NAME", .help = "with --queue, s3://… and outputs to SNS: the profile whose credentials to use; default: AWS_PROFILE"},
                 {.name = "--endpoint-url", .value = "URL", .help = "with --queue, s3://… and outputs to SNS: ask this address instead of AWS"}},
       .examples = {{"reeve detect logs/", "every event of a folder, by Reeve's own detections"},
                    {"reeve detect logs/ --rules sigma/rules/cloud/aws --format ndjson", "by rules of your own, one line of JSON for each alert"},
                    {"aws s3 cp s3://trail/today.json.gz - | reeve detect -", "from standard input"},
                    {"reeve detect logs/ --backtest new-rule.yml --since 90d", "how often a rule would have alerted"},
                    {"reeve detect logs/ --follow --state detect.state", "as logs come in, and across restarts"},
                    {"reeve detect s3://trail-logs --verify-digests", "are these the log files that CloudTrail delivered?"},
                    {"reeve detect copy/ --verify-digests --bucket trail-logs", "of a folder that is a copy of the bucket"},
                    {"reeve detect --queue \"$QUEUE_URL\" --follow --state detect.state", "as CloudTrail puts them into S3"}},
       .run = run_detect},
      {.name = "detect test",
       .summary = "try detection rules on events that they must and must not match",
       .details = "In a folder of detections each rule is tried on its examples: match-NAME.json raises an alert of it, none-NAME.json none. One line for each "
                  "case; a rule without cases is named.",
       .arguments = {{.name = "PATH", .required = true, .repeats = true, .form = Form::file, .help = "a folder of detections, one detection, or cases of the rules of --rules"}},
       .flags = {{.name = "--rules", .letter = 'r', .value = "PATH", .form = Form::file, .repeats = true, .help = "the rules that cases named alone are for"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson"},
                  .help = "how to print: text (default on a terminal) or ndjson (default into a pipe or a file)"},
                 {.name = "--strict-scalar", .help = "do not match an object or a list as its JSON text"},
                 {.name = "--fail-on", .value = "WHAT", .form = Form::choice, .choices = {"fail", "never"}, .help = "exit status 1 if a case is not met (fail; default), or never"}},
       .examples = {{"reeve detect test content/detections", "each detection of a folder"}},
       .run = run_detect_test},
      {.name = "detect incidents",
       .summary = "tell alerts as stories over time and accounts, and who is at risk",
       .details = "Reads alerts as `reeve detect` writes them (NDJSON) and joins those that share a principal, a public address or a resource. An incident is "
                  "told when it holds a critical alert, when the risk of its alerts together reaches the threshold, or when they are of three tactics and "
                  "four rules. Risk halves in each half-life, by the events' own time. The same alerts give the same incidents in any order, however "
                  "often they stand there. docs/incidents.md.",
       .arguments = {{.name = "ALERTS", .required = true, .repeats = true, .form = Form::file, .help = "files of alerts; `-` is standard input"}},
       .flags = {{.name = "--window", .value = "TIME", .help = "how far apart two alerts that share something may be, such as 6h; default: 24h"},
                 {.name = "--half-life", .value = "TIME", .help = "in which time risk halves; default: 24h"},
                 {.name = "--threshold", .value = "RISK", .help = "from which risk an incident is told; default: 100, the weight of a critical alert"},
                 {.name = "--shared", .value = "VALUE", .repeats = true, .help = "an address or another name that many share and that joins nothing; `*` and `?` are wildcards"},
                 {.name = "--all", .help = "incidents below the threshold too, and every alert and entity"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson"},
                  .help = "how to print: text (default on a terminal) or ndjson (default into a pipe or a file)"},
                 {.name = "--fail-on", .value = "LEVEL", .form = Form::choice, .choices = {"critical", "high", "medium", "low", "informational", "never"},
                  .help = "exit status 1 if there is an incident with an alert of this level or above; default: never"}},
       .examples = {{"reeve detect logs/ --format ndjson > alerts.ndjson", "the alerts first"},
                    {"reeve detect incidents alerts.ndjson", "what they come to together"},
                    {"reeve detect incidents alerts.ndjson --shared 198.51.100.7", "an address behind which everybody sits joins nothing"}},
       .run = run_detect_incidents},
      {.name = "detect outbox",
       .summary = "list alerts that are still to be delivered, or were given up; try those again",
       .details = "A run with a state puts each alert for the workspace's `outputs` into an outbox in that state, and delivers it from there: what could not be "
                  "delivered waits for the next run, and what a destination refuses for good, or did not take in many attempts, is given up and stays "
                  "there with the reason. Exit status 0: the outbox is empty; 1: it is not. docs/delivering.md.",
       .flags = {{.name = "--state", .value = "FILE", .form = Form::file, .help = "the state of the runs; default: .reeve/detect.state of the workspace"},
                 {.name = "--to", .value = "ID", .help = "only what is for this output"},
                 {.name = "--retry", .help = "let what was given up wait again, as if it were new; the next run delivers it"},
                 {.name = "--drop", .help = "with --to: throw away all that is for this output"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson"},
                  .help = "how to print: text (default on a terminal) or ndjson (default into a pipe or a file)"}},
       .examples = {{"reeve detect outbox --state detect.state", "what waits, and what was given up and why"},
                    {"reeve detect outbox --state detect.state --retry --to on-call", "when the destination has been mended"}},
       .run = run_detect_outbox},
  };
}

}  // namespace reeve
