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

}  // namespace

std::vector<Command> access_commands() {
  return {
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
  };
}

}  // namespace reeve
