#include "cli/access_commands.h"

namespace reeve {
namespace {

Flag records_format() {
  return {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson"},
          .help = "how to print: text (default on a terminal) or ndjson (default into a pipe or a file)"};
}

Flag sources() {
  return {.name = "--source", .letter = 's', .value = "SOURCE", .form = Form::file, .repeats = true,
          .help = "the estate: what `reeve assess` reads; default: the current folder"};
}

Argument estate_sources() { return {.name = "SOURCE", .repeats = true, .form = Form::file, .help = "the estate: what `reeve assess` reads"}; }

Flag authorization_details() {
  return {.name = "--authorization-details", .value = "FILE", .form = Form::file,
          .help = "instead: a reply of `aws iam get-account-authorization-details`, taken as the whole estate"};
}

// Of the questions over principals and their policies.
std::vector<Flag> estate_flags(std::vector<Flag> more = {}) {
  std::vector<Flag> out{{.name = "--source", .letter = 's', .value = "SOURCE", .form = Form::file, .repeats = true,
                         .help = "the estate: what `reeve assess` reads; default: the workspace's sources, else the current folder"},
                        {.name = "--authorization-details", .value = "FILE", .form = Form::file,
                         .help = "a reply of iam:GetAccountAuthorizationDetails as the whole estate, instead"},
                        {.name = "--context", .value = "KEY=VALUE", .repeats = true, .help = "fix a context key, such as aws:SourceIp; one that is not fixed may have any value"},
                        records_format(),
                        {.name = "--all", .help = "every row in text, not the first 20"}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

}  // namespace

std::vector<Command> access_commands() {
  return {
      {.name = "access can",
       .summary = "say what a user or role can do, and why",
       .details = "With an action: yes, no or unknown, with the statements that decide and their place. Without: every action, by service. Policies of the "
                  "identity and its groups, boundaries, resource policies and guardrails of the organization all take part. What was not read, and a context "
                  "key that was not given and decides, make an answer unknown and are named. An action may be a pattern, a resource may have wildcards: any "
                  "of them. docs/access.md.",
       .arguments = {{.name = "PRINCIPAL", .required = true, .help = "an ARN, or a name that one user or role has"},
                     {.name = "ACTION", .help = "`s3:GetObject` or a pattern such as `s3:Get*`; default: all"},
                     {.name = "RESOURCE", .help = "an ARN; default: any"}},
       .flags = estate_flags(),
       .examples = {{"reeve access can ann s3:GetObject 'arn:aws:s3:::payroll/*' -s export/", "one question"},
                    {"reeve access can role/Deploy --authorization-details dump.json", "all that a role can do"}},
       .run = run_access_can},
      {.name = "access who-can",
       .summary = "name everybody who can do something",
       .details = "Every user and role of the estate is asked; those of whom it is not known are named too, and of the rest the number. Whom the resource's own "
                  "policy lets in from outside of the estate (accounts, services, everyone) is named as such.",
       .arguments = {{.name = "ACTION", .required = true, .help = "`s3:GetObject`, or a pattern: any of them"},
                     {.name = "RESOURCE", .help = "an ARN, with wildcards: any that fits; default: any"}},
       .flags = estate_flags(),
       .examples = {{"reeve access who-can s3:GetObject 'arn:aws:s3:::payroll/*' -s export/", "who reads payroll"},
                    {"reeve access who-can iam:PassRole --context aws:MultiFactorAuthPresent=false", "of a session without MFA"}},
       .run = run_access_who_can},
      {.name = "access cross-account",
       .summary = "name the roles and resources that let other accounts in",
       .details = "Each statement of a trust or resource policy that names another account, a user or role of one, or everyone: whether a request of theirs goes "
                  "through as far as this side decides, and whether they are of the same organization.",
       .flags = estate_flags(),
       .examples = {{"reeve access cross-account -s export/", "every way in from another account"}},
       .run = run_access_cross_account},
      {.name = "access unused",
       .summary = "name what is held and not used, and propose a smaller policy",
       .details = "From what IAM tells of last use: users and roles that nobody used, and services that a principal may use and did not. For those the policies "
                  "it has are proposed anew with the used services alone; conditions, resources and denials stay. With --events what CloudTrail logged is evidence "
                  "of use as well, and the policy that is proposed has the actions that were seen; actions that leave no event stay in it and are named.",
       .flags = estate_flags({{.name = "--events", .value = "LOGS", .form = Form::file, .repeats = true,
                               .help = "CloudTrail logs beside what IAM tells: files or folders, or one event a line; `-` is standard input"},
                              {.name = "--days", .value = "N", .help = "unused for so long; default 90"},
                              {.name = "--as-of", .value = "TIME", .help = "counted from here; default: the newest time in the sources"}}),
       .examples = {{"reeve access unused -s export/ --days 180", "nobody used it for half a year"}},
       .run = run_access_unused},
      {.name = "access reach",
       .summary = "say what the internet can get to, and by which way",
       .details = "Follows a packet from anywhere: public address, internet gateway, route of the answer, network ACL, security group; behind an "
                  "internet-facing load balancer its targets; and what needs no VPC, such as function URLs and APIs. IPv4 and IPv6 apart. What was not "
                  "read or is not modelled (a firewall's endpoint, a transit gateway, a prefix list's addresses) makes an answer unknown, never "
                  "unreachable. Whether credentials are asked for behind an open port is another question.",
       .arguments = {{.name = "TARGET", .help = "an ARN, an id or a name of what is asked about; default: whatever can be reached"}},
       .flags = {sources(), records_format(),
                 {.name = "--all", .help = "name too what cannot be reached, and what stops it"}},
       .examples = {{"reeve access reach --source export/", "everything that the internet gets to"},
                    {"reeve access reach i-0a1b2c3d4e5f60718 -s export/ --all", "one instance: by which way, or what stops it"}},
       .run = run_access_reach},
      {.name = "access simulate",
       .summary = "decide requests, each given with its policies",
       .details = "Reads one document a line: a request and the policies that take part in it, in the shape of the npm package "
                  "@cloud-copilot/iam-simulate (docs/formats/simulation.md). Gives one answer for each line, in order: the result, what decided, and "
                  "the statements that mattered. A context key that a document does not have is absent. Where AWS's own pages leave a rule open and the "
                  "result hangs on it, the answer names the point under `unknown`, and nothing is called allowed for it. A line that cannot be decided is "
                  "named, answered in its place with what is wrong, and makes the exit status 3.",
       .arguments = {{.name = "FILE", .form = Form::file, .help = "a file of documents, one a line; default, and `-`: standard input"}},
       .flags = {records_format()},
       .examples = {{"reeve access simulate cases.ndjson", "decide each line of a file"},
                    {"reeve access simulate cases.ndjson --format text", "for reading"}},
       .run = run_access_simulate},
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
      {.name = "access paths",
       .summary = "say how an attacker would become an administrator, step by step",
       .details = "Each line is a path from somebody who is no administrator (or from the internet, or from another account) to one: by passing a role to "
                  "something that runs code, by writing policies, keys or trust, by roles that trust roles. Each step names the permissions that it takes "
                  "and the statements that grant them. What the input cannot show, such as whether a stack holds a role, leaves the path and is named.\n\n"
                  "Ranked by how exposed the beginning is, how likely the steps are and what the end is worth. The ways are data: content/escalations.",
       .arguments = {estate_sources()},
       .flags = {authorization_details(),
                 {.name = "--from", .value = "ARN", .repeats = true, .help = "only paths that begin here; an ARN, `*` for any run of characters, or `internet`"},
                 {.name = "--to", .value = "ARN", .repeats = true, .help = "paths that end here, administrator or not"},
                 {.name = "--all", .help = "paths to whomever, not to administrators alone"},
                 {.name = "--format", .value = "FORMAT", .form = Form::choice, .choices = {"text", "ndjson", "dot", "graphml", "opengraph"},
                  .help = "how to print: text (default on a terminal), ndjson (default into a pipe or a file), or the graph for Graphviz, GraphML or BloodHound"}},
       .examples = {{"reeve access paths export/", "every path to an administrator, the worst first"},
                    {"reeve access paths --authorization-details details.json", "the same from one reply of IAM"},
                    {"reeve access paths export/ --from '*:user/ci-*' --format dot", "the paths of some users, as a drawing"}},
       .run = run_access_paths},
      {.name = "access chokepoints",
       .summary = "say which statement or edge, once gone, ends most attack paths",
       .details = "Takes the same input as `reeve access paths`. For each statement that alone grants a permission some path needs, and for each way into one "
                  "identity, it counts the beginnings from which no administrator can be reached any more once that is gone.",
       .arguments = {estate_sources()},
       .flags = {authorization_details(), records_format()},
       .examples = {{"reeve access chokepoints --authorization-details details.json", "what to change first"}},
       .run = run_access_chokepoints},
      {.name = "access public",
       .summary = "say whether a stranger can use a resource, and what for",
       .details = "Looks for a request that a stranger (anybody without credentials, any AWS account, any subject of a shared identity provider) can make and "
                  "that the resource's policy lets through: yes comes with that request, no means that there is none, unknown names what would decide. S3 "
                  "Block Public Access and resource control policies are taken in as far as they are given.\n\n"
                  "Without POLICY everything of the estate that has one is asked about, roles by their trust, with the organization's policies, S3's blocks and "
                  "buckets' access control lists as far as the sources tell.",
       .arguments = {{.name = "POLICY", .repeats = true, .form = Form::file, .help = "a resource policy, or a role's trust policy, as JSON; `-` is standard input"}},
       .flags = {{.name = "--source", .letter = 's', .value = "SOURCE", .form = Form::file, .repeats = true,
                  .help = "the estate: what `reeve assess` reads; default: the workspace's sources, else the current folder"},
                 authorization_details(), records_format(),
                 {.name = "--resource", .value = "ARN", .repeats = true, .help = "whose policy it is; one for each POLICY, in the same order"},
                 {.name = "--account", .value = "ID", .form = Form::account, .help = "the owner, where the ARN does not tell"},
                 {.name = "--organization-id", .value = "ID", .help = "the owner's organization, o-…"},
                 {.name = "--restrict-public-buckets", .value = "HOW", .form = Form::choice, .choices = {"on", "off", "unknown"},
                  .help = "S3's block of the bucket or its account; default: off"},
                 {.name = "--rcp", .value = "FILE", .form = Form::file, .repeats = true, .help = "a resource control policy on the way to the owner"},
                 {.name = "--all", .help = "print every action, and what is not public"}},
       .examples = {{"reeve access public -s export/", "everything that strangers can use"},
                    {"reeve access public bucket.json --resource arn:aws:s3:::logs", "a bucket's policy"}},
       .run = run_access_public},
      {.name = "access diff",
       .summary = "say what one policy allows that another does not",
       .details = "Both ways, each with a request that one side allows alone. \"Equivalent\" is said only where it is proved, over every principal, action, "
                  "resource and condition that the policies tell apart; where the search must be cut short the answer is unknown.",
       .arguments = {{.name = "A", .required = true, .form = Form::file, .help = "a policy as JSON, or a folder of policies that count together"},
                     {.name = "B", .required = true, .form = Form::file, .help = "the other"}},
       .flags = {records_format(),
                 {.name = "--fail-on-difference", .help = "exit status 1 unless they are proved equivalent"},
                 {.name = "--all", .help = "print every action"}},
       .examples = {{"reeve access diff old.json new.json", "what a change of a policy changes"}},
       .run = run_access_diff},
      {.name = "access scp-impact",
       .summary = "say what a guardrail would have denied of what CloudTrail logged",
       .details = "Decides each event of the logs by service or resource control policies that are not attached yet: to whom, what, by which statement, how "
                  "often, from when to when. What the event does not tell (a tag, a key of the request) is not guessed: such an event may be denied, and is "
                  "counted apart with the key that would decide. Whom the policies do not reach is counted by reason.\n\n"
                  "With --protect it proves for break-glass, deployment and audit roles which of their actions could be denied at all; the exit status is 1 "
                  "if any could, or if it is not known.",
       .arguments = {{.name = "POLICY", .required = true, .repeats = true, .form = Form::file, .help = "the policy as JSON; several count as attached together"}},
       .flags = {records_format(),
                 {.name = "--events", .value = "LOGS", .form = Form::file, .repeats = true,
                  .help = "CloudTrail logs: files or folders of .json and .json.gz with Records, or one event a line; `-` is standard input"},
                 {.name = "--kind", .value = "KIND", .form = Form::choice, .choices = {"scp", "rcp"},
                  .help = "what the policies are; default: rcp if a statement names a principal, else scp"},
                 {.name = "--management-account", .value = "ID", .form = Form::account, .help = "the account that no such policy binds"},
                 {.name = "--organization", .value = "SOURCE", .form = Form::file, .repeats = true,
                  .help = "an export of the organization: rows tell their unit, and an account that it does not place may not be bound"},
                 {.name = "--target", .value = "ID", .repeats = true,
                  .help = "where the policies would be attached: a root, a unit or an account; default: everywhere"},
                 {.name = "--alone", .help = "the policies stand alone on their level: what they do not allow is denied too"},
                 {.name = "--protect", .value = "ARN", .repeats = true, .help = "a role or user that must not be locked out"},
                 {.name = "--each", .help = "print every event that would be denied, each decided by itself"},
                 {.name = "--all", .help = "print every row"}},
       .examples = {{"reeve access scp-impact deny-regions.json --events logs/", "what it would have denied last month"},
                    {"reeve access scp-impact deny.json --protect $ROLE_ARN", "can it lock this role out"}},
       .run = run_access_scp_impact},
      {.name = "access guardrails",
       .summary = "prove which accounts each guardrail really binds",
       .details = "For each guardrail that a control brings (or --policy names) and each account: is there a request that the guardrail denies and that the "
                  "policies in force on the way from the root to the account let through? bound means that there is none, whoever calls; partly, that some "
                  "actions or some callers get through, which are named with a request; unknown, that a policy or a fact was not read. Service control "
                  "policies never bind the management account.",
       .arguments = {{.name = "CONTROL", .repeats = true, .help = "only guardrails of these controls; default: all"}},
       .flags = {{.name = "--source", .letter = 's', .value = "SOURCE", .form = Form::file, .repeats = true,
                  .help = "the estate: what `reeve assess` reads; default: the workspace's sources, else the current folder"},
                 {.name = "--policy", .value = "FILE", .form = Form::file, .repeats = true, .help = "a guardrail of your own, as JSON; instead of the controls'"},
                 {.name = "--account", .value = "ID", .form = Form::account, .help = "only this account, each guardrail with what stands behind the answer"},
                 records_format(),
                 {.name = "--all", .help = "in text, each account of each guardrail"}},
       .examples = {{"reeve access guardrails -s export/", "every guardrail of content, how many accounts each binds"},
                    {"reeve access guardrails leave-organization-denied -s export/ --all", "one, account by account"}},
       .run = run_access_guardrails},
  };
}

}  // namespace reeve
